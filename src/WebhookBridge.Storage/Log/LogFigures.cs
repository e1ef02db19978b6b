using Microsoft.EntityFrameworkCore;

namespace WebhookBridge.Storage.Log;

/// <summary>What is not over: for the whole gateway.</summary>
/// <param name="Waiting">Pending, tried or not.</param>
/// <param name="Failing">Of those, tried and not taken.</param>
/// <param name="Refused">Refused or given up within the time that is looked at.</param>
public sealed record OpenCounts(long Waiting, long Failing, long Held, long Refused, DateTimeOffset? NextAttempt)
{
    public static readonly OpenCounts None = new(0, 0, 0, 0, null);
}

/// <summary>What happened within one slice of time.</summary>
public sealed record FigureSlice(DateTimeOffset From, long Received, long Held, long Refused);

/// <summary>How a source or destination fared within the time that is looked at.</summary>
public sealed record PartFigures(string Name, long Count, DateTimeOffset? Last);

/// <summary>The figures of the overview.</summary>
public sealed record Figures(
    DateTimeOffset Since, long Received, long Repeats, long Delivered, double PerMinute, OpenCounts Open,
    IReadOnlyList<FigureSlice> Slices, IReadOnlyDictionary<string, PartFigures> Sources, IReadOnlyDictionary<string, PartFigures> Destinations,
    IReadOnlyDictionary<string, long> WaitingBy);

/// <summary>Deliveries that stand still for one cause: one line of "needs attention".</summary>
public sealed record StuckGroup(string Destination, string Route, string State, string? Reason, long Count, DateTimeOffset Since, string LatestId);

/// <summary>Deliveries of one destination that were tried and not taken.</summary>
/// <param name="Oldest">When the oldest of them was made.</param>
/// <param name="LastDelivered">The last that went through of the newest few hundred; null when none did.</param>
public sealed record FailingDeliveries(long Count, DateTimeOffset Oldest, DateTimeOffset? LastDelivered);

/// <summary>Counts over the log. They walk an index over the time that is asked for, so the caller keeps what they say for a while.</summary>
public sealed class LogFigures
{
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    private const int Newest = 300;

    private readonly Func<StoreContext> _open;

    internal LogFigures(Func<StoreContext> open) => _open = open;

    public async Task<OpenCounts> OpenAsync(DateTimeOffset since)
    {
        await using StoreContext context = _open();
        return await OpenAsync(context, since.ToUnixTimeMilliseconds());
    }

    /// <param name="slice">Length of a slice; the time from <paramref name="since"/> to <paramref name="now"/> is cut into such.</param>
    public async Task<Figures> CountAsync(DateTimeOffset since, DateTimeOffset now, TimeSpan slice, IReadOnlyCollection<string> destinations)
    {
        long from = since.ToUnixTimeMilliseconds();
        long width = (long)slice.TotalMilliseconds;
        long recent = (now - Recent).ToUnixTimeMilliseconds();
        await using StoreContext context = _open();
        var received = await context.Events.Where(e => e.ReceivedAt >= from).GroupBy(e => e.ReceivedAt / width)
            .Select(static g => new { Slice = g.Key, Count = g.LongCount() }).ToListAsync();
        // One question for each source and destination: grouped, SQLite would walk their whole index instead of the time that is asked for.
        Dictionary<string, PartFigures> sources = new(StringComparer.Ordinal);
        foreach (string source in await context.RouteSets.Select(static r => r.Source).Distinct().ToListAsync())
        {
            IQueryable<EventRow> of = context.Events.Where(e => e.Source == source && e.ReceivedAt >= from);
            if (await of.MaxAsync(static e => (long?)e.ReceivedAt) is { } last)
            {
                sources[source] = new(source, await of.LongCountAsync(), DateTimeOffset.FromUnixTimeMilliseconds(last));
            }
        }

        long repeats = await context.Events.Where(e => e.ReceivedAt >= from).SumAsync(static e => e.DuplicateCount);
        long delivered = 0;
        Dictionary<string, PartFigures> sent = new(StringComparer.Ordinal);
        foreach (string destination in destinations)
        {
            var of = await context.Deliveries.Where(d => d.Destination == destination && d.CreatedAt >= from && d.State == "delivered").GroupBy(static d => 1)
                .Select(static g => new { Count = g.LongCount(), Last = g.Max(static d => d.FinishedAt) }).FirstOrDefaultAsync();
            if (of is not null)
            {
                delivered += of.Count;
                sent[destination] = new(destination, of.Count, of.Last is { } last ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null);
            }
        }

        var held = await context.Deliveries.Where(d => d.State == "held" && d.CreatedAt >= from).GroupBy(d => d.CreatedAt / width).Select(static g => new { Slice = g.Key, Count = g.LongCount() }).ToListAsync();
        var refused = await Refused(context).Where(d => d.CreatedAt >= from).GroupBy(d => d.CreatedAt / width)
            .Select(static g => new { Slice = g.Key, Count = g.LongCount() }).ToListAsync();
        var waiting = await context.Deliveries.Where(static d => d.State == "pending").GroupBy(static d => d.Destination).Select(static g => new { g.Key, Count = g.LongCount() }).ToListAsync();
        long lately = await context.Events.LongCountAsync(e => e.ReceivedAt >= recent);

        List<FigureSlice> slices = [];
        for (long at = from / width; at <= now.ToUnixTimeMilliseconds() / width; at++)
        {
            slices.Add(new(DateTimeOffset.FromUnixTimeMilliseconds(at * width), received.Find(r => r.Slice == at)?.Count ?? 0, held.Find(r => r.Slice == at)?.Count ?? 0, refused.Find(r => r.Slice == at)?.Count ?? 0));
        }

        return new(
            since,
            received.Sum(static r => r.Count),
            repeats,
            delivered,
            lately / Recent.TotalMinutes,
            await OpenAsync(context, from),
            slices,
            sources,
            sent,
            waiting.ToDictionary(static w => w.Key, static w => w.Count, StringComparer.Ordinal));
    }

    /// <summary>What stands still, grouped by destination, route and reason, the largest first. What was replayed since is not counted again.</summary>
    public async Task<IReadOnlyList<StuckGroup>> StuckAsync(DateTimeOffset since)
    {
        long from = since.ToUnixTimeMilliseconds();
        await using StoreContext context = _open();
        var groups = await Stuck(context)
            .Where(d => EF.Functions.Collate(d.State, "BINARY") != "cancelled" && d.CreatedAt >= from)
            .Where(d => !context.Deliveries.Any(n => n.EventSeq == d.EventSeq && n.Route == d.Route && n.Seq > d.Seq))
            .GroupBy(static d => new { d.Destination, d.Route, d.State, d.Reason })
            .Select(static g => new { g.Key.Destination, g.Key.Route, g.Key.State, g.Key.Reason, Count = g.LongCount(), Since = g.Min(static d => d.CreatedAt), Latest = g.Max(static d => d.Seq) })
            .OrderByDescending(static g => g.Count).Take(50).ToListAsync();
        List<long> seqs = [.. groups.Select(static g => g.Latest)];
        Dictionary<long, string> ids = await context.Deliveries.Where(d => seqs.Contains(d.Seq)).ToDictionaryAsync(static d => d.Seq, static d => d.Id);
        return [.. groups.Select(g => new StuckGroup(g.Destination, g.Route, g.State, g.Reason, g.Count, DateTimeOffset.FromUnixTimeMilliseconds(g.Since), ids[g.Latest]))];
    }

    /// <summary>What the newest failed try of a destination said; null when there is none.</summary>
    public async Task<AttemptRow?> LastFailureAsync(string deliveryId)
    {
        await using StoreContext context = _open();
        return await context.Attempts.Where(a => a.Delivery!.Id == deliveryId).OrderByDescending(static a => a.Seq).FirstOrDefaultAsync();
    }

    /// <summary>What stands still. SQLite uses the index that is kept for these states only where its condition is written out word for word.</summary>
    internal static IQueryable<DeliveryRow> Stuck(StoreContext context) =>
        context.Deliveries.Where(static d => d.State == "held" || d.State == "refused" || d.State == "exhausted" || d.State == "cancelled");

    /// <summary>Refused or given up. The collation is SQLite's own: it keeps EF Core from merging the two conditions into one that the index does not know.</summary>
    internal static IQueryable<DeliveryRow> Refused(StoreContext context) =>
        Stuck(context).Where(static d => EF.Functions.Collate(d.State, "BINARY") == "refused" || EF.Functions.Collate(d.State, "BINARY") == "exhausted");

    /// <summary>What fails now, by destination.</summary>
    public async Task<IReadOnlyDictionary<string, FailingDeliveries>> FailingAsync()
    {
        await using StoreContext context = _open();
        var failing = await context.Deliveries.Where(static d => d.State == "pending" && d.AttemptCount > 0).GroupBy(static d => d.Destination)
            .Select(static g => new { g.Key, Count = g.LongCount(), Oldest = g.Min(static d => d.CreatedAt) }).ToListAsync();
        Dictionary<string, FailingDeliveries> found = new(StringComparer.Ordinal);
        foreach (var one in failing)
        {
            long? last = await context.Deliveries.Where(d => d.Destination == one.Key).OrderByDescending(static d => d.CreatedAt).Take(Newest).Where(static d => d.State == "delivered").MaxAsync(static d => d.FinishedAt);
            found[one.Key] = new(one.Count, DateTimeOffset.FromUnixTimeMilliseconds(one.Oldest), last is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
        }

        return found;
    }

    private static async Task<OpenCounts> OpenAsync(StoreContext context, long from)
    {
        long waiting = await context.Deliveries.LongCountAsync(static d => d.State == "pending");
        long failing = waiting == 0 ? 0 : await context.Deliveries.LongCountAsync(static d => d.State == "pending" && d.AttemptCount > 0);
        long? next = failing == 0 ? null : await context.Deliveries.Where(static d => d.State == "pending" && d.AttemptCount > 0).MinAsync(static d => d.NextAttemptAt);
        long held = await context.Deliveries.LongCountAsync(static d => d.State == "held");
        long refused = await Refused(context).LongCountAsync(d => d.CreatedAt >= from);
        return new(waiting, failing, held, refused, next is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
    }
}
