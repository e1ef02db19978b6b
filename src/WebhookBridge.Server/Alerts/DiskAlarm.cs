using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Alerts;

/// <summary>Says that the disk fills up while there is still time: events are refused only at half of what raises the alarm.</summary>
internal static class DiskAlarm
{
    public const string Subject = "disk/data";

    /// <summary>One look at the disk of a gateway.</summary>
    public static Task LookAsync(Gateway gateway) =>
        LookAsync(gateway.Store.Log.Alerts, gateway.Store.Health.DiskFreeBytes, gateway.Store.Limits.MinFreeDiskBytes);

    /// <param name="free">Free bytes; negative = not known yet.</param>
    /// <param name="kept">Free bytes below which no event is taken.</param>
    public static async Task LookAsync(AlertStore alerts, long free, long kept)
    {
        if (free < 0)
        {
            return;
        }

        if (free < 2 * kept)
        {
            await alerts.RaiseAsync(AlertCodes.DiskLow, Subject,
                $"The disk of the data directory fills up: {Mebibytes(free)} MiB are free. Below {Mebibytes(kept)} MiB no event is taken any more. Make room, or keep less (settings, retention).");
        }
        else if (free > 2.2 * kept)
        {
            // Not at the same mark: an alarm that comes and goes is no help.
            await alerts.ResolveAsync(AlertCodes.DiskLow, Subject);
        }
    }

    private static long Mebibytes(long bytes) => bytes / (1024 * 1024);
}
