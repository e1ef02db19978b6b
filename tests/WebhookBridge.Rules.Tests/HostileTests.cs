using System.Diagnostics;
using System.Globalization;
using WebhookBridge.Engine.Filtering;
using Xunit.Abstractions;

namespace WebhookBridge.Rules.Tests;

/// <summary>Rules that want to hang, to fill the memory, to crash the process or to spoil the next rule (design invariant 8), in a process of their own whose life and memory this one watches.</summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    /// <summary>Peak memory of the child in megabytes, runtime and all.</summary>
    private const int MostMegabytes = 600;

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Judge_HostileRules_EachEndsInTimeAndHarmsNothing()
    {
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath! : "dotnet", [typeof(HostileTests).Assembly.Location, "hostile"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        var lines = new List<string>();
        long peak = 0;
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            peak = Math.Max(peak, PeakOf(child));
        }

        await child.WaitForExitAsync();
        child.ExitCode.ShouldBe(0, $"the process died after line {lines.Count}: {lines.LastOrDefault()} {(await errors)[..Math.Min(2000, (await errors).Length)]}");

        string[] rules = HostileChild.Rules();
        int said = 0;
        double slowest = 0;
        foreach (string[] report in lines.Select(line => line.Split('\t')).Where(report => report.Length == 5))
        {
            string rule = rules[int.Parse(report[0], CultureInfo.InvariantCulture)];
            double milliseconds = double.Parse(report[2], CultureInfo.InvariantCulture);
            bool deep = said == int.Parse(report[0], CultureInfo.InvariantCulture) + 1;
            said = int.Parse(report[0], CultureInfo.InvariantCulture) + 1;
            double allowed = 2 * RuleLimits.Default.Time.TotalMilliseconds * (deep ? 64 : 1);
            slowest = deep ? slowest : Math.Max(slowest, milliseconds);
            report[3].ShouldBe("unharmed", rule);
            report[1].ShouldBeOneOf(["Failed", "TimedOut", "Skip", "refused"], rule);
            milliseconds.ShouldBeLessThanOrEqualTo(allowed, rule);
            long.Parse(report[4], CultureInfo.InvariantCulture).ShouldBeLessThan(MostMegabytes, rule);
        }

        said.ShouldBe(rules.Length);
        peak = Math.Max(peak, long.Parse(lines[^1].Split(' ')[1], CultureInfo.InvariantCulture));
        output.WriteLine($"note: {rules.Length} hostile rules, the slowest ended after {slowest:0} ms, peak memory {peak} MB");
        peak.ShouldBeLessThan(MostMegabytes);
    }

    private static long PeakOf(Process child)
    {
        try
        {
            child.Refresh();
            return child.PeakWorkingSet64 / 1024 / 1024;
        }
        catch (InvalidOperationException)
        {
            return 0; // it has ended
        }
    }
}
