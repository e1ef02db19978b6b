using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Engine.Verification;

/// <summary>A JSON Web Token (RFC 7519; HS256/384/512 with a shared secret, RS256, RS512, PS256, ES256 and EdDSA with a public key) as proof: signature, <c>exp</c>, <c>nbf</c>, <c>aud</c>, and where the sender puts it in, the digest of the body.</summary>
internal static class JwtProof
{
    public static VerifyResult.Refused? Check(Scheme scheme, SchemeKey[] keys, ref RequestScope scope, out int secret)
    {
        secret = -1;
        SignaturePlace place = scheme.Signature!;
        CandidateEnumerator candidates = place.Candidates();
        if (!candidates.MoveNext(ref scope))
        {
            return new VerifyResult.Refused(RefusalCodes.SignatureMissing, $"The token is missing ('{place.From[0].Text}').");
        }

        ReadOnlySpan<char> token = candidates.Current;
        int first = token.IndexOf('.');
        int last = token.LastIndexOf('.');
        byte[] header = new byte[token.Length];
        byte[] claims = new byte[token.Length];
        if (first < 0 || last == first || token.Length > 2048
            || !SignatureText.TryDecode(token[..first], DigestEncoding.Base64Url, header, out int headerLength)
            || !SignatureText.TryDecode(token[(first + 1)..last], DigestEncoding.Base64Url, claims, out int claimsLength))
        {
            return new VerifyResult.Refused(RefusalCodes.SignatureMalformed, $"What stands at '{place.From[0].Text}' is no JSON Web Token.");
        }

        byte[] signed = Encoding.ASCII.GetBytes(token[..last].ToString());
        foreach (SchemeKey key in keys)
        {
            if (scheme.JwtIsPublic ? MatchesPublic(key, signed, token[(last + 1)..]) : MatchesShared(scheme, key, signed, token[(last + 1)..]))
            {
                secret = key.Index;
                break;
            }
        }

        if (secret < 0)
        {
            return new VerifyResult.Refused(RefusalCodes.SignatureMismatch, "The JSON Web Token is not signed with the source's key.");
        }

        return CheckClaims(scheme, header.AsMemory(0, headerLength), claims.AsMemory(0, claimsLength), ref scope);
    }

    /// <summary>The one value of <c>alg</c> that is taken: the scheme's, never the token's own choice.</summary>
    private static string Algorithm(Scheme scheme) => scheme.JwtIsPublic
        ? scheme.PublicKey switch
        {
            PublicKeyAlgorithm.Ed25519 => "EdDSA",
            PublicKeyAlgorithm.EcdsaP256Fixed => "ES256",
            PublicKeyAlgorithm.RsaSha512 => "RS512",
            PublicKeyAlgorithm.RsaPssSha256 => "PS256",
            _ => "RS256",
        }
        : scheme.Mac switch { MacAlgorithm.Sha384 => "HS384", MacAlgorithm.Sha512 => "HS512", _ => "HS256" };

    private static bool MatchesShared(Scheme scheme, SchemeKey key, byte[] signed, ReadOnlySpan<char> signature)
    {
        Span<byte> text = stackalloc byte[Digests.MaxText];
        int length = Digests.Encode(Digests.Mac(scheme.Mac, key.Bytes, signed), DigestEncoding.Base64Url, text);
        return Digests.TextMatches(text[..length], signature, DigestEncoding.Base64Url);
    }

    private static bool MatchesPublic(SchemeKey key, byte[] signed, ReadOnlySpan<char> signature)
    {
        Span<byte> bytes = stackalloc byte[1024]; // RSA of 8192 bits
        return SignatureText.TryDecode(signature, DigestEncoding.Base64Url, bytes, out int length) && key.Public!.Verify(signed, bytes[..length]);
    }

    private static VerifyResult.Refused? CheckClaims(Scheme scheme, ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> claims, ref RequestScope scope)
    {
        try
        {
            using var head = JsonDocument.Parse(header);
            using var body = JsonDocument.Parse(claims);
            string wanted = Algorithm(scheme);
            if (Text(head.RootElement, "alg") != wanted)
            {
                return new VerifyResult.Refused(RefusalCodes.SignatureMalformed, $"The JSON Web Token is not of algorithm {wanted}.");
            }

            double now = scope.Request.ReceivedAt.ToUnixTimeMilliseconds() / 1000.0;
            if (Number(body.RootElement, "exp") is not double expires || expires < now)
            {
                return new VerifyResult.Refused(RefusalCodes.TimestampTooOld, "The JSON Web Token has expired or does not say when it does.");
            }

            if (Number(body.RootElement, "nbf") is double from && from > now + 60)
            {
                return new VerifyResult.Refused(RefusalCodes.TimestampInFuture, "The JSON Web Token is not valid yet.");
            }

            if (scheme.Audience is string audience && Text(body.RootElement, "aud") != audience)
            {
                return new VerifyResult.Refused(RefusalCodes.SignatureMismatch, "The JSON Web Token is meant for another address.");
            }

            if (scheme.BodyClaim is string claim)
            {
                byte[] expected = Encoding.ASCII.GetBytes(Convert.ToBase64String(SHA256.HashData(scope.Request.Body.Span)));
                if (!FixedTime.Same(expected, Encoding.UTF8.GetBytes(Text(body.RootElement, claim) ?? string.Empty)))
                {
                    return new VerifyResult.Refused(RefusalCodes.SignatureMismatch, "The JSON Web Token belongs to another body.");
                }
            }

            return null;
        }
        catch (JsonException)
        {
            return new VerifyResult.Refused(RefusalCodes.SignatureMalformed, "The JSON Web Token does not hold JSON.");
        }
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? number : null;
}
