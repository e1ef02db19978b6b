using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Tests.Platforms;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Verification;

/// <summary>Requests of our own, signed outside of the product (<c>make-own-vectors.py</c>): at least two valid and three invalid for each complete platform.</summary>
public sealed class OwnVectorTests
{
    private static readonly JsonDocument Vectors = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Of("tests", "WebhookBridge.Engine.Tests", "Verification", "own-vectors.json")));

    [Fact]
    public void Verify_EveryOwnVector_GivesTheExpectedVerdict()
    {
        var failures = new List<string>();
        int index = 0;
        foreach (JsonElement vector in Vectors.RootElement.EnumerateArray())
        {
            string name = vector.GetProperty("platform").GetString()!;
            (string, string)[] settings = vector.TryGetProperty("settings", out JsonElement s) ? [.. s.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!))] : [];
            SourceVerifier verifier = Shipped.Catalog.Get(name)!.CreateVerifier(Shipped.Source(name, vector.GetProperty("secrets").EnumerateArray().Select(x => x.GetString()!), settings));
            DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("now").GetInt64());
            var headers = vector.GetProperty("headers").EnumerateObject().Select(h => new KeyValuePair<string, string>(h.Name, h.Value.GetString()!));
            string? path = vector.TryGetProperty("pathSecret", out JsonElement p2) ? p2.GetString() : null;
            string? url = vector.TryGetProperty("url", out JsonElement u) ? u.GetString() : null;
            VerifyResult result = verifier.Verify(Shipped.Request(Encoding.UTF8.GetBytes(vector.GetProperty("body").GetString()!), headers, url: url, pathSecret: path, at: now), now);
            bool expected = vector.GetProperty("expected").GetString() == "valid";
            if (result is VerifyResult.Genuine != expected || (result as VerifyResult.Refused)?.Code == RefusalCodes.VerifierFailed)
            {
                failures.Add($"{index} {name} ({vector.GetProperty("note").GetString()}): {result} {string.Join(' ', verifier.Problems)}");
            }

            index++;
        }

        failures.ShouldBeEmpty();
    }

    [Fact]
    public void OwnVectors_EveryCompletePlatform_HasTwoValidAndThreeInvalid()
    {
        foreach (Platform platform in Shipped.Catalog.All.Where(p => p.Complete))
        {
            List<JsonElement> own = [.. Vectors.RootElement.EnumerateArray().Where(v => v.GetProperty("platform").GetString() == platform.Name)];
            own.Count(v => v.GetProperty("expected").GetString() == "valid").ShouldBeGreaterThanOrEqualTo(2, platform.Name);
            own.Count(v => v.GetProperty("expected").GetString() == "invalid").ShouldBeGreaterThanOrEqualTo(3, platform.Name);
            platform.Samples.Count.ShouldBeGreaterThanOrEqualTo(2, platform.Name);
            platform.SecretSteps.Keys.ShouldBe(["en", "pt-BR"], ignoreOrder: true, platform.Name);
        }
    }

    [Fact]
    public void Facts_EveryCompletePlatform_SaysHowSureEachOneIs()
    {
        Shipped.Catalog.All.Count(static p => p.Complete).ShouldBeGreaterThanOrEqualTo(5 + 25);
        foreach (Platform platform in Shipped.Catalog.All.Where(static p => p.Complete && p.Name != "generic"))
        {
            platform.Facts.Select(static f => f.About).ShouldBeUnique(platform.Name);
            foreach (PlatformFact fact in platform.Facts)
            {
                // What was only recalled needs no source; what claims one names it.
                (fact.Confidence == "M" || fact.Source.Length > 0).ShouldBeTrue($"{platform.Name}: {fact.About}");
            }

            if (platform.SamplesMadeUp)
            {
                continue; // the sender publishes too little; its description says so
            }

            platform.Facts.ShouldContain(static f => f.About == "where id, type and mode stand", platform.Name);
            platform.Facts.ShouldContain(static f => f.About.Contains("retr", StringComparison.Ordinal) || f.About.Contains("answer", StringComparison.Ordinal), platform.Name);
            platform.Facts.ShouldContain(static f => f.About.Contains("bod", StringComparison.Ordinal) || f.About.Contains("field", StringComparison.Ordinal), platform.Name);
        }
    }
}
