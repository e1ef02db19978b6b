using System.Collections.Concurrent;

namespace WebhookBridge.Server.Api;

/// <summary>How many calls a key may make in a minute, counted in fixed windows that begin with the first call; and how many wrong keys an address may try.</summary>
/// <remarks>The headers are those of the IETF's draft-ietf-httpapi-ratelimit-headers: <c>RateLimit-Policy</c> and <c>RateLimit</c>.</remarks>
/// <param name="callsPerMinute">0 = no limit.</param>
internal sealed class RateLimits(int callsPerMinute, TimeProvider time)
{
    public const int DefaultCalls = 6000;

    private const int WrongKeysPerMinute = 300;
    private const int MostWindows = 10_000;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Window> _windows = new(StringComparer.Ordinal);

    /// <summary>Counts a call of a key; its headers go with every answer.</summary>
    /// <exception cref="ProblemException">The quota is used up.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> Take(string keyId)
    {
        if (callsPerMinute == 0)
        {
            return [];
        }

        (int left, int seconds) = Count("key " + keyId, callsPerMinute);
        KeyValuePair<string, string>[] headers =
            [new("RateLimit-Policy", $"\"key\";q={callsPerMinute};w={Length.TotalSeconds:0}"), new("RateLimit", $"\"key\";r={Math.Max(left, 0)};t={seconds}")];
        return left >= 0 ? headers : throw new ProblemException(Problems.TooManyRequests, $"This key has made {callsPerMinute} calls within a minute: go on in {seconds} seconds.")
        {
            Headers = [.. headers, new("Retry-After", seconds.ToString())],
        };
    }

    /// <summary>Counts a key that was not known.</summary>
    /// <exception cref="ProblemException">Too many wrong keys came from this address; right ones are served all the same.</exception>
    public void TakeWrongKey(string address)
    {
        (int left, int seconds) = Count("address " + address, WrongKeysPerMinute);
        if (left < 0)
        {
            throw new ProblemException(Problems.TooManyRequests, $"More than {WrongKeysPerMinute} calls without a known key within a minute: go on in {seconds} seconds.")
            {
                Headers = [new("Retry-After", seconds.ToString())],
            };
        }
    }

    private (int Left, int Seconds) Count(string who, int quota)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (_windows.Count >= MostWindows)
        {
            foreach ((string other, Window over) in _windows)
            {
                if (over.Ends <= now)
                {
                    _windows.TryRemove(other, out _);
                }
            }
        }

        Window window = _windows.AddOrUpdate(who, _ => new Window(now + Length), (_, old) => old.Ends <= now ? new Window(now + Length) : old);
        return (quota - window.Take(), Math.Max(1, (int)Math.Ceiling((window.Ends - now).TotalSeconds)));
    }

    private sealed class Window(DateTimeOffset ends)
    {
        private int _taken;

        public DateTimeOffset Ends { get; } = ends;

        public int Take() => Interlocked.Increment(ref _taken);
    }
}
