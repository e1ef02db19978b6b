namespace WebhookBridge.Engine.Delivery;

/// <summary>Bytes of events that all lanes together may hold in memory.</summary>
internal sealed class MemoryBudget(long most)
{
    private long _used;

    public long Left => Math.Max(0, most - Interlocked.Read(ref _used));

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= most)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    public void GiveBack(long bytes) => Interlocked.Add(ref _used, -bytes);
}
