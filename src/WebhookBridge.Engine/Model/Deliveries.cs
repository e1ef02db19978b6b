namespace WebhookBridge.Engine.Model;

/// <summary>Where a delivery stands (contract section 4). Names in lower case are what the outside sees.</summary>
public enum DeliveryState
{
    Pending,
    Delivered,
    Skipped,
    Held,
    Refused,
    Exhausted,
    Cancelled,
}

/// <summary>What became of an event on one route at receipt; stored as one byte for each route of the source's <see cref="RouteSet"/>.</summary>
public enum RouteVerdict : byte
{
    /// <summary>The route has a delivery; its state tells the rest.</summary>
    Delivery = 0,
    SkippedByType = 1,
    SkippedByKind = 2,
    SkippedByMode = 3,
    SkippedByCheckout = 4,
    SkippedByCondition = 5,

    /// <summary>The event could not be read by the platform's description; replayable once that is mended.</summary>
    Unreadable = 6,
}

/// <summary>The routes that were enabled for a source at one time, in the order of the verdict bytes.</summary>
/// <param name="Id">Equal sets have equal ids: the SHA-256 of source and route names, first 16 bytes in hex.</param>
public sealed record RouteSet(string Id, string Source, IReadOnlyList<string> Routes);

/// <summary>Fixed reasons of a delivery's state; connectors and platforms add their own texts beside these.</summary>
public static class DeliveryReasons
{
    public const string RuleSkipped = "rule";
    public const string RuleFailed = "rule_failed";
    public const string TemplateFailed = "template_failed";
    public const string EventUnreadable = "event_unreadable";
    public const string AddressNotAllowed = "address_not_allowed";
    public const string PermanentAnswer = "permanent_answer";
    public const string DestinationPaused = "destination_paused";
    public const string DestinationMissing = "destination_missing";
    public const string RouteMissing = "route_missing";
    public const string UnknownCheckout = "unknown_checkout";
    public const string UnknownOutcome = "unknown_outcome";
    public const string FieldInvalid = "field_invalid";
    public const string RetriesUsedUp = "retries_used_up";
    public const string ByPerson = "by_person";

    /// <summary>A newer state of the same payment came before, and the route leaves such events out or holds them.</summary>
    public const string Late = "late";
}

/// <summary>What a route does with an event that is late: a newer state of the same payment came before.</summary>
public enum LateHandling
{
    /// <summary>As any other; <c>meta.late</c> tells.</summary>
    Send,

    /// <summary>Its delivery ends as skipped.</summary>
    Skip,

    /// <summary>Its delivery waits for a person.</summary>
    Hold,
}

/// <summary>A delivery to be stored together with its event (or by a replay).</summary>
/// <param name="Id"><c>dlv_</c> and a ULID; also the idempotency key that the destination sees.</param>
/// <param name="State"><see cref="DeliveryState.Pending"/> or <see cref="DeliveryState.Held"/>; <see cref="DeliveryState.Skipped"/> for a late event that the route leaves out.</param>
/// <param name="NextAttemptAt">When it is due; for a held one with a time limit, when it is judged again; null = until a person acts.</param>
/// <param name="Leased">True when a worker of this process takes it from memory straight after the commit: the row is stored as leased with fence 1.</param>
public sealed record NewDelivery(
    string Id,
    string Route,
    int RouteRevision,
    string Destination,
    DeliveryState State,
    string? Reason,
    DateTimeOffset? NextAttemptAt,
    bool Leased,
    string? ReplayOf = null)
{
    /// <summary>What its route does when the event turns out to be late, which only the journal knows.</summary>
    public LateHandling WhenLate { get; init; }

    /// <summary>The delivery as it is stored with an event that is late.</summary>
    public NewDelivery OfLateEvent() => WhenLate switch
    {
        LateHandling.Skip => this with { State = DeliveryState.Skipped, Reason = DeliveryReasons.Late, NextAttemptAt = null, Leased = false },
        LateHandling.Hold => this with { State = DeliveryState.Held, Reason = DeliveryReasons.Late, NextAttemptAt = null, Leased = false },
        _ => this,
    };
}

/// <summary>A delivery in the hands of a worker.</summary>
public sealed record LeasedDelivery
{
    public required string Id { get; init; }

    public required GatewayEvent Event { get; init; }

    public required string Route { get; init; }

    public required int RouteRevision { get; init; }

    public required string Destination { get; init; }

    /// <summary>The fence: a completion counts only while the row still carries this number.</summary>
    public required long LeaseSeq { get; init; }

    /// <summary>Attempts already made.</summary>
    public required int AttemptCount { get; init; }

    /// <summary>What was rendered at the first attempt; null when rule and template have not run yet.</summary>
    public RenderedDelivery? Rendered { get; init; }

    /// <summary>How often user code ran out of time on this delivery (it is then given four times the time).</summary>
    public int CodeTimeouts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? ReplayOf { get; init; }

    /// <summary>The reason the row carries from before; <see cref="DeliveryReasons.UnknownOutcome"/> tells the connector to look before it creates again.</summary>
    public string? Reason { get; init; }

    /// <summary>The id that the destination gave on an earlier attempt, or on an earlier delivery of the same event on the same route; null when there is none.</summary>
    public string? RemoteId { get; init; }

    /// <summary>It was being sent when the process ended: its outcome is unknown, and no attempt tells of it.</summary>
    public bool Interrupted { get; init; }
}

/// <summary>What rule and template made of an event: kept until the delivery is final, so that every retry sends the same bytes.</summary>
/// <param name="Body">The request body, or the field that the connector marks as body.</param>
/// <param name="ContentType">Media type of <paramref name="Body"/>.</param>
/// <param name="Fields">The route's other fields, rendered, by field id; one of a map by <c>id:target</c>.</param>
public sealed record RenderedDelivery(ReadOnlyMemory<byte> Body, string ContentType, IReadOnlyDictionary<string, string> Fields);
