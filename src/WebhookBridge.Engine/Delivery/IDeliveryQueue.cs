using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>The durable queue of deliveries. A seam: SQLite today, PostgreSQL for several nodes later; one contract suite for both.</summary>
/// <remarks>Writes go through the same group commit as appends; a returned task means committed. A result of false means that the lease was lost (design invariant 7): a normal outcome, logged by the caller.</remarks>
public interface IDeliveryQueue
{
    /// <summary>Takes up to <paramref name="max"/> due pending deliveries of one destination, oldest due first, and leases them with a new fence.</summary>
    ValueTask<IReadOnlyList<LeasedDelivery>> LeaseAsync(string destination, int max, DateTimeOffset now);

    /// <summary>When the destination's next pending, unleased delivery is due; null when there is none.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(string destination);

    /// <summary>Each destination that has pending, unleased deliveries, with how many and when the first is due. At start and for the metrics.</summary>
    ValueTask<IReadOnlyList<LaneBacklog>> BacklogAsync();

    /// <summary>Records that a leased delivery is about to be sent, so that a crash leaves its outcome as unknown. Only for destinations where a repeat would do harm: it costs a commit.</summary>
    /// <returns>False when the lease was lost: do not send.</returns>
    ValueTask<bool> MarkSendingAsync(string deliveryId, long leaseSeq);

    /// <summary>Records what an attempt (or a judgement without one) came to: state, next time, rendered bytes, and the attempt's log row if there is one.</summary>
    ValueTask<bool> CompleteAsync(DeliveryCompletion completion);

    /// <summary>Gives deliveries back untouched: due again at once, no attempt counted (shutdown, paused destination).</summary>
    ValueTask ReleaseAsync(IReadOnlyList<(string DeliveryId, long LeaseSeq)> leases, string? reason);

    /// <summary>Held deliveries (unknown checkout id) whose time is up, for judging again: leased like others.</summary>
    ValueTask<IReadOnlyList<LeasedDelivery>> LeaseHeldDueAsync(int max, DateTimeOffset now);

    /// <summary>Deliveries held for exactly this checkout id on these routes, leased for judging again.</summary>
    ValueTask<IReadOnlyList<LeasedDelivery>> LeaseHeldForCheckoutAsync(IReadOnlyList<string> routes, string checkoutId, int max);

    /// <summary>When the next held delivery's time is up; null when there is none.</summary>
    ValueTask<DateTimeOffset?> NextHeldDueAsync();
}

/// <summary>One destination's waiting deliveries.</summary>
public readonly record struct LaneBacklog(string Destination, long Count, DateTimeOffset FirstDue);

/// <summary>The end of a lease.</summary>
public sealed record DeliveryCompletion
{
    public required string DeliveryId { get; init; }

    public required long LeaseSeq { get; init; }

    /// <summary><see cref="DeliveryState.Pending"/> when it is to be tried again.</summary>
    public required DeliveryState State { get; init; }

    public string? Reason { get; init; }

    /// <summary>Set when pending (due time) or held with a time limit.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Null when no attempt is counted (skipped by the rule, user code timed out, held).</summary>
    public AttemptRecord? Attempt { get; init; }

    /// <summary>Kept while the delivery is not final; storage clears it when it is.</summary>
    public RenderedDelivery? Rendered { get; init; }

    public int CodeTimeouts { get; init; }

    /// <summary>The id that the destination gave to what was made, if any.</summary>
    public string? RemoteId { get; init; }

    public required DateTimeOffset At { get; init; }
}
