using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Receiving;

/// <summary>Where events become durable. A seam: SQLite today, PostgreSQL for several nodes later; one contract suite for both.</summary>
public interface IEventJournal
{
    /// <summary>Stores the events of one request with their verdicts and deliveries in one transaction, and returns after its commit is on disk.</summary>
    /// <remarks>The events' bytes are lent: nobody looks at them once this has returned. Deduplication is part of the same transaction (design invariant 3). A caller that goes away does not undo its row.</remarks>
    /// <returns>One outcome for each event in order, or <see cref="AppendResult.Unavailable"/> for all: then nothing was stored.</returns>
    ValueTask<AppendResult> AppendAsync(IReadOnlyList<NewEvent> events);

    /// <summary>Keeps a refused request as far as the limits for its source allow (1,000 or 64 MiB, first in first out per code, beyond 60 a minute only counted). Never throws; losing one is not an error.</summary>
    void RecordRejection(Rejection rejection);
}

/// <summary>An event with all that has to be stored at its receipt.</summary>
public sealed record NewEvent
{
    public required GatewayEvent Event { get; init; }

    /// <summary>Unique per source; null = never a duplicate.</summary>
    public DedupeKey? Dedupe { get; init; }

    public required RouteSet Routes { get; init; }

    /// <summary>One <see cref="RouteVerdict"/> for each of <see cref="Routes"/>.</summary>
    public required ReadOnlyMemory<byte> Verdicts { get; init; }

    /// <summary>Stored as they are, or as <see cref="NewDelivery.OfLateEvent"/> when the event turns out to be late.</summary>
    public required IReadOnlyList<NewDelivery> Deliveries { get; init; }

    /// <summary>The whole request body of a batch, on its first event only.</summary>
    public ReadOnlyMemory<byte> BatchBody { get; init; }
}

/// <summary>What makes an event the same as another of its source.</summary>
/// <param name="Key">First 16 bytes of SHA-256 over what the platform (or the source's setting) names.</param>
/// <param name="Window">How long it is remembered; null = for ever.</param>
/// <param name="BodyKey">Set where the key stands outside the signature: first 16 bytes of SHA-256 of the body. A new <paramref name="Key"/> with a known body key marks the event as a suspected replay.</param>
/// <param name="RefuseSuspectedReplay">Do not store such an event, answer as for a duplicate.</param>
public sealed record DedupeKey(UInt128 Key, TimeSpan? Window, UInt128? BodyKey = null, bool RefuseSuspectedReplay = false);

/// <summary>What became of an append.</summary>
public abstract record AppendResult
{
    private AppendResult()
    {
    }

    /// <summary>Committed and synced. <paramref name="Outcomes"/> are in the order of the events handed in.</summary>
    public sealed record Stored(IReadOnlyList<AppendOutcome> Outcomes) : AppendResult;

    /// <summary>Nothing was stored: the queue is full, the disk fails or is nearly full, or the process stops. Answer 503.</summary>
    public sealed record Unavailable(string Reason) : AppendResult;
}

/// <summary>What became of one event.</summary>
/// <param name="EventId">The event's own id, or the first event's id when it is a duplicate.</param>
/// <param name="SuspectedReplay">Stored, and marked: its body came before under another unsigned key.</param>
/// <param name="Late">Stored, and marked: a newer state of the same payment of this source had been stored before.</param>
public readonly record struct AppendOutcome(string EventId, bool Duplicate, bool SuspectedReplay = false, bool Late = false);
