using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace WebhookBridge.Storage.Log;

/// <summary>What a list of events (or a replay) is limited to; null = no limit. Names as in contract section 7.</summary>
public sealed record EventFilter
{
    public string? Source { get; init; }

    public string? Kind { get; init; }

    /// <summary>The sender's own name; a star at the end stands for anything.</summary>
    public string? Type { get; init; }

    public string? Payment { get; init; }

    public string? Checkout { get; init; }

    public string? Email { get; init; }

    /// <summary>One text for everything a person may have in hand: an id of ours or the sender's, payment, checkout, order, subscription, the beginning of an e-mail address, an amount.</summary>
    public string? Q { get; init; }

    /// <summary>Received at or after.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before.</summary>
    public DateTimeOffset? To { get; init; }

    public string? Mode { get; init; }

    /// <summary>One of <see cref="Outcomes"/>: what the newest delivery of at least one route came to, or, for <c>skipped</c>, that no route sent it.</summary>
    public string? Outcome { get; init; }

    /// <summary>With a delivery on this route.</summary>
    public string? Route { get; init; }

    /// <summary>With a delivery to this destination.</summary>
    public string? Destination { get; init; }

    public string? Currency { get; init; }

    /// <summary>In major units, at least.</summary>
    public decimal? MinAmount { get; init; }

    /// <summary>In major units, at most.</summary>
    public decimal? MaxAmount { get; init; }

    /// <summary>True where personal data may be compared but not felt for: <see cref="Q"/> then finds an e-mail address only when it is given whole.</summary>
    public bool WholeEmailOnly { get; init; }

    /// <summary>The words of <see cref="Outcome"/>.</summary>
    public static readonly IReadOnlyList<string> Outcomes = ["delivered", "waiting", "failing", "held", "refused", "cancelled", "skipped"];

    internal IQueryable<EventRow> Apply(StoreContext context)
    {
        IQueryable<EventRow> events = context.Events;
        if (Source is not null)
        {
            events = events.Where(e => e.Source == Source);
        }

        if (Kind is not null)
        {
            events = events.Where(e => e.Kind == Kind);
        }

        if (Type is not null)
        {
            string start = Type.TrimEnd('*');
            events = Type.EndsWith('*') ? events.Where(e => e.Type.StartsWith(start)) : events.Where(e => e.Type == Type);
        }

        if (Payment is not null)
        {
            events = events.Where(e => e.PaymentId == Payment);
        }

        if (Checkout is not null)
        {
            events = events.Where(e => e.CheckoutId == Checkout);
        }

        if (Email is not null)
        {
            string email = Lower(Email);
            events = events.Where(e => e.CustomerEmail == email);
        }

        if (Mode is not null)
        {
            events = events.Where(e => e.Mode == Mode);
        }

        if (From is { } from)
        {
            long first = from.ToUnixTimeMilliseconds();
            events = events.Where(e => e.ReceivedAt >= first);
        }

        if (To is { } to)
        {
            long end = to.ToUnixTimeMilliseconds();
            events = events.Where(e => e.ReceivedAt < end);
        }

        if (Currency is not null)
        {
            events = events.Where(e => e.Currency == Currency);
        }

        if (MinAmount is { } min)
        {
            long least = Scaled(min);
            events = events.Where(e => e.AmountScaled >= least);
        }

        if (MaxAmount is { } max)
        {
            long most = Scaled(max);
            events = events.Where(e => e.AmountScaled <= most);
        }

        events = ApplyDeliveries(context, events);
        return string.IsNullOrWhiteSpace(Q) ? events : ApplyText(events, Q.Trim());
    }

    /// <summary>What is rare (waiting, held, refused) is looked up by the deliveries' own indexes; what is common is asked of each event.</summary>
    private IQueryable<EventRow> ApplyDeliveries(StoreContext context, IQueryable<EventRow> events)
    {
        if (Outcome is null)
        {
            return Route is null && Destination is null ? events
                : events.Where(e => context.Deliveries.Any(d => d.EventSeq == e.Seq && (Route == null || d.Route == Route) && (Destination == null || d.Destination == Destination)));
        }

        IQueryable<DeliveryRow> rows = context.Deliveries.Where(d => (Route == null || d.Route == Route) && (Destination == null || d.Destination == Destination));
        IQueryable<DeliveryRow> newest = rows.Where(d => !context.Deliveries.Any(n => n.EventSeq == d.EventSeq && n.Route == d.Route && n.Seq > d.Seq));

        // Constants in the text: only then does SQLite use the indexes that are kept for some states.
        return Outcome switch
        {
            "delivered" => events.Where(e => rows.Any(d => d.EventSeq == e.Seq && d.State == "delivered")),
            "waiting" => events.Where(e => newest.Where(static d => d.State == "pending").Select(static d => d.EventSeq).Contains(e.Seq)),
            "failing" => events.Where(e => newest.Where(static d => d.State == "pending" && d.AttemptCount > 0).Select(static d => d.EventSeq).Contains(e.Seq)),
            "held" => events.Where(e => newest.Where(static d => d.State == "held").Select(static d => d.EventSeq).Contains(e.Seq)),
            "refused" => InNewest(LogFigures.Refused(context)),
            "cancelled" => InNewest(LogFigures.Stuck(context).Where(static d => EF.Functions.Collate(d.State, "BINARY") == "cancelled")),
            "skipped" => events.Where(e => e.Unreadable == null && !context.Deliveries.Any(d => d.EventSeq == e.Seq && d.State != "skipped")),
            _ => events.Where(static e => false),
        };

        IQueryable<EventRow> InNewest(IQueryable<DeliveryRow> some)
        {
            IQueryable<long> seqs = some.Where(d => (Route == null || d.Route == Route) && (Destination == null || d.Destination == Destination))
                .Where(d => !context.Deliveries.Any(n => n.EventSeq == d.EventSeq && n.Route == d.Route && n.Seq > d.Seq)).Select(static d => d.EventSeq);
            return events.Where(e => seqs.Contains(e.Seq));
        }
    }

    private static long Scaled(decimal amount) => (long)(Math.Clamp(amount, -9_000_000_000_000m, 9_000_000_000_000m) * 1_000_000m);

    /// <summary>Each part of the "or" has an index of its own; nothing here walks the table.</summary>
    private IQueryable<EventRow> ApplyText(IQueryable<EventRow> events, string text)
    {
        string lower = Lower(text);
        string beyond = lower + "\uFFFF";
        long? scaled = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount) && amount < 9_000_000_000_000m
            ? (long)(amount * 1_000_000m)
            : null;
        if (WholeEmailOnly)
        {
            return events.Where(e =>
                e.Id == text || e.ExternalId == text || e.PaymentId == text || e.CheckoutId == text || e.OrderId == text
                || e.CustomerEmail == lower || (scaled != null && e.AmountScaled == scaled));
        }

        return events.Where(e =>
            e.Id == text || e.ExternalId == text || e.PaymentId == text || e.CheckoutId == text || e.OrderId == text
#pragma warning disable CA1309 // Translated to SQL, where texts compare by their bytes; EF Core knows this overload only.
            || (e.CustomerEmail != null && string.Compare(e.CustomerEmail, lower) >= 0 && string.Compare(e.CustomerEmail, beyond) < 0)
#pragma warning restore CA1309
            || (scaled != null && e.AmountScaled == scaled));
    }

#pragma warning disable CA1308 // E-mail addresses are stored in lower case.
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
