using System.Collections.Concurrent;

namespace WebhookBridge.Server.WebConsole.Access;

/// <summary>Five wrong passwords for one e-mail from one address, then a wait of fifteen minutes; fifty for one e-mail from anywhere in an hour, then as long.</summary>
/// <remarks>Counted in memory: whoever can restart the gateway needs no password.</remarks>
internal sealed class SignInThrottle(TimeProvider time)
{
    public const int Tries = 5;

    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(15);

    private const int TriesFromAnywhere = 50;
    private const int MostKeys = 10_000;

    private readonly ConcurrentDictionary<string, Count> _counts = new(StringComparer.Ordinal);

    /// <summary>When the next try is taken; null = now.</summary>
    public DateTimeOffset? BlockedUntil(string email, string address)
    {
        DateTimeOffset? one = Until(Near(email, address), Tries);
        DateTimeOffset? all = Until(Far(email), TriesFromAnywhere);
        return one > all || all is null ? one : all;
    }

    /// <summary>Counts a wrong password; the number of tries that are left.</summary>
    public int Failed(string email, string address)
    {
        Forget();
        Add(Far(email), TimeSpan.FromHours(1));
        return Math.Max(0, Tries - Add(Near(email, address), Wait));
    }

    public void Succeeded(string email, string address) => _counts.TryRemove(Near(email, address), out _);

    private static string Near(string email, string address) => $"{email.ToLowerInvariant()}\n{address}";

    private static string Far(string email) => email.ToLowerInvariant();

    private int Add(string key, TimeSpan window)
    {
        DateTimeOffset now = time.GetUtcNow();
        return _counts.AddOrUpdate(key, _ => new(1, now + window), (_, old) => old.Until <= now ? new(1, now + window) : new(old.Times + 1, now + window)).Times;
    }

    private DateTimeOffset? Until(string key, int most) =>
        _counts.TryGetValue(key, out Count count) && count.Times >= most && count.Until > time.GetUtcNow() ? count.Until : null;

    private void Forget()
    {
        if (_counts.Count <= MostKeys)
        {
            return;
        }

        DateTimeOffset now = time.GetUtcNow();
        foreach ((string key, Count count) in _counts)
        {
            if (count.Until <= now)
            {
                _counts.TryRemove(key, out _);
            }
        }
    }

    private readonly record struct Count(int Times, DateTimeOffset Until);
}
