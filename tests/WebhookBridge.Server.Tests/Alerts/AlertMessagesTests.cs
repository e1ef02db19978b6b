using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Alerts;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Alerts;

/// <summary>Acceptance test 11: a destination is down for an hour; people get one message, and one more when it is over.</summary>
public sealed class AlertMessagesTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();
    private Gateway _gateway = null!;
    private AlertMessages _messages = null!;

    public async Task InitializeAsync()
    {
        _gateway = await Gateway.OpenAsync(new GatewayOptions { DataDirectory = _folder.Of("data"), Limits = new() { MinFreeDiskBytes = 0 } }, _clock, NullLoggerFactory.Instance);
        ConfigurationReading<GatewayDefinition> read = ConfigurationDocument.Read(
            """{ "destinations": [ { "name": "crm", "connector": "inbox" }, { "name": "operations", "connector": "inbox" } ] }"""u8.ToArray(), SecretSyntax.Plain);
        (await _gateway.Configuration.ApplyAsync(read.Value!, dryRun: false, "test")).ShouldBeOfType<ChangeResult.Done>();
        await _gateway.StartPumpAsync();
        _messages = new AlertMessages(_gateway, NullLogger.Instance);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Tell_DestinationDownForAnHour_SendsOneMessageAndOneOnRecovery()
    {
        await _gateway.Store.Settings.SetAsync(AlertSettings.Name, new AlertSettings([new("operations", null)]).Write(), "test");
        await _gateway.Pump.HoldAsync("crm", new DestinationHold("the access token has expired", ByPerson: false, _clock.GetUtcNow()));
        for (int minute = 0; minute < 60; minute++)
        {
            await LookAsync();
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        IReadOnlyList<InboxItem> told = await ToldAsync();
        told.Count.ShouldBe(1);
        Text(told[0]).ShouldContain("the access token has expired");
        Text(told[0]).ShouldContain("\"state\":\"open\"");

        await _gateway.Pump.ResumeAsync("crm");
        await LookAsync();
        await LookAsync();
        told = await ToldAsync();
        told.Count.ShouldBe(2);
        Text(told[0]).ShouldContain("\"state\":\"closed\"");
    }

    [Fact]
    public async Task Tell_ProblemThatIsOverAtOnce_SaysNothing()
    {
        await _gateway.Store.Settings.SetAsync(AlertSettings.Name, new AlertSettings([new("operations", null)]).Write(), "test");
        await _gateway.Pump.HoldAsync("crm", new DestinationHold("a hiccup", ByPerson: false, _clock.GetUtcNow()));
        await LookAsync();
        await _gateway.Pump.ResumeAsync("crm");
        _clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync();
        (await ToldAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Look_HeldByAPerson_RaisesNothing()
    {
        await _gateway.Pump.HoldAsync("crm", new DestinationHold("maintenance", ByPerson: true, _clock.GetUtcNow()));
        await LookAsync();
        (await _gateway.Store.Log.Alerts.OpenAsync()).ShouldBeEmpty();
    }

    private async Task LookAsync()
    {
        await ProblemWatch.LookAsync(_gateway);
        await _messages.TellAsync();
    }

    private async Task<IReadOnlyList<InboxItem>> ToldAsync() => await _gateway.Inbox.ListAsync("operations", 10, null);

    private static string Text(InboxItem item) => System.Text.Encoding.UTF8.GetString(item.Body.Span);
}
