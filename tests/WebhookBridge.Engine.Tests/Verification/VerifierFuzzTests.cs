using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Tests.Platforms;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Engine.Tests.Verification;

/// <summary>Genuine requests of every platform, damaged at random: nothing throws, and nothing that the proof covers is accepted once it was changed.</summary>
public sealed class VerifierFuzzTests(ITestOutputHelper output)
{
    private const int Shards = 50;

    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Verify_MutatedRequests_NeverThrowAndNeverAcceptAChangedBody()
    {
        int seed = TestPace.Seed();
        int rounds = TestPace.Pick(5_000, 100_000, 5_000_000) / Shards * Shards;
        output.WriteLine($"seed {seed}, {rounds} requests");
        List<Case> cases = Cases(new Random(seed));
        cases.Count.ShouldBeGreaterThan(60);
        long began = TimeProvider.System.GetTimestamp();
        int accepted = 0;
        Parallel.For(0, Shards, shard => Interlocked.Add(ref accepted, Bombard(cases, rounds / Shards, unchecked((seed * 31) + shard))));
        output.WriteLine($"{accepted} accepted (only parts were changed that the proof does not cover), {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
        accepted.ShouldBeLessThan(rounds / 2);
    }

    /// <summary>One shard: the same seed gives the same requests, whatever runs beside it. Returns how many were accepted.</summary>
    private static int Bombard(List<Case> cases, int rounds, int seed)
    {
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < rounds; i++)
        {
            Case one = cases[random.Next(cases.Count)];
            InboundRequest mutant = Mutate(one.Request, random);
            VerifyResult result = one.Verifier.Verify(mutant, Now);
            if (result is VerifyResult.Refused refused)
            {
                if (refused.Code == RefusalCodes.VerifierFailed)
                {
                    Assert.Fail($"shard seed {seed}, round {i}, {one.Platform.Name}: {refused.Text}");
                }
            }
            else
            {
                accepted++;
                if (one.Verifier.Proof == ProofKind.SignedBody && !mutant.Body.Span.SequenceEqual(one.Request.Body.Span) && !SameForm(mutant, one.Request))
                {
                    Assert.Fail($"shard seed {seed}, round {i}: {one.Platform.Name} accepts a changed body: {Encoding.UTF8.GetString(mutant.Body.Span)}");
                }
            }

            one.Verifier.TryHandshake(mutant);
            if (i % 8 == 0)
            {
                // Whatever is read of it, reading does not throw either.
                using ReadResult read = one.Platform.Read(mutant, mutant.Body, new VerifyResult.Genuine(null, false, null, 0), one.Source, static () => "evt_1", simulated: false);
                read.Events.Count.ShouldBeGreaterThan(0);
            }
        }

        return accepted;
    }

    /// <summary>Found by the long run: milliseconds of fifteen digits lie behind the last year that a time can have.</summary>
    [Theory]
    [InlineData("253402300800000")]
    [InlineData("999999999999999")]
    public void Verify_TimeBehindTheYear9999_IsMalformedAndReadAsNone(string time)
    {
        Case hubspot = Cases(new Random(1)).First(c => c.Platform.Name == "hubspot");
        List<KeyValuePair<string, string>> headers = [.. hubspot.Request.Headers.Select(h => h.Key.EndsWith("Timestamp", StringComparison.OrdinalIgnoreCase) ? new KeyValuePair<string, string>(h.Key, time) : h)];
        VerifyResult result = hubspot.Verifier.Verify(With(hubspot.Request, headers, hubspot.Request.Body.ToArray(), hubspot.Request.Query), Now);
        result.ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.TimestampMalformed);

        Platform stone = Shipped.Catalog.Get("stone")!;
        byte[] body = Encoding.UTF8.GetBytes($$"""{ "id": "x", "type": "t", "created_at": {{time}} }""");
        using ReadResult read = stone.Read(hubspot.Request, body, new VerifyResult.Genuine(null, false, null, 0), new SourceDefinition { Name = "s", Platform = "stone" }, static () => "evt_1", simulated: false);
        read.Events[0].Time.ShouldBeNull();
    }

    [Fact]
    public void Verify_RandomSignatures_AreNeverAccepted()
    {
        int seed = TestPace.Seed();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        foreach (Case one in Cases(random).Where(c => c.Verifier.Proof is ProofKind.SignedBody or ProofKind.SignedInPart))
        {
            for (int i = 0; i < 5; i++)
            {
                var headers = one.Request.Headers.Select(h => h.Key == "Content-Type" ? h : new KeyValuePair<string, string>(h.Key, Change(h.Value, random))).ToList();
                InboundRequest forged = With(one.Request, headers, one.Request.Body.ToArray(), one.Request.Query);
                if (!one.SignatureInHeader)
                {
                    continue;
                }

                one.Verifier.Verify(forged, Now).ShouldBeOfType<VerifyResult.Refused>($"seed {seed}: {one.Platform.Name}");
            }
        }
    }

    /// <summary>Forms are signed by their decoded fields in some schemes: another spelling of the same fields is the same event.</summary>
    private static bool SameForm(InboundRequest a, InboundRequest b)
    {
        if (a.Header("Content-Type")?.StartsWith("application/x-www-form", StringComparison.Ordinal) != true)
        {
            return false;
        }

        return Joined(a).SequenceEqual(Joined(b));

        // The schemes join names and values without separators (Twilio, Peach) or name a few fields (Ozow): equal joined texts are equal to them.
        static IEnumerable<char> Joined(InboundRequest r)
        {
            using EventBody body = EventBody.Open(r.Body, "application/x-www-form-urlencoded");
            var fields = body.Root.EnumerateObject().Select(p => p.Name + p.Value.GetString()).Order(StringComparer.Ordinal);
            return string.Concat(fields).ToLowerInvariant();
        }
    }

    private static List<Case> Cases(Random random)
    {
        var cases = new List<Case>();
        foreach (Platform platform in Shipped.Catalog.All)
        {
            if (SimulatorTests.SourceOrNull(platform) is not SourceDefinition source)
            {
                continue;
            }

            SourceVerifier verifier = platform.CreateVerifier(source);
            IEnumerable<PlatformSample> samples = platform.Samples.Count > 0 ? platform.Samples : [Plain];
            foreach (PlatformSample sample in samples)
            {
                if (Simulator.Make(platform, sample, source, SimulatorTests.Options(random.Next())) is SimulationResult.Request made)
                {
                    InboundRequest request = SimulatorTests.ToRequest(made, verifier);
                    bool inHeader = request.Query.Length == 0 && !platform.Name.Equals("adyen", StringComparison.Ordinal) && made.Headers.Count > 1 + sample.Headers.Count;
                    if (verifier.Verify(request, Now) is VerifyResult.Genuine)
                    {
                        cases.Add(new Case(platform, source, verifier, request, inHeader));
                    }
                }
            }
        }

        return cases;
    }

    private static readonly PlatformSample Plain = new("plain", null, true, string.Empty, [], System.Text.Json.JsonElement.Parse("""{"id":"x1","type":"t","data":{"a":[1,2.50,"é"]}}"""), null);

    private static InboundRequest Mutate(InboundRequest request, Random random)
    {
        byte[] body = request.Body.ToArray();
        List<KeyValuePair<string, string>> headers = [.. request.Headers];
        string query = request.Query;
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            switch (random.Next(10))
            {
                case 0 when body.Length > 0:
                    body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when body.Length > 0:
                    body = body[..random.Next(body.Length)];
                    break;
                case 2:
                    body = [.. body, (byte)random.Next(256)];
                    break;
                case 3 when body.Length > 1:
                    int at = random.Next(body.Length);
                    body = [.. body[..at], .. body[(at + 1)..]];
                    break;
                case 4 when headers.Count > 0:
                    headers.RemoveAt(random.Next(headers.Count));
                    break;
                case 5 or 6 when headers.Count > 0:
                    int header = random.Next(headers.Count);
                    headers[header] = new(headers[header].Key, Garble(headers[header].Value, random));
                    break;
                case 7 when headers.Count > 0:
                    headers.Add(headers[random.Next(headers.Count)]);
                    break;
                case 8:
                    query = Garble(query.Length == 0 ? "?a=b&c" : query, random);
                    break;
                default:
                    int cut = random.Next(body.Length + 1);
                    body = [.. body[..cut], .. Encoding.UTF8.GetBytes(Nasty[random.Next(Nasty.Length)]), .. body[cut..]];
                    break;
            }
        }

        return With(request, headers, body, query);
    }

    private static readonly string[] Nasty = ["\\ud800", "\"", "{", "]", "&signature=", "&", "=", "%", "%zz", "\0", "\uFEFF", "null", "1e999", "[[[[[[[[", ",\"id\":1", "\u00e9", "=,v1=", "é"];

    /// <summary>Another letter or digit at one of the last twenty places.</summary>
    private static string Change(string text, Random random)
    {
        var changed = new StringBuilder(text);
        int at = Math.Max(0, text.Length - 1 - random.Next(20));
        while (at > 0 && !char.IsAsciiLetterOrDigit(text[at]))
        {
            at--;
        }

        char old = changed.Length > 0 ? changed[at] : 'x';
        char other;
        do
        {
            other = "0123456789abcdef"[random.Next(16)];
        }
        while (char.ToLowerInvariant(old) == other);
        if (changed.Length > 0)
        {
            changed[at] = other;
        }

        return changed.ToString();
    }

    private static string Garble(string text, Random random)
    {
        var changed = new StringBuilder(text);
        switch (random.Next(6))
        {
            case 0 when changed.Length > 0:
                changed[random.Next(changed.Length)] = (char)random.Next(1, 300);
                break;
            case 1 when changed.Length > 0:
                changed.Length = random.Next(changed.Length);
                break;
            case 2:
                changed.Append((char)random.Next(33, 127));
                break;
            case 3:
                changed.Insert(random.Next(changed.Length + 1), Nasty[random.Next(Nasty.Length)]);
                break;
            case 4:
                changed.Clear().Append(new string((char)random.Next(33, 127), random.Next(100)));
                break;
            default:
                changed.Append(',').Append(text);
                break;
        }

        return changed.ToString();
    }

    private static InboundRequest With(InboundRequest of, List<KeyValuePair<string, string>> headers, byte[] body, string query) => new()
    {
        Method = of.Method,
        PublicOrigin = of.PublicOrigin,
        Path = of.Path,
        Query = query,
        Headers = headers,
        Body = body,
        ReceivedAt = of.ReceivedAt,
        PathSecret = of.PathSecret,
    };

    private sealed record Case(Platform Platform, SourceDefinition Source, SourceVerifier Verifier, InboundRequest Request, bool SignatureInHeader);
}
