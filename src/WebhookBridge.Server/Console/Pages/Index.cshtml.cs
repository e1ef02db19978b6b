using WebhookBridge.Server.WebConsole.Page;

namespace WebhookBridge.Server.WebConsole.Pages;

/// <summary>The first page: what to do next.</summary>
internal sealed class IndexModel : ConsolePage;
