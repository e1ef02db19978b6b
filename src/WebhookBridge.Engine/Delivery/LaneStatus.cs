using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>What a lane asks the pump to do.</summary>
internal readonly record struct LaneWork
{
    /// <summary>A delivery may start.</summary>
    public bool Runnable { get; init; }

    /// <summary>So many are to be leased from the table; 0 = none.</summary>
    public int Lease { get; init; }

    /// <summary>To be handed back to <see cref="Lane.Leased"/>.</summary>
    public long Wakes { get; init; }

    /// <summary>The destination is paused: these go back to the table.</summary>
    public List<LeasedDelivery>? Release { get; init; }
}

/// <summary>A delivery that starts now.</summary>
/// <param name="Destination">Null when the destination is gone for good.</param>
/// <param name="Ticket">Of the breaker.</param>
/// <param name="More">Another may start at once.</param>
internal readonly record struct LaneStart(LeasedDelivery Delivery, OpenDestination? Destination, int Ticket, bool More);

/// <summary>Why a destination is held.</summary>
public sealed record DestinationHold(string Reason, bool ByPerson, DateTimeOffset Since);

/// <summary>A lane at a moment.</summary>
/// <param name="Waiting">Deliveries that are not final, as far as known.</param>
/// <param name="OldestWait">How long the oldest in the table has been due.</param>
/// <param name="Problem">Why the destination cannot be opened; null when it can.</param>
public sealed record LaneStatus(string Destination, long Waiting, int InFlight, TimeSpan OldestWait, BreakerState Breaker, DestinationHold? Hold, string? Problem)
{
    /// <summary>Until when the credentials are good; null = not known to end.</summary>
    public CredentialsEnd? CredentialsEnd { get; init; }

    /// <summary>Nothing is sent just now.</summary>
    public bool Paused => Hold is not null || Problem is not null || Breaker == BreakerState.Open;
}
