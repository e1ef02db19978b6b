using WebhookBridge.Engine.Delivery;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Hosting;

/// <summary>Keeps which destinations are held, so that a restart does not let them go.</summary>
internal sealed class DestinationHolds(SqliteStore store, TimeProvider time)
{
    private const string Person = "person";
    private const string Gateway = "gateway";

    public IReadOnlyDictionary<string, DestinationHold> Load() => store.Log.Holds().ToDictionary(
        row => row.Destination,
        row => new DestinationHold(row.Reason, row.Actor == Person, DateTimeOffset.FromUnixTimeMilliseconds(row.Since)),
        StringComparer.Ordinal);

    /// <summary>Keeps a hold; null = it ended.</summary>
    public ValueTask KeepAsync(string destination, DestinationHold? hold) => store.Gate.RunAsync(db =>
    {
        DestinationHoldRow? row = db.DestinationHolds.Find(destination);
        if (hold is null)
        {
            if (row is not null)
            {
                db.DestinationHolds.Remove(row);
            }

            return;
        }

        if (row is null)
        {
            db.DestinationHolds.Add(row = new DestinationHoldRow { Destination = destination });
        }

        row.Reason = hold.Reason;
        row.Since = (hold.Since == default ? time.GetUtcNow() : hold.Since).ToUnixTimeMilliseconds();
        row.Actor = hold.ByPerson ? Person : Gateway;
    });
}
