using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Replays;

/// <summary>What was sent again in bulk, newest first.</summary>
internal sealed class ReplaysModel(Gateway gateway) : ConsolePage
{
    private const int PageSize = 30;

    public Page<ReplayRow> Rows { get; private set; } = new([], null);

    public async Task OnGetAsync(string? after) =>
        Rows = await gateway.Store.Log.Replays.PageAsync(PageCursor.TryParse(after, out _) ? after : null, PageSize);
}
