using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>SIGKILL at random moments under load: what got a 2xx is there afterwards and reaches a final state (design invariants 1 and 2).</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Kill_AtRandomMomentsUnderLoad_LosesNothingAccepted()
    {
        int seed = TestPace.Seed(), rounds = TestPace.Pick(2, 20, 500);
        output.WriteLine($"seed: {seed} for {rounds} kills (set WEBHOOKBRIDGE_TEST_SEED to repeat)");
        var random = new Random(seed);
        await using Scenario scenario = await Scenario.StartAsync();
        for (int round = 0; round < rounds; round++)
        {
            await using GatewayProcess gateway = await scenario.OpenAsync();
            using var stop = new CancellationTokenSource();
            Task load = scenario.Sender.RunAsync(8, stop.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20, 400)), TimeProvider.System);
            await gateway.KillAsync();
            await stop.CancelAsync();
            await load;
        }

        await using GatewayProcess last = await scenario.OpenAsync();
        await scenario.Sender.ResendAsync();
        scenario.Sender.Acknowledged.Count.ShouldBeGreaterThan(rounds, "there was load");
        await scenario.VerifyAsync(last);
        output.WriteLine($"note: {scenario.Sender.Acknowledged.Count} events over {rounds} kills, {scenario.Destination.RequestCount} requests at the destination");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Stop_UnderLoad_EndsInTimeAndCostsNoAttempt()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        for (int round = 0; round < 2; round++)
        {
            await using GatewayProcess gateway = await scenario.OpenAsync();
            using var stop = new CancellationTokenSource();
            Task load = scenario.Sender.RunAsync(8, stop.Token);
            await scenario.Destination.WhenRequestsAsync((round + 1) * 20);
            await gateway.StopAsync();
            gateway.ExitCode.ShouldBe(0, gateway.Output);
            await stop.CancelAsync();
            await load;
        }

        await using GatewayProcess last = await scenario.OpenAsync();
        await scenario.Sender.ResendAsync();
        await scenario.VerifyAsync(last);
        (await last.ListAsync("/api/v1/deliveries")).ShouldAllBe(static d => d.GetProperty("attemptCount").GetInt32() <= 1, "a shutdown cost an attempt");
    }
}
