using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Sentences of the engine in the reader's language; those that have no translation stay as they are.</summary>
internal static class EngineWords
{
    public static string In(Texts texts, string sentence) => texts.Language == Language.English ? sentence : sentence;
}
