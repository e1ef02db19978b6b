using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Config;

/// <summary>Who did what to what. Most rows are written by the stores themselves, in the transaction of the deed.</summary>
public sealed class AuditStore
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly TimeProvider _time;

    internal AuditStore(WriteGate gate, Func<StoreContext> open, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _time = time;
    }

    /// <param name="detail">JSON without any secret, or null.</param>
    public async Task AppendAsync(string actor, string action, string subject, string? detail)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await _gate.RunAsync(context => Add(context, now, actor, action, subject, detail));
    }

    /// <summary>A page, newest first.</summary>
    /// <param name="subject">Exactly this subject; with a star at the end, what begins so.</param>
    public async Task<Page<AuditRow>> PageAsync(string? subject, string? actor, string? after, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<AuditRow> rows = context.Audit;
        if (subject is not null)
        {
            string start = subject.TrimEnd('*');
            rows = subject.EndsWith('*') ? rows.Where(a => a.Subject.StartsWith(start)) : rows.Where(a => a.Subject == subject);
        }

        if (actor is not null)
        {
            rows = rows.Where(a => a.Actor == actor);
        }

        if (PageCursor.ParseOrThrow(after) is { } cursor)
        {
            rows = rows.Where(a => a.Seq < cursor.Seq);
        }

        return Pages.Cut(await rows.OrderByDescending(static a => a.Seq).Take(limit + 1).ToListAsync(), limit, static a => new PageCursor(a.At, a.Seq));
    }

    internal static void Add(StoreContext context, long now, string actor, string action, string subject, string? detail) =>
        context.Audit.Add(new AuditRow { At = now, Actor = actor, Action = action, Subject = subject, Detail = detail });
}
