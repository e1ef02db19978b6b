using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Tests.Log;

/// <summary>What people do with deliveries (contract sections 4 and 7).</summary>
public sealed class ActionTests : IAsyncLifetime
{
    private StoreHarness _harness = null!;

    private GatewayLog Log => _harness.Store.Log;

    private EventMaker Make => _harness.Make;

    private DateTimeOffset Now => _harness.Clock.GetUtcNow();

    public async Task InitializeAsync() => _harness = await StoreHarness.OpenAsync();

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task RetryAsync_Refused_IsDueAtOnceWithTheSameBytes()
    {
        string id = await EndedAsync(DeliveryState.Refused, new RenderedDelivery("abc"u8.ToArray(), "text/plain", new Dictionary<string, string>()));
        (await Log.Actions.RetryAsync(id, "ana")).ShouldBe(ActionResult.Done);
        LeasedDelivery lease = (await _harness.Store.Queue.LeaseAsync("crm", 10, Now)).ShouldHaveSingleItem();
        (lease.Id, lease.AttemptCount).ShouldBe((id, 1));
        lease.Rendered!.Body.ToArray().ShouldBe("abc"u8.ToArray());
        await using StoreContext context = _harness.Store.OpenContext();
        context.Audit.Single().ShouldSatisfyAllConditions(a => a.Actor.ShouldBe("ana"), a => a.Action.ShouldBe("retry"), a => a.Subject.ShouldBe(id));
    }

    [Theory]
    [InlineData(DeliveryState.Delivered, ActionResult.NotInThisState)]
    [InlineData(DeliveryState.Skipped, ActionResult.NotInThisState)]
    [InlineData(DeliveryState.Exhausted, ActionResult.Done)]
    [InlineData(DeliveryState.Cancelled, ActionResult.Done)]
    public async Task RetryAsync_EachEnd_IsPossibleOrNot(DeliveryState state, ActionResult expected) =>
        (await Log.Actions.RetryAsync(await EndedAsync(state), "ana")).ShouldBe(expected);

    [Fact]
    public async Task EveryAction_OnWhatIsBeingSent_WaitsForItsEnd()
    {
        NewEvent one = await _harness.AppendAsync(Make.Event(leased: true));
        string id = one.Deliveries[0].Id;
        (await Log.Actions.RetryAsync(id, "ana")).ShouldBe(ActionResult.InFlight);
        (await Log.Actions.CancelAsync(id, "ana")).ShouldBe(ActionResult.InFlight);
        (await Log.Actions.HoldAsync(id, "ana")).ShouldBe(ActionResult.InFlight);
        (await _harness.Store.Queue.CompleteAsync(Make.Delivered(id, 1))).ShouldBeTrue();
    }

    [Fact]
    public async Task HoldResumeCancel_Waiting_GoesThroughItsStates()
    {
        string id = (await _harness.AppendAsync(Make.Event())).Deliveries[0].Id;
        (await Log.Actions.HoldAsync(id, "ana")).ShouldBe(ActionResult.Done);
        (await _harness.Store.Queue.LeaseAsync("crm", 1, Now)).ShouldBeEmpty();
        (await Log.Actions.ResumeAsync(id, "ana")).ShouldBe(ActionResult.Done);
        (await Log.Actions.ResumeAsync(id, "ana")).ShouldBe(ActionResult.NotInThisState);
        (await Log.Actions.CancelAsync(id, "ana")).ShouldBe(ActionResult.Done);
        (await _harness.Store.Queue.LeaseAsync("crm", 1, Now)).ShouldBeEmpty();
        (await Log.Actions.CancelAsync("dlv_00000000000000000000000000", "ana")).ShouldBe(ActionResult.NotFound);
    }

    [Fact]
    public async Task ResumeAllAsync_Destination_LeavesUnknownCheckoutsHeld()
    {
        for (int i = 0; i < 3; i++)
        {
            await _harness.AppendAsync(Make.Event(state: DeliveryState.Held, reason: DeliveryReasons.UnknownOutcome));
        }

        await _harness.AppendAsync(Make.Event(state: DeliveryState.Held, reason: DeliveryReasons.UnknownCheckout, dueIn: TimeSpan.FromMinutes(1)));
        await _harness.AppendAsync(Make.Event(state: DeliveryState.Held, reason: DeliveryReasons.ByPerson, destination: "other"));
        (await Log.Actions.ResumeAllAsync("crm", "ana")).ShouldBe(3);
        (await _harness.Store.Queue.LeaseAsync("crm", 10, Now)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task RetryAllAsync_Destination_BringsBackWhatFailed()
    {
        await EndedAsync(DeliveryState.Refused);
        await EndedAsync(DeliveryState.Exhausted);
        await EndedAsync(DeliveryState.Delivered);
        (await Log.Actions.RetryAllAsync(new DeliveryFilter { Destination = "crm" }, "ana")).ShouldBe(2);
        (await _harness.Store.Queue.LeaseAsync("crm", 10, Now)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task HoldDestinationAsync_SurvivesRestart()
    {
        await Log.Actions.HoldDestinationAsync("crm", "unauthorized", "gateway");
        await _harness.RestartAsync();
        (await Log.Deliveries.HoldsAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(h => h.Destination.ShouldBe("crm"), h => h.Reason.ShouldBe("unauthorized"));
        (await Log.Actions.ResumeDestinationAsync("crm", "ana")).ShouldBeTrue();
        (await Log.Actions.ResumeDestinationAsync("crm", "ana")).ShouldBeFalse();
    }

    [Fact]
    public async Task RepinAsync_WaitingOnes_UseTheNewRevisionAndForgetOldBytes()
    {
        await _harness.AppendAsync(Make.Event());
        LeasedDelivery lease = (await _harness.Store.Queue.LeaseAsync("crm", 1, Now))[0];
        await _harness.Store.Queue.CompleteAsync(Make.Retry(lease.Id, lease.LeaseSeq, TimeSpan.Zero, rendered: new RenderedDelivery("old"u8.ToArray(), "text/plain", new Dictionary<string, string>())));
        (await Log.Actions.RepinAsync("paid-to-crm", 2, "ana")).ShouldBe(1);
        (await Log.Actions.RepinAsync("paid-to-crm", 2, "ana")).ShouldBe(0);
        LeasedDelivery again = (await _harness.Store.Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        (again.RouteRevision, again.Rendered).ShouldBe((2, null));
    }

    [Fact]
    public async Task Replay_OfEverything_LeavesOutWhatWasDeliveredOrWaits()
    {
        string delivered = await EndedAsync(DeliveryState.Delivered);
        string refused = await EndedAsync(DeliveryState.Refused);
        await _harness.AppendAsync(Make.Event());
        string replay = Make.Ids.Next(IdSource.Replay);
        await Log.Replays.CreateAsync(replay, "{}", 3, "ana");
        IReadOnlyList<(long Seq, GatewayEvent Event)> events = await Log.Events.ForReplayAsync(new EventFilter(), 0, 10);
        events.Count.ShouldBe(3);
        ReplaySlice slice = await Log.Replays.AppendSliceAsync(replay, [.. events.Select(e => new ReplayDelivery(e.Seq, Make.Delivery()))], 3, events[^1].Seq, includeDelivered: false);
        (slice.Created.Count, slice.LeftOut, slice.Running).ShouldBe((1, 2, true));
        DeliveryRow made = (await Log.Deliveries.FindAsync(slice.Created[0]))!;
        (made.ReplayOf, made.ReplayId, made.First, made.State).ShouldBe((refused, replay, false, "pending"));

        slice = await Log.Replays.AppendSliceAsync(replay, [.. events.Take(1).Select(e => new ReplayDelivery(e.Seq, Make.Delivery()))], 1, events[^1].Seq, includeDelivered: true);
        (await Log.Deliveries.FindAsync(slice.Created[0]))!.ReplayOf.ShouldBe(delivered);
        (await Log.Replays.RunningAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Events.ShouldBe(4), r => r.Created.ShouldBe(2), r => r.LeftOut.ShouldBe(2), r => r.Cursor.ShouldBe(events[^1].Seq));
        Check.Run(_harness.Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Replay_OfWhatMadeARecord_KnowsItsRemoteIdAtTheSameDestinationOnly()
    {
        await _harness.AppendAsync(Make.Event());
        LeasedDelivery first = (await _harness.Store.Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        first.RemoteId.ShouldBeNull();
        (await _harness.Store.Queue.CompleteAsync(Make.Delivered(first.Id, first.LeaseSeq) with { RemoteId = "deal-7" })).ShouldBeTrue();
        string replay = Make.Ids.Next(IdSource.Replay);
        await Log.Replays.CreateAsync(replay, "{}", 1, "ana");
        long seq = (await Log.Events.ForReplayAsync(new EventFilter(), 0, 10))[0].Seq;
        foreach ((string destination, string? known) in new[] { ("crm", "deal-7"), ("other", null) })
        {
            await Log.Replays.AppendSliceAsync(replay, [new ReplayDelivery(seq, Make.Delivery(destination))], 1, seq, includeDelivered: true);
            LeasedDelivery again = (await _harness.Store.Queue.LeaseAsync(destination, 1, Now)).ShouldHaveSingleItem();
            again.RemoteId.ShouldBe(known);
            await _harness.Store.Queue.CompleteAsync(Make.Delivered(again.Id, again.LeaseSeq));
        }
    }

    /// <summary>Resuming does not make anyone forget that nobody knows.</summary>
    [Fact]
    public async Task Resume_AfterAnUnknownOutcome_TheConnectorStillLooksFirst()
    {
        await _harness.AppendAsync(Make.Event());
        LeasedDelivery first = (await _harness.Store.Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        await _harness.Store.Queue.MarkSendingAsync(first.Id, first.LeaseSeq);
        await _harness.RestartAsync();
        LeasedDelivery interrupted = (await _harness.Store.Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        interrupted.Interrupted.ShouldBeTrue();
        await _harness.Store.Queue.CompleteAsync(Make.Retry(first.Id, interrupted.LeaseSeq, TimeSpan.Zero) with { State = DeliveryState.Held, Reason = DeliveryReasons.UnknownOutcome, NextAttemptAt = null, Attempt = null });
        (await Log.Actions.ResumeAsync(first.Id, "ana")).ShouldBe(ActionResult.Done);
        LeasedDelivery resumed = (await _harness.Store.Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        (resumed.Interrupted, resumed.Reason).ShouldBe((false, DeliveryReasons.UnknownOutcome));
    }

    [Fact]
    public async Task Replay_Cancelled_MakesNothingMore()
    {
        await EndedAsync(DeliveryState.Refused);
        string replay = Make.Ids.Next(IdSource.Replay);
        await Log.Replays.CreateAsync(replay, "{}", 1, "ana");
        (await Log.Replays.StopAsync(replay)).ShouldBeTrue();
        (await Log.Replays.StopAsync(replay)).ShouldBeFalse();
        (await Log.Replays.FinishAsync(replay)).ShouldBeFalse();
        ReplaySlice slice = await Log.Replays.AppendSliceAsync(replay, [new ReplayDelivery(1, Make.Delivery())], 1, 1, includeDelivered: true);
        (slice.Created.Count, slice.Running).ShouldBe((0, false));
        (await Log.Replays.FindAsync(replay))!.State.ShouldBe("cancelled");
    }

    [Fact]
    public async Task Replay_CancelledWhenAllIsMade_TakesBackWhatWaits()
    {
        string first = await EndedAsync(DeliveryState.Refused);
        string replay = Make.Ids.Next(IdSource.Replay);
        await Log.Replays.CreateAsync(replay, "{}", 1, "ana");
        ReplaySlice slice = await Log.Replays.AppendSliceAsync(replay, [new ReplayDelivery(1, Make.Delivery())], 1, 1, includeDelivered: true);
        (await Log.Replays.FinishAsync(replay)).ShouldBeTrue();

        ReplayRow job = (await Log.Replays.FindAsync(replay))!;
        (await Log.Replays.StopAsync(replay)).ShouldBeFalse("all is made");
        (await Log.Replays.WaitingAtAsync(job)).ShouldHaveSingleItem();
        (await Log.Replays.TakeBackAsync(job, stopped: false, "ana")).ShouldBe(1);

        (await Log.Deliveries.FindAsync(slice.Created.ShouldHaveSingleItem()))!.State.ShouldBe("cancelled");
        (await Log.Deliveries.FindAsync(first))!.State.ShouldBe("refused", "what the job did not make stays");
        (await Log.Replays.FindAsync(replay))!.State.ShouldBe("cancelled");
        (await Log.Replays.TakeBackAsync(job, stopped: false, "ana")).ShouldBe(0, "there is nothing left to take back");
    }

    private async Task<string> EndedAsync(DeliveryState state, RenderedDelivery? rendered = null)
    {
        NewEvent one = await _harness.AppendAsync(Make.Event(leased: true));
        string id = one.Deliveries[0].Id;
        (await _harness.Store.Queue.CompleteAsync(new DeliveryCompletion
        {
            DeliveryId = id,
            LeaseSeq = 1,
            State = state,
            At = Now,
            Attempt = Make.Attempt(id, 1, state == DeliveryState.Delivered ? AttemptResult.Delivered : AttemptResult.Refused),
            Rendered = rendered,
        })).ShouldBeTrue();
        return id;
    }
}
