using WebhookBridge.Engine.Configuration;

namespace WebhookBridge.Engine.Delivery;

/// <summary>When a failed attempt is made again (contract section 3). Pure: the randomness is a parameter.</summary>
/// <remarks>
/// Presets, with the time since the first attempt at which each retry comes:
/// <code>
/// standard  5s 5m 30m 2h 5h 10h 10h       5s, 5m, 35m, 2h35, 7h35, 17h35, 27h35
/// fast      1s 5s 15s 30s 1m 2m 5m        1s, 6s, 21s, 51s, 1m51, 3m51, 8m51
/// patient   1m 10m 1h 6h 12h 24h × 6      1m, 11m, 1h11, 7h11, 19h11, then daily to the 7th day
/// none      one attempt only
/// </code>
/// </remarks>
public static class RetrySchedule
{
    /// <summary>The part of a delay that may be added at random, so that many deliveries do not come back at once.</summary>
    public const double Jitter = 0.10;

    /// <summary>The longest wait that a destination's <c>Retry-After</c> can bring about.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(24);

    private static readonly TimeSpan[] Standard = [S(5), M(5), M(30), H(2), H(5), H(10), H(10)];
    private static readonly TimeSpan[] Fast = [S(1), S(5), S(15), S(30), M(1), M(2), M(5)];
    private static readonly TimeSpan[] Patient = [M(1), M(10), H(1), H(6), H(12), H(24), H(24), H(24), H(24), H(24), H(24)];

    /// <summary>How long to wait after attempt number <paramref name="attempt"/> failed; null when the schedule is used up.</summary>
    /// <param name="attempt">From 1.</param>
    /// <param name="retryAfter">What the destination asked for; it counts when it is longer than the schedule's delay.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public static TimeSpan? Next(RetryDefinition retry, int attempt, TimeSpan? retryAfter, Func<double> random)
    {
        if (DelayAfter(retry, attempt) is not TimeSpan delay)
        {
            return null;
        }

        double factor = 1 + (Jitter * random());
        if (retryAfter > delay)
        {
            return Min(retryAfter.Value, LongestRetryAfter) * factor is var asked && asked > LongestRetryAfter ? Max(LongestRetryAfter, delay * factor) : asked;
        }

        return delay * factor;
    }

    /// <summary>The schedule's own delay after that attempt, without jitter; null when it is used up.</summary>
    public static TimeSpan? DelayAfter(RetryDefinition retry, int attempt) => retry switch
    {
        RetryDefinition.Delays delays => At(delays.Each, attempt),
        RetryDefinition.Growing growing => attempt > growing.Tries ? null : Grown(growing, attempt),
        RetryDefinition.Preset { Name: "standard" } => At(Standard, attempt),
        RetryDefinition.Preset { Name: "fast" } => At(Fast, attempt),
        RetryDefinition.Preset { Name: "patient" } => At(Patient, attempt),
        RetryDefinition.Preset { Name: "none" } => null,
        _ => throw new ArgumentException($"Unknown retry schedule {retry}.", nameof(retry)),
    };

    private static TimeSpan? At(IReadOnlyList<TimeSpan> delays, int attempt) => attempt <= delays.Count ? delays[attempt - 1] : null;

    private static TimeSpan Grown(RetryDefinition.Growing growing, int attempt)
    {
        // Compared as double: factor^n soon passes what a TimeSpan can hold.
        double seconds = growing.First.TotalSeconds * Math.Pow(growing.Factor, attempt - 1);
        return seconds < growing.Max.TotalSeconds ? TimeSpan.FromSeconds(seconds) : growing.Max;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan S(int seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan M(int minutes) => TimeSpan.FromMinutes(minutes);

    private static TimeSpan H(int hours) => TimeSpan.FromHours(hours);
}
