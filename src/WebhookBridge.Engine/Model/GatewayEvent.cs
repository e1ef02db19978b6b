namespace WebhookBridge.Engine.Model;

/// <summary>One accepted webhook (or one item of a batch): what was sent, and what the gateway reads in it.</summary>
public sealed record GatewayEvent
{
    /// <summary>Ours: <c>evt_</c> and a ULID.</summary>
    public required string Id { get; init; }

    public required string Source { get; init; }

    public required string Platform { get; init; }

    /// <summary>The sender's id of the event; null where it sends none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The sender's own name of what happened; empty where it gives none.</summary>
    public required string Type { get; init; }

    /// <summary>One of <see cref="EventKinds.All"/>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>live</c>, <c>test</c> or null where the sender does not say.</summary>
    public string? Mode { get; init; }

    /// <summary>True for an event that the gateway's own simulator made.</summary>
    public bool Test { get; init; }

    /// <summary>When it happened, by the sender's word.</summary>
    public DateTimeOffset? Time { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>How <see cref="Body"/> is to be read.</summary>
    public required BodyFormat Format { get; init; }

    /// <summary>The bytes as received. For an item of a batch: that item's own bytes within the request.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>SHA-256 of <see cref="Body"/>, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }

    /// <summary>The request's headers as received, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>UTF-8 JSON object <c>{"meta":{…},"payment":{…},…}</c>: <c>meta</c> first, then the groups of the normal form that the event has, each with all its members.</summary>
    public required ReadOnlyMemory<byte> NormalForm { get; init; }

    /// <summary>What the log is searched by.</summary>
    public required SearchColumns Columns { get; init; }

    /// <summary>The first event of the batch that this one came in; null for a single event.</summary>
    public string? BatchId { get; init; }

    /// <summary>True when a newer state of the same payment had been received before.</summary>
    public bool Late { get; init; }

    /// <summary>True when an object in the body names a key twice; the last one counts everywhere.</summary>
    public bool DuplicateKeys { get; init; }

    /// <summary>True when the same body came before under another unsigned id (design invariant 3).</summary>
    public bool SuspectedReplay { get; init; }

    /// <summary>Why the body could not be read by the platform's description; null when it could.</summary>
    public string? Unreadable { get; init; }
}

/// <summary>How the bytes of a body are read.</summary>
public enum BodyFormat
{
    /// <summary>JSON; rules and templates see it as it is.</summary>
    Json,

    /// <summary><c>application/x-www-form-urlencoded</c>; seen as an object of texts.</summary>
    Form,

    /// <summary>Anything else, unreadable JSON included; seen as one text.</summary>
    Text,
}

/// <summary>The values of the normal form that have columns of their own.</summary>
public sealed record SearchColumns
{
    public static readonly SearchColumns None = new();

    public string? PaymentId { get; init; }

    public string? PaymentStatus { get; init; }

    public string? CheckoutId { get; init; }

    public string? OrderId { get; init; }

    public string? SubscriptionId { get; init; }

    public string? CustomerName { get; init; }

    /// <summary>In lower case.</summary>
    public string? CustomerEmail { get; init; }

    /// <summary>ISO 4217, upper case.</summary>
    public string? Currency { get; init; }

    /// <summary>In the currency's minor unit; null when there is none or it does not fit.</summary>
    public long? AmountMinor { get; init; }

    /// <summary>The amount in major units × 10^6, for comparing across currencies; null when it does not fit.</summary>
    public long? AmountScaled { get; init; }
}
