using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Verification;

/// <summary>The other side of <see cref="SchemeCheck"/>: puts onto a simulated request the proof that the platform would put.</summary>
internal static class SchemeSigner
{
    /// <summary>Signs with the first scheme whose key can sign; null when done, else why it cannot be.</summary>
    public static string? Sign(SourceVerifier verifier, RequestDraft draft, SimulationOptions options)
    {
        string? reason = null;
        foreach (SchemeCheck check in verifier.Schemes.OrderBy(c => c.Scheme.Kind == SchemeKind.PublicKey))
        {
            if (!Applies(check.Scheme, draft, options))
            {
                continue;
            }

            switch (check.Scheme.Kind)
            {
                case SchemeKind.None or SchemeKind.PathSecret:
                    return null;
                case SchemeKind.Basic:
                    string pair = Encoding.UTF8.GetString(check.Keys[0].Text) + (options.WrongSignature ? "x" : string.Empty);
                    draft.SetHeader("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
                    return null;
                case SchemeKind.Token:
                    string token = Encoding.UTF8.GetString(check.Keys[0].Text) + (options.WrongSignature ? "x" : string.Empty);
                    return draft.Set(check.Scheme.Signature!.From[0], check.Scheme.Signature.Prefix + token) ? null : $"The sample has no place for the token ({check.Scheme.Signature.From[0].Text}).";
                case SchemeKind.Jwt when check.Scheme.JwtIsPublic:
                    reason ??= "This sender signs with a private key that only it has: its requests cannot be simulated. Set another scheme on a test source.";
                    break;
                case SchemeKind.Jwt:
                    draft.Set(check.Scheme.Signature!.From[0], check.Scheme.Signature.Prefix + Jwt(check, draft, options));
                    return null;
                case SchemeKind.Hmac or SchemeKind.Hash:
                    return SignDigest(check, draft, options);
                case SchemeKind.PublicKey:
                    reason ??= "This sender signs with a private key that only it has: its requests cannot be simulated. Set another scheme on a test source.";
                    break;
                default:
                    reason ??= "A client certificate cannot be simulated: send a request with one.";
                    break;
            }
        }

        return reason ?? "No scheme of this source fits the sample.";
    }

    private static bool Applies(Scheme scheme, RequestDraft draft, SimulationOptions options)
    {
        var scope = new RequestScope(draft.ToRequest(options.PublicOrigin, options.Now));
        try
        {
            foreach (RequestCondition condition in scheme.When)
            {
                // A header that only has to be present or to have a fixed value is the sender's own: it is put there.
                if (!condition.Holds(ref scope))
                {
                    bool own = condition is { Present: true, From.Kind: LocatorKind.Header, Starts: null } && (condition.Is is null || condition.Is.Read(ref scope) is not null)
                        && (scheme.Signature is null || condition.From.Name != scheme.Signature.From[0].Name);
                    if (own && condition.Is?.Read(ref scope) is string value)
                    {
                        draft.SetHeader(condition.From.Name, value);
                    }
                    else if (condition.From.Name != scheme.Signature?.From[0].Name)
                    {
                        return false;
                    }
                }
            }

            return true;
        }
        finally
        {
            scope.Dispose();
        }
    }

    private static string? SignDigest(SchemeCheck check, RequestDraft draft, SimulationOptions options)
    {
        Scheme scheme = check.Scheme;
        DateTimeOffset signedAt = options.Now - options.Age;
        string? timestamp = scheme.Timestamp is TimestampRule rule ? Write(signedAt, rule.Unit) : null;
        bool together = scheme.Timestamp is TimestampRule r && r.Place.From[0].Text == scheme.Signature!.From[0].Text;
        if (timestamp is not null && !together && !draft.Set(scheme.Timestamp!.Place.From[0], timestamp))
        {
            return $"The sample has no place for the timestamp ({scheme.Timestamp.Place.From[0].Text}).";
        }

        if (scheme.MessageId is Locator idPlace)
        {
            draft.MessageId = options.MessageId ?? NewMessageId(options.Random);
            draft.Set(idPlace, draft.MessageId);
        }

        if (scheme.Each is not null)
        {
            return SignItems(check, draft, options, timestamp);
        }

        string? text = Text(check, draft, options, timestamp, item: null);
        if (text is null)
        {
            return "Something that the platform signs is missing in the sample.";
        }

        return Place(scheme, draft, text, together ? timestamp : null, item: null) ? null : $"The sample has no place for the signature ({scheme.Signature!.From[0].Text}).";
    }

    private static string? SignItems(SchemeCheck check, RequestDraft draft, SimulationOptions options, string? timestamp)
    {
        JsonNode root = JsonNode.Parse(draft.Body)!;
        string? problem = null;
        JsonPlaces.SetExisting(root, check.Scheme.Each!.Text, item =>
        {
            JsonNode copy = item.DeepClone();
            using var document = JsonDocument.Parse(copy.ToJsonString());
            string? text = Text(check, draft, options, timestamp, document.RootElement);
            if (text is null || !Place(check.Scheme, draft, text, null, copy))
            {
                problem = "An item of the sample cannot be signed.";
            }

            return copy;
        });
        draft.Replace(Encoding.UTF8.GetBytes(root.ToJsonString()));
        return problem;
    }

    private static string? Text(SchemeCheck check, RequestDraft draft, SimulationOptions options, string? timestamp, JsonElement? item)
    {
        Scheme scheme = check.Scheme;
        SchemeKey key = check.Keys[0];
        byte[] bytes = key.Bytes;
        byte[] secret = key.Text;
        if (options.WrongSignature)
        {
            bytes = [.. bytes, (byte)'x'];
            secret = [.. secret, (byte)'x'];
        }

        bool signatureInForm = scheme.Signature!.From[0].Kind == LocatorKind.Form;
        if (signatureInForm && scheme.Content[0].Covers(LocatorKind.FormBefore))
        {
            draft.Set(scheme.Signature.From[0], string.Empty); // the place must be there: what stands before it is signed
        }

        var scope = new RequestScope(draft.ToRequest(options.PublicOrigin, options.Now))
        {
            Timestamp = timestamp,
            Id = draft.MessageId,
            Secret = secret,
            Key = bytes,
            Item = item,
            SignatureField = signatureInForm ? scheme.Signature.From[0].Name : null,
        };
        var buffer = default(ByteBuffer);
        try
        {
            if (!scheme.Content[0].Write(ref scope, ref buffer, out _))
            {
                return null;
            }

            byte[] digest = scheme.Kind == SchemeKind.Hmac ? Digests.Mac(scheme.Mac, bytes, buffer.Written) : Digests.Hash(scheme.Mac, [.. buffer.Written, .. options.WrongSignature ? "x"u8 : default]);
            Span<byte> text = stackalloc byte[Digests.MaxText];
            int length = Digests.Encode(digest, scheme.Signature.Encoding, text);
            string written = Encoding.ASCII.GetString(text[..length]);
            return scheme.Signature.Encoding == DigestEncoding.Base64 ? written.PadRight((length + 3) / 4 * 4, '=') : written;
        }
        finally
        {
            buffer.Dispose();
            scope.Dispose();
        }
    }

    private static bool Place(Scheme scheme, RequestDraft draft, string text, string? timestamp, JsonNode? item)
    {
        SignaturePlace place = scheme.Signature!;
        string prefix = place.Prefix.StartsWith('*') ? "1" + place.Prefix[1..] : place.Prefix;
        string element = (place.Pick is string pick ? pick + "=" : string.Empty) + prefix + text;
        if (timestamp is not null)
        {
            string front = scheme.Timestamp!.Place.Pick is string name ? $"{name}={timestamp}" : timestamp;
            element = front + place.Separator + element;
        }

        return draft.Set(place.From[0], element, item);
    }

    private static string Jwt(SchemeCheck check, RequestDraft draft, SimulationOptions options)
    {
        string algorithm = check.Scheme.Mac switch { MacAlgorithm.Sha384 => "HS384", MacAlgorithm.Sha512 => "HS512", _ => "HS256" };
        var claims = new JsonObject { ["exp"] = (options.Now - options.Age).ToUnixTimeSeconds() + 300 };
        if (check.Scheme.Audience is string audience)
        {
            claims["aud"] = audience;
        }

        if (check.Scheme.BodyClaim is string claim)
        {
            claims[claim] = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(draft.Body));
        }

        string text = Part(Encoding.UTF8.GetBytes($"{{\"alg\":\"{algorithm}\",\"typ\":\"JWT\"}}")) + "." + Part(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        byte[] key = options.WrongSignature ? [.. check.Keys[0].Bytes, 0] : check.Keys[0].Bytes;
        return text + "." + Part(Digests.Mac(check.Scheme.Mac, key, Encoding.ASCII.GetBytes(text)));

        static string Part(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    private static string Write(DateTimeOffset time, TimestampUnit unit) => unit switch
    {
        TimestampUnit.Iso => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        TimestampUnit.Milliseconds or TimestampUnit.Auto => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        TimestampUnit.Opaque => time.UtcDateTime.ToString("r", CultureInfo.InvariantCulture),
        _ => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
    };

    private static string NewMessageId(Random random)
    {
        const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
        return "msg_" + new string(random.GetItems<char>(Letters, 24));
    }
}
