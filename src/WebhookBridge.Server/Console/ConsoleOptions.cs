namespace WebhookBridge.Server.WebConsole;

/// <summary>What the host tells the console.</summary>
/// <param name="PublicUrl">Scheme, host and port as senders see them; null = as the reader's browser sees the gateway.</param>
internal sealed record ConsoleOptions(string? PublicUrl);
