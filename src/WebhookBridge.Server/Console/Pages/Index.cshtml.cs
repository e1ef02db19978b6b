using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Page;

namespace WebhookBridge.Server.WebConsole.Pages;

/// <summary>The first page: what there is, and what to do next.</summary>
internal sealed class IndexModel(Gateway gateway) : ConsolePage
{
    public const string ApplyCommand = "webhookbridge apply FILE --server URL --key KEY";

    /// <summary>How many sources, destinations and routes there are.</summary>
    public IReadOnlyList<int> Made { get; } =
    [
        gateway.Configuration.All(ConfigurationKind.Source).Count(),
        gateway.Configuration.All(ConfigurationKind.Destination).Count(),
        gateway.Configuration.All(ConfigurationKind.Route).Count(),
    ];

    /// <summary>The first step that has not been taken; 0 when all have.</summary>
    public int Next => Made.ToList().IndexOf(0) + 1;
}
