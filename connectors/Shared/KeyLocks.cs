using System.Collections.Concurrent;

namespace WebhookBridge.Connectors.Shared;

/// <summary>One at a time for each key: for APIs without an upsert, where a connector has to search before it creates. Thread-safe; keys cost memory only while they are held or waited for.</summary>
/// <remarks>Keep it in a static field of the connector and let the key begin with the account, so that two destinations of one account exclude each other too.</remarks>
public sealed class KeyLocks
{
    private readonly ConcurrentDictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    /// <summary>Waits until the key is free and holds it until the answer is disposed of.</summary>
    public async ValueTask<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        Gate gate;
        while (true)
        {
            gate = _gates.GetOrAdd(key, static _ => new Gate());
            lock (gate)
            {
                if (!gate.Removed)
                {
                    gate.Users++;
                    break;
                }
            }
        }

        Held held = new(this, key, gate);
        try
        {
            await gate.Free.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, gate);
            throw;
        }

        return held;
    }

    /// <summary>Keys that are held or waited for.</summary>
    public int Count => _gates.Count;

    private void Leave(string key, Gate gate)
    {
        lock (gate)
        {
            if (--gate.Users == 0)
            {
                gate.Removed = true;
                _gates.TryRemove(key, out _);
                gate.Free.Dispose();
            }
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Users { get; set; }

        public bool Removed { get; set; }
    }

    private sealed class Held(KeyLocks locks, string key, Gate gate) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                gate.Free.Release();
                locks.Leave(key, gate);
            }
        }
    }
}
