using System.Text;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Tests.Receiving;

public sealed class ReceiveWebhookTests
{
    private const string All = """{ "name": "all", "source": "shop", "destination": "crm" }""";

    [Fact]
    public async Task Receive_GenuineEvent_IsStoredWithItsDeliveryAndAnsweredAccepted()
    {
        await using Door door = Door.Open(All);
        (int status, var body) = await door.SendAsync(door.Signed(Door.Payment()));
        status.ShouldBe(200);
        body.GetProperty("status").GetString().ShouldBe("accepted");
        NewEvent stored = door.Journal.Stored.ShouldHaveSingleItem();
        body.GetProperty("id").GetString().ShouldBe(stored.Event.Id);
        stored.Event.Kind.ShouldBe("payment.succeeded");
        stored.Event.Mode.ShouldBe("live");
        stored.Event.Columns.AmountMinor.ShouldBe(1090);
        stored.Event.Columns.CheckoutId.ShouldBe("ch_1");
        stored.Verdicts.ToArray().ShouldBe([(byte)RouteVerdict.Delivery]);
        stored.Deliveries.ShouldHaveSingleItem().State.ShouldBe(DeliveryState.Pending);
    }

    [Fact]
    public async Task Receive_SameIdTwice_IsAnsweredDuplicateWithTheFirstId()
    {
        await using Door door = Door.Open(All);
        (_, var first) = await door.SendAsync(door.Signed(Door.Payment()));
        (int status, var second) = await door.SendAsync(door.Signed(Door.Payment()));
        status.ShouldBe(200);
        second.GetProperty("status").GetString().ShouldBe("duplicate");
        second.GetProperty("id").GetString().ShouldBe(first.GetProperty("id").GetString());
        door.Journal.Stored.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Receive_ForgedSignature_Is401KeptAndTellsNothing()
    {
        await using Door door = Door.Open(All);
        InboundRequest genuine = door.Signed(Door.Payment());
        (int status, var body) = await door.SendAsync(door.Request(Encoding.UTF8.GetBytes(Door.Payment(amount: 1)), genuine.Headers));
        status.ShouldBe(401);
        body.GetRawText().ShouldBe("""{"type":"/problems/not_genuine","title":"The request could not be verified.","status":401,"detail":"The request could not be verified.","code":"not_genuine"}""");
        door.Journal.Stored.ShouldBeEmpty();
        door.Journal.Rejections.ShouldHaveSingleItem().Code.ShouldBe("signature_mismatch");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"id\":")]
    [InlineData("not json at all")]
    public async Task Receive_GenuineButUnreadable_IsStoredAndAnswered2xx(string text)
    {
        await using Door door = Door.Open(All);
        (int status, _) = await door.SendAsync(door.Signed(text));
        status.ShouldBe(200);
        NewEvent stored = door.Journal.Stored.ShouldHaveSingleItem();
        stored.Event.Unreadable.ShouldNotBeNull();
        stored.Verdicts.ToArray().ShouldBe([(byte)RouteVerdict.Unreadable]);
        stored.Deliveries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Receive_UnreadableJsonOnAnUnsignedSource_Is400()
    {
        await using Door door = Door.Open(All, """{ "name": "shop", "platform": "generic", "settings": { "scheme": "none" } }""");
        (int status, var body) = await door.SendAsync(door.Request("{\"id\":"u8.ToArray(), [new("Content-Type", "application/json")]));
        status.ShouldBe(400);
        body.GetProperty("code").GetString().ShouldBe("body_unreadable");
        door.Journal.Stored.ShouldBeEmpty();
    }

    [Fact]
    public async Task Receive_RoutesByCheckout_EachShopGetsItsOwn()
    {
        await using Door door = Door.Open("""
            { "name": "a", "source": "shop", "destination": "crm", "when": { "checkoutIds": ["ch_1"] } },
            { "name": "b", "source": "*", "destination": "crm", "when": { "checkoutIds": ["ch_2", "ch_3"] } },
            { "name": "c", "source": ["shop"], "destination": "crm", "when": { "types": ["refund.*"] } },
            { "name": "d", "source": "other", "destination": "crm" }
            """.Replace("\"other\"", "\"*\"", StringComparison.Ordinal));
        await door.SendAsync(door.Signed(Door.Payment("ch_2")));
        NewEvent stored = door.Journal.Stored.ShouldHaveSingleItem();
        stored.Routes.Routes.ShouldBe(["a", "b", "c", "d"]);
        stored.Verdicts.ToArray().Select(static v => (RouteVerdict)v).ShouldBe([RouteVerdict.SkippedByCheckout, RouteVerdict.Delivery, RouteVerdict.SkippedByType, RouteVerdict.Delivery]);
        stored.Deliveries.Select(static d => d.Route).ShouldBe(["d", "b"], ignoreOrder: true);
    }

    [Fact]
    public async Task Receive_UnknownCheckoutWithHold_IsHeldForThatLong()
    {
        await using Door door = Door.Open("""{ "name": "a", "source": "shop", "destination": "crm", "when": { "checkoutIds": { "list": "known", "unknown": "hold:10m" } } }""");
        await door.SendAsync(door.Signed(Door.Payment()));
        NewDelivery held = door.Journal.Stored.ShouldHaveSingleItem().Deliveries.ShouldHaveSingleItem();
        held.State.ShouldBe(DeliveryState.Held);
        held.Reason.ShouldBe(DeliveryReasons.UnknownCheckout);
        held.NextAttemptAt.ShouldBe(door.Clock.GetUtcNow().AddMinutes(10));
    }

    [Fact]
    public async Task Receive_GzipBody_IsVerifiedPackedAndReadOpened()
    {
        await using Door door = Door.Open(All);
        (int status, _) = await door.SendAsync(door.Signed(Door.Payment(), gzip: true));
        status.ShouldBe(200);
        door.Journal.Stored.ShouldHaveSingleItem().Event.Columns.PaymentId.ShouldBe("p_1");
    }

    [Fact]
    public async Task Receive_GzipBomb_Is413()
    {
        await using Door door = Door.Open(All, """{ "name": "shop", "platform": "yoco", "secrets": ["SECRET"], "maxBodyBytes": 4096 }""");
        (int status, _) = await door.SendAsync(door.Signed(Door.Payment(new string('x', 100_000)), gzip: true));
        status.ShouldBe(413);
        door.Journal.Stored.ShouldBeEmpty();
    }

    [Fact]
    public async Task Receive_OverTheRate_Is429WithRetryAfter()
    {
        await using Door door = Door.Open(All, """{ "name": "shop", "platform": "yoco", "secrets": ["SECRET"], "ratePerSecond": 1 }""");
        (await door.SendAsync(door.Signed(Door.Payment(), "msg_1"))).Status.ShouldBe(200);
        ReceiveAnswer answer = await door.Receive.ReceiveAsync(door.Receive.FindSource("shop", null)!, door.Signed(Door.Payment(), "msg_2"));
        answer.Status.ShouldBe(429);
        answer.Headers.ShouldContain(static h => h.Key == "Retry-After");
    }

    [Fact]
    public async Task Receive_StoreUnavailable_Is503WithRetryAfterAndNothingHandedOver()
    {
        await using Door door = Door.Open(All);
        door.Journal.Unavailable = "The disk is full.";
        ReceiveAnswer answer = await door.Receive.ReceiveAsync(door.Receive.FindSource("shop", null)!, door.Signed(Door.Payment()));
        answer.Status.ShouldBe(503);
        answer.Headers.ShouldContain(static h => h.Key == "Retry-After" && h.Value == "5");
        door.Journal.Unavailable = null;
        (await door.SendAsync(door.Signed(Door.Payment()))).Body.GetProperty("status").GetString().ShouldBe("accepted");
    }

    [Fact]
    public async Task Receive_SimulationToken_MarksTheEventAndKeepsItFromLiveRoutes()
    {
        await using Door door = Door.Open("""
            { "name": "live", "source": "shop", "destination": "crm", "when": { "mode": "live" } },
            { "name": "test", "source": "shop", "destination": "crm", "when": { "mode": "test" } }
            """);
        await door.SendAsync(door.Signed(Door.Payment(), token: door.Simulations.Issue()));
        NewEvent simulated = door.Journal.Stored.ShouldHaveSingleItem();
        simulated.Event.Test.ShouldBeTrue();
        simulated.Event.Mode.ShouldBe("test");
        simulated.Deliveries.ShouldHaveSingleItem().Route.ShouldBe("test");
        await door.SendAsync(door.Signed(Door.Payment(), "msg_2", token: "made-up"));
        door.Journal.Stored[1].Event.Test.ShouldBeFalse();
    }

    [Fact]
    public async Task FindSource_UnknownDisabledOrWrongPathSecret_IsNull()
    {
        await using Door door = Door.Open(All, """{ "name": "shop", "platform": "generic", "settings": { "scheme": "path-secret" }, "secrets": ["a-long-secret"] }""");
        door.Receive.FindSource("nobody", null).ShouldBeNull();
        door.Receive.FindSource("shop", null).ShouldBeNull();
        door.Receive.FindSource("shop", "wrong").ShouldBeNull();
        door.Receive.FindSource("shop", "a-long-secret").ShouldNotBeNull();
        await using Door off = Door.Open(All, """{ "name": "shop", "platform": "yoco", "enabled": false, "secrets": ["SECRET"] }""");
        off.Receive.FindSource("shop", null).ShouldBeNull();
    }

    [Theory]
    [InlineData(LearnResult.Kept, 200)]
    [InlineData(LearnResult.Unavailable, 503)]
    [InlineData(LearnResult.NotWanted, 401)]
    public async Task Receive_HandshakeWithAKey_IsAnsweredOnlyOnceTheKeyIsKept(LearnResult kept, int status)
    {
        List<string> keys = [];
        await using Door door = Door.Open(All, """{ "name": "shop", "platform": "asana" }""", (source, key) =>
        {
            keys.Add(source.Name + " " + key.Reveal());
            return new(kept);
        });
        ReceiveAnswer answer = await door.Receive.ReceiveAsync(door.Receive.FindSource("shop", null)!, door.Request([], [new("X-Hook-Secret", "b537207f20cbfa02357cf448134da559")]));
        answer.Status.ShouldBe(status);
        keys.ShouldBe(["shop b537207f20cbfa02357cf448134da559"]);
        answer.Headers.Any(static h => h.Key == "X-Hook-Secret").ShouldBe(kept == LearnResult.Kept);
    }

    [Theory]
    [InlineData("""{ "name": "shop", "platform": "asana", "secrets": ["a-key-that-is-there"] }""", null, 401)]
    [InlineData("""{ "name": "shop", "platform": "asana", "secrets": ["path:guarded-by-this"] }""", "guarded-by-this", 200)]
    public async Task Receive_HandshakeWithAKey_IsTakenOnlyWhileThereIsNone(string source, string? path, int status)
    {
        await using Door door = Door.Open(All, source, static (_, _) => new(LearnResult.Kept));
        InboundRequest request = door.Request([], [new("X-Hook-Secret", "b537207f20cbfa02357cf448134da559")]);
        ReceiveAnswer answer = await door.Receive.ReceiveAsync(door.Receive.FindSource("shop", path)!, request);
        answer.Status.ShouldBe(status);
    }
}
