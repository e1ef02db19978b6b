using WebhookBridge.Storage;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Sources;

/// <summary>What came in at one source lately.</summary>
/// <param name="Events">In the last 24 hours, repeats not counted.</param>
/// <param name="Refused">Of the requests that are kept, in the last 24 hours.</param>
internal sealed record SourceActivity(DateTimeOffset? Last, long Events, long Refused)
{
    public static readonly SourceActivity None = new(null, 0, 0);
}

/// <summary>An event as the source page lists it.</summary>
internal sealed record RecentEvent(string Id, string Type, string Kind, bool Test, DateTimeOffset At, long? AmountMinor, string? Currency, long Duplicates);

/// <summary>Why requests of a source were refused, grouped.</summary>
internal sealed record RefusedGroup(string Code, long Count, DateTimeOffset Last);

/// <summary>The questions that the source pages put to the log.</summary>
internal static class SourceLog
{
    private const int Recent = 8;

    public static SourceActivity Activity(SqliteStore store, string source, DateTimeOffset now)
    {
        long since = now.AddHours(-24).ToUnixTimeMilliseconds();
        using StoreContext log = store.OpenContext();
        long? last = log.Events.Where(e => e.Source == source).OrderByDescending(static e => e.ReceivedAt).Select(static e => (long?)e.ReceivedAt).FirstOrDefault();
        return new(
            last is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
            log.Events.LongCount(e => e.Source == source && e.ReceivedAt >= since),
            log.Rejections.LongCount(r => r.Source == source && r.ReceivedAt >= since));
    }

    public static IReadOnlyList<RecentEvent> RecentOf(SqliteStore store, string source)
    {
        using StoreContext log = store.OpenContext();
        var rows = log.Events.Where(e => e.Source == source).OrderByDescending(static e => e.ReceivedAt).ThenByDescending(static e => e.Seq).Take(Recent)
            .Select(static e => new { e.Id, e.Type, e.Kind, e.Test, e.ReceivedAt, e.AmountMinor, e.Currency, e.DuplicateCount }).ToList();
        return [.. rows.Select(static r => new RecentEvent(r.Id, r.Type, r.Kind, r.Test, DateTimeOffset.FromUnixTimeMilliseconds(r.ReceivedAt), r.AmountMinor, r.Currency, r.DuplicateCount))];
    }

    /// <summary>Grouped by cause, the most frequent first.</summary>
    public static IReadOnlyList<RefusedGroup> RefusedOf(SqliteStore store, string source, DateTimeOffset now)
    {
        long since = now.AddHours(-24).ToUnixTimeMilliseconds();
        using StoreContext log = store.OpenContext();
        var rows = log.Rejections.Where(r => r.Source == source && r.ReceivedAt >= since && r.AcceptedEvent == null).GroupBy(static r => r.Code)
            .Select(static g => new { Code = g.Key, Count = g.LongCount(), Last = g.Max(static r => r.ReceivedAt) }).ToList();
        return [.. rows.OrderByDescending(static r => r.Count).Select(static r => new RefusedGroup(r.Code, r.Count, DateTimeOffset.FromUnixTimeMilliseconds(r.Last)))];
    }
}
