using System.Collections.Frozen;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Configuration;

/// <summary>The whole configuration, compiled, at one moment. Immutable: a request or an attempt takes one and works with it to the end.</summary>
public sealed class GatewaySnapshot
{
    public static readonly GatewaySnapshot Empty = new();

    public FrozenDictionary<string, ActiveSource> Sources { get; init; } = FrozenDictionary<string, ActiveSource>.Empty;

    public FrozenDictionary<string, ActiveRoute> Routes { get; init; } = FrozenDictionary<string, ActiveRoute>.Empty;

    public FrozenDictionary<string, ActiveDestination> Destinations { get; init; } = FrozenDictionary<string, ActiveDestination>.Empty;

    public FrozenDictionary<string, ValueList> Lists { get; init; } = FrozenDictionary<string, ValueList>.Empty;
}

/// <summary>The snapshot in force. One writer publishes, everyone reads.</summary>
public sealed class CurrentConfiguration
{
    private GatewaySnapshot _value = GatewaySnapshot.Empty;

    /// <summary>Raised after a new snapshot is in force, on the publisher's thread.</summary>
    public event Action<GatewaySnapshot>? Changed;

    public GatewaySnapshot Value => Volatile.Read(ref _value);

    public void Publish(GatewaySnapshot snapshot)
    {
        Volatile.Write(ref _value, snapshot);
        Changed?.Invoke(snapshot);
    }
}
