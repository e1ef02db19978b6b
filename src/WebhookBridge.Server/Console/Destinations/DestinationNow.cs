using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Destinations;

/// <summary>How a destination does at this moment.</summary>
/// <param name="Waiting">Deliveries that are pending or held.</param>
/// <param name="Oldest">Since when the oldest of them waits.</param>
/// <param name="Stuck">Refused or given up, of the last seven days.</param>
internal sealed record DestinationNow(LaneStatus Lane, long Waiting, DateTimeOffset? Oldest, long Stuck, DateTimeOffset? LastSuccess, IReadOnlyList<string> Routes)
{
    /// <summary>The shape that stands for it.</summary>
    public string State => Lane.Problem is not null ? "refused" : Lane.Hold is not null ? "held" : Lane.Breaker != BreakerState.Closed ? "failing" : "delivered";

    public static DestinationNow Of(Gateway gateway, string name)
    {
        long week = gateway.Time.GetUtcNow().AddDays(-7).ToUnixTimeMilliseconds();
        using StoreContext log = gateway.Store.OpenContext();
        IQueryable<DeliveryRow> waiting = log.Deliveries.Where(d => d.Destination == name && (d.State == "pending" || d.State == "held"));
        long? oldest = waiting.Min(static d => (long?)d.CreatedAt);
        long? last = log.Deliveries.Where(d => d.Destination == name && d.State == "delivered" && d.CreatedAt >= week).OrderByDescending(static d => d.CreatedAt).Select(static d => d.FinishedAt).FirstOrDefault();
        return new(
            gateway.Pump.Status(name),
            waiting.LongCount(),
            At(oldest),
            log.Deliveries.LongCount(d => d.Destination == name && (d.State == "refused" || d.State == "exhausted") && d.CreatedAt >= week),
            At(last),
            [.. gateway.Configuration.All(ConfigurationKind.Route).Where(r => ((RouteDefinition)r.Definition).Destination == name).Select(static r => r.Name)]);
    }

    private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;
}
