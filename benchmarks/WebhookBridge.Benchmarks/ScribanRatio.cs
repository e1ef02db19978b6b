using System.Diagnostics;
using System.Globalization;

namespace WebhookBridge.Benchmarks;

/// <summary>
/// The ratio of rendering to parsing, as the median of many short turns taken one after the other, so that noise of
/// the machine meets both alike.
/// </summary>
internal static class ScribanRatio
{
    private const double MostAllowed = 4;

    public static int Print()
    {
        var subject = new ScribanSubject();
        const int Turns = 3_001;
        const int Runs = 200;
        for (int i = 0; i < 20; i++)
        {
            Time(ScribanSubject.ParseEvent, 2_000);
            Time(subject.Render, 2_000);
            Thread.Yield();
        }

        double[] parse = new double[Turns];
        double[] render = new double[Turns];
        for (int i = 0; i < Turns; i++)
        {
            parse[i] = Time(ScribanSubject.ParseEvent, Runs);
            render[i] = Time(subject.Render, Runs);
        }

        double[] ratios = [.. parse.Zip(render, static (p, r) => r / p)];
        Array.Sort(parse);
        Array.Sort(render);
        Array.Sort(ratios);
        double ratio = ratios[Turns / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"event: {ScribanSubject.EventLength} bytes, output: {subject.Output.Length} characters"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"JsonDocument.Parse: median {parse[Turns / 2]:0} ns, best {parse[0]:0} ns, {Allocated(ScribanSubject.ParseEvent)} bytes allocated"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Render:             median {render[Turns / 2]:0} ns, best {render[0]:0} ns, {Allocated(subject.Render)} bytes allocated"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio: {ratio:0.00} (allowed {MostAllowed}, aim 2)"));
        return ratio <= MostAllowed ? 0 : 1;
    }

    private static double Time(Action action, int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / runs;
    }

    private static long Allocated(Action action)
    {
        const int Runs = 1_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Runs; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;
    }
}
