using WebhookBridge.Abstractions;

namespace WebhookBridge.Engine.Delivery;

/// <summary>How many deliveries may begin: a token bucket that holds a tenth of a second's worth (so that no second sees more than 1.1 times the rate), and for a window a second bucket. Not thread-safe: its lane's lock guards it.</summary>
/// <remarks>A window of N in T is kept by a bucket that holds half of N and gains the other half in T: never more than N in any T.</remarks>
public sealed class RateLimiter
{
    private const double BurstSeconds = 0.1;

    private readonly Bucket[] _buckets;

    /// <param name="perSecond">null = no limit.</param>
    public RateLimiter(double? perSecond, PacingWindow? window, TimeProvider time)
    {
        List<Bucket> buckets = [];
        if (perSecond is double rate)
        {
            buckets.Add(new Bucket(Math.Max(1, rate * BurstSeconds), rate, time));
        }

        if (window is not null)
        {
            double half = window.Count / 2.0;
            buckets.Add(new Bucket(Math.Max(1, Math.Floor(half)), Math.Max(half, 0.5) / window.Per.TotalSeconds, time));
        }

        _buckets = [.. buckets];
    }

    /// <summary>Takes one token of each bucket if all have one.</summary>
    public bool TryTake()
    {
        foreach (Bucket bucket in _buckets)
        {
            bucket.Refill();
            if (!bucket.HasOne)
            {
                return false;
            }
        }

        foreach (Bucket bucket in _buckets)
        {
            bucket.Take();
        }

        return true;
    }

    /// <summary>How long until <see cref="TryTake"/> can succeed; zero = now.</summary>
    public TimeSpan UntilNext()
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (Bucket bucket in _buckets)
        {
            bucket.Refill();
            TimeSpan wait = bucket.UntilOne;
            longest = wait > longest ? wait : longest;
        }

        return longest;
    }

    private sealed class Bucket
    {
        /// <summary>Rounding must not make a token that is due by the clock come one tick late.</summary>
        private const double Whole = 1 - 1e-9;

        private readonly double _capacity;
        private readonly double _perSecond;
        private readonly TimeProvider _time;
        private double _tokens;
        private long _at;

        public Bucket(double capacity, double perSecond, TimeProvider time)
        {
            _capacity = _tokens = capacity;
            _perSecond = perSecond;
            _time = time;
            _at = time.GetTimestamp();
        }

        public bool HasOne => _tokens >= Whole;

        public TimeSpan UntilOne => HasOne ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling((1 - _tokens) / _perSecond * TimeSpan.TicksPerSecond));

        public void Refill()
        {
            long now = _time.GetTimestamp();
            _tokens = Math.Min(_capacity, _tokens + (_time.GetElapsedTime(_at, now).TotalSeconds * _perSecond));
            _at = now;
        }

        public void Take() => _tokens -= 1;
    }
}
