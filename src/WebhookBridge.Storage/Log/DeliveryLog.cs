using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>What a list of deliveries is limited to; null = no limit. Names as in contract section 7.</summary>
public sealed record DeliveryFilter
{
    public string? Route { get; init; }

    public string? Destination { get; init; }

    public string? State { get; init; }

    /// <summary>Id of the event.</summary>
    public string? Event { get; init; }

    /// <summary>Created at or after.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Created before.</summary>
    public DateTimeOffset? To { get; init; }

    internal IQueryable<DeliveryRow> Apply(IQueryable<DeliveryRow> deliveries)
    {
        if (Route is not null)
        {
            deliveries = deliveries.Where(d => d.Route == Route);
        }

        if (Destination is not null)
        {
            deliveries = deliveries.Where(d => d.Destination == Destination);
        }

        if (State is not null)
        {
            // A constant, not a parameter: only then does SQLite use the indexes that are kept for some states.
            deliveries = StateNames.State(State) is null ? deliveries.Where(static d => false) : deliveries.Where(d => d.State == EF.Constant(State));
        }

        if (Event is not null)
        {
            deliveries = deliveries.Where(d => d.Event!.Id == Event);
        }

        if (From is { } from)
        {
            long first = from.ToUnixTimeMilliseconds();
            deliveries = deliveries.Where(d => d.CreatedAt >= first);
        }

        if (To is { } to)
        {
            long end = to.ToUnixTimeMilliseconds();
            deliveries = deliveries.Where(d => d.CreatedAt < end);
        }

        return deliveries;
    }
}

/// <summary>A delivery with the id of its event, as lists show it.</summary>
public sealed record DeliveryItem(DeliveryRow Delivery, string EventId);

/// <summary>How a route's events fared, counted over first deliveries and skip verdicts (contract section 6, <c>check --json</c>).</summary>
public sealed record RouteCounts(string Name)
{
    public long Accepted { get; set; }

    public long Delivered { get; set; }

    public long Skipped { get; set; }

    public long Pending { get; set; }

    public long Held { get; set; }

    public long Refused { get; set; }

    public long Exhausted { get; set; }

    public long Cancelled { get; set; }

    internal void Add(string state, long count)
    {
        switch (StateNames.State(state))
        {
            case DeliveryState.Delivered: Delivered += count; break;
            case DeliveryState.Skipped: Skipped += count; break;
            case DeliveryState.Pending: Pending += count; break;
            case DeliveryState.Held: Held += count; break;
            case DeliveryState.Refused: Refused += count; break;
            case DeliveryState.Exhausted: Exhausted += count; break;
            case DeliveryState.Cancelled: Cancelled += count; break;
        }
    }
}

/// <summary>Queries over what was, is and will be sent (contract section 7).</summary>
public sealed class DeliveryLog
{
    private readonly Func<StoreContext> _open;

    internal DeliveryLog(Func<StoreContext> open) => _open = open;

    /// <summary>A page of deliveries, newest first.</summary>
    /// <param name="after">The cursor of the page before; a text that is none throws <see cref="FormatException"/>.</param>
    public async Task<Page<DeliveryItem>> PageAsync(DeliveryFilter filter, string? after, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<DeliveryRow> deliveries = filter.Apply(context.Deliveries);
        if (PageCursor.ParseOrThrow(after) is { } cursor)
        {
            deliveries = deliveries.Where(d => d.CreatedAt < cursor.At || (d.CreatedAt == cursor.At && d.Seq < cursor.Seq));
        }

        List<DeliveryItem> rows = await deliveries
            .OrderByDescending(static d => d.CreatedAt).ThenByDescending(static d => d.Seq)
            .Take(limit + 1)
            .Select(static d => new DeliveryItem(d, d.Event!.Id))
            .ToListAsync();
        return Pages.Cut(rows, limit, static d => new PageCursor(d.Delivery.CreatedAt, d.Delivery.Seq));
    }

    /// <summary>One delivery with its event, its attempts in order and its rendered bytes; null when there is none.</summary>
    public async Task<DeliveryRow?> FindAsync(string id)
    {
        await using StoreContext context = _open();
        return await context.Deliveries
            .Include(static d => d.Event)
            .Include(static d => d.Rendered)
            .Include(static d => d.Attempts.OrderBy(static a => a.Seq))
            .FirstOrDefaultAsync(d => d.Id == id);
    }

    /// <summary>How many wait (pending or held) by route: asked before a route is saved (contract section 4).</summary>
    public async Task<long> WaitingAsync(string route)
    {
        await using StoreContext context = _open();
        return await context.Deliveries.LongCountAsync(d => d.Route == route && (d.State == "pending" || d.State == "held"));
    }

    /// <summary>How many deliveries there are of each destination and state among those that are not over well: for the console's overview.</summary>
    public async Task<IReadOnlyList<(string Destination, string State, long Count)>> OpenByDestinationAsync()
    {
        await using StoreContext context = _open();
        var stuck = await context.Deliveries
            .Where(static d => d.State == "held" || d.State == "refused" || d.State == "exhausted" || d.State == "cancelled")
            .GroupBy(static d => new { d.Destination, d.State })
            .Select(static g => new { g.Key.Destination, g.Key.State, Count = g.LongCount() })
            .ToListAsync();
        var pending = await context.Deliveries.Where(static d => d.State == "pending")
            .GroupBy(static d => d.Destination)
            .Select(static g => new { Destination = g.Key, Count = g.LongCount() })
            .ToListAsync();
        return [.. stuck.Select(static s => (s.Destination, s.State, s.Count)), .. pending.Select(static p => (p.Destination, "pending", p.Count))];
    }

    /// <summary>Destinations that are stopped.</summary>
    public async Task<IReadOnlyList<DestinationHoldRow>> HoldsAsync()
    {
        await using StoreContext context = _open();
        return await context.DestinationHolds.OrderBy(static h => h.Destination).ToListAsync();
    }
}
