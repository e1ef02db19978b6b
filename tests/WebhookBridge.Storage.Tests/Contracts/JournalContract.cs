using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Tests.Contracts;

/// <summary>What every journal promises (design invariants 1 to 3); run for each storage.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    protected StoreHarness Harness { get; private set; } = null!;

    private IEventJournal Journal => Harness.Store.Journal;

    private EventMaker Make => Harness.Make;

    protected abstract Task<StoreHarness> OpenAsync();

    public async Task InitializeAsync() => Harness = await OpenAsync();

    public async Task DisposeAsync() => await Harness.DisposeAsync();

    [Fact]
    public async Task AppendAsync_NewEvent_SurvivesRestartWithAllItsParts()
    {
        NewEvent stored = await Harness.AppendAsync(Make.Event(leased: true));
        await Harness.RestartAsync();

        LeasedDelivery leased = (await Harness.Store.Queue.LeaseAsync("crm", 10, Harness.Clock.GetUtcNow())).ShouldHaveSingleItem();
        leased.Id.ShouldBe(stored.Deliveries[0].Id);
        leased.LeaseSeq.ShouldBe(2); // the first was the one in memory
        leased.Route.ShouldBe("paid-to-crm");
        GatewayEvent e = leased.Event;
        GatewayEvent s = stored.Event;
        e.Id.ShouldBe(s.Id);
        e.Body.ToArray().ShouldBe(s.Body.ToArray());
        e.Sha256.ToArray().ShouldBe(s.Sha256.ToArray());
        e.Headers.ShouldBe(s.Headers);
        e.NormalForm.ToArray().ShouldBe(s.NormalForm.ToArray());
        e.Columns.ShouldBe(s.Columns);
        e.Time.ShouldBe(s.Time);
        e.ReceivedAt.ShouldBe(s.ReceivedAt);
        (e.Source, e.Platform, e.ExternalId, e.Type, e.Kind, e.Mode, e.Format, e.Test, e.Late).ShouldBe((s.Source, s.Platform, s.ExternalId, s.Type, s.Kind, s.Mode, s.Format, s.Test, s.Late));
    }

    [Fact]
    public async Task AppendAsync_SameKeyTwice_AnswersFirstIdAndStoresNothing()
    {
        NewEvent first = await Harness.AppendAsync(Make.Event("e1"));
        AppendOutcome second = await OutcomeAsync(Make.Event("e1"));
        second.ShouldBe(new AppendOutcome(first.Event.Id, Duplicate: true));
        (await Harness.Store.Queue.BacklogAsync()).ShouldHaveSingleItem().Count.ShouldBe(1);
    }

    [Fact]
    public async Task AppendAsync_SameKeyAtOnceFromMany_StoresExactlyOne()
    {
        AppendOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => OutcomeAsync(Make.Event("e1")))));
        outcomes.Count(static o => !o.Duplicate).ShouldBe(1);
        outcomes.Select(static o => o.EventId).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task AppendAsync_SameKeyOfAnotherSource_IsNew()
    {
        await Harness.AppendAsync(Make.Event("e1"));
        await Harness.AppendAsync(Make.Event("e1", source: "other"));
    }

    [Fact]
    public async Task AppendAsync_NoKey_IsNeverADuplicate()
    {
        NewEvent one = Make.Event("e1") with { Dedupe = null };
        await Harness.AppendAsync(one);
        await Harness.AppendAsync(Make.Event("e1") with { Dedupe = null });
    }

    [Fact]
    public async Task AppendAsync_KeyPastItsWindow_IsNew()
    {
        DedupeKey key = EventMaker.Key("e1", TimeSpan.FromDays(7));
        await Harness.AppendAsync(Make.Event("e1", dedupe: key));
        Harness.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMilliseconds(1));
        (await OutcomeAsync(Make.Event("e1", dedupe: key))).Duplicate.ShouldBeTrue();
        Harness.Clock.Advance(TimeSpan.FromMilliseconds(1));
        NewEvent second = await Harness.AppendAsync(Make.Event("e1", dedupe: key));
        (await OutcomeAsync(Make.Event("e1", dedupe: key))).EventId.ShouldBe(second.Event.Id);
    }

    [Fact]
    public async Task AppendAsync_BatchWithARepeatInside_StoresTheOthersAtomically()
    {
        await Harness.AppendAsync(Make.Event("b"));
        AppendResult result = await Journal.AppendAsync([Make.Event("a"), Make.Event("b"), Make.Event("a"), Make.Event("c")]);
        result.ShouldBeOfType<AppendResult.Stored>().Outcomes.Select(static o => o.Duplicate).ShouldBe([false, true, true, false]);
    }

    [Fact]
    public async Task AppendAsync_BatchWithABrokenEvent_StoresNoneOfItAndAllOfTheOthers()
    {
        NewEvent twice = Make.Event("x");
        await Harness.AppendAsync(twice);
        // The same id under another key breaks the uniqueness of ids: a bug of the caller, not of the disk.
        NewEvent broken = Make.Event("y") with { Event = twice.Event with { ExternalId = "y" }, Dedupe = EventMaker.Key("y") };
        Task<AppendResult> bad = Journal.AppendAsync([Make.Event("good-of-the-bad"), broken]).AsTask();
        Task<AppendResult> good = Journal.AppendAsync([Make.Event("z")]).AsTask();
        (await bad).ShouldBeOfType<AppendResult.Unavailable>();
        (await good).ShouldBeOfType<AppendResult.Stored>();
        await Harness.AppendAsync(Make.Event("good-of-the-bad"));
    }

    [Fact]
    public async Task AppendAsync_SameBodyUnderAnotherUnsignedId_IsMarkedAsSuspected()
    {
        await Harness.AppendAsync(Make.Event("e1", dedupe: EventMaker.Key("id-1", body: "body")));
        (await OutcomeAsync(Make.Event("e1", dedupe: EventMaker.Key("id-1", body: "body")))).Duplicate.ShouldBeTrue();
        AppendOutcome suspected = await OutcomeAsync(Make.Event("e1", dedupe: EventMaker.Key("id-2", body: "body")));
        (suspected.Duplicate, suspected.SuspectedReplay).ShouldBe((false, true));
    }

    [Fact]
    public async Task AppendAsync_AnotherBodyUnderAKnownUnsignedId_IsNew()
    {
        await Harness.AppendAsync(Make.Event("e1", dedupe: EventMaker.Key("id-1", body: "forged")));
        AppendOutcome real = await OutcomeAsync(Make.Event("e1", dedupe: EventMaker.Key("id-1", body: "real")));
        (real.Duplicate, real.SuspectedReplay).ShouldBe((false, false));
    }

    [Fact]
    public async Task AppendAsync_SuspectedReplayOfASourceThatRefuses_IsADuplicateOfTheFirst()
    {
        NewEvent first = await Harness.AppendAsync(Make.Event("e1", dedupe: EventMaker.Key("id-1", body: "body", refuse: true)));
        AppendOutcome refused = await OutcomeAsync(Make.Event("e1", dedupe: EventMaker.Key("id-2", body: "body", refuse: true)));
        refused.ShouldBe(new AppendOutcome(first.Event.Id, Duplicate: true));
    }

    [Fact]
    public async Task AppendAsync_OlderStateOfAPayment_IsLate()
    {
        DateTimeOffset now = Harness.Clock.GetUtcNow();
        var payment = new SearchColumns { PaymentId = "p_1" };
        (await OutcomeAsync(Make.Event("new", columns: payment, time: now))).Late.ShouldBeFalse();
        (await OutcomeAsync(Make.Event("old", columns: payment, time: now.AddMinutes(-1)))).Late.ShouldBeTrue();
        (await OutcomeAsync(Make.Event("elsewhere", columns: payment, time: now.AddMinutes(-1), source: "other"))).Late.ShouldBeFalse();
    }

    [Theory]
    [InlineData(LateHandling.Send, "pending", null)]
    [InlineData(LateHandling.Skip, "skipped", "late")]
    [InlineData(LateHandling.Hold, "held", "late")]
    public async Task AppendAsync_LateEvent_IsTreatedAsItsRouteSays(LateHandling handling, string state, string? reason)
    {
        DateTimeOffset now = Harness.Clock.GetUtcNow();
        var payment = new SearchColumns { PaymentId = "p_1" };
        NewEvent first = With(Make.Event("new", columns: payment, time: now, leased: true), handling);
        NewEvent late = With(Make.Event("old", columns: payment, time: now.AddMinutes(-1), leased: true), handling);
        await OutcomeAsync(first);
        await OutcomeAsync(late);

        (await Harness.Store.Log.Deliveries.FindAsync(first.Deliveries[0].Id)).ShouldNotBeNull().State.ShouldBe("pending", "it was in time");
        DeliveryRow row = (await Harness.Store.Log.Deliveries.FindAsync(late.Deliveries[0].Id)).ShouldNotBeNull();
        (row.State, row.Reason).ShouldBe((state, reason));
        Check.Run(Harness.Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();

        static NewEvent With(NewEvent one, LateHandling handling) => one with { Deliveries = [.. one.Deliveries.Select(d => d with { WhenLate = handling })] };
    }

    [Fact]
    public async Task AppendAsync_SimulatedNewerState_MakesNoRealEventLate()
    {
        DateTimeOffset now = Harness.Clock.GetUtcNow();
        var payment = new SearchColumns { PaymentId = "p_1" };
        NewEvent simulated = Make.Event("new", columns: payment, time: now);
        await OutcomeAsync(simulated with { Event = simulated.Event with { Test = true } });
        (await OutcomeAsync(Make.Event("old", columns: payment, time: now.AddMinutes(-1)))).Late.ShouldBeFalse();
    }

    [Fact]
    public async Task AppendAsync_BodyOfNothingAndTextOfEveryKind_ComeBackAsTheyWere()
    {
        NewEvent odd = Make.Event("odd \0 \u0000 ü 漢 \ud83d\ude00", body: "");
        await Harness.AppendAsync(odd);
        LeasedDelivery leased = (await Harness.Store.Queue.LeaseAsync("crm", 1, Harness.Clock.GetUtcNow())).ShouldHaveSingleItem();
        leased.Event.Body.Length.ShouldBe(0);
        leased.Event.Headers.ShouldBe(odd.Event.Headers);
    }

    [Fact]
    public async Task AppendAsync_AfterTheStop_IsUnavailable()
    {
        SqliteStore store = Harness.Store;
        await Harness.StopAsync();
        (await store.Journal.AppendAsync([Make.Event()])).ShouldBeOfType<AppendResult.Unavailable>();
        await Harness.StartAsync();
    }

    private async Task<AppendOutcome> OutcomeAsync(NewEvent newEvent) =>
        (await Journal.AppendAsync([newEvent])).ShouldBeOfType<AppendResult.Stored>().Outcomes.ShouldHaveSingleItem();
}

public sealed class SqliteJournalTests : JournalContract
{
    protected override Task<StoreHarness> OpenAsync() => StoreHarness.OpenAsync();
}
