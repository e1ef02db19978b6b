using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>What a person ought to look at: one open alert for each code and subject, counted while it goes on.</summary>
public sealed class AlertStore
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly TimeProvider _time;

    internal AlertStore(WriteGate gate, Func<StoreContext> open, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _time = time;
    }

    /// <summary>Called once for each alert that is newly open, after it is on disk; must not throw and must not wait long.</summary>
    public event Action<AlertRow>? Opened;

    /// <summary>Called once for each alert that is closed, after it is on disk; must not throw and must not wait long.</summary>
    public event Action<AlertRow>? Closed;

    /// <summary>Opens the alert, or counts it once more when it is open already; the newest text stays.</summary>
    /// <param name="code">One of the codes in docs/problems.md.</param>
    /// <param name="subject">What it is about, such as <c>source/yoco</c>.</param>
    /// <param name="text">One sentence for a person; never holds a secret.</param>
    /// <returns>True when the alert is new, false when it was open already.</returns>
    public async Task<bool> RaiseAsync(string code, string subject, string text)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        (AlertRow row, bool isNew) = await _gate.RunAsync(context =>
        {
            AlertRow? open = context.Alerts.FirstOrDefault(a => a.Code == code && a.Subject == subject && a.ResolvedAt == null);
            bool isNew = open is null;
            if (open is null)
            {
                context.Alerts.Add(open = new AlertRow { Code = code, Subject = subject, FirstAt = now });
            }

            open.Text = text;
            open.LastAt = now;
            open.Count++;
            context.SaveChanges();
            return (open, isNew);
        });
        if (isNew)
        {
            Opened?.Invoke(row);
        }

        return isNew;
    }

    /// <summary>Closes the open alert of this code and subject.</summary>
    /// <returns>False when there was none open.</returns>
    public async Task<bool> ResolveAsync(string code, string subject)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        AlertRow? closed = await _gate.RunAsync(context =>
        {
            AlertRow? open = context.Alerts.FirstOrDefault(a => a.Code == code && a.Subject == subject && a.ResolvedAt == null);
            if (open is not null)
            {
                open.ResolvedAt = now;
                context.SaveChanges();
            }

            return open;
        });
        if (closed is not null)
        {
            Closed?.Invoke(closed);
        }

        return closed is not null;
    }

    /// <summary>Open ones, newest first.</summary>
    public async Task<IReadOnlyList<AlertRow>> OpenAsync(string? code = null)
    {
        await using StoreContext context = _open();
        return await context.Alerts.Where(a => a.ResolvedAt == null && (code == null || a.Code == code)).OrderByDescending(static a => a.LastAt).Take(200).ToListAsync();
    }

    /// <summary>A page of open and closed ones, the last opened first.</summary>
    /// <param name="open">True = only open ones, false = only closed ones, null = all.</param>
    public async Task<Page<AlertRow>> PageAsync(string? code, string? subject, bool? open, string? after, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<AlertRow> rows = context.Alerts;
        if (code is not null)
        {
            rows = rows.Where(a => a.Code == code);
        }

        if (subject is not null)
        {
            rows = rows.Where(a => a.Subject == subject);
        }

        if (open is { } isOpen)
        {
            rows = rows.Where(a => (a.ResolvedAt == null) == isOpen);
        }

        if (PageCursor.ParseOrThrow(after) is { } cursor)
        {
            rows = rows.Where(a => a.Seq < cursor.Seq);
        }

        return Pages.Cut(await rows.OrderByDescending(static a => a.Seq).Take(limit + 1).ToListAsync(), limit, static a => new PageCursor(a.FirstAt, a.Seq));
    }

    /// <summary>What nobody was told of yet: open ones since before <paramref name="before"/>, and closed ones whose opening was told. Oldest first.</summary>
    public async Task<IReadOnlyList<AlertRow>> UntoldAsync(DateTimeOffset before)
    {
        long until = before.ToUnixTimeMilliseconds();
        await using StoreContext context = _open();
        return await context.Alerts
            .Where(a => (a.ResolvedAt == null && a.OpenedToldAt == null && a.FirstAt <= until) || (a.ResolvedAt != null && a.OpenedToldAt != null && a.ClosedToldAt == null))
            .OrderBy(static a => a.Seq).Take(50).ToListAsync();
    }

    /// <summary>Notes that people were told of its beginning, or of its end.</summary>
    public async Task MarkToldAsync(long seq, bool closed)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await _gate.RunAsync(context =>
        {
            AlertRow row = context.Alerts.First(a => a.Seq == seq);
            if (closed)
            {
                row.ClosedToldAt = now;
            }
            else
            {
                row.OpenedToldAt = now;
            }
        });
    }

    /// <summary>How many are open, by code.</summary>
    public IReadOnlyDictionary<string, int> CountOpen()
    {
        using StoreContext context = _open();
        return context.Alerts.Where(static a => a.ResolvedAt == null).GroupBy(static a => a.Code)
            .Select(static g => new { g.Key, Count = g.Count() })
            .ToDictionary(static g => g.Key, static g => g.Count);
    }
}
