namespace WebhookBridge.Storage;

/// <summary>Sizes and ages that the store keeps to. The defaults are those of the design; tests make them small.</summary>
public sealed record StoreLimits
{
    public static readonly StoreLimits Default = new();

    /// <summary>Free bytes on the disk below which no event is accepted. Default 256 MiB.</summary>
    public long MinFreeDiskBytes { get; init; } = 256L * 1024 * 1024;

    public long PassiveCheckpointBytes { get; init; } = 4L * 1024 * 1024;

    public long RestartCheckpointBytes { get; init; } = 64L * 1024 * 1024;

    public long WalRefuseBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Up to this size a database that was not closed cleanly is checked before the first event, beyond it in the background. Default 200 MB.</summary>
    public long QuickCheckBeforeReadyBytes { get; init; } = 200_000_000;

    /// <summary>Rejections kept for each source. Default 1,000.</summary>
    public int RejectionsPerSource { get; init; } = 1000;

    /// <summary>Bytes of rejections kept for each source. Default 64 MiB.</summary>
    public long RejectionBytesPerSource { get; init; } = 64L * 1024 * 1024;

    /// <summary>Rejections of a source kept in one minute; more are only counted. Default 60.</summary>
    public int RejectionsPerMinute { get; init; } = 60;

    /// <summary>Deliveries kept in the inbox of each destination. Default 1,000.</summary>
    public int InboxPerDestination { get; init; } = 1000;
}
