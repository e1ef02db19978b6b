using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.WebConsole.Overview;

/// <summary>A row of the audit as a sentence.</summary>
internal static class AuditWords
{
    public static string Say(AuditRow row, Texts t)
    {
        string deed = t.Find("audit.do." + row.Action) ?? row.Action;
        int slash = row.Subject.IndexOf('/', StringComparison.Ordinal);
        string subject = slash > 0 && t.Find("audit.what." + row.Subject[..slash]) is { } what ? $"{what} {row.Subject[(slash + 1)..]}" : row.Subject;
        return $"{deed}: {subject}";
    }
}
