using System.Diagnostics;
using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>A disk that fails or is full: 503 and never a 2xx, nothing lost, and it goes on when the disk does.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("sync")]
    [InlineData("full")]
    public async Task Disk_FailsUnderLoad_AnswersUnavailableAndRecovers(string fault)
    {
        await using Scenario scenario = await Scenario.StartAsync();
        string shim = await CompileAsync("faults.c", scenario.File("faults.so")), faults = scenario.File("faults");
        await using GatewayProcess gateway = await scenario.OpenAsync(new Dictionary<string, string> { ["LD_PRELOAD"] = shim, ["FAULTS_FILE"] = faults });
        for (int i = 1; i <= 20; i++)
        {
            (await scenario.Sender.SendAsync(i, default)).ShouldBe(200);
        }

        await File.WriteAllTextAsync(faults, fault);
        // What fits into pages that are there already may still be taken while the disk is full; then it must be durable.
        int unavailable = 0;
        for (int i = 21; i <= 80; i++)
        {
            int status = await scenario.Sender.SendAsync(i, default);
            status.ShouldBeOneOf(200, 503);
            unavailable += status == 503 ? 1 : 0;
        }

        unavailable.ShouldBeGreaterThan(fault == "sync" ? 59 : 20);
        gateway.HasExited.ShouldBeFalse(gateway.Output);
        File.Delete(faults);
        await scenario.Sender.ResendAsync();
        await scenario.VerifyAsync(gateway);
    }

    [Fact]
    public async Task Disk_FailsThenProcessIsKilled_KeepsWhatWasAcknowledged()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        string shim = await CompileAsync("faults.c", scenario.File("faults.so")), faults = scenario.File("faults");
        await using (GatewayProcess gateway = await scenario.OpenAsync(new Dictionary<string, string> { ["LD_PRELOAD"] = shim, ["FAULTS_FILE"] = faults }))
        {
            using var stop = new CancellationTokenSource();
            Task load = scenario.Sender.RunAsync(4, stop.Token);
            await scenario.Destination.WhenRequestsAsync(10);
            await File.WriteAllTextAsync(faults, "sync");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            await gateway.KillAsync();
            await stop.CancelAsync();
            await load;
        }

        await using GatewayProcess after = await scenario.OpenAsync();
        await scenario.Sender.ResendAsync();
        await scenario.VerifyAsync(after);
    }

    /// <summary>Compiles a shim of this folder with the C compiler that test.sh installs.</summary>
    internal static async Task<string> CompileAsync(string source, string target)
    {
        using Process compiler = Process.Start("cc", ["-O2", "-shared", "-fPIC", "-o", target, Path.Combine(AppContext.BaseDirectory, source), "-ldl"]);
        await compiler.WaitForExitAsync();
        compiler.ExitCode.ShouldBe(0);
        return target;
    }
}
