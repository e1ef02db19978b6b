using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Tests.Platforms;

/// <summary>What the simulator makes is genuine, and what it makes wrong on purpose is refused.</summary>
public sealed class SimulatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> Samples() => SampleGoldenTests.Samples();

    [Theory]
    [MemberData(nameof(Samples))]
    public void Make_AnySample_VerifiesAndIsReadable(string platformName, string sampleName)
    {
        Platform platform = Shipped.Catalog.Get(platformName)!;
        PlatformSample sample = platform.Samples.First(s => s.Name == sampleName);
        SourceDefinition source = SourceFor(platform);
        SourceVerifier verifier = platform.CreateVerifier(source);
        SimulationResult made = Simulator.Make(platform, sample, source, Options(7));
        if (made is SimulationResult.Impossible impossible)
        {
            impossible.Reason.ShouldContain("private key");
            return;
        }

        InboundRequest request = ToRequest((SimulationResult.Request)made, verifier);
        verifier.PathSecretMatches(request.PathSecret).ShouldBeTrue();
        VerifyResult result = verifier.Verify(request, Now);
        result.ShouldBeOfType<VerifyResult.Genuine>(result.ToString());
        int n = 0;
        using ReadResult read = platform.Read(request, request.Body, (VerifyResult.Genuine)result, source, () => $"evt_{++n}", simulated: true);
        read.Events[0].Unreadable.ShouldBeNull();
        read.Events[0].Mode.ShouldBe("test");
        Encoding.UTF8.GetString(read.Events[0].NormalForm.Span).ShouldContain("\"test\":true");
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Make_WithWrongSignature_IsRefused(string platformName, string sampleName)
    {
        Platform platform = Shipped.Catalog.Get(platformName)!;
        PlatformSample sample = platform.Samples.First(s => s.Name == sampleName);
        SourceDefinition source = SourceFor(platform);
        SourceVerifier verifier = platform.CreateVerifier(source);
        if (verifier.Proof == ProofKind.None || Simulator.Make(platform, sample, source, Options(7) with { WrongSignature = true }) is not SimulationResult.Request made)
        {
            return; // nothing to be wrong: the platform proves nothing, or only the sender can sign
        }

        InboundRequest request = ToRequest(made, verifier);
        (verifier.PathSecretMatches(request.PathSecret) && verifier.Verify(request, Now) is VerifyResult.Genuine).ShouldBeFalse();
    }

    [Fact]
    public void Make_SameSeed_GivesTheSameBytes()
    {
        Platform platform = Shipped.Catalog.Get("yoco")!;
        SourceDefinition source = SourceFor(platform);
        var first = (SimulationResult.Request)Simulator.Make(platform, platform.Samples[0], source, Options(99));
        var second = (SimulationResult.Request)Simulator.Make(platform, platform.Samples[0], source, Options(99));
        var third = (SimulationResult.Request)Simulator.Make(platform, platform.Samples[0], source, Options(100));
        second.Body.ShouldBe(first.Body);
        second.MessageId.ShouldBe(first.MessageId);
        third.Body.ShouldNotBe(first.Body);
    }

    /// <summary>Ids in headers vary like those in bodies.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Make_TwoSeeds_AreTwoEvents(string platformName, string sampleName)
    {
        Platform platform = Shipped.Catalog.Get(platformName)!;
        SourceDefinition source = SourceFor(platform);
        SourceVerifier verifier = platform.CreateVerifier(source);
        var keys = new List<DedupeKey?>();
        foreach (int seed in (int[])[7, 8])
        {
            if (Simulator.Make(platform, platform.Samples.First(s => s.Name == sampleName), source, Options(seed)) is SimulationResult.Request made)
            {
                InboundRequest request = ToRequest(made, verifier);
                using ReadResult read = platform.Read(request, request.Body, (VerifyResult.Genuine)verifier.Verify(request, Now), source, static () => "evt_1", simulated: true);
                keys.AddRange(read.Events.Select(e => e.Dedupe).OfType<DedupeKey>());
            }
        }

        keys.ShouldBeUnique();
    }

    [Fact]
    public void Make_OlderThanTheTolerance_IsRefusedAsTooOld()
    {
        Platform platform = Shipped.Catalog.Get("yoco")!;
        SourceDefinition source = SourceFor(platform);
        SourceVerifier verifier = platform.CreateVerifier(source);
        var made = (SimulationResult.Request)Simulator.Make(platform, platform.Samples[0], source, Options(1) with { Age = TimeSpan.FromSeconds(181) });
        verifier.Verify(ToRequest(made, verifier), Now).ShouldBeOfType<VerifyResult.Refused>().Code.ShouldBe(RefusalCodes.TimestampTooOld);
    }

    /// <summary>The figure of benchmarks/README.md: what is read into the normal form is written into lent memory.</summary>
    [Fact]
    public void VerifyAndRead_YocoEvent_AllocatesLessThanOneKiB()
    {
        Platform platform = Shipped.Catalog.Get("yoco")!;
        SourceDefinition source = SourceFor(platform);
        SourceVerifier verifier = platform.CreateVerifier(source);
        InboundRequest request = ToRequest((SimulationResult.Request)Simulator.Make(platform, platform.Samples.First(s => s.Name == "payment.succeeded"), source, Options(1)), verifier);
        long least = long.MaxValue;
        for (int turn = 0; turn < 50; turn++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            using (platform.Read(request, request.Body, (VerifyResult.Genuine)verifier.Verify(request, Now), source, static () => "evt_1", simulated: false))
            {
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.ShouldBeLessThan(1024);
    }

    internal static SimulationOptions Options(int seed) => new() { Now = Now, Random = new Random(seed), PublicOrigin = "https://gateway.example", Path = "/in/test" };

    /// <summary>A source with a secret of the form that the platform's default scheme takes.</summary>
    internal static SourceDefinition? SourceOrNull(Platform platform)
    {
        string[] candidates = ["whsec_c2ltdWxhdG9yLXNlY3JldC0zMi1ieXRlcy1sb25nISE=", "user:password", "ABCDEF0123456789ABCDEF0123456789", TestKeys.Ed25519, TestKeys.RsaPem, TestKeys.EcPem, new string('a', 64)];
        foreach (string candidate in candidates)
        {
            SourceDefinition source = Shipped.Source(platform.Name, [candidate]);
            if (platform.CreateVerifier(source).Problems.Count == 0)
            {
                return source;
            }
        }

        return null;
    }

    private static SourceDefinition SourceFor(Platform platform) =>
        SourceOrNull(platform) ?? throw new InvalidOperationException($"{platform.Name}: {string.Join(' ', platform.CreateVerifier(Shipped.Source(platform.Name, ["x"])).Problems)}");

    internal static InboundRequest ToRequest(SimulationResult.Request made, SourceVerifier verifier)
    {
        string target = made.Target;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        string? secret = verifier.ExpectsPathSecret ? Uri.UnescapeDataString(path["/in/test/".Length..]) : null;
        return Shipped.Request(made.Body, made.Headers, made.Method, "https://gateway.example" + target, secret, Now);
    }
}

/// <summary>Public keys without any private half: only to have a key of each kind.</summary>
internal static class TestKeys
{
    public const string Ed25519 = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"; // RFC 8032 §7.1, test 1

    public static readonly string RsaPem = MakeRsa();

    public static readonly string EcPem = MakeEc();

    private static string MakeRsa()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        return rsa.ExportSubjectPublicKeyInfoPem();
    }

    private static string MakeEc()
    {
        using var ec = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return ec.ExportSubjectPublicKeyInfoPem();
    }
}
