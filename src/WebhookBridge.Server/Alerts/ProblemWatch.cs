using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Alerts;

/// <summary>Looks for what keeps deliveries from arriving, and raises or closes one alert for each destination and route, however many deliveries it is about.</summary>
/// <remarks>What a person has put on hold is no surprise to anybody: it raises nothing.</remarks>
internal static class ProblemWatch
{
    /// <summary>With few deliveries a breaker never sees ten failures: then it counts how long nothing has gone through.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan StuckSince = TimeSpan.FromHours(24);

    /// <summary>One look at every destination and route.</summary>
    public static async Task LookAsync(Gateway gateway)
    {
        AlertStore alerts = gateway.Store.Log.Alerts;
        DateTimeOffset now = gateway.Time.GetUtcNow();
        HashSet<(string Code, string Subject)> open = [];
        IReadOnlyDictionary<string, FailingDeliveries> failing = await gateway.Store.Log.Figures.FailingAsync();
        foreach (LaneStatus lane in gateway.Pump.Statuses())
        {
            if (gateway.Configuration.Find(ConfigurationKind.Destination, lane.Destination)?.Definition is DestinationDefinition { Enabled: true }
                && Cause(lane, failing.GetValueOrDefault(lane.Destination), now) is { } cause)
            {
                open.Add((AlertCodes.DestinationDown, "destination/" + lane.Destination));
                await alerts.RaiseAsync(AlertCodes.DestinationDown, "destination/" + lane.Destination, $"{cause} Nothing is lost: what waits goes out by itself once it is mended.");
            }
        }

        foreach (IGrouping<string, StuckGroup> route in (await gateway.Store.Log.Figures.StuckAsync(now - StuckSince)).Where(static s => s.State != "held").GroupBy(static s => s.Route))
        {
            open.Add((AlertCodes.DeliveriesStuck, "route/" + route.Key));
            await alerts.RaiseAsync(AlertCodes.DeliveriesStuck, "route/" + route.Key,
                $"{route.Sum(static s => s.Count)} deliveries of the route \"{route.Key}\" were refused or given up since {JsonTimes.Text(route.Min(static s => s.Since))} ({string.Join(", ", route.Select(static s => s.Reason ?? s.State).Distinct())}). Mend the cause, then replay them.");
        }

        foreach (string code in new[] { AlertCodes.DestinationDown, AlertCodes.DeliveriesStuck })
        {
            foreach (AlertRow over in (await alerts.OpenAsync(code)).Where(a => !open.Contains((a.Code, a.Subject))))
            {
                await alerts.ResolveAsync(over.Code, over.Subject);
            }
        }
    }

    private static string? Cause(LaneStatus lane, FailingDeliveries? failing, DateTimeOffset now) => lane switch
    {
        { Hold: { ByPerson: true } } => null,
        { Hold: { } hold } => $"The destination \"{lane.Destination}\" is on hold since {JsonTimes.Text(hold.Since)}: {hold.Reason}",
        { Problem: { } problem } => $"The destination \"{lane.Destination}\" cannot be used: {problem}.",
        { Breaker: not BreakerState.Closed } => $"The destination \"{lane.Destination}\" takes nothing: ten tries in a row have failed.",
        _ when failing is not null && now - failing.Oldest >= Patience && !(failing.LastDelivered > failing.Oldest) => $"The destination \"{lane.Destination}\" has taken nothing since {JsonTimes.Text(failing.Oldest)}.",
        _ => null,
    };
}
