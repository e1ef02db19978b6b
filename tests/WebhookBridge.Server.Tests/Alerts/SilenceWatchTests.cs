using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Alerts;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Storage.Log;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Alerts;

/// <summary>"Nothing for N hours" on a virtual clock: Sunday 2026-03-01, noon UTC.</summary>
public sealed class SilenceWatchTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();
    private Gateway _gateway = null!;
    private int _sent;

    private AlertStore Alerts => _gateway.Store.Log.Alerts;

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.OpenAsync(new GatewayOptions { DataDirectory = _folder.Of("data"), Limits = new() { MinFreeDiskBytes = 0 } }, _clock, NullLoggerFactory.Instance);
        await ApplyAsync("\"silence\": { \"after\": \"2h\" }");
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task LookAsync_NeverHeardOf_RaisesOneAlertAndCounts()
    {
        List<string> opened = [];
        Alerts.Opened += alert => opened.Add(alert.Subject);
        _clock.Advance(TimeSpan.FromMinutes(119));
        await SilenceWatch.LookAsync(_gateway);
        (await Alerts.OpenAsync()).ShouldBeEmpty();

        _clock.Advance(TimeSpan.FromMinutes(1));
        await SilenceWatch.LookAsync(_gateway);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await SilenceWatch.LookAsync(_gateway);

        AlertRow alert = (await Alerts.OpenAsync()).ShouldHaveSingleItem();
        (alert.Code, alert.Subject, alert.Count).ShouldBe((AlertCodes.SourceSilent, "source/shop", 2));
        (alert.LastAt - alert.FirstAt).ShouldBe(60_000);
        alert.Text.ShouldContain("never");
        opened.ShouldBe(["source/shop"]);
    }

    [Fact]
    public async Task LookAsync_AfterAnEvent_ClosesAndMayRaiseAgain()
    {
        List<string> closed = [];
        Alerts.Closed += alert => closed.Add(alert.Subject);
        _clock.Advance(TimeSpan.FromHours(3));
        await SilenceWatch.LookAsync(_gateway);
        await ReceiveAsync(simulated: true);
        await SilenceWatch.LookAsync(_gateway);
        (await Alerts.OpenAsync()).ShouldHaveSingleItem("a simulated event says nothing about the sender");

        await ReceiveAsync(simulated: false);
        await SilenceWatch.LookAsync(_gateway);
        (await Alerts.OpenAsync()).ShouldBeEmpty();
        closed.ShouldBe(["source/shop"]);

        _clock.Advance(TimeSpan.FromHours(2));
        await SilenceWatch.LookAsync(_gateway);
        Page<AlertRow> all = await Alerts.PageAsync(AlertCodes.SourceSilent, "source/shop", null, null, 10);
        all.Items.Select(alert => alert.ResolvedAt is null).ShouldBe([true, false]);
    }

    [Fact]
    public async Task LookAsync_OutsideTheWatchedHours_IsQuiet()
    {
        await ApplyAsync("\"silence\": { \"after\": \"2h\", \"days\": [\"mon\"], \"from\": \"08:00\", \"to\": \"18:00\", \"timeZone\": \"Africa/Johannesburg\" }");
        _clock.Advance(TimeSpan.FromHours(18)); // Monday 08:00 there
        await SilenceWatch.LookAsync(_gateway);
        (await Alerts.OpenAsync()).ShouldBeEmpty();

        _clock.Advance(TimeSpan.FromHours(2));
        await SilenceWatch.LookAsync(_gateway);
        (await Alerts.OpenAsync()).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("\"enabled\": false, \"silence\": { \"after\": \"2h\" }")]
    [InlineData("\"enabled\": true")]
    public async Task LookAsync_NoLongerWatched_Closes(string source)
    {
        _clock.Advance(TimeSpan.FromHours(3));
        await SilenceWatch.LookAsync(_gateway);
        (await Alerts.OpenAsync()).ShouldHaveSingleItem();

        await ApplyAsync(source);
        await SilenceWatch.LookAsync(_gateway);
        (await Alerts.OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Running_EveryMinute_Looks()
    {
        await using Upkeep upkeep = new(_gateway, NullLoggerFactory.Instance);
        TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Alerts.Opened += _ => opened.TrySetResult();
        await _clock.WhenTimerWithinAsync(TimeSpan.FromMinutes(1));
        _clock.Advance(TimeSpan.FromMinutes(121));
        await opened.Task.WaitAsync(ManualTimeProvider.RealPatience, TimeProvider.System);
    }

    private async Task ApplyAsync(string source)
    {
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(
            System.Text.Encoding.UTF8.GetBytes($$"""{ "sources": [ { "name": "shop", "platform": "generic", "settings": { "scheme": "none" }, {{source}} } ] }"""), SecretSyntax.Plain);
        (await _gateway.Configuration.ApplyAsync(reading.Value.ShouldNotBeNull(string.Join("; ", reading.Problems)), dryRun: false, "test")).ShouldBeOfType<ChangeResult.Done>();
    }

    private async Task ReceiveAsync(bool simulated)
    {
        ActiveSource source = _gateway.Receive.FindSource("shop", null).ShouldNotBeNull();
        ReceiveAnswer answer = await _gateway.Receive.ReceiveAsync(source, new InboundRequest
        {
            Method = "POST",
            PublicOrigin = "http://localhost",
            Path = "/in/shop",
            Query = "",
            Headers = simulated ? [new("Content-Type", "application/json"), new(SimulationTokens.Header, _gateway.Simulations.Issue())] : [new("Content-Type", "application/json")],
            Body = System.Text.Encoding.UTF8.GetBytes($$"""{ "id": "e{{_sent++}}" }"""),
            ReceivedAt = _clock.GetUtcNow(),
        });
        answer.Status.ShouldBe(200);
    }
}
