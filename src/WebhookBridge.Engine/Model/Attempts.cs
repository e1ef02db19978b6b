namespace WebhookBridge.Engine.Model;

/// <summary>Where in an attempt something happened.</summary>
public enum AttemptPhase
{
    Rule,
    Render,
    Resolve,
    Connect,
    Tls,
    Send,
    Wait,
    Read,
}

/// <summary>Whose fault a failure is.</summary>
public enum AttemptBlame
{
    Us,
    Network,
    Destination,
}

/// <summary>What an attempt came to.</summary>
public enum AttemptResult
{
    Delivered,
    Retry,
    Refused,
}

/// <summary>One try of a delivery, as it is logged. Headers are redacted and bodies cut before they get here.</summary>
public sealed record AttemptRecord
{
    public required string Id { get; init; }

    public required string DeliveryId { get; init; }

    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required long DurationMs { get; init; }

    public required AttemptResult Outcome { get; init; }

    public required AttemptPhase Phase { get; init; }

    /// <summary>Null when delivered.</summary>
    public AttemptBlame? Blame { get; init; }

    /// <summary>HTTP status or the like; null when no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>UTF-8 JSON <c>{ "method", "host", "headers", "bodySize" }</c>; null when nothing was sent.</summary>
    public ReadOnlyMemory<byte>? Request { get; init; }

    /// <summary>UTF-8 JSON <c>{ "status", "headers", "body", "truncated" }</c>, the body at most 16 KiB; null when no answer came.</summary>
    public ReadOnlyMemory<byte>? Response { get; init; }

    /// <summary>A sentence; null when delivered.</summary>
    public string? Error { get; init; }

    /// <summary>When delivered: something worth showing that the destination (or its connector) said; null = nothing.</summary>
    public string? Note { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }
}
