using WebhookBridge.Engine.Model;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>Reads a delivery with its event and body; the order of the columns is that of <see cref="HotStatements"/>' lease statements.</summary>
internal static class LeasedRow
{
    public static LeasedDelivery Read(Statement s) => new()
    {
        Id = s.Id(1, IdSource.Delivery),
        Route = s.Text(2),
        RouteRevision = s.Int(3),
        Destination = s.Text(4),
        LeaseSeq = s.Long(5) + 1, // the lease that is about to be written
        AttemptCount = s.Int(6),
        CodeTimeouts = s.Int(7),
        CreatedAt = Time(s.Long(8)),
        ReplayOf = s.IdOrNull(9, IdSource.Delivery),
        Rendered = s.IsNull(10) ? null : new RenderedDelivery(s.BlobArray(11), s.Text(10), PairsJson.ReadMap(s.Blob(12))),
        Reason = s.TextOrNull(43),
        RemoteId = s.TextOrNull(44),
        Interrupted = s.Int(45) == 2,
        Event = new GatewayEvent
        {
            Id = s.Id(13, IdSource.Event),
            Source = s.Text(14),
            Platform = s.Text(15),
            ExternalId = s.TextOrNull(16),
            Type = s.Text(17),
            Kind = s.Text(18),
            Mode = s.TextOrNull(19),
            Test = s.Bool(20),
            Time = s.LongOrNull(21) is { } time ? Time(time) : null,
            ReceivedAt = Time(s.Long(22)),
            Format = (BodyFormat)s.Int(23),
            Sha256 = s.BlobArray(24),
            Columns = new SearchColumns
            {
                PaymentId = s.TextOrNull(25),
                PaymentStatus = s.TextOrNull(26),
                CheckoutId = s.TextOrNull(27),
                OrderId = s.TextOrNull(28),
                SubscriptionId = s.TextOrNull(29),
                CustomerName = s.TextOrNull(30),
                CustomerEmail = s.TextOrNull(31),
                Currency = s.TextOrNull(32),
                AmountMinor = s.LongOrNull(33),
                AmountScaled = s.LongOrNull(34),
            },
            BatchId = s.IdOrNull(35, IdSource.Event),
            Late = s.Bool(36),
            DuplicateKeys = s.Bool(37),
            SuspectedReplay = s.Bool(38),
            Unreadable = s.TextOrNull(39),
            NormalForm = s.BlobArray(40),
            Headers = PairsJson.ReadPairs(s.Blob(41)),
            Body = s.BlobArray(42),
        },
    };

    private static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
