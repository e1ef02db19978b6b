namespace WebhookBridge.Storage;

/// <summary>How long what is kept. Deliveries that are not final, and their events, are never removed.</summary>
public sealed record RetentionPolicy
{
    public static readonly RetentionPolicy Default = new();

    /// <summary>Bodies, headers and what was answered to attempts. Default 30 days.</summary>
    public TimeSpan Bodies { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Events with their deliveries and attempts. Default 365 days.</summary>
    public TimeSpan Events { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Refused requests. Default 30 days.</summary>
    public TimeSpan Rejections { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Bytes of the database; beyond it the oldest bodies go, then the oldest events. Null (default) = no limit.</summary>
    public long? MaxBytes { get; init; }
}

/// <summary>What a run of the retention removed.</summary>
public sealed record RetentionReport(long Bodies, long Events, long Rejections, long Keys, long FreedBytes);
