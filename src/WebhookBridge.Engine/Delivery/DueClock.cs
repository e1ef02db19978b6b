namespace WebhookBridge.Engine.Delivery;

/// <summary>The time by which deliveries fall due: the wall clock, but never backwards. After the wall clock was set back it goes on from where it was, by the monotonic clock, until the wall has caught up: what was to be tried again in five seconds is, and not an hour later. Thread-safe.</summary>
public sealed class DueClock(TimeProvider time)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private long _lastAt;

    public DateTimeOffset Now
    {
        get
        {
            DateTimeOffset wall = time.GetUtcNow();
            lock (_gate)
            {
                long at = time.GetTimestamp();
                DateTimeOffset steady = _last == DateTimeOffset.MinValue ? wall : _last + time.GetElapsedTime(_lastAt, at);
                // The two clocks drift by a hair; only a real step back counts.
                _last = wall >= steady - TimeSpan.FromSeconds(1) ? (wall > _last ? wall : _last) : steady;
                _lastAt = at;
                return _last;
            }
        }
    }
}
