using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>An event with what became of it on each route.</summary>
public sealed record EventDetail(EventRow Event, IReadOnlyList<EventRoute> Routes);

/// <summary>What became of an event on one route.</summary>
/// <param name="Verdict">The state of its newest delivery; without one <c>skipped</c>, <c>refused</c>, or <c>removed</c> when retention has taken the delivery.</param>
public sealed record EventRoute(string Route, string Verdict, string? Reason, string? DeliveryId);

/// <summary>Everything that happened to one payment, oldest first.</summary>
public sealed record Journey(string PaymentId, IReadOnlyList<JourneyStep> Steps);

/// <param name="Deliveries">What was made of the event, replays included; each with its attempts.</param>
public sealed record JourneyStep(EventRow Event, IReadOnlyList<DeliveryRow> Deliveries);

/// <summary>Queries over what was received (contract section 7).</summary>
public sealed class EventLog
{
    private const int MostSteps = 500;

    private readonly Func<StoreContext> _open;

    internal EventLog(Func<StoreContext> open) => _open = open;

    /// <summary>A page of events, newest first.</summary>
    /// <param name="after">The cursor of the page before; a text that is none throws <see cref="FormatException"/>.</param>
    public async Task<Page<EventRow>> PageAsync(EventFilter filter, string? after, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<EventRow> events = filter.Apply(context);
        if (PageCursor.ParseOrThrow(after) is { } cursor)
        {
            events = events.Where(e => e.ReceivedAt < cursor.At || (e.ReceivedAt == cursor.At && e.Seq < cursor.Seq));
        }

        List<EventRow> rows = await events.OrderByDescending(static e => e.ReceivedAt).ThenByDescending(static e => e.Seq).Take(limit + 1).ToListAsync();
        return Pages.Cut(rows, limit, static e => new PageCursor(e.ReceivedAt, e.Seq));
    }

    public async Task<long> CountAsync(EventFilter filter)
    {
        await using StoreContext context = _open();
        return await filter.Apply(context).LongCountAsync();
    }

    /// <summary>As <see cref="CountAsync(EventFilter)"/>, but stops counting at <paramref name="most"/>.</summary>
    public async Task<int> CountAsync(EventFilter filter, int most)
    {
        await using StoreContext context = _open();
        return await filter.Apply(context).Select(static e => e.Seq).Take(most).CountAsync();
    }

    /// <summary>When the last event of a source came that was not simulated; null when there is none.</summary>
    public async Task<DateTimeOffset?> LastReceivedAsync(string source)
    {
        await using StoreContext context = _open();
        long? last = await context.Events.Where(e => e.Source == source && !e.Test).OrderByDescending(static e => e.ReceivedAt).Select(static e => (long?)e.ReceivedAt).FirstOrDefaultAsync();
        return last is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    /// <summary>What became of the events of one page on their routes, in their order: two queries whatever the number.</summary>
    public async Task<IReadOnlyList<EventDetail>> DetailsAsync(IReadOnlyList<EventRow> events)
    {
        await using StoreContext context = _open();
        long[] seqs = [.. events.Select(static e => e.Seq)];
        long[] sets = [.. events.Select(static e => e.RouteSet).Distinct()];
        Dictionary<long, RouteSetRow> routes = await context.RouteSets.Where(s => sets.Contains(s.Seq)).ToDictionaryAsync(static s => s.Seq);
        ILookup<long, DeliveryRow> deliveries = (await context.Deliveries.Where(d => seqs.Contains(d.EventSeq)).OrderBy(static d => d.Seq).ToListAsync()).ToLookup(static d => d.EventSeq);
        return [.. events.Select(e => new EventDetail(e, RoutesOf(e, routes[e.RouteSet], [.. deliveries[e.Seq]])))];
    }

    /// <summary>One event with its verdicts; null when there is none of that id.</summary>
    public async Task<EventDetail?> FindAsync(string id)
    {
        await using StoreContext context = _open();
        EventRow? row = await context.Events.FirstOrDefaultAsync(e => e.Id == id);
        if (row is null)
        {
            return null;
        }

        RouteSetRow set = await context.RouteSets.FirstAsync(s => s.Seq == row.RouteSet);
        List<DeliveryRow> deliveries = await context.Deliveries.Where(d => d.EventSeq == row.Seq).OrderBy(static d => d.Seq).ToListAsync();
        return new EventDetail(row, RoutesOf(row, set, deliveries));
    }

    /// <summary>The bytes as received; null when the event is unknown or its body is past its retention.</summary>
    public async Task<byte[]?> BodyAsync(string id)
    {
        await using StoreContext context = _open();
        return await context.Events.Where(e => e.Id == id)
            .Join(context.EventBodies, static e => e.Seq, static b => b.EventSeq, static (e, b) => b.Body)
            .FirstOrDefaultAsync();
    }

    /// <summary>The headers as received, in order; null as for <see cref="BodyAsync"/>.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>?> HeadersAsync(string id)
    {
        await using StoreContext context = _open();
        byte[]? headers = await context.Events.Where(e => e.Id == id)
            .Join(context.EventBodies, static e => e.Seq, static b => b.EventSeq, static (e, b) => b.Headers)
            .FirstOrDefaultAsync();
        return headers is null ? null : PairsJson.ReadPairs(headers);
    }

    /// <summary>The whole event, as the engine handles it; null as for <see cref="BodyAsync"/>.</summary>
    public async Task<GatewayEvent?> LoadAsync(string id)
    {
        await using StoreContext context = _open();
        EventRow? row = await context.Events.FirstOrDefaultAsync(e => e.Id == id);
        EventBodyRow? body = row is null ? null : await context.EventBodies.FirstOrDefaultAsync(b => b.EventSeq == row.Seq);
        return body is null ? null : ToEvent(row!, body);
    }

    /// <summary>Events for a replay, oldest first, bodies included; those whose body is gone are left out.</summary>
    /// <param name="afterSeq">The last one of the page before; 0 to begin.</param>
    public async Task<IReadOnlyList<(long Seq, GatewayEvent Event)>> ForReplayAsync(EventFilter filter, long afterSeq, int limit)
    {
        await using StoreContext context = _open();
        var rows = await filter.Apply(context).Where(e => e.Seq > afterSeq).OrderBy(static e => e.Seq).Take(limit)
            .Join(context.EventBodies, static e => e.Seq, static b => b.EventSeq, static (e, b) => new { Event = e, Body = b })
            .OrderBy(static x => x.Event.Seq)
            .ToListAsync();
        return [.. rows.Select(static x => (x.Event.Seq, ToEvent(x.Event, x.Body)))];
    }

    /// <summary>The same for events named by their ids; unknown ones are left out.</summary>
    public async Task<IReadOnlyList<(long Seq, GatewayEvent Event)>> ForReplayAsync(IReadOnlyList<string> ids)
    {
        await using StoreContext context = _open();
        var rows = await context.Events.Where(e => ids.Contains(e.Id))
            .Join(context.EventBodies, static e => e.Seq, static b => b.EventSeq, static (e, b) => new { Event = e, Body = b })
            .ToListAsync();
        return [.. rows.OrderBy(static x => x.Event.Seq).Select(static x => (x.Event.Seq, ToEvent(x.Event, x.Body)))];
    }

    /// <summary>The newest events with their bodies, newest first; those whose body is gone are left out.</summary>
    /// <param name="sources">Only of these; null = of all.</param>
    public async Task<IReadOnlyList<GatewayEvent>> LatestAsync(IReadOnlyList<string>? sources, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<EventRow> events = sources is null ? context.Events : sources.Count == 1 ? context.Events.Where(e => e.Source == sources[0]) : context.Events.Where(e => sources.Contains(e.Source));
        var rows = await events.OrderByDescending(static e => e.ReceivedAt).ThenByDescending(static e => e.Seq).Take(limit)
            .Join(context.EventBodies, static e => e.Seq, static b => b.EventSeq, static (e, b) => new { Event = e, Body = b })
            .ToListAsync();
        return [.. rows.OrderByDescending(static x => x.Event.ReceivedAt).ThenByDescending(static x => x.Event.Seq).Select(static x => ToEvent(x.Event, x.Body))];
    }

    /// <summary>Everything that happened to a payment; null when nothing is known of it. At most 500 events.</summary>
    public async Task<Journey?> JourneyAsync(string paymentId)
    {
        await using StoreContext context = _open();
        List<EventRow> events = await context.Events.Where(e => e.PaymentId == paymentId)
            .OrderByDescending(static e => e.ReceivedAt).ThenByDescending(static e => e.Seq).Take(MostSteps).ToListAsync();
        if (events.Count == 0)
        {
            return null;
        }

        events.Reverse();
        List<long> seqs = [.. events.Select(static e => e.Seq)];
        List<DeliveryRow> deliveries = await context.Deliveries.Include(static d => d.Attempts).Where(d => seqs.Contains(d.EventSeq)).OrderBy(static d => d.Seq).ToListAsync();
        ILookup<long, DeliveryRow> byEvent = deliveries.ToLookup(static d => d.EventSeq);
        return new Journey(paymentId, [.. events.Select(e => new JourneyStep(e, [.. byEvent[e.Seq]]))]);
    }

    internal static GatewayEvent ToEvent(EventRow e, EventBodyRow body) => new()
    {
        Id = e.Id,
        Source = e.Source,
        Platform = e.Platform,
        ExternalId = e.ExternalId,
        Type = e.Type,
        Kind = e.Kind,
        Mode = e.Mode,
        Test = e.Test,
        Time = e.Time is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null,
        ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(e.ReceivedAt),
        Format = (BodyFormat)e.Format,
        Body = body.Body,
        Sha256 = e.Sha256,
        Headers = PairsJson.ReadPairs(body.Headers),
        NormalForm = e.NormalForm,
        Columns = new SearchColumns
        {
            PaymentId = e.PaymentId,
            PaymentStatus = e.PaymentStatus,
            CheckoutId = e.CheckoutId,
            OrderId = e.OrderId,
            SubscriptionId = e.SubscriptionId,
            CustomerName = e.CustomerName,
            CustomerEmail = e.CustomerEmail,
            Currency = e.Currency,
            AmountMinor = e.AmountMinor,
            AmountScaled = e.AmountScaled,
        },
        BatchId = e.BatchId,
        Late = e.Late,
        DuplicateKeys = e.DuplicateKeys,
        SuspectedReplay = e.SuspectedReplay,
        Unreadable = e.Unreadable,
    };

    private static List<EventRoute> RoutesOf(EventRow row, RouteSetRow set, List<DeliveryRow> deliveries)
    {
        var routes = new List<EventRoute>();
        Dictionary<string, DeliveryRow> newest = new(StringComparer.Ordinal);
        foreach (DeliveryRow delivery in deliveries)
        {
            newest[delivery.Route] = delivery;
        }

        IReadOnlyList<string> names = PairsJson.ReadNames(set.Routes);
        for (int i = 0; i < names.Count && i < row.Verdicts.Length; i++)
        {
            if (newest.Remove(names[i], out DeliveryRow? delivery))
            {
                routes.Add(new EventRoute(names[i], delivery.State, delivery.Reason, delivery.Id));
            }
            else
            {
                (string verdict, string? reason) = StateNames.Of((RouteVerdict)row.Verdicts[i]);
                // A delivery that was made and is no longer there went by retention.
                routes.Add(new EventRoute(names[i], verdict == "delivery" ? "removed" : verdict, reason, null));
            }
        }

        // Replays on routes that were not there at the receipt.
        routes.AddRange(newest.Values.OrderBy(static d => d.Route, StringComparer.Ordinal).Select(static d => new EventRoute(d.Route, d.State, d.Reason, d.Id)));
        return routes;
    }
}
