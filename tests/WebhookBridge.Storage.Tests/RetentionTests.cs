using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Testing;

namespace WebhookBridge.Storage.Tests;

public sealed class RetentionTests : IAsyncLifetime
{
    // Hours, where a gateway keeps for days: the clock of the tests calls every timer that falls due on the way.
    private static readonly RetentionPolicy Policy = new() { Bodies = TimeSpan.FromHours(10), Events = TimeSpan.FromHours(100), Rejections = TimeSpan.FromHours(30) };

    private StoreHarness _harness = null!;

    private SqliteStore Store => _harness.Store;

    private EventMaker Make => _harness.Make;

    public async Task InitializeAsync() => _harness = await StoreHarness.OpenAsync();

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task RunAsync_BodiesPastTheirAge_GoButTheEventStays()
    {
        NewEvent old = await DeliveredAsync();
        _harness.Clock.Advance(TimeSpan.FromHours(11));
        NewEvent young = await DeliveredAsync();
        RetentionReport report = await Store.Retention.RunAsync(Policy, default);
        (report.Bodies, report.Events).ShouldBe((1, 0));
        (await Store.Log.Events.BodyAsync(old.Event.Id)).ShouldBeNull();
        (await Store.Log.Events.FindAsync(old.Event.Id)).ShouldNotBeNull();
        (await Store.Log.Deliveries.FindAsync(old.Deliveries[0].Id))!.Attempts[0].Response.ShouldBeNull();
        (await Store.Log.Events.BodyAsync(young.Event.Id)).ShouldNotBeNull();
        Check.Run(Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_EventsPastTheirAge_GoButTheirKeysStay()
    {
        NewEvent old = await DeliveredAsync("old");
        _harness.Clock.Advance(TimeSpan.FromHours(101));
        (await Store.Retention.RunAsync(Policy, default)).Events.ShouldBe(1);
        (await Store.Log.Events.FindAsync(old.Event.Id)).ShouldBeNull();
        (await Store.Journal.AppendAsync([Make.Event("old")])).ShouldBeOfType<AppendResult.Stored>().Outcomes[0].ShouldBe(new AppendOutcome(old.Event.Id, Duplicate: true));
        Check.Run(Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_KeysPastTheirWindow_Go()
    {
        await DeliveredAsync("e", EventMaker.Key("e", TimeSpan.FromHours(7)));
        _harness.Clock.Advance(TimeSpan.FromHours(8));
        (await Store.Retention.RunAsync(Policy, default)).Keys.ShouldBe(1);
        Check.Run(Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DeliveryState.Pending, null)]
    [InlineData(DeliveryState.Held, DeliveryReasons.ByPerson)]
    public async Task RunAsync_DeliveryThatIsNotFinal_IsNeverRemoved(DeliveryState state, string? reason)
    {
        NewEvent open = await _harness.AppendAsync(Make.Event(state: state, reason: reason));
        _harness.Clock.Advance(TimeSpan.FromHours(200));
        RetentionReport report = await Store.Retention.RunAsync(Policy with { MaxBytes = 1 }, default);
        (report.Bodies, report.Events).ShouldBe((0, 0));
        (await Store.Log.Events.BodyAsync(open.Event.Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task RunAsync_BeyondTheSize_RemovesTheOldestAndTheFileShrinks()
    {
        int many = TestPace.Pick(300, 600, 5_000);
        long empty = Bytes();
        NewEvent first = await DeliveredAsync();
        string body = new('x', 20_000);
        for (int i = 0; i < many; i++)
        {
            await DeliveredAsync(body: body + i);
        }

        NewEvent last = await DeliveredAsync();
        Bytes().ShouldBeGreaterThan(many * 20_000L);
        await Store.Retention.RunAsync(Policy with { MaxBytes = empty + (many * 5_000L) }, default);
        (await Store.Log.Events.BodyAsync(first.Event.Id)).ShouldBeNull();
        (await Store.Log.Events.BodyAsync(last.Event.Id)).ShouldNotBeNull();
        Check.Run(Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();
        await _harness.RestartAsync(); // the log is empty then, and only the file counts
        new FileInfo(Store.Directory.DatabaseFile).Length.ShouldBeInRange(many * 5_000L, empty + (many * 10_000L), "no more goes than must");

        long Bytes() => new FileInfo(Store.Directory.DatabaseFile).Length + new FileInfo(Store.Directory.DatabaseFile + "-wal").Length;
    }

    [Fact]
    public async Task RunAsync_OldRejections_Go()
    {
        Store.Journal.RecordRejection(Rejections.Of(Make.Ids, _harness.Clock.GetUtcNow()));
        await Store.Gate.RunAsync(static _ => 0);
        _harness.Clock.Advance(TimeSpan.FromHours(31));
        (await Store.Retention.RunAsync(Policy, default)).Rejections.ShouldBe(1);
    }

    private async Task<NewEvent> DeliveredAsync(string? id = null, DedupeKey? key = null, string? body = null)
    {
        NewEvent one = await _harness.AppendAsync(Make.Event(id, body: body, dedupe: key, leased: true));
        (await Store.Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, 1))).ShouldBeTrue();
        return one;
    }
}
