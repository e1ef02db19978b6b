using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Engine.Verification;

/// <summary>One secret of a source, made ready for one scheme.</summary>
/// <param name="Index">Its place among the source's secrets; -1 for the empty key of a scheme without one.</param>
/// <param name="Text">UTF-8 of the text as pasted.</param>
/// <param name="Bytes">The key for a MAC.</param>
internal sealed record SchemeKey(int Index, byte[] Text, byte[] Bytes, PublicKey? Public);

/// <summary>A scheme with the keys of one source: judges one request. Immutable.</summary>
internal sealed class SchemeCheck(Scheme scheme, SchemeKey[] keys)
{
    private readonly bool _messageIdSigned = scheme.MessageIdSigned;
    private readonly bool _timestampSigned = scheme.TimestampSigned;
    private readonly bool _coversBody = scheme.Proof != ProofKind.SignedInPart;

    public Scheme Scheme => scheme;

    public IReadOnlyList<SchemeKey> Keys => keys;

    /// <summary>1 does the scheme apply, 2 timestamp and id, 3 proof, 4 age.</summary>
    public VerifyResult Verify(ref RequestScope scope, DateTimeOffset now)
    {
        scope.Timestamp = default;
        scope.Id = null;
        scope.Item = null;
        foreach (RequestCondition condition in scheme.When)
        {
            if (!condition.Holds(ref scope))
            {
                return Refuse(RefusalCodes.SchemeNotApplicable, $"The request is not of the form that scheme '{scheme.Id}' checks ('{condition.From.Text}').");
            }
        }

        DateTimeOffset? signedAt = null;
        if (scheme.Timestamp is TimestampRule rule)
        {
            CandidateEnumerator found = rule.Place.Candidates();
            if (!found.MoveNext(ref scope))
            {
                return found.AnyValue
                    ? Refuse(RefusalCodes.TimestampMalformed, $"No timestamp could be read at '{rule.Place.From[0].Text}'.")
                    : Refuse(RefusalCodes.TimestampMissing, $"The timestamp is missing ('{rule.Place.From[0].Text}').");
            }

            scope.Timestamp = found.Current;
            if (rule.Unit != TimestampUnit.Opaque && !Timestamps.TryRead(scope.Timestamp, rule.Unit, out signedAt))
            {
                return Refuse(RefusalCodes.TimestampMalformed, $"The timestamp at '{rule.Place.From[0].Text}' is not in the form that the sender documents.");
            }
        }

        if (scheme.MessageId is Locator idPlace)
        {
            scope.Id = idPlace.Read(ref scope);
            if (_messageIdSigned)
            {
                // A dot in the id would let one text be read in two ways (Standard Webhooks).
                if (string.IsNullOrEmpty(scope.Id))
                {
                    return Refuse(RefusalCodes.IdMissing, $"The message id is missing ('{idPlace.Text}').");
                }

                if (scope.Id.Contains('.', StringComparison.Ordinal) && Array.Exists(scheme.Content, static c => c.Text.Contains("{id}.", StringComparison.Ordinal)))
                {
                    return Refuse(RefusalCodes.IdMalformed, $"The message id at '{idPlace.Text}' holds a dot.");
                }
            }
        }

        VerifyResult.Refused? refusal = scheme.Each is null ? Prove(ref scope, out int secret) : ProveEach(ref scope, out secret);
        if (refusal is not null)
        {
            return refusal;
        }

        if (signedAt is DateTimeOffset time && scheme.Timestamp is TimestampRule age)
        {
            double seconds = (now - time).TotalSeconds;
            if (age.PastSeconds is int past && seconds > past)
            {
                return Refuse(RefusalCodes.TimestampTooOld, string.Create(CultureInfo.InvariantCulture, $"The signature is right, but {seconds:0} s old; {past} s are allowed."));
            }

            if (age.FutureSeconds is int future && -seconds > future)
            {
                return Refuse(RefusalCodes.TimestampInFuture, string.Create(CultureInfo.InvariantCulture, $"The signature is right, but its time lies {-seconds:0} s in the future; {future} s are allowed."));
            }
        }

        return new VerifyResult.Genuine(string.IsNullOrEmpty(scope.Id) ? null : scope.Id, _messageIdSigned, _timestampSigned ? signedAt : null, secret) { CoversBody = _coversBody };
    }

    public DateTimeOffset? ReadTimestamp(ref RequestScope scope)
    {
        if (scheme.Timestamp is not TimestampRule rule)
        {
            return null;
        }

        CandidateEnumerator found = rule.Place.Candidates();
        return found.MoveNext(ref scope) && Timestamps.TryRead(found.Current, rule.Unit, out DateTimeOffset? time) ? time : null;
    }

    private VerifyResult.Refused? ProveEach(ref RequestScope scope, out int secret)
    {
        secret = -1;
        if (!scope.TryJson(out JsonElement root))
        {
            return Refuse(RefusalCodes.FieldMissing, "The body is not JSON, so its items cannot be checked.");
        }

        List<JsonElement> items = scheme.Each!.All(root);
        if (items.Count == 0)
        {
            return Refuse(RefusalCodes.SignatureMissing, $"The body holds no item at '{scheme.Each.Text}' that could be signed.");
        }

        foreach (JsonElement item in items)
        {
            scope.Item = item;
            if (Prove(ref scope, out secret) is VerifyResult.Refused refused)
            {
                return refused;
            }
        }

        return null;
    }

    private VerifyResult.Refused? Prove(ref RequestScope scope, out int secret)
    {
        secret = -1;
        return scheme.Kind switch
        {
            SchemeKind.None => null,
            SchemeKind.Token => ProveToken(ref scope, out secret),
            SchemeKind.Basic => ProveBasic(ref scope, out secret),
            SchemeKind.PathSecret => ProveText(scope.Request.PathSecret, RefusalCodes.TokenMissing, "The address carries no secret.", out secret),
            SchemeKind.ClientCertificate => ProveCertificate(scope.Request.ClientCertificateSha256, out secret),
            SchemeKind.Jwt => JwtProof.Check(scheme, keys, ref scope, out secret),
            _ => ProveSignature(ref scope, out secret),
        };
    }

    private VerifyResult.Refused? ProveSignature(ref RequestScope scope, out int secret)
    {
        secret = -1;
        SignaturePlace place = scheme.Signature!;
        CandidateEnumerator probe = place.Candidates();
        if (!probe.MoveNext(ref scope))
        {
            return probe.AnyValue
                ? Refuse(RefusalCodes.SignatureMalformed, $"No signature of the expected form stands at '{place.From[0].Text}'.")
                : Refuse(RefusalCodes.SignatureMissing, $"The signature is missing ('{place.From[0].Text}').");
        }

        scope.SignatureField = place.From[0].Kind == LocatorKind.Form ? place.From[0].Name : null;
        Locator? absent = null;
        bool tried = false;
        foreach (SchemeKey key in keys)
        {
            scope.Secret = key.Text;
            scope.Key = key.Bytes;
            foreach (Pattern content in scheme.Content)
            {
                var buffer = default(ByteBuffer);
                try
                {
                    ReadOnlySpan<byte> message;
                    if (content.IsBody)
                    {
                        message = scope.Request.Body.Span;
                    }
                    else if (content.Write(ref scope, ref buffer, out Locator? missing))
                    {
                        message = buffer.Written;
                    }
                    else
                    {
                        absent = missing;
                        continue;
                    }

                    tried = true;
                    if (scheme.Kind == SchemeKind.PublicKey ? MatchesPublic(key, message, ref scope) : MatchesDigest(key, message, ref scope))
                    {
                        secret = key.Index;
                        return null;
                    }
                }
                finally
                {
                    buffer.Dispose();
                }
            }
        }

        return tried || absent is null
            ? Refuse(RefusalCodes.SignatureMismatch, $"The signature at '{place.From[0].Text}' does not match the request and the source's secret.")
            : Refuse(RefusalCodes.FieldMissing, $"Something that the sender signs is missing in the request ('{absent.Text}').");
    }

    private bool MatchesDigest(SchemeKey key, ReadOnlySpan<byte> message, ref RequestScope scope)
    {
        Span<byte> digest = stackalloc byte[Digests.MaxBytes];
        int length = scheme.Kind == SchemeKind.Hmac ? Digests.Mac(scheme.Mac, key.Bytes, message, digest) : Digests.Hash(scheme.Mac, message, digest);
        Span<byte> text = stackalloc byte[Digests.MaxText];
        length = Digests.Encode(digest[..length], scheme.Signature!.Encoding, text);
        CandidateEnumerator candidates = scheme.Signature.Candidates();
        while (candidates.MoveNext(ref scope))
        {
            if (Digests.TextMatches(text[..length], candidates.Current, scheme.Signature.Encoding))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesPublic(SchemeKey key, ReadOnlySpan<byte> content, ref RequestScope scope)
    {
        Span<byte> prehash = stackalloc byte[SHA256.HashSizeInBytes];
        scoped ReadOnlySpan<byte> message = content;
        if (scheme.Prehash)
        {
            SHA256.HashData(message, prehash);
            message = prehash;
        }

        Span<byte> signature = stackalloc byte[1024]; // RSA of 8192 bits
        CandidateEnumerator candidates = scheme.Signature!.Candidates();
        while (candidates.MoveNext(ref scope))
        {
            if (SignatureText.TryDecode(candidates.Current, scheme.Signature.Encoding, signature, out int length) && key.Public!.Verify(message, signature[..length]))
            {
                return true;
            }
        }

        return false;
    }

    private VerifyResult.Refused? ProveToken(ref RequestScope scope, out int secret)
    {
        secret = -1;
        SignaturePlace place = scheme.Signature!;
        if (place.From[0] is { JsonPath: { HasEach: true } path })
        {
            return ProveTokenEach(path, ref scope, out secret);
        }

        CandidateEnumerator candidates = place.Candidates();
        bool any = false;
        while (candidates.MoveNext(ref scope))
        {
            any = true;
            if (ProveText(candidates.Current.ToString(), RefusalCodes.TokenMissing, string.Empty, out secret) is null)
            {
                return null;
            }
        }

        return any || candidates.AnyValue
            ? Refuse(RefusalCodes.TokenMismatch, $"The token at '{place.From[0].Text}' is not the source's secret.")
            : Refuse(RefusalCodes.TokenMissing, $"The token is missing ('{place.From[0].Text}').");
    }

    /// <summary>Every entry of a list must carry the token (Microsoft Graph).</summary>
    private VerifyResult.Refused? ProveTokenEach(BodyPath path, ref RequestScope scope, out int secret)
    {
        secret = -1;
        int matched = -1;
        bool all = scope.TryJson(out JsonElement root) && path.ForEach(root, value => ProveText(Locator.AsText(value), RefusalCodes.TokenMissing, string.Empty, out matched) is null);
        if (all)
        {
            secret = matched;
            return null;
        }

        return Refuse(RefusalCodes.TokenMismatch, $"Not every entry at '{path.Text}' carries the source's secret.");
    }

    /// <summary>RFC 7617; the secret is <c>user:password</c>.</summary>
    private VerifyResult.Refused? ProveBasic(ref RequestScope scope, out int secret)
    {
        secret = -1;
        string? header = scope.Request.Header("Authorization");
        if (header is null)
        {
            return Refuse(RefusalCodes.TokenMissing, "The request carries no user and password ('header:Authorization').");
        }

        byte[] decoded = new byte[header.Length];
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64Chars(header.AsSpan(6).Trim(), decoded, out int length))
        {
            return Refuse(RefusalCodes.SignatureMalformed, "The header Authorization is not of the form 'Basic …'.");
        }

        foreach (SchemeKey key in keys)
        {
            if (FixedTime.Same(key.Text, decoded.AsSpan(0, length)))
            {
                secret = key.Index;
                return null;
            }
        }

        return Refuse(RefusalCodes.TokenMismatch, "User and password are not the source's secret.");
    }

    private VerifyResult.Refused? ProveCertificate(string? sha256, out int secret)
    {
        if (sha256 is null)
        {
            secret = -1;
            return Refuse(RefusalCodes.CertificateMissing, "The sender showed no client certificate.");
        }

        return ProveText(sha256.ToLowerInvariant(), RefusalCodes.CertificateMissing, string.Empty, out secret) is null
            ? null
            : Refuse(RefusalCodes.CertificateMismatch, "The sender's client certificate is not one of the source's.");
    }

    private VerifyResult.Refused? ProveText(string? presented, string missingCode, string missingText, out int secret)
    {
        secret = -1;
        if (string.IsNullOrEmpty(presented))
        {
            return Refuse(missingCode, missingText);
        }

        byte[] bytes = Encoding.UTF8.GetBytes(presented);
        foreach (SchemeKey key in keys)
        {
            if (FixedTime.Same(key.Bytes, bytes))
            {
                secret = key.Index;
                return null;
            }
        }

        return Refuse(RefusalCodes.TokenMismatch, "The token is not the source's secret.");
    }

    private static VerifyResult.Refused Refuse(string code, string text) => new(code, text);
}
