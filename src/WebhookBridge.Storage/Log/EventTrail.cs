using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>What became of an event on one route: its newest delivery, or why there is none.</summary>
/// <param name="Verdict">A state of contract section 4; <c>removed</c> where the delivery is past its retention.</param>
/// <param name="Newest">Null where the conditions kept the route from sending.</param>
public sealed record RouteOutcome(string Route, string Verdict, string? Reason, DeliveryRow? Newest);

/// <summary>One event with everything that was done about it.</summary>
/// <param name="Deliveries">Replays included, oldest first; each with its attempts.</param>
/// <param name="HasBody">False once bodies of its age are removed.</param>
public sealed record EventStory(EventRow Event, IReadOnlyList<RouteOutcome> Routes, IReadOnlyList<DeliveryRow> Deliveries, bool HasBody);

/// <summary>The log as people look at it: a page with its outcomes, what came in since, and one event with all its tries.</summary>
public sealed class EventTrail
{
    /// <summary>How many of the newest events a free text is looked for in.</summary>
    public const int TextDepth = 20_000;

    /// <summary>What the audit says of a delivery whose content a person wrote.</summary>
    public const string EditedAction = "replay.edited";

    private const int MostTextHits = 500;
    private const int MostAttempts = 60;

    private readonly Func<StoreContext> _open;

    internal EventTrail(Func<StoreContext> open) => _open = open;

    /// <summary>The highest place in the log: what comes in later stands behind it.</summary>
    public async Task<long> EndAsync()
    {
        await using StoreContext context = _open();
        return await context.Events.MaxAsync(static e => (long?)e.Seq) ?? 0;
    }

    /// <summary>What came in behind a place, newest first, and the new end. More than <paramref name="limit"/> is left out, oldest first.</summary>
    public async Task<(IReadOnlyList<EventRow> Events, long End)> SinceAsync(EventFilter filter, long after, int limit)
    {
        await using StoreContext context = _open();
        long end = await context.Events.MaxAsync(static e => (long?)e.Seq) ?? 0;
        if (end <= after)
        {
            return ([], after);
        }

        List<EventRow> rows = await filter.Apply(context).Where(e => e.Seq > after && e.Seq <= end).OrderByDescending(static e => e.Seq).Take(limit).ToListAsync();
        return (rows, end);
    }

    /// <summary>Events whose normal form, type or customer holds a text, newest first, among the newest <see cref="TextDepth"/>.</summary>
    public async Task<IReadOnlyList<EventRow>> HoldingAsync(EventFilter filter, string text, int limit)
    {
        await using StoreContext context = _open();
        string pattern = "%" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
        List<long> hits = await context.Database.SqlQueryRaw<long>(EventStatements.Holding, TextDepth, pattern, MostTextHits).ToListAsync();
        return await (filter with { Q = null }).Apply(context).Where(e => hits.Contains(e.Seq))
            .OrderByDescending(static e => e.ReceivedAt).ThenByDescending(static e => e.Seq).Take(limit).ToListAsync();
    }

    /// <summary>Events by their ids; unknown ones are left out.</summary>
    public async Task<IReadOnlyList<EventRow>> ByIdsAsync(IReadOnlyList<string> ids)
    {
        await using StoreContext context = _open();
        return await context.Events.Where(e => ids.Contains(e.Id)).OrderByDescending(static e => e.Seq).ToListAsync();
    }

    /// <summary>What became of these events on their routes, in two queries.</summary>
    public async Task<IReadOnlyDictionary<long, IReadOnlyList<RouteOutcome>>> OutcomesAsync(IReadOnlyList<EventRow> events)
    {
        await using StoreContext context = _open();
        List<long> seqs = [.. events.Select(static e => e.Seq)];
        List<DeliveryRow> deliveries = await context.Deliveries.Where(d => seqs.Contains(d.EventSeq)).OrderBy(static d => d.Seq).ToListAsync();
        Dictionary<long, IReadOnlyList<string>> sets = await SetsAsync(context, events);
        ILookup<long, DeliveryRow> byEvent = deliveries.ToLookup(static d => d.EventSeq);
        return events.ToDictionary(static e => e.Seq, IReadOnlyList<RouteOutcome> (e) => OutcomesOf(e, sets[e.RouteSet], byEvent[e.Seq]));
    }

    /// <summary>Everything about one event; null when there is none of that id.</summary>
    public async Task<EventStory?> FindAsync(string id)
    {
        await using StoreContext context = _open();
        EventRow? row = await context.Events.FirstOrDefaultAsync(e => e.Id == id);
        if (row is null)
        {
            return null;
        }

        List<DeliveryRow> deliveries = await context.Deliveries.Where(d => d.EventSeq == row.Seq).OrderBy(static d => d.Seq).ToListAsync();
        // Not by Include: its Take numbers every attempt of the whole log before it looks at one delivery.
        List<long> seqs = [.. deliveries.Select(static d => d.Seq)];
        ILookup<long, AttemptRow> attempts = (await context.Attempts.Where(a => seqs.Contains(a.DeliverySeq)).OrderByDescending(static a => a.Seq).Take(MostAttempts * Math.Max(1, seqs.Count)).ToListAsync())
            .ToLookup(static a => a.DeliverySeq);
        foreach (DeliveryRow delivery in deliveries)
        {
            delivery.Attempts.AddRange(attempts[delivery.Seq].Take(MostAttempts));
        }

        Dictionary<long, IReadOnlyList<string>> sets = await SetsAsync(context, [row]);
        bool hasBody = await context.EventBodies.AnyAsync(b => b.EventSeq == row.Seq);
        return new EventStory(row, OutcomesOf(row, sets[row.RouteSet], deliveries), deliveries, hasBody);
    }

    /// <summary>The events that were received directly before and after; null at the ends of the log.</summary>
    public async Task<(string? Newer, string? Older)> NeighboursAsync(EventRow row)
    {
        await using StoreContext context = _open();
        string? newer = await context.Events.Where(e => e.Seq > row.Seq).OrderBy(static e => e.Seq).Select(static e => e.Id).FirstOrDefaultAsync();
        string? older = await context.Events.Where(e => e.Seq < row.Seq).OrderByDescending(static e => e.Seq).Select(static e => e.Id).FirstOrDefaultAsync();
        return (newer, older);
    }

    /// <summary>Whether a person had a say in what this delivery sends: then it cannot be made again from the event.</summary>
    public async Task<bool> IsEditedAsync(string deliveryId)
    {
        await using StoreContext context = _open();
        return await context.Audit.AnyAsync(a => a.Subject == deliveryId && a.Action == EditedAction);
    }

    /// <summary>How many events there are of a payment.</summary>
    public async Task<int> CountOfPaymentAsync(string paymentId)
    {
        await using StoreContext context = _open();
        return await context.Events.CountAsync(e => e.PaymentId == paymentId);
    }

    private static async Task<Dictionary<long, IReadOnlyList<string>>> SetsAsync(StoreContext context, IReadOnlyList<EventRow> events)
    {
        List<long> sets = [.. events.Select(static e => e.RouteSet).Distinct()];
        return (await context.RouteSets.Where(s => sets.Contains(s.Seq)).ToListAsync()).ToDictionary(static s => s.Seq, static s => PairsJson.ReadNames(s.Routes));
    }

    private static List<RouteOutcome> OutcomesOf(EventRow row, IReadOnlyList<string> names, IEnumerable<DeliveryRow> deliveries)
    {
        Dictionary<string, DeliveryRow> newest = new(StringComparer.Ordinal);
        foreach (DeliveryRow delivery in deliveries)
        {
            newest[delivery.Route] = delivery;
        }

        List<RouteOutcome> outcomes = [];
        for (int i = 0; i < names.Count && i < row.Verdicts.Length; i++)
        {
            if (newest.Remove(names[i], out DeliveryRow? delivery))
            {
                outcomes.Add(new(names[i], delivery.State, delivery.Reason, delivery));
            }
            else
            {
                (string verdict, string? reason) = StateNames.Of((RouteVerdict)row.Verdicts[i]);
                outcomes.Add(new(names[i], verdict == "delivery" ? "removed" : verdict, reason, null));
            }
        }

        // Replays on routes that were not there at the receipt.
        outcomes.AddRange(newest.Values.OrderBy(static d => d.Route, StringComparer.Ordinal).Select(static d => new RouteOutcome(d.Route, d.State, d.Reason, d)));
        return outcomes;
    }
}
