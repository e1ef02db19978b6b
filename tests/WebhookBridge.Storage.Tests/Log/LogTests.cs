using System.Text;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Tests.Log;

/// <summary>Queries of contract section 7.</summary>
public sealed class LogTests : IAsyncLifetime
{
    private StoreHarness _harness = null!;

    private GatewayLog Log => _harness.Store.Log;

    private EventMaker Make => _harness.Make;

    private DateTimeOffset Now => _harness.Clock.GetUtcNow();

    public async Task InitializeAsync() => _harness = await StoreHarness.OpenAsync();

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task PageAsync_WhileNewOnesComeIn_GivesEachOldOneOnceNewestFirst()
    {
        var ids = new List<string>();
        for (int i = 0; i < 25; i++)
        {
            ids.Add((await _harness.AppendAsync(Make.Event())).Event.Id);
            _harness.Clock.Advance(TimeSpan.FromMilliseconds(i % 3)); // some in the same millisecond
        }

        ids.Reverse();
        var seen = new List<string>();
        string? after = null;
        do
        {
            Page<EventRow> page = await Log.Events.PageAsync(new EventFilter(), after, 10);
            seen.AddRange(page.Items.Select(static e => e.Id));
            after = page.Next;
            await _harness.AppendAsync(Make.Event());
        }
        while (after is not null);
        seen.ShouldBe(ids);
    }

    [Fact]
    public async Task PageAsync_EveryFilter_FindsWhatItNames()
    {
        var columns = new SearchColumns { PaymentId = "p_77", CheckoutId = "ch_77", OrderId = "o_77", CustomerEmail = "zoe@example.com", AmountScaled = 129_900_000 };
        NewEvent wanted = await _harness.AppendAsync(Make.Event("wanted", columns: columns, source: "stripe", kind: "refund.created", mode: "test"));
        await _harness.AppendAsync(Make.Event("other"));
        EventFilter[] filters =
        [
            new() { Source = "stripe" }, new() { Kind = "refund.created" }, new() { Payment = "p_77" }, new() { Checkout = "ch_77" }, new() { Email = "ZOE@example.com" }, new() { Mode = "test" },
            new() { Q = "wanted" }, new() { Q = wanted.Event.Id }, new() { Q = "p_77" }, new() { Q = "ch_77" }, new() { Q = "o_77" }, new() { Q = " Zoe@" }, new() { Q = "129.90" },
            new() { Source = "stripe", Type = "payment.*", From = Now, To = Now.AddSeconds(1) },
        ];
        foreach (EventFilter filter in filters)
        {
            (await Log.Events.PageAsync(filter, null, 10)).Items.ShouldHaveSingleItem(filter.ToString()).Id.ShouldBe(wanted.Event.Id);
            (await Log.Events.CountAsync(filter)).ShouldBe(1);
        }

        (await Log.Events.PageAsync(new EventFilter { Q = "nothing" }, null, 10)).Items.ShouldBeEmpty();
        (await Log.Events.PageAsync(new EventFilter { Type = "refund.*" }, null, 10)).Items.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("x")]
    [InlineData("MTIz")]
    [InlineData("!!")]
    public async Task PageAsync_CursorThatIsNone_Throws(string after) => await Should.ThrowAsync<FormatException>(() => Log.Events.PageAsync(new EventFilter(), after, 10));

    [Fact]
    public async Task FindAsync_Event_ShowsVerdictsAndRepeats()
    {
        NewEvent one = await _harness.AppendAsync(Make.Event("e1", body: "{\"a\":1}", leased: true));
        await _harness.Store.Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, 1));
        _harness.Clock.Advance(TimeSpan.FromSeconds(3));
        await _harness.Store.Journal.AppendAsync([Make.Event("e1", body: "{\"a\":1}")]);
        EventDetail detail = (await Log.Events.FindAsync(one.Event.Id))!;
        detail.Routes.ShouldBe([new EventRoute("paid-to-crm", "delivered", null, one.Deliveries[0].Id), new EventRoute("all-to-inbox", "skipped", "kinds", null)]);
        (detail.Event.DuplicateCount, detail.Event.DuplicateLast, detail.Event.DuplicateIdentical).ShouldBe((1, Now.ToUnixTimeMilliseconds(), true));
        await _harness.Store.Journal.AppendAsync([Make.Event("e1", body: "{\"a\":2}")]);
        (await Log.Events.FindAsync(one.Event.Id))!.Event.DuplicateIdentical.ShouldBeFalse();

        (await Log.Events.BodyAsync(one.Event.Id)).ShouldBe("{\"a\":1}"u8.ToArray());
        (await Log.Events.HeadersAsync(one.Event.Id)).ShouldBe(one.Event.Headers);
        (await Log.Events.LoadAsync(one.Event.Id))!.Columns.ShouldBe(one.Event.Columns);
        (await Log.Events.FindAsync("evt_00000000000000000000000000")).ShouldBeNull();
        (await Log.Events.FindAsync("no id")).ShouldBeNull();
        (await Log.Events.BodyAsync("no id")).ShouldBeNull();
    }

    [Fact]
    public async Task Deliveries_FiltersAndDetail_ShowWhatHappened()
    {
        NewEvent one = await _harness.AppendAsync(Make.Event(leased: true));
        NewEvent two = await _harness.AppendAsync(Make.Event(leased: true, destination: "mail"));
        await _harness.Store.Queue.CompleteAsync(Make.Retry(one.Deliveries[0].Id, 1, TimeSpan.FromSeconds(5), rendered: new RenderedDelivery("abc"u8.ToArray(), "text/plain", new Dictionary<string, string>())));
        await _harness.Store.Queue.CompleteAsync(Make.Delivered(two.Deliveries[0].Id, 1));
        foreach (DeliveryFilter filter in new DeliveryFilter[] { new() { Destination = "mail" }, new() { State = "delivered" }, new() { Event = two.Event.Id } })
        {
            (await Log.Deliveries.PageAsync(filter, null, 10)).Items.ShouldHaveSingleItem(filter.ToString()).ShouldSatisfyAllConditions(d => d.EventId.ShouldBe(two.Event.Id), d => d.Delivery.Id.ShouldBe(two.Deliveries[0].Id));
        }

        (await Log.Deliveries.PageAsync(new DeliveryFilter { Route = "paid-to-crm", From = Now, To = Now.AddSeconds(1) }, null, 1)).Next.ShouldNotBeNull();
        (await Log.Deliveries.PageAsync(new DeliveryFilter { State = "nonsense" }, null, 10)).Items.ShouldBeEmpty();
        (await Log.Deliveries.PageAsync(new DeliveryFilter { State = "pending" }, null, 10)).Items.ShouldHaveSingleItem();
        DeliveryRow detail = (await Log.Deliveries.FindAsync(one.Deliveries[0].Id))!;
        (detail.State, detail.AttemptCount, detail.Event!.Id).ShouldBe(("pending", 1, one.Event.Id));
        detail.Rendered!.RenderedBody.ShouldBe("abc"u8.ToArray());
        AttemptRow attempt = detail.Attempts.ShouldHaveSingleItem();
        (attempt.Number, attempt.Outcome, attempt.Phase, attempt.Blame, attempt.Status).ShouldBe((1, "retry", "read", "destination", 503));
        Encoding.UTF8.GetString(attempt.Request!).ShouldBe("""{"method":"POST"}""");
        (await Log.Deliveries.WaitingAsync("paid-to-crm")).ShouldBe(1);
        (await Log.Deliveries.OpenByDestinationAsync()).ShouldBe([("crm", "pending", 1L)]);
    }

    [Fact]
    public async Task JourneyAsync_Payment_TellsEverythingInOrder()
    {
        var payment = new SearchColumns { PaymentId = "p_9" };
        NewEvent first = await _harness.AppendAsync(Make.Event("created", columns: payment, kind: "payment.created", leased: true));
        await _harness.Store.Queue.CompleteAsync(Make.Delivered(first.Deliveries[0].Id, 1));
        _harness.Clock.Advance(TimeSpan.FromSeconds(1));
        await _harness.AppendAsync(Make.Event("paid", columns: payment));
        Journey journey = (await Log.Events.JourneyAsync("p_9"))!;
        journey.Steps.Select(static s => s.Event.Kind).ShouldBe(["payment.created", "payment.succeeded"]);
        journey.Steps[0].Deliveries.ShouldHaveSingleItem().Attempts.ShouldHaveSingleItem().Outcome.ShouldBe("delivered");
        (await Log.Events.JourneyAsync("nobody")).ShouldBeNull();
    }

    [Fact]
    public async Task Inbox_MoreThanItKeeps_DropsTheOldestAndKeepsARepeatOnce()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync(new StoreLimits { MinFreeDiskBytes = 0, InboxPerDestination = 3 });
        IInbox inbox = harness.Store.Log.Inbox;
        for (int i = 0; i < 5; i++)
        {
            await inbox.StoreAsync(Item("inbox", "d" + i));
            await inbox.StoreAsync(Item("inbox", "d" + i));
        }

        await inbox.StoreAsync(Item("other", "d0"));
        (await inbox.ListAsync("inbox", 2, null)).Select(static i => i.DeliveryId).ShouldBe(["d4", "d3"]);
        (await inbox.ListAsync("inbox", 2, "d3")).Select(static i => i.DeliveryId).ShouldBe(["d2"]);
        (await inbox.ListAsync("inbox", 1, null))[0].ShouldSatisfyAllConditions(i => i.Test.ShouldBeTrue(), i => i.Body.ToArray().ShouldBe("{}"u8.ToArray()));
        (await inbox.ClearAsync("inbox")).ShouldBe(3);
        (await inbox.ListAsync("other", 2, null)).Count.ShouldBe(1);

        InboxItem Item(string destination, string delivery) => new()
        {
            Destination = destination,
            DeliveryId = delivery,
            EventId = "e",
            ReceivedAt = Now,
            ContentType = "application/json",
            Body = "{}"u8.ToArray(),
            Test = true,
        };
    }

    [Fact]
    public async Task Alerts_RaisedTwice_AreOneUntilResolved()
    {
        (await Log.Alerts.RaiseAsync("destination_held", "crm", "401 three times")).ShouldBeTrue();
        (await Log.Alerts.RaiseAsync("destination_held", "crm", "401 four times")).ShouldBeFalse();
        (await Log.Alerts.OpenAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(a => a.Count.ShouldBe(2), a => a.Text.ShouldBe("401 four times"));
        (await Log.Alerts.ResolveAsync("destination_held", "crm")).ShouldBeTrue();
        (await Log.Alerts.ResolveAsync("destination_held", "crm")).ShouldBeFalse();
        (await Log.Alerts.OpenAsync()).ShouldBeEmpty();
        (await Log.Alerts.RaiseAsync("destination_held", "crm", "again")).ShouldBeTrue();
    }
}
