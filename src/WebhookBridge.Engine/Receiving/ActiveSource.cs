using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Receiving;

/// <summary>A source as it is set up now, compiled: how its requests are verified and read, and which routes take its events. Immutable but for its rate.</summary>
public sealed class ActiveSource(TimeProvider time)
{
    private readonly Lock _gate = new();
    private RateLimiter? _rate;

    public required SourceDefinition Definition { get; init; }

    public required Platform Platform { get; init; }

    public required SourceVerifier Verifier { get; init; }

    public required RouteTable Routes { get; init; }

    public required SecretScrubber Scrub { get; init; }

    public string Name => Definition.Name;

    /// <summary>Whether the source's rate has room for one more request; always when it has no limit.</summary>
    public bool TryTake()
    {
        if (Definition.RatePerSecond is not { } perSecond)
        {
            return true;
        }

        lock (_gate)
        {
            return (_rate ??= new RateLimiter(perSecond, window: null, time)).TryTake();
        }
    }
}
