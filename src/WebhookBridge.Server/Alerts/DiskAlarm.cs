using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Alerts;

/// <summary>Says that the disk fills up while there is still time: events are refused only at half of what raises the alarm.</summary>
internal sealed class DiskAlarm(AlertStore alerts)
{
    public const string Subject = "disk/data";

    /// <summary>Null = not asked yet: a gateway may start with an alarm that an earlier one raised.</summary>
    private bool? _raised;

    /// <summary>One look; nothing is read or written while all is well.</summary>
    /// <param name="free">Free bytes; negative = not known yet.</param>
    /// <param name="kept">Free bytes below which no event is taken.</param>
    public async Task LookAsync(long free, long kept)
    {
        if (free < 0)
        {
            return;
        }

        if (free < 2 * kept)
        {
            _raised = true;
            await alerts.RaiseAsync(AlertCodes.DiskLow, Subject,
                $"The disk of the data directory fills up: {Mebibytes(free)} MiB are free. Below {Mebibytes(kept)} MiB no event is taken any more. Make room, or keep less (settings, retention).");
        }
        else if (free > 2.2 * kept && _raised != false)
        {
            _raised = false;
            // Not at the same mark: an alarm that comes and goes is no help.
            await alerts.ResolveAsync(AlertCodes.DiskLow, Subject);
        }
    }

    private static long Mebibytes(long bytes) => bytes / (1024 * 1024);
}
