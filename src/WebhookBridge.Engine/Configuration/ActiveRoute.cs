using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Reshaping;

namespace WebhookBridge.Engine.Configuration;

/// <summary>One revision of a route, compiled: what a delivery is pinned to. Immutable.</summary>
public sealed class ActiveRoute
{
    public required RouteDefinition Definition { get; init; }

    /// <summary>From 1, counted up at every change.</summary>
    public required int Revision { get; init; }

    public required Conditions Conditions { get; init; }

    /// <summary>Null = every event that meets the conditions is sent.</summary>
    public Rule? Rule { get; init; }

    /// <summary>Template and fields.</summary>
    public required RouteShape Shape { get; init; }

    public string Name => Definition.Name;
}

/// <summary>A destination as it is set up now. Deliveries use today's settings, whatever revision of the route they are pinned to.</summary>
/// <param name="Revision">Counted up at every change; a lane opens a new session when it differs.</param>
public sealed record ActiveDestination(DestinationDefinition Definition, int Revision)
{
    public string Name => Definition.Name;
}
