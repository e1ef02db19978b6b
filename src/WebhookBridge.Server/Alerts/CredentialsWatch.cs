using System.Globalization;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Api;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Alerts;

/// <summary>Tells before credentials of a destination end that a person has to renew: two weeks ahead, and until they have been renewed.</summary>
internal static class CredentialsWatch
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    /// <summary>One look at every destination.</summary>
    /// <param name="alerts">Where alerts are raised and closed.</param>
    /// <param name="lanes">The destinations now.</param>
    /// <param name="now">The time.</param>
    public static async Task LookAsync(AlertStore alerts, IEnumerable<LaneStatus> lanes, DateTimeOffset now)
    {
        HashSet<string> ending = new(StringComparer.Ordinal);
        foreach (LaneStatus lane in lanes)
        {
            if (lane.CredentialsEnd is not { } credentials || credentials.End - now > Ahead)
            {
                continue;
            }

            string subject = "destination/" + lane.Destination;
            ending.Add(subject);
            string when = JsonTimes.Text(credentials.End);
            await alerts.RaiseAsync(AlertCodes.CredentialsEnd, subject, credentials.End <= now
                ? string.Create(CultureInfo.InvariantCulture, $"Destination \"{lane.Destination}\": {credentials.What.En} ended at {when}. Enter a new one.")
                : string.Create(CultureInfo.InvariantCulture, $"Destination \"{lane.Destination}\": {credentials.What.En} ends at {when}. Enter a new one before."));
        }

        foreach (AlertRow open in (await alerts.OpenAsync(AlertCodes.CredentialsEnd)).Where(open => !ending.Contains(open.Subject)))
        {
            await alerts.ResolveAsync(open.Code, open.Subject);
        }
    }
}
