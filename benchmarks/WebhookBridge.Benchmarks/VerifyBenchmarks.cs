using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Benchmarks;

/// <summary>What happens to a request before it is stored: verify its HMAC and read it into the normal form.</summary>
[MemoryDiagnoser]
public class VerifyBenchmarks
{
    private readonly VerifySubject _small = new(600);
    private readonly VerifySubject _large = new(64 * 1024);

    [Benchmark(Baseline = true)]
    public void VerifyAndRead600Bytes() => _small.VerifyAndRead();

    [Benchmark]
    public void Verify600Bytes() => _small.Verify();

    [Benchmark]
    public void VerifyAndRead64KiB() => _large.VerifyAndRead();
}

/// <summary>One signed Yoco event of a given size.</summary>
public sealed class VerifySubject
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 30, 16, TimeSpan.Zero);

    private readonly Platform _platform;
    private readonly SourceDefinition _source;
    private readonly SourceVerifier _verifier;
    private readonly InboundRequest _request;

    public VerifySubject(int size)
    {
        PlatformCatalog catalog = PlatformCatalog.Load(PlatformCatalog.FilesOf(FindPlatforms()));
        _platform = catalog.Get("yoco")!;
        _source = new SourceDefinition { Name = "yoco", Platform = "yoco", Secrets = [new SecretText("whsec_YmVuY2htYXJrLXNlY3JldC1vZi1vdXItb3du")] };
        _verifier = _platform.CreateVerifier(_source);
        string body = Body(string.Empty);
        body = Body(new string('x', Math.Max(0, size - body.Length)));
        var options = new SimulationOptions { Now = Now, Random = new Random(1), PublicOrigin = "https://gateway.example", Path = "/in/yoco", Body = Encoding.UTF8.GetBytes(body), MessageId = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W" };
        var made = (SimulationResult.Request)Simulator.Make(_platform, _platform.Samples[0], _source, options);
        _request = new InboundRequest { Method = "POST", PublicOrigin = "https://gateway.example", Path = "/in/yoco", Query = string.Empty, Headers = made.Headers, Body = made.Body, ReceivedAt = Now };
        Verify();
        Size = made.Body.Length;
    }

    public int Size { get; }

    public void Verify()
    {
        if (_verifier.Verify(_request, Now) is not VerifyResult.Genuine)
        {
            throw new InvalidOperationException("The benchmark's own request is not genuine.");
        }
    }

    public void VerifyAndRead()
    {
        var genuine = (VerifyResult.Genuine)_verifier.Verify(_request, Now);
        using ReadResult read = _platform.Read(_request, _request.Body, genuine, _source, static () => "evt_01HZY3Q9T5V6W7X8Y9Z0A1B2C3", simulated: false);
        if (read.Events[0].Columns.AmountMinor != 10990)
        {
            throw new InvalidOperationException("The benchmark's own request was not read.");
        }
    }

    /// <summary>Prints time and allocation of both sizes; ends with 1 when the small one needs 10 µs or more in its best turn (on a shared machine the median measures the neighbours), or allocates 1 KiB or more.</summary>
    public static int Print()
    {
        bool ok = true;
        foreach (int size in new[] { 600, 64 * 1024 })
        {
            var subject = new VerifySubject(size);
            (double verify, double verifyBest, long verifyBytes) = Measure(subject.Verify);
            (double both, double bothBest, long bothBytes) = Measure(subject.VerifyAndRead);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{subject.Size} bytes: verify {verify:0.00} µs (best {verifyBest:0.00}), {verifyBytes} bytes allocated; verify and read {both:0.00} µs (best {bothBest:0.00}), {bothBytes} bytes allocated"));
            ok &= size > 600 || (bothBest < 10 && bothBytes < 1024);
        }

        return ok ? 0 : 1;
    }

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private static (double Median, double Best, long Bytes) Measure(Action action)
    {
        // Until the runtime has compiled it for good, as in a gateway that has been up for a while.
        for (long from = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(from) < WarmUp;)
        {
            action();
        }

        const int Turns = 5001;
        const int Each = 50;
        double[] times = new double[Turns];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int turn = 0; turn < Turns; turn++)
        {
            long start = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < Each; i++)
            {
                action();
            }

            times[turn] = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds / Each;
        }

        long allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (Turns * Each);
        Array.Sort(times);
        return (times[Turns / 2], times[0], allocated);
    }

    private static string Body(string padding) =>
        """{"id":"evt_01HZY3Q9T5V6W7X8Y9Z0A1B2C3","type":"payment.succeeded","createdDate":"2026-11-22T10:30:15.123Z","payload":{"id":"p_WZ1A2B3C4D5E6F7G8H9J","type":"payment","createdDate":"2026-11-22T10:30:14.001Z","amount":10990,"currency":"ZAR","paymentMethodDetails":{"type":"card","card":{"expiryMonth":9,"expiryYear":29,"maskedCard":"************1111","scheme":"visa"}},"status":"succeeded","mode":"live","metadata":{"checkoutId":"ch_9aXbYcZdEfGhIjKlMnOp","note":"padding"}}}"""
            .Replace("padding", padding, StringComparison.Ordinal);

    private static DirectoryInfo FindPlatforms()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "WebhookBridge.sln")))
            {
                return new DirectoryInfo(Path.Combine(at.FullName, "platforms"));
            }
        }

        throw new InvalidOperationException("The benchmark runs outside of a checkout.");
    }
}
