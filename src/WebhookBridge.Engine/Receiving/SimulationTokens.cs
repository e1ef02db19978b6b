using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace WebhookBridge.Engine.Receiving;

/// <summary>One-time tokens that mark a request as the gateway's own simulation (design invariant 11). Nobody outside can make one, so nobody outside can mark real money as a test.</summary>
public sealed class SimulationTokens(TimeProvider time)
{
    /// <summary>The header that carries a token.</summary>
    public const string Header = "X-WebhookBridge-Simulation";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _open = new();

    /// <summary>A token for one request within five minutes.</summary>
    public string Issue()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach ((string old, DateTimeOffset end) in _open)
        {
            if (end < now)
            {
                _open.TryRemove(old, out _);
            }
        }

        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _open[token] = now + Life;
        return token;
    }

    /// <summary>Whether the token was open; it no longer is.</summary>
    public bool Use(string? token) => token is not null && _open.TryRemove(token, out DateTimeOffset end) && end >= time.GetUtcNow();
}
