using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Server.Alerts;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Settings;

/// <summary>Who is told when something goes wrong, and what was told.</summary>
[Needs(Role.Administrator)]
internal sealed class AlertsModel(Gateway gateway, ILoggerFactory loggers) : ConsolePage
{
    private const int MostAlerts = 30;

    private static readonly string[] Known = ["added", "removed", "tried"];

    public IReadOnlyList<(AlertChannel Channel, string Connector)> Channels { get; private set; } = [];

    /// <summary>Destinations that can take a message and are not told yet.</summary>
    public IReadOnlyList<(string Name, string Connector)> Offered { get; private set; } = [];

    public IReadOnlyList<AlertRow> Alerts { get; private set; } = [];

    public string? Done { get; private set; }

    public string? Problem { get; private set; }

    /// <summary>The name of a connector as people know it.</summary>
    public string Words(string connector) => gateway.Connectors.Entries.OfType<CatalogEntry.Ready>().FirstOrDefault(c => c.Id == connector)?.Description.Name.In(T) ?? connector;

    public async Task OnGetAsync(string? done)
    {
        Done = Known.Contains(done) ? done : null;
        await LoadAsync();
    }

    public async Task<IActionResult> OnPostAsync(string? destination, string? to, string? language)
    {
        AlertSettings settings = await AlertSettings.LoadAsync(gateway);
        to = string.IsNullOrWhiteSpace(to) ? null : to.Trim();
        Problem = ConnectorOf(destination) is not { } connector || !AlertSettings.Connectors.Contains(connector) ? T["alerts.chooseFirst"]
            : AlertSettings.AddresseeField(connector) is not null && to is null ? T["alerts.toMissing"]
            : null;
        if (Problem is not null)
        {
            await LoadAsync();
            return Page();
        }

        await SaveAsync(new([.. settings.Channels.Where(c => c.Destination != destination), new AlertChannel(destination!, AlertSettings.AddresseeField(ConnectorOf(destination)!) is null ? null : to, (Language.Find(language) ?? T.Language).Code, T.Zone.Id)]));
        return LocalRedirect("/settings/alerts?done=added");
    }

    public async Task<IActionResult> OnPostRemoveAsync(string? destination)
    {
        AlertSettings settings = await AlertSettings.LoadAsync(gateway);
        await SaveAsync(new([.. settings.Channels.Where(c => c.Destination != destination)]));
        return LocalRedirect("/settings/alerts?done=removed");
    }

    /// <summary>Sends a message that says it is a test.</summary>
    public async Task<IActionResult> OnPostTryAsync(string? destination)
    {
        AlertSettings settings = await AlertSettings.LoadAsync(gateway);
        if (settings.Channels.FirstOrDefault(c => c.Destination == destination) is { } channel)
        {
            Problem = await new AlertMessages(gateway, loggers.CreateLogger<AlertMessages>()).TryAsync(channel) is { } said ? T["alerts.tryFailed", channel.Destination, EngineWords.In(T, said)] : null;
        }

        if (Problem is null)
        {
            return LocalRedirect("/settings/alerts?done=tried");
        }

        await LoadAsync();
        return Page();
    }

    public string Title(AlertRow alert) => AlertWords.Title(alert.Code, alert.Subject, alert.Text, T);

    private async Task SaveAsync(AlertSettings settings) => await gateway.Store.Settings.SetAsync(AlertSettings.Name, settings.Write(), Me.Email!);

    private string? ConnectorOf(string? destination) =>
        destination is not null && gateway.Configuration.Find(ConfigurationKind.Destination, destination)?.Definition is DestinationDefinition found ? found.Connector : null;

    private async Task LoadAsync()
    {
        AlertSettings settings = await AlertSettings.LoadAsync(gateway);
        Channels = [.. settings.Channels.Select(c => (c, ConnectorOf(c.Destination) ?? ""))];
        Offered = [.. gateway.Configuration.All(ConfigurationKind.Destination).Select(static i => (DestinationDefinition)i.Definition)
            .Where(d => AlertSettings.Connectors.Contains(d.Connector) && settings.Channels.All(c => c.Destination != d.Name)).Select(static d => (d.Name, d.Connector))];
        Alerts = (await gateway.Store.Log.Alerts.PageAsync(null, null, null, null, MostAlerts)).Items;
    }
}
