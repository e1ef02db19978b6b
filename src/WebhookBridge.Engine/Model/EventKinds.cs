using System.Collections.Frozen;

namespace WebhookBridge.Engine.Model;

/// <summary>The gateway's own names of what an event means (<c>meta.kind</c>), the same for every platform.</summary>
public static class EventKinds
{
    /// <summary>What no other kind fits.</summary>
    public const string Other = "other";

    /// <summary>Not an event that comes in, but what the gateway tells of its own deliveries: hooks may subscribe it, and a route that names it takes no event.</summary>
    public const string DeliveryFailed = "delivery.failed";

    /// <summary>Every kind, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        "payment.created", "payment.pending", "payment.succeeded", "payment.failed", "payment.canceled", "payment.expired",
        "refund.created", "refund.succeeded", "refund.failed",
        "dispute.opened", "dispute.won", "dispute.lost",
        "payout.created", "payout.succeeded", "payout.failed",
        "subscription.created", "subscription.trial", "subscription.renewed", "subscription.updated", "subscription.canceled",
        "order.created", "order.updated", "customer.created", "customer.updated", "cart.abandoned", "checkout.created", Other,
    ];

    /// <summary>What the conditions of a route and a hook may name: every kind, and <see cref="DeliveryFailed"/>.</summary>
    public static readonly IReadOnlyList<string> Subscribable = [.. All, DeliveryFailed];

    private static readonly FrozenSet<string> Known = All.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Statuses = All.Where(static k => k != Other).ToFrozenDictionary(static k => k, static k => k[(k.IndexOf('.', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal);

    /// <summary>What the kind says of its group: <c>succeeded</c> of <c>payment.succeeded</c>; null for <see cref="Other"/>.</summary>
    public static string? StatusOf(string kind) => Statuses.GetValueOrDefault(kind);

    /// <summary>Whether <paramref name="kind"/> is one of <see cref="All"/>.</summary>
    public static bool IsKnown(string kind) => Known.Contains(kind);

    /// <summary>Whether <paramref name="kind"/> is one of <see cref="Subscribable"/>.</summary>
    public static bool IsSubscribable(string kind) => kind == DeliveryFailed || IsKnown(kind);
}
