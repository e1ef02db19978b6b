using System.Globalization;

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

    internal IQueryable<EventRow> Apply(IQueryable<EventRow> events)
    {
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

        return string.IsNullOrWhiteSpace(Q) ? events : ApplyText(events, Q.Trim());
    }

    /// <summary>Each part of the "or" has an index of its own; nothing here walks the table.</summary>
    private static IQueryable<EventRow> ApplyText(IQueryable<EventRow> events, string text)
    {
        string lower = Lower(text);
        string beyond = lower + "\uFFFF";
        long? scaled = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount) && amount < 9_000_000_000_000m
            ? (long)(amount * 1_000_000m)
            : null;
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
