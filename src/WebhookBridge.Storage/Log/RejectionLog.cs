using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>Refused requests (contract section 7): lists without the sealed parts, one with them opened.</summary>
public sealed class RejectionLog
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly SecretBox _box;

    internal RejectionLog(WriteGate gate, Func<StoreContext> open, SecretBox box)
    {
        _gate = gate;
        _open = open;
        _box = box;
    }

    /// <summary>A page, newest first; body, target and headers of the rows are empty.</summary>
    public async Task<Page<RejectionRow>> PageAsync(string? source, string? code, DateTimeOffset? from, DateTimeOffset? to, string? after, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<RejectionRow> rows = context.Rejections;
        if (source is not null)
        {
            rows = rows.Where(r => r.Source == source);
        }

        if (code is not null)
        {
            rows = rows.Where(r => r.Code == code);
        }

        if (from?.ToUnixTimeMilliseconds() is { } first)
        {
            rows = rows.Where(r => r.ReceivedAt >= first);
        }

        if (to?.ToUnixTimeMilliseconds() is { } end)
        {
            rows = rows.Where(r => r.ReceivedAt < end);
        }

        if (PageCursor.ParseOrThrow(after) is { } cursor)
        {
            rows = rows.Where(r => r.ReceivedAt < cursor.At || (r.ReceivedAt == cursor.At && r.Seq < cursor.Seq));
        }

        List<RejectionRow> page = await rows
            .OrderByDescending(static r => r.ReceivedAt).ThenByDescending(static r => r.Seq)
            .Take(limit + 1)
            .Select(static r => new RejectionRow
            {
                Seq = r.Seq,
                Id = r.Id,
                Source = r.Source,
                ReceivedAt = r.ReceivedAt,
                Code = r.Code,
                Text = r.Text,
                Status = r.Status,
                RemoteIp = r.RemoteIp,
                Method = r.Method,
                Size = r.Size,
                AcceptedEvent = r.AcceptedEvent,
            })
            .ToListAsync();
        return Pages.Cut(page, limit, static r => new PageCursor(r.ReceivedAt, r.Seq));
    }

    /// <summary>The request as it came, for a diagnosis or for accepting it after all; null when there is none.</summary>
    public async Task<Rejection?> FindAsync(string id)
    {
        await using StoreContext context = _open();
        RejectionRow? r = await context.Rejections.FirstOrDefaultAsync(x => x.Id == id);
        if (r is null)
        {
            return null;
        }

        (string target, string? origin, string? certificate) = RejectionRecorder.ReadTarget(_box.OpenText(r.Target, RejectionRecorder.Place(r.Id, "target")));
        return new Rejection
        {
            Id = r.Id,
            Source = r.Source,
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(r.ReceivedAt),
            Code = r.Code,
            Text = r.Text,
            Status = r.Status,
            RemoteIp = r.RemoteIp,
            Method = r.Method,
            Target = target,
            Origin = origin,
            ClientCertificateSha256 = certificate,
            Headers = PairsJson.ReadPairs(_box.Open(r.Headers, RejectionRecorder.Place(r.Id, "headers"))),
            Body = r.Body,
        };
    }

    /// <summary>Writes down that a person took the request as genuine, and the event that it became.</summary>
    public async Task MarkAcceptedAsync(string id, string eventId) =>
        await _gate.RunAsync(context => context.Rejections.Where(r => r.Id == id).ExecuteUpdate(s => s.SetProperty(static r => r.AcceptedEvent, eventId)));

    /// <summary>How often each source was refused for each reason since that day, those that were only counted included.</summary>
    public async Task<IReadOnlyList<RejectionCountRow>> CountsAsync(DateTimeOffset since)
    {
        long day = since.ToUnixTimeMilliseconds() / 86_400_000;
        await using StoreContext context = _open();
        return await context.RejectionCounts.Where(c => c.Day >= day).OrderBy(static c => c.Source).ThenBy(static c => c.Code).ThenBy(static c => c.Day).ToListAsync();
    }
}
