using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Destinations;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;

namespace WebhookBridge.Server.WebConsole.Pages.Destinations;

/// <summary>Every destination: whether it answers, what waits for it, who uses it.</summary>
internal sealed class DestinationsModel(Gateway gateway) : ConsolePage
{
    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public string? Removed { get; private set; }

    public void OnGet(string? removed)
    {
        Removed = removed is not null && Names.IsValid(removed) ? removed : null;
        Rows = [.. gateway.Configuration.All(ConfigurationKind.Destination).Select(item =>
        {
            var destination = (DestinationDefinition)item.Definition;
            return new Row(destination.Name, gateway.Connectors.FindReady(destination.Connector)?.Description.Name.In(T) ?? destination.Connector, DestinationNow.Of(gateway, destination.Name), destination.Limits.PerSecond);
        })];
    }

    internal sealed record Row(string Name, string Connector, DestinationNow Now, double? PerSecond);
}
