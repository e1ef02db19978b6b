using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Testing;

namespace WebhookBridge.Storage.Tests;

/// <summary>A store in a folder of its own, with a clock that the test moves; it can be closed and opened again.</summary>
public sealed class StoreHarness : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private DataDirectory? _directory;

    private StoreHarness(StoreLimits limits) => Limits = limits;

    public ManualTimeProvider Clock { get; } = new();

    public MasterKey Key { get; } = MasterKey.Generate();

    public StoreLimits Limits { get; }

    public SqliteStore Store { get; private set; } = null!;

    public string Path => _folder.Of("data");

    public EventMaker Make { get; private set; } = null!;

    public static async Task<StoreHarness> OpenAsync(StoreLimits? limits = null)
    {
        // Tests run where the disk may be nearly full; those of the low-disk watch set a limit.
        var harness = new StoreHarness(limits ?? new StoreLimits { MinFreeDiskBytes = 0 });
        harness.Make = new EventMaker(harness.Clock);
        await harness.StartAsync();
        return harness;
    }

    public async Task StartAsync()
    {
        _directory = DataDirectory.OpenLocked(Path);
        Store = await SqliteStore.OpenAsync(_directory, new SecretBox(Key), Limits, Clock, NullLoggerFactory.Instance);
    }

    public async Task StopAsync()
    {
        await Store.DisposeAsync();
        _directory!.Dispose();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Stores an event and expects that it is new.</summary>
    public async Task<NewEvent> AppendAsync(NewEvent newEvent)
    {
        AppendOutcome outcome = (await Store.Journal.AppendAsync([newEvent])).ShouldBeOfType<AppendResult.Stored>().Outcomes.ShouldHaveSingleItem();
        outcome.Duplicate.ShouldBeFalse();
        return newEvent;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }
}

/// <summary>Makes events, deliveries and attempts as the engine would.</summary>
public sealed class EventMaker(TimeProvider clock)
{
    public static readonly RouteSet TwoRoutes = new("000102030405060708090a0b0c0d0e0f", "yoco", ["paid-to-crm", "all-to-inbox"]);

    private int _number;

    public IdSource Ids { get; } = new(clock);

    public static DedupeKey Key(string id, TimeSpan? window = null, string? body = null, bool refuse = false) =>
        new(Hash(id), window, body is null ? null : Hash(body), refuse);

    /// <summary>An event with a delivery for the first route and a skip for the second.</summary>
    public NewEvent Event(
        string? externalId = null,
        string? body = null,
        DedupeKey? dedupe = null,
        bool leased = false,
        string source = "yoco",
        string destination = "crm",
        DeliveryState state = DeliveryState.Pending,
        string? reason = null,
        TimeSpan? dueIn = null,
        SearchColumns? columns = null,
        string kind = "payment.succeeded",
        string mode = "live",
        DateTimeOffset? time = null)
    {
        int number = Interlocked.Increment(ref _number);
        externalId ??= "ext-" + number;
        byte[] bytes = Encoding.UTF8.GetBytes(body ?? $$"""{"id":"{{externalId}}","amount":10.99}""");
        DateTimeOffset now = clock.GetUtcNow();
        return new NewEvent
        {
            Event = new GatewayEvent
            {
                Id = Ids.Next(IdSource.Event),
                Source = source,
                Platform = "yoco",
                ExternalId = externalId,
                Type = "payment.succeeded",
                Kind = kind,
                Mode = mode,
                Time = time ?? now.AddSeconds(-1),
                ReceivedAt = now,
                Format = BodyFormat.Json,
                Body = bytes,
                Sha256 = SHA256.HashData(bytes),
                Headers = [new("webhook-id", externalId), new("x-repeated", "a"), new("x-repeated", "b")],
                NormalForm = Encoding.UTF8.GetBytes("""{"meta":{"id":"x"},"payment":{"id":"p_1"}}"""),
                Columns = columns ?? new SearchColumns { PaymentId = "p_" + number, PaymentStatus = "succeeded", CheckoutId = "ch_1", Currency = "ZAR", AmountMinor = 1099, AmountScaled = 10_990_000, CustomerEmail = "ana@example.com" },
            },
            Dedupe = dedupe ?? Key(externalId),
            Routes = TwoRoutes with { Source = source },
            Verdicts = new byte[] { (byte)RouteVerdict.Delivery, (byte)RouteVerdict.SkippedByKind },
            Deliveries = [Delivery(destination, leased, state, reason, dueIn)],
        };
    }

    public NewDelivery Delivery(string destination = "crm", bool leased = false, DeliveryState state = DeliveryState.Pending, string? reason = null, TimeSpan? dueIn = null, string route = "paid-to-crm", string? replayOf = null) =>
        new(Ids.Next(IdSource.Delivery), route, 1, destination, state, reason, state == DeliveryState.Held && dueIn is null ? null : clock.GetUtcNow() + (dueIn ?? TimeSpan.Zero), leased, replayOf);

    public DeliveryCompletion Delivered(string deliveryId, long leaseSeq, int number = 1) => new()
    {
        DeliveryId = deliveryId,
        LeaseSeq = leaseSeq,
        State = DeliveryState.Delivered,
        At = clock.GetUtcNow(),
        Attempt = Attempt(deliveryId, number, AttemptResult.Delivered),
    };

    public DeliveryCompletion Retry(string deliveryId, long leaseSeq, TimeSpan dueIn, int number = 1, RenderedDelivery? rendered = null) => new()
    {
        DeliveryId = deliveryId,
        LeaseSeq = leaseSeq,
        State = DeliveryState.Pending,
        NextAttemptAt = clock.GetUtcNow() + dueIn,
        At = clock.GetUtcNow(),
        Attempt = Attempt(deliveryId, number, AttemptResult.Retry),
        Rendered = rendered,
    };

    public AttemptRecord Attempt(string deliveryId, int number, AttemptResult outcome) => new()
    {
        Id = Ids.Next(IdSource.Attempt),
        DeliveryId = deliveryId,
        Number = number,
        StartedAt = clock.GetUtcNow(),
        DurationMs = 12,
        Outcome = outcome,
        Phase = AttemptPhase.Read,
        Blame = outcome == AttemptResult.Delivered ? null : AttemptBlame.Destination,
        Status = outcome == AttemptResult.Delivered ? 200 : 503,
        Request = Encoding.UTF8.GetBytes("""{"method":"POST"}"""),
        Response = Encoding.UTF8.GetBytes("""{"status":200}"""),
        Error = outcome == AttemptResult.Delivered ? null : "The destination answered 503.",
    };

    private static UInt128 Hash(string text) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
