using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Sources;

namespace WebhookBridge.Server.WebConsole.Pages.Sources;

/// <summary>Every source with its last sign of life.</summary>
internal sealed class SourcesModel(Gateway gateway, ConsoleOptions options) : ConsolePage
{
    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public int Platforms => gateway.Platforms.All.Count;

    public string? Removed { get; private set; }

    public void OnGet(string? removed)
    {
        Removed = removed is not null && Names.IsValid(removed) ? removed : null;
        Rows = [.. gateway.Configuration.All(ConfigurationKind.Source).Select(item =>
        {
            var source = (SourceDefinition)item.Definition;
            Platform? platform = gateway.Platforms.Get(source.Platform);
            SourceActivity activity = SourceLog.Activity(gateway.Store, source.Name, T.Now);
            string state = !source.Enabled ? "skipped"
                : platform is null || platform.CreateVerifier(source).Problems.Count > 0 ? "refused"
                : activity.Last is null ? "waiting"
                : "delivered";
            return new Row(source.Name, platform?.DisplayName ?? source.Platform, SourceAddress.Masked(SourceAddress.Origin(Request, options, source), source, platform), state, activity);
        })];
    }

    internal sealed record Row(string Name, string Platform, string Address, string State, SourceActivity Activity);
}
