using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Tests.Platforms;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Engine.Tests.Verification;

/// <summary>The gathered requests with their expected verdicts and answers, judged by the shipped descriptions. The file stays where it is; without it the test says so.</summary>
public sealed class VectorTests(ITestOutputHelper output)
{
    [Fact]
    public void Verify_EveryGatheredVector_GivesTheExpectedVerdict()
    {
        if (RepositoryRoot.Shared("facts", "signature-vectors.json") is not string file)
        {
            output.WriteLine("The folder of shared facts does not lie beside the checkout: no vectors were judged.");
            return;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var failures = new List<string>();
        int count = 0;
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            count++;
            if (Judge(vector) is string failure)
            {
                failures.Add($"{vector.GetProperty("id").GetString()}: {failure}");
            }
        }

        output.WriteLine($"{count} vectors judged, {failures.Count} otherwise than expected.");
        failures.ShouldBeEmpty();
        count.ShouldBe(268);
    }

    private static string? Judge(JsonElement vector)
    {
        string provider = Text(vector, "provider")!;
        string scheme = Text(vector, "scheme")!;
        (string name, List<(string, string)> settings) = PlatformOf(vector, provider, scheme);
        if (Shipped.Catalog.Get(name) is not Platform platform)
        {
            return $"there is no platform '{name}'";
        }

        List<string> secrets = SecretsOf(vector);
        byte[] body = vector.TryGetProperty("body_base64", out JsonElement raw) ? raw.GetBytesFromBase64() : Encoding.UTF8.GetBytes(Text(vector, "body") ?? string.Empty);
        var headers = vector.GetProperty("headers").EnumerateObject().Select(h => new KeyValuePair<string, string>(h.Name, h.Value.GetString()!)).ToList();
        if (scheme == "paypal-signed-content")
        {
            // Only the signed text is published with it: signed here with a key of our own, it must verify.
            using var rsa = RSA.Create(2048);
            byte[] signature = rsa.SignData(Encoding.UTF8.GetBytes(Text(vector, "expected_signed_content")!), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            headers.RemoveAll(h => h.Key == "PAYPAL-TRANSMISSION-SIG");
            headers.Add(new("PAYPAL-TRANSMISSION-SIG", Convert.ToBase64String(signature)));
            secrets = [rsa.ExportSubjectPublicKeyInfoPem()];
        }

        SourceDefinition source = Shipped.Source(name, secrets, [.. settings]);
        SourceVerifier verifier = platform.CreateVerifier(source);
        bool needsSecret = scheme is not ("head-probe" or "asana-handshake" or "monday-challenge" or "dropbox-challenge" or "graph-validation" or "notion-handshake" or "get-probe" or "webhook-options" or "adyen-accepted");
        if (needsSecret && verifier.Problems.Count > 0)
        {
            return string.Join(" ", verifier.Problems);
        }

        InboundRequest request = Shipped.Request(body, headers, Text(vector, "method")!, Text(vector, "url"));
        DateTimeOffset now = vector.TryGetProperty("now", out JsonElement clock) ? DateTimeOffset.FromUnixTimeSeconds(clock.GetInt64()) : verifier.ReadTimestamp(request) ?? request.ReceivedAt;
        request = Shipped.Request(body, headers, Text(vector, "method")!, Text(vector, "url"), at: now);
        bool expected = Text(vector, "expected") == "valid";
        bool answered = vector.TryGetProperty("expected_response_status", out _) || vector.TryGetProperty("expected_response_body", out _);
        return answered ? JudgeAnswer(vector, platform, verifier, request, now, expected) : JudgeVerdict(verifier, request, now, expected);
    }

    private static string? JudgeVerdict(SourceVerifier verifier, InboundRequest request, DateTimeOffset now, bool expected)
    {
        VerifyResult result = verifier.Verify(request, now);
        return result is VerifyResult.Genuine == expected ? null : result.ToString();
    }

    /// <summary>A handshake's answer, else the platform's answer to a verified event.</summary>
    private static string? JudgeAnswer(JsonElement vector, Platform platform, SourceVerifier verifier, InboundRequest request, DateTimeOffset now, bool expected)
    {
        HandshakeAnswer? answer = verifier.TryHandshake(request);
        if (answer is null)
        {
            VerifyResult result = verifier.Verify(request, now);
            if (result is VerifyResult.Genuine != expected)
            {
                return $"no handshake, and {result}";
            }

            PlatformAnswer? own = expected ? platform.Answers.Accepted : platform.Answers.Refused;
            answer = new HandshakeAnswer(own?.Status ?? (expected ? 200 : 401), [], own?.Body ?? [], own?.ContentType ?? "application/json");
        }

        if (vector.TryGetProperty("expected_response_status", out JsonElement status) && status.GetInt32() != answer.Status)
        {
            return $"status {answer.Status}";
        }

        if (Text(vector, "expected_response_body") is string body && !SameBody(body, Encoding.UTF8.GetString(answer.Body)))
        {
            return $"body {Encoding.UTF8.GetString(answer.Body)}";
        }

        if (vector.TryGetProperty("expected_response_headers", out JsonElement headers))
        {
            foreach (JsonProperty header in headers.EnumerateObject())
            {
                string? value = header.Name == "Content-Type" ? answer.ContentType : answer.Headers.FirstOrDefault(h => h.Key == header.Name).Value;
                if (value != header.Value.GetString())
                {
                    return $"{header.Name}: {value}";
                }
            }
        }

        return null;
    }

    private static bool SameBody(string expected, string actual) =>
        expected == actual || (expected.StartsWith('{') && JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)));

    private static List<string> SecretsOf(JsonElement vector)
    {
        if (vector.TryGetProperty("secrets", out JsonElement many))
        {
            return [.. many.EnumerateArray().Select(s => s.GetString()!)];
        }

        string? one = Text(vector, "public_key") ?? Text(vector, "secret");
        return string.IsNullOrEmpty(one) ? [] : [one];
    }

    /// <summary>Which shipped platform a vector belongs to, and the settings that an operator would choose for it.</summary>
    private static (string Name, List<(string, string)> Settings) PlatformOf(JsonElement vector, string provider, string scheme)
    {
        JsonElement hint = vector.TryGetProperty("hint", out JsonElement h) && h.ValueKind == JsonValueKind.Object ? h : default;
        switch (provider)
        {
            case "generic-hmac":
                var settings = new List<(string, string)> { ("scheme", "hmac"), ("header", Text(hint, "header")!), ("algorithm", Text(hint, "alg")!), ("encoding", Text(hint, "enc")!) };
                if (Text(hint, "prefix") is string prefix)
                {
                    settings.Add(("prefix", prefix));
                    settings.Add(("prefixOptional", "true"));
                }

                if (Text(hint, "split") is string split)
                {
                    settings.Add(("separator", split));
                }

                return ("generic", settings);
            case "generic-ed25519":
                return ("generic", [("scheme", "ed25519")]);
            case "generic-basic-auth":
                return ("generic", [("scheme", "basic")]);
            case "hubspot":
                return ("hubspot", [("scheme", scheme["hubspot-".Length..])]);
            case "paypal":
                return ("paypal", [("webhookId", Text(vector, "webhook_id")!)]);
            case "braintree":
                return ("braintree", [("publicKey", Text(vector, "key_id")!)]);
            case "openpix-woovi":
                return ("openpix", []);
            case "flutterwave-v4" or "flutterwave-v3":
                return ("flutterwave", [("scheme", provider[^2..])]);
            case "bravive-banking":
                return ("bravive", [("scheme", "banking")]);
            case "gitlab" when scheme == "standard-webhooks":
                return ("gitlab", [("scheme", "signing-token")]);
            case "payfast" when Text(vector, "secret") is null or "":
                return ("payfast", [("scheme", "without-passphrase")]);
            case "cloudevents":
                return ("cloudevents", [("allowedOrigins", "eventemitter.example.com")]);
            default:
                return (provider, []);
        }
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
