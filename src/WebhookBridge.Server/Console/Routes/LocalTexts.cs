using WebhookBridge.Abstractions;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Texts that connectors bring along.</summary>
internal static class LocalTexts
{
    public static string In(this LocalText text, Texts texts) => texts.Language == Language.Portuguese ? text.PtBr : text.En;
}
