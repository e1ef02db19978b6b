using System.Security.Cryptography;
using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>Signature algorithms whose key is public.</summary>
internal enum PublicKeyAlgorithm
{
    Ed25519,

    /// <summary>P-256 with SHA-256, signature in DER (RFC 3279).</summary>
    EcdsaP256,

    /// <summary>P-256 with SHA-256, signature as two numbers of 32 bytes (RFC 7518, section 3.4).</summary>
    EcdsaP256Fixed,
    RsaSha1,
    RsaSha256,
    RsaSha512,
    RsaPssSha256,
}

/// <summary>A public key, decoded once. Thread-safe.</summary>
internal abstract class PublicKey
{
    public abstract bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>Reads PEM (a certificate too), base64 of DER, and for Ed25519 32 bytes in hex or base64, with or without <c>whpk_</c>. Null when the text is no such key.</summary>
    public static PublicKey? TryRead(PublicKeyAlgorithm algorithm, string text)
    {
        try
        {
            return algorithm switch
            {
                PublicKeyAlgorithm.Ed25519 => ReadEd25519(text.Trim()),
                PublicKeyAlgorithm.EcdsaP256 => ReadEcdsa(text, DSASignatureFormat.Rfc3279DerSequence),
                PublicKeyAlgorithm.EcdsaP256Fixed => ReadEcdsa(text, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                _ => ReadRsa(algorithm, text),
            };
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    private static Ed25519Key? ReadEd25519(string text)
    {
        if (text.StartsWith("-----", StringComparison.Ordinal))
        {
            PemFields fields = PemEncoding.Find(text);
            return Raw(Convert.FromBase64String(text[fields.Base64Data]));
        }

        if (text.StartsWith("whpk_", StringComparison.Ordinal))
        {
            return Raw(Convert.FromBase64String(text[5..]));
        }

        return Raw(text.Length == 64 && Convert.FromHexString(text) is byte[] raw ? raw : Convert.FromBase64String(text));

        // RFC 8410: a SubjectPublicKeyInfo is 12 fixed bytes and the key.
        static Ed25519Key? Raw(byte[] bytes)
        {
            ReadOnlySpan<byte> key = bytes;
            ReadOnlySpan<byte> spki = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];
            if (key.Length == 44 && key.StartsWith(spki))
            {
                key = key[12..];
            }

            return Ed25519.FromPublicKey(key) is Ed25519 decoded ? new Ed25519Key(decoded) : null;
        }
    }

    private static EcdsaKey ReadEcdsa(string text, DSASignatureFormat format)
    {
        var key = ECDsa.Create();
        if (text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            key.ImportFromPem(text);
        }
        else
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(text), out _);
        }

        return new EcdsaKey(key, format);
    }

    private static RsaKey? ReadRsa(PublicKeyAlgorithm algorithm, string text)
    {
        RSA? key;
        if (text.Contains("-----BEGIN CERTIFICATE", StringComparison.Ordinal))
        {
            using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(text);
            key = System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPublicKey(certificate);
        }
        else
        {
            key = RSA.Create();
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                key.ImportFromPem(text);
            }
            else
            {
                key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(text), out _);
            }
        }

        // 1024 bits occur (OpenPix); less is no key.
        if (key is null || key.KeySize < 1024)
        {
            return null;
        }

        (HashAlgorithmName hash, RSASignaturePadding padding) = algorithm switch
        {
            PublicKeyAlgorithm.RsaSha1 => (HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1),
            PublicKeyAlgorithm.RsaSha512 => (HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            PublicKeyAlgorithm.RsaPssSha256 => (HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => (HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        return new RsaKey(key, hash, padding);
    }

    private sealed class Ed25519Key(Ed25519 key) : PublicKey
    {
        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => key.Verify(message, signature);
    }

    private sealed class EcdsaKey(ECDsa key, DSASignatureFormat format) : PublicKey
    {
        private readonly Lock _gate = new(); // instances of ECDsa and RSA are not promised to be thread-safe

        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            lock (_gate)
            {
                return key.VerifyData(message, signature, HashAlgorithmName.SHA256, format);
            }
        }
    }

    private sealed class RsaKey(RSA key, HashAlgorithmName hash, RSASignaturePadding padding) : PublicKey
    {
        private readonly Lock _gate = new();

        public override bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            lock (_gate)
            {
                return key.VerifyData(message, signature, hash, padding);
            }
        }
    }
}
