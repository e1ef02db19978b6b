using System.Diagnostics;
using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>A disk that fails or is full: 503 and never a 2xx, nothing lost, and it goes on when the disk does.</summary>
public sealed class FaultTests
{
    [Theory]
    [Trait("Pace", "normal")]
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
    [Trait("Pace", "normal")]
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

    /// <summary>The disk is full half-way through a row of the connector <c>file</c>: what was written of it is taken back, the delivery waits, and in the end every row is there once.</summary>
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Disk_FullHalfWayThroughARow_TakesItBackAndWritesItOnceLater()
    {
        using TempFolder folder = new();
        string shim = await CompileAsync("faults.c", folder.Of("faults.so")), faults = folder.Of("faults"), configuration = folder.Of("config.json"), rows = folder.Of("data", "files", "orders.csv");
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(new
        {
            sources = new[] { new { name = "shop", platform = "yoco", secrets = new[] { Sender.Secret } } },
            destinations = new[] { new { name = "books", connector = "file", settings = new { name = "orders", rotate = "never" } } },
            routes = new[] { new { name = "to-books", source = "shop", destination = "books", template = new { contentType = "application/json", body = """{ "Payment": "{{ payment.id }}", "Amount": {{ payment.amount }} }""" }, retry = (string[])["300ms", "300ms", "300ms", "300ms", "300ms", "300ms", "300ms", "300ms", "300ms", "300ms"] } },
        }));
        int port = GatewayProcess.FreePort();
        using Sender sender = new($"http://127.0.0.1:{port}/in/shop");
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(folder.Of("data"), port, configuration, new Dictionary<string, string> { ["LD_PRELOAD"] = shim, ["FAULTS_FILE"] = faults });
        (await sender.SendAsync(1, default)).ShouldBe(200);
        await gateway.SettleAsync(TimeSpan.FromMinutes(1));
        string before = await File.ReadAllTextAsync(rows);
        before.Split("\r\n").Length.ShouldBe(3, before);

        await File.WriteAllTextAsync(faults, "half");
        (await sender.SendAsync(2, default)).ShouldBe(200);
        JsonElement waiting = await WaitingAsync(gateway);
        (await File.ReadAllTextAsync(rows)).ShouldBe(before, "the beginning of the row was taken back");
        (await gateway.ListAsync($"/api/v1/deliveries/{waiting.GetProperty("id").GetString()}/attempts"))[^1].GetProperty("error").GetString()!.ShouldContain("taken back");
        File.Delete(faults);
        await gateway.SettleAsync(TimeSpan.FromMinutes(1));
        string[] after = (await File.ReadAllTextAsync(rows)).Split("\r\n");
        after.Length.ShouldBe(4);
        after.Distinct().Count().ShouldBe(4, "no row is there twice");
    }

    private static async Task<JsonElement> WaitingAsync(GatewayProcess gateway)
    {
        while (true)
        {
            if ((await gateway.ListAsync("/api/v1/deliveries?state=pending")).FirstOrDefault(static d => d.GetProperty("attemptCount").GetInt32() > 0) is { ValueKind: JsonValueKind.Object } found)
            {
                return found;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
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
