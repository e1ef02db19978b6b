using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>With a slow sync only grouping keeps the rate up: a lost group commit cannot be seen on a quick disk.</summary>
public sealed class GroupCommitTests
{
    [Fact]
    [Trait("Pace", "normal")]
    public async Task SlowSync_ManySenders_ShareTheirCommits()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        string shim = await FaultTests.CompileAsync("slowsync.c", scenario.File("slowsync.so"));
        await using GatewayProcess gateway = await scenario.OpenAsync(new Dictionary<string, string> { ["LD_PRELOAD"] = shim, ["SLOWSYNC_US"] = "20000" });
        using var stop = new CancellationTokenSource();
        Task load = scenario.Sender.RunAsync(64, stop.Token);
        await scenario.Destination.WhenRequestsAsync(200);
        await stop.CancelAsync();
        await load;
        string metrics = await gateway.Api.GetStringAsync("/metrics");
        double commits = Read(metrics, "webhookbridge_commit_batch_size_count"), rows = Read(metrics, "webhookbridge_commit_batch_size_sum");
        (rows / commits).ShouldBeGreaterThan(5, metrics);
        await scenario.VerifyAsync(gateway);
    }

    private static double Read(string metrics, string name) => double.Parse(
        metrics.Split('\n').First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
