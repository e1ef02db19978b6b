using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Alerts;

/// <summary>Looks whether a source has been silent for longer than it may, and raises or closes its alert.</summary>
/// <remarks>What counts is the last new event that its sender sent: simulated events say nothing about the sender. A source that was never heard of is watched from its last change on.</remarks>
internal static class SilenceWatch
{
    /// <summary>One look at every source.</summary>
    public static async Task LookAsync(Gateway gateway)
    {
        AlertStore alerts = gateway.Store.Log.Alerts;
        DateTimeOffset now = gateway.Time.GetUtcNow();
        HashSet<string> silent = new(StringComparer.Ordinal);
        foreach (ConfiguredItem item in gateway.Configuration.All(ConfigurationKind.Source))
        {
            if (item.Definition is not SourceDefinition { Enabled: true, Silence: { } silence } source)
            {
                continue;
            }

            DateTimeOffset? last = await gateway.Store.Log.Events.LastReceivedAsync(source.Name);
            if (WatchedHours.Between(last ?? item.ChangedAt, now, silence) >= silence.After)
            {
                string subject = SubjectOf(source.Name);
                silent.Add(subject);
                await alerts.RaiseAsync(AlertCodes.SourceSilent, subject, last is { } at
                    ? $"The source \"{source.Name}\" has sent nothing new since {JsonTimes.Text(at)}; expected is something every {Durations.Format(silence.After)} of the watched hours."
                    : $"The source \"{source.Name}\" has never sent anything; expected is something every {Durations.Format(silence.After)} of the watched hours. Give its address to the sender.");
            }
        }

        // Also those whose source is gone, switched off or no longer watched.
        foreach (AlertRow open in (await alerts.OpenAsync(AlertCodes.SourceSilent)).Where(open => !silent.Contains(open.Subject)))
        {
            await alerts.ResolveAsync(open.Code, open.Subject);
        }
    }

    public static string SubjectOf(string source) => "source/" + source;
}
