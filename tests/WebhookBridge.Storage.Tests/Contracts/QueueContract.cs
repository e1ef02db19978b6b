using System.Text;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Storage.Tests.Contracts;

/// <summary>What every queue promises (design invariant 7); run for each storage.</summary>
public abstract class QueueContract : IAsyncLifetime
{
    protected StoreHarness Harness { get; private set; } = null!;

    private IDeliveryQueue Queue => Harness.Store.Queue;

    private EventMaker Make => Harness.Make;

    private DateTimeOffset Now => Harness.Clock.GetUtcNow();

    protected abstract Task<StoreHarness> OpenAsync();

    public async Task InitializeAsync() => Harness = await OpenAsync();

    public async Task DisposeAsync() => await Harness.DisposeAsync();

    [Fact]
    public async Task LeaseAsync_DueOnes_ComeOldestFirstAndOnlyOnce()
    {
        NewEvent late = await Harness.AppendAsync(Make.Event(dueIn: TimeSpan.FromSeconds(2)));
        NewEvent early = await Harness.AppendAsync(Make.Event(dueIn: TimeSpan.FromSeconds(1)));
        await Harness.AppendAsync(Make.Event(dueIn: TimeSpan.FromHours(1)));
        Harness.Clock.Advance(TimeSpan.FromSeconds(5));
        IReadOnlyList<LeasedDelivery> first = await Queue.LeaseAsync("crm", 10, Now);
        first.Select(static d => d.Id).ShouldBe([early.Deliveries[0].Id, late.Deliveries[0].Id]);
        (await Queue.LeaseAsync("crm", 10, Now)).ShouldBeEmpty();
    }

    [Fact]
    public async Task LeaseAsync_OtherDestination_IsLeftAlone()
    {
        await Harness.AppendAsync(Make.Event(destination: "dead"));
        (await Queue.LeaseAsync("crm", 10, Now)).ShouldBeEmpty();
        (await Queue.LeaseAsync("dead", 10, Now)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task LeaseAsync_RowsHandedOverInMemory_AreNotGivenTwice()
    {
        NewEvent one = await Harness.AppendAsync(Make.Event(leased: true));
        (await Queue.LeaseAsync("crm", 10, Now)).ShouldBeEmpty();
        (await Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, 1))).ShouldBeTrue();
        (await Queue.BacklogAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task CompleteAsync_WithALostLease_ChangesNothing()
    {
        NewEvent one = await Harness.AppendAsync(Make.Event());
        LeasedDelivery lease = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        (await Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, lease.LeaseSeq - 1))).ShouldBeFalse();
        (await Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, lease.LeaseSeq))).ShouldBeTrue();
        (await Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, lease.LeaseSeq))).ShouldBeFalse();
    }

    [Fact]
    public async Task CompleteAsync_Retry_ComesBackWhenDueWithTheSameBytes()
    {
        await Harness.AppendAsync(Make.Event());
        LeasedDelivery first = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        var rendered = new RenderedDelivery(Encoding.UTF8.GetBytes("{\"a\":10.99}"), "application/json", new Dictionary<string, string> { ["subject"] = "Paid é", ["map:x"] = "1" });
        (await Queue.CompleteAsync(Make.Retry(first.Id, first.LeaseSeq, TimeSpan.FromMinutes(5), rendered: rendered))).ShouldBeTrue();

        (await Queue.LeaseAsync("crm", 1, Now)).ShouldBeEmpty();
        (await Queue.NextDueAsync("crm")).ShouldBe(Now.AddMinutes(5));
        Harness.Clock.Advance(TimeSpan.FromMinutes(5));
        LeasedDelivery second = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        (second.AttemptCount, second.LeaseSeq).ShouldBe((1, first.LeaseSeq + 1));
        second.Rendered.ShouldNotBeNull().Body.ToArray().ShouldBe(rendered.Body.ToArray());
        second.Rendered.ContentType.ShouldBe("application/json");
        second.Rendered.Fields.ShouldBe(rendered.Fields, ignoreOrder: true);

        // A second failure that brings no bytes along keeps those that are there.
        (await Queue.CompleteAsync(Make.Retry(second.Id, second.LeaseSeq, TimeSpan.Zero, number: 2))).ShouldBeTrue();
        (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem().Rendered.ShouldNotBeNull();
    }

    [Fact]
    public async Task ReleaseAsync_LeasedOne_IsDueAtOnceAndCostsNoAttempt()
    {
        await Harness.AppendAsync(Make.Event());
        LeasedDelivery first = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        await Queue.ReleaseAsync([(first.Id, first.LeaseSeq)], DeliveryReasons.DestinationPaused);
        LeasedDelivery second = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        (second.AttemptCount, second.LeaseSeq, second.Reason).ShouldBe((0, first.LeaseSeq + 1, DeliveryReasons.DestinationPaused));
        await Queue.ReleaseAsync([(first.Id, first.LeaseSeq)], null); // the old lease is worth nothing
        (await Queue.LeaseAsync("crm", 1, Now)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Restart_WithLeasesOut_FreesThemAll()
    {
        await Harness.AppendAsync(Make.Event(leased: true));
        await Harness.AppendAsync(Make.Event());
        await Queue.LeaseAsync("crm", 1, Now);
        await Harness.RestartAsync();
        (await Queue.BacklogAsync()).ShouldHaveSingleItem().Count.ShouldBe(2);
        (await Queue.LeaseAsync("crm", 10, Now)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task MarkSendingAsync_ThenACrash_LeavesTheOutcomeUnknownAndSaysSo()
    {
        await Harness.AppendAsync(Make.Event());
        await Harness.AppendAsync(Make.Event());
        IReadOnlyList<LeasedDelivery> before = await Queue.LeaseAsync("crm", 2, Now);
        (await Queue.MarkSendingAsync(before[0].Id, before[0].LeaseSeq)).ShouldBeTrue();
        (await Queue.MarkSendingAsync(before[1].Id, before[1].LeaseSeq - 1)).ShouldBeFalse("the lease is another's");
        for (int crash = 0; crash < 2; crash++)
        {
            await Harness.RestartAsync(); // leases out and marks in the table: to the table it is a crash
            IReadOnlyList<LeasedDelivery> after = await Queue.LeaseAsync("crm", 10, Now);
            LeasedDelivery sent = after.Single(d => d.Id == before[0].Id);
            (sent.Interrupted, sent.Reason).ShouldBe((true, DeliveryReasons.UnknownOutcome), "known until somebody has looked");
            LeasedDelivery other = after.Single(d => d.Id == before[1].Id);
            (other.Interrupted, other.Reason).ShouldBe((false, null));
        }
    }

    [Fact]
    public async Task MarkSendingAsync_ThenAnEnd_LeavesNothingBehind()
    {
        await Harness.AppendAsync(Make.Event());
        LeasedDelivery first = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        await Queue.MarkSendingAsync(first.Id, first.LeaseSeq);
        await Queue.ReleaseAsync([(first.Id, first.LeaseSeq)], null);
        LeasedDelivery second = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        await Queue.MarkSendingAsync(second.Id, second.LeaseSeq);
        await Queue.CompleteAsync(Make.Retry(second.Id, second.LeaseSeq, TimeSpan.Zero));
        LeasedDelivery third = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        await Harness.RestartAsync();
        LeasedDelivery fourth = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        (second.Interrupted, third.Interrupted, fourth.Interrupted).ShouldBe((false, false, false));
    }

    [Fact]
    public async Task LeaseHeldDueAsync_TimeIsUp_IsLeasedForJudging()
    {
        await Harness.AppendAsync(Make.Event(state: DeliveryState.Held, reason: DeliveryReasons.UnknownCheckout, dueIn: TimeSpan.FromMinutes(10)));
        await Harness.AppendAsync(Make.Event(state: DeliveryState.Held, reason: DeliveryReasons.ByPerson));
        (await Queue.NextHeldDueAsync()).ShouldBe(Now.AddMinutes(10));
        (await Queue.LeaseHeldDueAsync(10, Now)).ShouldBeEmpty();
        Harness.Clock.Advance(TimeSpan.FromMinutes(10));
        LeasedDelivery lease = (await Queue.LeaseHeldDueAsync(10, Now)).ShouldHaveSingleItem();
        (await Queue.NextHeldDueAsync()).ShouldBeNull();
        (await Queue.CompleteAsync(Make.Delivered(lease.Id, lease.LeaseSeq))).ShouldBeTrue();
    }

    [Fact]
    public async Task LeaseHeldForCheckoutAsync_KnownNow_LeasesThatCheckoutOfThoseRoutesOnly()
    {
        await Harness.AppendAsync(Make.Event(state: DeliveryState.Held, reason: DeliveryReasons.UnknownCheckout, dueIn: TimeSpan.FromMinutes(10), columns: new SearchColumns { CheckoutId = "ch_1" }));
        await Harness.AppendAsync(Make.Event(state: DeliveryState.Held, reason: DeliveryReasons.UnknownCheckout, dueIn: TimeSpan.FromMinutes(10), columns: new SearchColumns { CheckoutId = "ch_2" }));
        (await Queue.LeaseHeldForCheckoutAsync(["other-route"], "ch_1", 10)).ShouldBeEmpty();
        LeasedDelivery lease = (await Queue.LeaseHeldForCheckoutAsync(["paid-to-crm", "x"], "ch_1", 10)).ShouldHaveSingleItem();
        lease.Event.Columns.CheckoutId.ShouldBe("ch_1");

        // Given back, it is judged again at once, not when its time is up.
        await Queue.ReleaseAsync([(lease.Id, lease.LeaseSeq)], null);
        (await Queue.LeaseHeldDueAsync(10, Now)).ShouldHaveSingleItem().Id.ShouldBe(lease.Id);
    }

    [Fact]
    public async Task BacklogAsync_SeveralDestinations_CountsEach()
    {
        await Harness.AppendAsync(Make.Event(destination: "a", dueIn: TimeSpan.FromSeconds(9)));
        await Harness.AppendAsync(Make.Event(destination: "a", dueIn: TimeSpan.FromSeconds(3)));
        await Harness.AppendAsync(Make.Event(destination: "b"));
        IReadOnlyList<LaneBacklog> lanes = await Queue.BacklogAsync();
        lanes.ShouldBe([new LaneBacklog("a", 2, Now.AddSeconds(3)), new LaneBacklog("b", 1, Now)], ignoreOrder: true);
    }

    [Theory]
    [InlineData(DeliveryState.Delivered)]
    [InlineData(DeliveryState.Skipped)]
    [InlineData(DeliveryState.Refused)]
    [InlineData(DeliveryState.Exhausted)]
    [InlineData(DeliveryState.Cancelled)]
    [InlineData(DeliveryState.Held)]
    public async Task CompleteAsync_EveryEnd_LeavesTheLane(DeliveryState state)
    {
        await Harness.AppendAsync(Make.Event());
        LeasedDelivery lease = (await Queue.LeaseAsync("crm", 1, Now)).ShouldHaveSingleItem();
        (await Queue.CompleteAsync(new DeliveryCompletion { DeliveryId = lease.Id, LeaseSeq = lease.LeaseSeq, State = state, Reason = "why", At = Now })).ShouldBeTrue();
        (await Queue.BacklogAsync()).ShouldBeEmpty();
        (await Queue.NextDueAsync("crm")).ShouldBeNull();
    }
}

public sealed class SqliteQueueTests : QueueContract
{
    protected override Task<StoreHarness> OpenAsync() => StoreHarness.OpenAsync();
}
