namespace WebhookBridge.Storage;

/// <summary>How the store is doing: for readiness, for metrics, and for whoever is about to accept an event. Thread-safe.</summary>
public sealed class StoreHealth
{
    private volatile string? _broken;
    private volatile string? _stopping;
    private volatile string? _lowDisk;
    private volatile string? _walTooLarge;
    private long _walBytes;
    private long _freeBytes = -1;
    private long _commits;
    private long _operations;
    private long _failures;

    /// <summary>Why no event can be accepted now; null when all is well.</summary>
    public string? Refusal => _stopping ?? _broken ?? _lowDisk ?? _walTooLarge;

    /// <summary>Set between a failed write and the first one that works again.</summary>
    public string? Broken => _broken;

    /// <summary>Set while the disk has less room than the limit.</summary>
    public string? LowDisk => _lowDisk;

    /// <summary>Size of the write-ahead log's content, about.</summary>
    public long WalBytes => Interlocked.Read(ref _walBytes);

    /// <summary>Free bytes on the data directory's disk; -1 before the first look.</summary>
    public long DiskFreeBytes => Interlocked.Read(ref _freeBytes);

    /// <summary>Transactions committed since the start.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Operations in them.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>Batches that the disk refused.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Called on the writer's thread after each commit with the number of operations in it: for a histogram.</summary>
    public Action<int>? OnCommit { get; set; }

    internal void SetStopping() => _stopping = "The gateway is stopping.";

    internal void SetBroken(string reason)
    {
        Interlocked.Increment(ref _failures);
        _broken = reason;
    }

    internal void SetWorking() => _broken = null;

    internal void SetWal(long bytes, long limit)
    {
        Interlocked.Exchange(ref _walBytes, bytes);
        _walTooLarge = bytes >= limit ? "The write-ahead log is full: something has been reading the database for very long." : null;
    }

    internal bool WalTooLarge => _walTooLarge is not null;

    internal void SetFree(long bytes, long limit)
    {
        Interlocked.Exchange(ref _freeBytes, bytes);
        _lowDisk = bytes < limit ? $"The disk is nearly full: {bytes / (1024 * 1024)} MiB are free, {limit / (1024 * 1024)} MiB are kept." : null;
    }

    internal void CountCommit(int operations)
    {
        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _operations, operations);
        OnCommit?.Invoke(operations);
    }
}
