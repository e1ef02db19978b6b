using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WebhookBridge.Engine.Verification;

/// <summary>Hash functions for keyed and plain digests. MD5 and SHA-1 are here because senders still sign with them.</summary>
internal enum MacAlgorithm
{
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// <summary>How a digest is written as text.</summary>
internal enum DigestEncoding
{
    /// <summary>Case does not matter.</summary>
    Hex,

    /// <summary>As <see cref="Hex"/>, and the sender may have dropped leading zeros (Ozow).</summary>
    HexWithoutLeadingZeros,

    /// <summary>With or without padding.</summary>
    Base64,

    /// <summary>URL-safe alphabet, with or without padding.</summary>
    Base64Url,
}

/// <summary>Digests and their texts, on the stack.</summary>
internal static class Digests
{
    public const int MaxBytes = 64;

    public const int MaxText = 128;

    public static int Size(MacAlgorithm algorithm) => algorithm switch
    {
        MacAlgorithm.Md5 => 16,
        MacAlgorithm.Sha1 => 20,
        MacAlgorithm.Sha256 => 32,
        MacAlgorithm.Sha384 => 48,
        _ => 64,
    };

    public static byte[] Hash(MacAlgorithm algorithm, ReadOnlySpan<byte> data)
    {
        byte[] digest = new byte[Size(algorithm)];
        Hash(algorithm, data, digest);
        return digest;
    }

    public static byte[] Mac(MacAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        byte[] digest = new byte[Size(algorithm)];
        Mac(algorithm, key, data, digest);
        return digest;
    }

    public static int Mac(MacAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> to) => algorithm switch
    {
#pragma warning disable CA5350, CA5351 // The sender chose the algorithm; refusing it would only mean verifying nothing.
        MacAlgorithm.Md5 => HMACMD5.HashData(key, data, to),
        MacAlgorithm.Sha1 => HMACSHA1.HashData(key, data, to),
#pragma warning restore CA5350, CA5351
        MacAlgorithm.Sha256 => HMACSHA256.HashData(key, data, to),
        MacAlgorithm.Sha384 => HMACSHA384.HashData(key, data, to),
        _ => HMACSHA512.HashData(key, data, to),
    };

    public static int Hash(MacAlgorithm algorithm, ReadOnlySpan<byte> data, Span<byte> to) => algorithm switch
    {
#pragma warning disable CA5350, CA5351 // As above.
        MacAlgorithm.Md5 => MD5.HashData(data, to),
        MacAlgorithm.Sha1 => SHA1.HashData(data, to),
#pragma warning restore CA5350, CA5351
        MacAlgorithm.Sha256 => SHA256.HashData(data, to),
        MacAlgorithm.Sha384 => SHA384.HashData(data, to),
        _ => SHA512.HashData(data, to),
    };

    /// <summary>Writes the digest as ASCII text (no padding, lower case) and returns its length. <paramref name="to"/> holds <see cref="MaxText"/> bytes.</summary>
    public static int Encode(ReadOnlySpan<byte> digest, DigestEncoding encoding, Span<byte> to)
    {
        if (encoding is DigestEncoding.Hex or DigestEncoding.HexWithoutLeadingZeros)
        {
            Convert.TryToHexStringLower(digest, to, out int written);
            return written;
        }

        Base64.EncodeToUtf8(digest, to, out _, out int length);
        while (length > 0 && to[length - 1] == '=')
        {
            length--;
        }

        if (encoding == DigestEncoding.Base64Url)
        {
            to[..length].Replace((byte)'+', (byte)'-');
            to[..length].Replace((byte)'/', (byte)'_');
        }

        return length;
    }

    /// <summary>Whether <paramref name="presented"/> is the text of the digest. The texts are compared, not decoded bytes: a text that merely decodes to the same bytes is refused.</summary>
    public static bool TextMatches(ReadOnlySpan<byte> expected, ReadOnlySpan<char> presented, DigestEncoding encoding)
    {
        Span<byte> ascii = stackalloc byte[MaxText];
        bool hex = encoding is DigestEncoding.Hex or DigestEncoding.HexWithoutLeadingZeros;
        int shift = 0;
        if (hex)
        {
            if (encoding == DigestEncoding.HexWithoutLeadingZeros && presented.Length > 0 && presented.Length < expected.Length)
            {
                shift = expected.Length - presented.Length;
                ascii[..shift].Fill((byte)'0');
            }
        }
        else
        {
            int padded = (expected.Length + 3) / 4 * 4;
            if (presented.Length == padded && presented[expected.Length..].TrimEnd('=').IsEmpty)
            {
                presented = presented[..expected.Length];
            }
        }

        if (presented.Length + shift != expected.Length || !System.Text.Ascii.IsValid(presented))
        {
            return false;
        }

        if (hex)
        {
            System.Text.Ascii.ToLower(presented, ascii[shift..], out _);
        }
        else
        {
            Encoding.ASCII.GetBytes(presented, ascii);
        }

        return FixedTime.Same(expected, ascii[..expected.Length]);
    }
}
