using System.Globalization;
using System.Text.RegularExpressions;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.Alerts;

/// <summary>An alert as a person reads it: in their language, its times on their clock, its codes as words.</summary>
internal static partial class AlertWords
{
    /// <summary>What it is about, in one line; a code without words is told by its text.</summary>
    public static string Title(string code, string subject, string text, Texts t) =>
        t.Find("alert." + code) is null ? Text(text, t) : t["alert." + code, subject[(subject.IndexOf('/', StringComparison.Ordinal) + 1)..]];

    public static string Text(string text, Texts t) => EngineWords.In(t, Code().Replace(Time().Replace(text, m => When(m.Value, t)), m => t.Find("outcome.reason." + m.Value) ?? m.Value));

    private static string When(string iso, Texts t) =>
        DateTimeOffset.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset at) ? t.Time(at) : iso;

    [GeneratedRegex(@"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();

    [GeneratedRegex(@"\b[a-z]+(_[a-z]+)+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
