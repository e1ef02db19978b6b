namespace WebhookBridge.Storage;

/// <summary>Looks every few seconds at the free room on the disk, so that events are refused before a write fails for want of it, and at a log that has grown too long.</summary>
internal sealed class DiskWatch : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly DataDirectory _directory;
    private readonly StoreHealth _health;
    private readonly StoreLimits _limits;
    private readonly Action _shortenLog;
    private readonly ITimer _timer;

    public DiskWatch(DataDirectory directory, StoreHealth health, StoreLimits limits, Action shortenLog, TimeProvider time)
    {
        _shortenLog = shortenLog;
        _directory = directory;
        _health = health;
        _limits = limits;
        Look();
        _timer = time.CreateTimer(static state => ((DiskWatch)state!).Look(), this, Every, Every);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        _shortenLog();
        try
        {
            _health.SetFree(_directory.FreeBytes(), _limits.MinFreeDiskBytes);
        }
        catch (IOException)
        {
            // The next look tells; a write that fails meanwhile is dealt with by the writer.
        }
    }
}
