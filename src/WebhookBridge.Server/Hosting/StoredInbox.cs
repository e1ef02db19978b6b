using WebhookBridge.Engine.Connectors;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Hosting;

/// <summary>The built-in inbox in the database.</summary>
internal sealed class StoredInbox(InboxStore store) : IInbox
{
    /// <summary>What marks simulated deliveries, as it would on the wire (contract section 10).</summary>
    private static readonly byte[] TestHeader = "{\"X-WebhookBridge-Test\":\"1\"}"u8.ToArray();

    public ValueTask StoreAsync(InboxItem item) => store.AddAsync(new InboxRow
    {
        Destination = item.Destination,
        DeliveryId = item.DeliveryId,
        EventId = item.EventId,
        ReceivedAt = item.ReceivedAt.ToUnixTimeMilliseconds(),
        ContentType = item.ContentType,
        Headers = item.Test ? TestHeader : null,
        Body = item.Body.ToArray(),
    });

    public async ValueTask<IReadOnlyList<InboxItem>> ListAsync(string destination, int limit, string? before) =>
        [.. (await store.PageAsync(destination, before, limit)).Items.Select(row => new InboxItem
        {
            Destination = row.Destination,
            DeliveryId = row.DeliveryId,
            EventId = row.EventId,
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.ReceivedAt),
            ContentType = row.ContentType,
            Body = row.Body,
            Test = row.Headers is not null,
        })];

    public async ValueTask<long> ClearAsync(string destination) => await store.ClearAsync(destination);
}
