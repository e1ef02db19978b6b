using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Settings;

/// <summary>Who did what, when; newest first.</summary>
[Needs(Role.Administrator)]
internal sealed class AuditModel(Gateway gateway) : ConsolePage
{
    private const int PageSize = 60;

    public Page<AuditRow> Rows { get; private set; } = new([], null);

    public string? Actor { get; private set; }

    public string? Subject { get; private set; }

    public async Task OnGetAsync(string? actor, string? subject, string? after)
    {
        Actor = string.IsNullOrWhiteSpace(actor) ? null : actor.Trim();
        Subject = string.IsNullOrWhiteSpace(subject) ? null : subject.Trim();
        Rows = await gateway.Store.Audit.PageAsync(Subject, Actor, PageCursor.TryParse(after, out _) ? after : null, PageSize);
    }

    /// <summary>Where a subject can be looked at; null where it cannot.</summary>
    public static string? AddressOf(string subject) => subject switch
    {
        _ when subject.StartsWith("evt_", StringComparison.Ordinal) => "/events/" + subject,
        _ when subject.StartsWith("rpl_", StringComparison.Ordinal) => "/replays/" + subject,
        _ when subject.StartsWith("source/", StringComparison.Ordinal) => "/sources/" + subject[7..],
        _ when subject.StartsWith("destination/", StringComparison.Ordinal) => "/destinations/" + subject[12..],
        _ when subject.StartsWith("route/", StringComparison.Ordinal) => "/routes/" + subject[6..],
        _ => null,
    };
}
