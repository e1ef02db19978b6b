namespace WebhookBridge.Storage.Log;

/// <summary>An accepted event as it stands in the table. Times are milliseconds since 1970; ids have their prefix.</summary>
public sealed class EventRow
{
    public long Seq { get; set; }

    public string Id { get; set; } = "";

    public string Source { get; set; } = "";

    public string Platform { get; set; } = "";

    public string? ExternalId { get; set; }

    public string Type { get; set; } = "";

    public string Kind { get; set; } = "";

    public string? Mode { get; set; }

    public bool Test { get; set; }

    public long? Time { get; set; }

    public long ReceivedAt { get; set; }

    /// <summary>Days since 1970 (UTC), for grouping by day.</summary>
    public long ReceivedDay { get; set; }

    public int Format { get; set; }

    public long Size { get; set; }

    public byte[] Sha256 { get; set; } = [];

    public string? PaymentId { get; set; }

    public string? PaymentStatus { get; set; }

    public string? CheckoutId { get; set; }

    public string? OrderId { get; set; }

    public string? SubscriptionId { get; set; }

    public string? CustomerName { get; set; }

    public string? CustomerEmail { get; set; }

    public string? Currency { get; set; }

    public long? AmountMinor { get; set; }

    /// <summary>The amount in major units × 10^6.</summary>
    public long? AmountScaled { get; set; }

    public string? BatchId { get; set; }

    public bool Late { get; set; }

    public bool DuplicateKeys { get; set; }

    public bool SuspectedReplay { get; set; }

    public string? Unreadable { get; set; }

    public long RouteSet { get; set; }

    public byte[] Verdicts { get; set; } = [];

    public long DuplicateCount { get; set; }

    public long? DuplicateLast { get; set; }

    public bool DuplicateIdentical { get; set; }

    /// <summary>UTF-8 JSON, see <see cref="Engine.Model.GatewayEvent.NormalForm"/>.</summary>
    public byte[] NormalForm { get; set; } = [];

    public List<DeliveryRow> Deliveries { get; } = [];
}

/// <summary>What was received, as long as bodies are kept.</summary>
public sealed class EventBodyRow
{
    public long EventSeq { get; set; }

    /// <summary>UTF-8 JSON array of pairs.</summary>
    public byte[] Headers { get; set; } = [];

    public byte[] Body { get; set; } = [];

    public byte[]? BatchBody { get; set; }
}

/// <summary>The routes that an event was judged for, in the order of its verdict bytes.</summary>
public sealed class RouteSetRow
{
    public long Seq { get; set; }

    public string Id { get; set; } = "";

    public string Source { get; set; } = "";

    /// <summary>JSON array of names.</summary>
    public string Routes { get; set; } = "";
}

/// <summary>One event on one route.</summary>
public sealed class DeliveryRow
{
    public long Seq { get; set; }

    public string Id { get; set; } = "";

    public long EventSeq { get; set; }

    public EventRow? Event { get; set; }

    public string Route { get; set; } = "";

    public int RouteRevision { get; set; }

    public string Destination { get; set; } = "";

    /// <summary>A word of contract section 4.</summary>
    public string State { get; set; } = "";

    public string? Reason { get; set; }

    public bool Leased { get; set; }

    public long LeaseSeq { get; set; }

    public int AttemptCount { get; set; }

    public int CodeTimeouts { get; set; }

    public long CreatedAt { get; set; }

    public long? NextAttemptAt { get; set; }

    public long? FinishedAt { get; set; }

    /// <summary>True for the delivery that was made at the event's receipt, false for replays.</summary>
    public bool First { get; set; }

    public string? ReplayOf { get; set; }

    public string? ReplayId { get; set; }

    public string? RemoteId { get; set; }

    /// <summary>0 = no; 1 = a request may be on its way; 2 = it was when the process ended.</summary>
    public int Sending { get; set; }

    public RenderedRow? Rendered { get; set; }

    public List<AttemptRow> Attempts { get; } = [];
}

/// <summary>The bytes of a delivery that waits for its next try: the same row, read only when asked for.</summary>
public sealed class RenderedRow
{
    public long Seq { get; set; }

    public string? RenderedType { get; set; }

    public byte[]? RenderedBody { get; set; }

    /// <summary>UTF-8 JSON object of texts.</summary>
    public byte[]? RenderedFields { get; set; }
}

/// <summary>One try of a delivery.</summary>
public sealed class AttemptRow
{
    public long Seq { get; set; }

    public string Id { get; set; } = "";

    public long DeliverySeq { get; set; }

    public DeliveryRow? Delivery { get; set; }

    public int Number { get; set; }

    public long StartedAt { get; set; }

    public long DurationMs { get; set; }

    public string Outcome { get; set; } = "";

    public string Phase { get; set; } = "";

    public string? Blame { get; set; }

    public int? Status { get; set; }

    public string? Error { get; set; }

    public string? Note { get; set; }

    public long? NextAttemptAt { get; set; }

    /// <summary>UTF-8 JSON.</summary>
    public byte[]? Request { get; set; }

    /// <summary>UTF-8 JSON.</summary>
    public byte[]? Response { get; set; }
}

/// <summary>A request that was refused. Target and headers are sealed: they may carry what a sender uses as a secret.</summary>
public sealed class RejectionRow
{
    public long Seq { get; set; }

    public string Id { get; set; } = "";

    public string Source { get; set; } = "";

    public long ReceivedAt { get; set; }

    public string Code { get; set; } = "";

    public string Text { get; set; } = "";

    public int Status { get; set; }

    public string? RemoteIp { get; set; }

    public string Method { get; set; } = "";

    public byte[] Target { get; set; } = [];

    public byte[] Headers { get; set; } = [];

    public byte[] Body { get; set; } = [];

    public long Size { get; set; }

    public string? AcceptedEvent { get; set; }
}

/// <summary>How often a source was refused on one day for one reason; more than is kept.</summary>
public sealed class RejectionCountRow
{
    public string Source { get; set; } = "";

    public string Code { get; set; } = "";

    public long Day { get; set; }

    public long Total { get; set; }

    public long Kept { get; set; }
}

/// <summary>A replay of many events: what was asked and how far it is.</summary>
public sealed class ReplayRow
{
    public long Seq { get; set; }

    public string Id { get; set; } = "";

    public long CreatedAt { get; set; }

    public string CreatedBy { get; set; } = "";

    /// <summary>JSON, as the API took it.</summary>
    public string Request { get; set; } = "";

    /// <summary><c>running</c>, <c>done</c>, <c>cancelled</c> or <c>failed</c>.</summary>
    public string State { get; set; } = "";

    /// <summary>Events that it is about.</summary>
    public long Total { get; set; }

    /// <summary>Events dealt with so far.</summary>
    public long Events { get; set; }

    /// <summary>Deliveries made so far.</summary>
    public long Created { get; set; }

    /// <summary>Left out because they were delivered, or wait already.</summary>
    public long LeftOut { get; set; }

    /// <summary>Where it goes on after a restart: the last event dealt with.</summary>
    public long Cursor { get; set; }

    public string? Error { get; set; }

    public long? FinishedAt { get; set; }
}

/// <summary>What the built-in inbox destination received.</summary>
public sealed class InboxRow
{
    public long Seq { get; set; }

    public string Destination { get; set; } = "";

    public string DeliveryId { get; set; } = "";

    public string EventId { get; set; } = "";

    public long ReceivedAt { get; set; }

    public string ContentType { get; set; } = "";

    /// <summary>Made by the simulator.</summary>
    public bool Test { get; set; }

    public byte[] Body { get; set; } = [];
}

/// <summary>A destination that is stopped until someone lets it go on.</summary>
public sealed class DestinationHoldRow
{
    public string Destination { get; set; } = "";

    public string Reason { get; set; } = "";

    public long Since { get; set; }

    public string Actor { get; set; } = "";
}

/// <summary>Something that a person ought to look at; open until it is resolved.</summary>
public sealed class AlertRow
{
    public long Seq { get; set; }

    public string Code { get; set; } = "";

    public string Subject { get; set; } = "";

    public string Text { get; set; } = "";

    public long FirstAt { get; set; }

    public long LastAt { get; set; }

    public long Count { get; set; }

    public long? ResolvedAt { get; set; }

    /// <summary>When people were told that it began.</summary>
    public long? OpenedToldAt { get; set; }

    /// <summary>When people were told that it is over.</summary>
    public long? ClosedToldAt { get; set; }
}
