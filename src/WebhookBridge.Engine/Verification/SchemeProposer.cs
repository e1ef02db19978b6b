using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Verification;

/// <summary>Finds out how a request may be signed: headers that look like a signature, and what signed content, key form and algorithm make one of the given secrets fit.</summary>
internal static class SchemeProposer
{
    private const string StruckOut = "(secret)";

    private static readonly string[] Contents = ["{body}", "{timestamp}.{body}", "{timestamp}{body}", "{timestamp}:{body}", "{id}.{timestamp}.{body}", "{id}{timestamp}{body}", "{body}{timestamp}", "v0:{timestamp}:{body}", "{url}{body}", "{method}{url}{body}", "{url}{body}{timestamp}", "{method}{url}{body}{timestamp}", "{path}{body}"];

    private static readonly string[] KeyFormNames = ["text", "standard-webhooks", "base64", "hex"];

    /// <summary>The proven scheme; else the likeliest header as an HMAC of the body; else a secret in the path.</summary>
    public static JsonObject Propose(string name, InboundRequest request, IReadOnlyList<SecretText> secrets, List<ProposalFinding> findings)
    {
        List<SecretText> usable = [.. secrets.Where(static s => s.Reveal().Length > 0 && !s.Reveal().StartsWith(SourceVerifier.PathTag, StringComparison.Ordinal))];
        List<Candidate> candidates = [.. request.Headers.SelectMany(static h => CandidatesOf(h.Key, h.Value))];
        (string? timestamp, string unit) = Timestamp(request);
        string? id = request.Headers.FirstOrDefault(static h => h.Key.EndsWith("-id", StringComparison.OrdinalIgnoreCase)).Key;

        foreach (JsonObject token in Tokens(request, usable))
        {
            if (Verifies(name, token, request, usable))
            {
                findings.Add(new("scheme", token["signature"]!["from"]!.GetValue<string>(), true, "It carries one of the source's secrets as it is: a static token, which does not cover the body."));
                return token;
            }
        }

        foreach (Candidate candidate in candidates)
        {
            foreach (string content in Contents)
            {
                bool needsTime = content.Contains("{timestamp}", StringComparison.Ordinal), needsId = content.Contains("{id}", StringComparison.Ordinal);
                if ((needsTime && timestamp is null && candidate.TimeIn is null) || (needsId && id is null))
                {
                    continue;
                }

                foreach (string form in KeyFormNames)
                {
                    JsonObject scheme = candidate.ToScheme(form, content, needsTime ? timestamp : null, unit, needsId ? id : null);
                    if (Verifies(name, scheme, request, usable))
                    {
                        findings.Add(new("scheme", "header:" + candidate.Header, true, $"One of the source's secrets signs it: {candidate.Algorithm}, {candidate.Encoding}, key as {form}, over {content}."));
                        return scheme;
                    }
                }
            }
        }

        foreach (Candidate candidate in candidates)
        {
            findings.Add(new("scheme", "header:" + candidate.Header, false, $"It looks like a {candidate.Algorithm} signature in {candidate.Encoding}, but {(usable.Count == 0 ? "there is no secret to try" : "none of the source's secrets fits what was tried")}."));
        }

        findings.AddRange(request.Headers.Where(static h => h.Value.Contains(StruckOut, StringComparison.Ordinal))
            .Select(static h => new ProposalFinding("scheme", "header:" + h.Key, false, "Its value was struck out because it held a secret: it may be a static token.")));
        if (candidates.Count > 0)
        {
            return candidates[0].ToScheme("text", "{body}", null, unit, null);
        }

        findings.Add(new("scheme", null, false, "Nothing in the request looks like a signature: a secret in the path is the safe way."));
        return new JsonObject { ["id"] = "path-secret", ["kind"] = "path-secret" };
    }

    private static IEnumerable<JsonObject> Tokens(InboundRequest request, List<SecretText> secrets)
    {
        foreach (SecretText secret in secrets)
        {
            string text = secret.Reveal();
            foreach ((string header, string value) in request.Headers)
            {
                if (value.EndsWith(text, StringComparison.Ordinal) && value.Length - text.Length <= 16)
                {
                    yield return Token("header:" + header, value[..^text.Length]);
                }
            }

            int at = request.Query.IndexOf("=" + Uri.EscapeDataString(text), StringComparison.Ordinal);
            if (at > 0)
            {
                yield return Token("query:" + request.Query[(request.Query.LastIndexOfAny(['?', '&'], at) + 1)..at], "");
            }
        }

        static JsonObject Token(string from, string prefix)
        {
            var signature = new JsonObject { ["from"] = from };
            if (prefix.Length > 0)
            {
                signature["prefix"] = prefix;
            }

            return new JsonObject { ["id"] = "token", ["kind"] = "token", ["signature"] = signature };
        }
    }

    private static bool Verifies(string name, JsonObject scheme, InboundRequest request, List<SecretText> secrets)
    {
        if (secrets.Count == 0)
        {
            return false;
        }

        var root = new JsonObject { ["name"] = name, ["displayName"] = name, ["category"] = "own", ["schemes"] = new JsonArray(scheme.DeepClone()), ["read"] = new JsonObject { ["body"] = "any" }, ["facts"] = new JsonArray() };
        return PlatformReader.Read(name, JsonSerializer.SerializeToUtf8Bytes(root), [], []) is { } platform && secrets.Exists(secret =>
            platform.CreateVerifier(new SourceDefinition { Name = "proposal", Platform = name, Secrets = [secret] }).Verify(request, request.ReceivedAt) is VerifyResult.Genuine);
    }

    private static (string? Header, string Unit) Timestamp(InboundRequest request)
    {
        foreach ((string header, string value) in request.Headers)
        {
            if (header.Contains("time", StringComparison.OrdinalIgnoreCase) && value.Length > 0 && value.All(char.IsAsciiDigit) && value.Length is 10 or 13)
            {
                return (header, value.Length == 10 ? "s" : "ms");
            }
        }

        return (null, "s");
    }

    /// <summary>A header's value, or the elements of a list in it, by prefix and length.</summary>
    private static IEnumerable<Candidate> CandidatesOf(string header, string value)
    {
        string[] elements = value.Split(',', StringSplitOptions.TrimEntries);
        string? timeIn = elements.FirstOrDefault(static e => e.IndexOf('=', StringComparison.Ordinal) is > 0 and < 5 && e[(e.IndexOf('=', StringComparison.Ordinal) + 1)..] is { Length: 10 or 13 } digits && digits.All(char.IsAsciiDigit));
        if (elements.Length > 1 && timeIn is not null)
        {
            foreach (string element in elements.Where(e => e != timeIn && e.Contains('=', StringComparison.Ordinal)))
            {
                string pick = element[..element.IndexOf('=', StringComparison.Ordinal)];
                if (Shape(element[(pick.Length + 1)..]) is ({ } algorithm, { } encoding))
                {
                    yield return new(header, algorithm, encoding, null, pick, timeIn[..timeIn.IndexOf('=', StringComparison.Ordinal)], timeIn.Length > 13 ? "ms" : "s");
                }
            }

            yield break;
        }

        foreach (string prefix in (string[])["", "sha256=", "sha512=", "sha1=", "v1,", "v1=", "hmac "])
        {
            if (value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && Shape(value[prefix.Length..]) is ({ } algorithm, { } encoding))
            {
                yield return new(header, algorithm, encoding, prefix.Length > 0 ? value[..prefix.Length] : null, null, null, "s");
            }
        }
    }

    private static (string? Algorithm, string? Encoding) Shape(string text)
    {
        if (text.Length > 0 && text.All(char.IsAsciiHexDigit) && Algorithm(text.Length / 2) is { } hex && text.Length % 2 == 0)
        {
            return (hex, "hex");
        }

        Span<byte> bytes = stackalloc byte[64];
        if (text.Length is >= 24 and <= 88 && Convert.TryFromBase64String(text, bytes, out int length) && Algorithm(length) is { } base64)
        {
            return (base64, "base64");
        }

        return text.Length is >= 22 and <= 86 && Base64Url.IsValid(text, out length) && Algorithm(length) is { } url ? (url, "base64url") : (null, null);
    }

    private static string? Algorithm(int bytes) => bytes switch { 16 => "md5", 20 => "sha1", 32 => "sha256", 48 => "sha384", 64 => "sha512", _ => null };

    /// <summary>A text in a header that has the shape of a signature.</summary>
    /// <param name="TimeIn">Name of the element of the same list that holds the timestamp.</param>
    private sealed record Candidate(string Header, string Algorithm, string Encoding, string? Prefix, string? Pick, string? TimeIn, string TimeUnit)
    {
        public JsonObject ToScheme(string keyForm, string content, string? timestampHeader, string unit, string? idHeader)
        {
            string from = "header:" + Header;
            var signature = new JsonObject { ["from"] = from, ["encoding"] = Encoding };
            if (Prefix is not null)
            {
                signature["prefix"] = Prefix;
            }

            if (Pick is not null)
            {
                signature["separator"] = ",";
                signature["pick"] = Pick;
            }

            var scheme = new JsonObject { ["id"] = "hmac", ["kind"] = "hmac", ["algorithm"] = Algorithm, ["key"] = keyForm, ["signature"] = signature, ["content"] = content };
            if (content.Contains("{timestamp}", StringComparison.Ordinal))
            {
                scheme["timestamp"] = TimeIn is not null
                    ? new JsonObject { ["from"] = from, ["separator"] = ",", ["pick"] = TimeIn, ["unit"] = TimeUnit, ["toleranceSeconds"] = 300 }
                    : new JsonObject { ["from"] = "header:" + timestampHeader, ["unit"] = unit, ["toleranceSeconds"] = 300 };
            }

            if (idHeader is not null)
            {
                scheme["messageId"] = "header:" + idHeader;
            }

            return scheme;
        }
    }
}
