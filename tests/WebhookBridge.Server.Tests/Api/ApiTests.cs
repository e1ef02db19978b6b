using System.Text.Json;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Api;

[Collection(GatewayCollection.Name)]
public sealed class ApiTests(GatewayFixture gateway)
{
    private const string Api = "/api/v1";

    [Fact]
    public async Task Call_WithoutKey_Is401WithTheScheme()
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Get, Api + "/events", null, ("Authorization", "Bearer nonsense"));

        answer.Status.ShouldBe(401);
        answer.Code.ShouldBe("not_authenticated");
        answer.Headers["WWW-Authenticate"].ShouldStartWith("Bearer");
    }

    [Theory]
    [InlineData("GET", "/events?sorce=yoco", 400, "unknown_query")]
    [InlineData("GET", "/events?limit=201", 400, "invalid_query")]
    [InlineData("GET", "/events?after=%00", 400, "invalid_query")]
    [InlineData("GET", "/events?from=yesterday", 400, "invalid_query")]
    [InlineData("GET", "/deliveries?state=done", 400, "invalid_query")]
    [InlineData("GET", "/nothing", 404, "not_found")]
    [InlineData("GET", "/events/evt_00000000000000000000000000", 404, "not_found")]
    [InlineData("GET", "/routes/none", 404, "not_found")]
    [InlineData("DELETE", "/events", 405, "method_not_allowed")]
    [InlineData("POST", "/replays", 400, "invalid_body")]
    [InlineData("PUT", "/routes/Wrong_Name", 422, "invalid_configuration")]
    public async Task Call_Mistaken_IsAProblemDocument(string method, string path, int status, string code)
    {
        Answer answer = await gateway.SendAsync(new HttpMethod(method), Api + path, method is "POST" or "PUT" ? "{}" : null);

        answer.Status.ShouldBe(status, answer.Text);
        answer.Headers["Content-Type"].ShouldBe("application/problem+json");
        answer.Code.ShouldBe(code);
        answer.Json.GetProperty("type").GetString().ShouldBe("/problems/" + code);
        answer.Json.GetProperty("status").GetInt32().ShouldBe(status);
        answer.Json.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Key_WithoutScope_Is403AndEndsWhenRevoked()
    {
        Answer made = await gateway.SendAsync(HttpMethod.Post, Api + "/keys", """{ "name": "reader", "scopes": ["read"] }""");
        made.Status.ShouldBe(201);
        (string, string) bearer = ("Authorization", "Bearer " + made.Json.GetProperty("key").GetString());

        (await gateway.SendAsync(HttpMethod.Get, Api + "/events", null, bearer)).Status.ShouldBe(200);
        Answer refused = await gateway.SendAsync(HttpMethod.Put, Api + "/lists/reader", """{ "values": [] }""", bearer);
        refused.Status.ShouldBe(403);
        refused.Code.ShouldBe("scope_missing");

        JsonElement shown = (await gateway.GetAsync(Api + "/keys?limit=200")).Json.GetProperty("items").EnumerateArray().Single(key => key.GetProperty("name").GetString() == "reader");
        shown.TryGetProperty("key", out _).ShouldBeFalse("a key is shown once");
        shown.GetProperty("lastUsedAt").ValueKind.ShouldBe(JsonValueKind.String);
        (await gateway.SendAsync(HttpMethod.Delete, $"{Api}/keys/{made.Json.GetProperty("id").GetString()}")).Status.ShouldBe(204);
        (await gateway.SendAsync(HttpMethod.Get, Api + "/events", null, bearer)).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Put_Item_NeedsToHaveSeenWhatItReplaces()
    {
        const string Path = Api + "/templates/seen";
        Answer created = await gateway.SendAsync(HttpMethod.Put, Path, """{ "body": "1" }""");
        created.Status.ShouldBe(201, created.Text);
        (await gateway.SendAsync(HttpMethod.Put, Path, """{ "body": "2" }""")).Status.ShouldBe(428);
        Answer replaced = await gateway.SendAsync(HttpMethod.Put, Path, """{ "body": "2" }""", ("If-Match", created.Headers["ETag"]));
        replaced.Status.ShouldBe(200);
        replaced.Headers["ETag"].ShouldNotBe(created.Headers["ETag"]);
        Answer stale = await gateway.SendAsync(HttpMethod.Put, Path, """{ "body": "3" }""", ("If-Match", created.Headers["ETag"]));
        stale.Status.ShouldBe(412);
        stale.Code.ShouldBe("stale");
        (await gateway.GetAsync(Path)).Json.GetProperty("body").GetString().ShouldBe("2");
        (await gateway.SendAsync(HttpMethod.Delete, Path)).Status.ShouldBe(204);
        (await gateway.GetAsync(Path)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Put_SecretSentBackAsShown_IsKept()
    {
        const string Path = Api + "/destinations/keeps";
        (await gateway.SendAsync(HttpMethod.Put, Path, """{ "connector": "http", "secrets": { "url": "https://hooks.example.com/very/secret/abcdwxyz" } }""")).Status.ShouldBe(201);
        Answer shown = await gateway.GetAsync(Path);
        shown.Json.GetProperty("secrets").GetProperty("url").GetString().ShouldBe("https://hooks.example.com/…wxyz");

        Answer back = await gateway.SendAsync(HttpMethod.Put, Path, shown.Text.Replace("\"enabled\":true", "\"enabled\":false", StringComparison.Ordinal), ("If-Match", shown.Headers["ETag"]));
        back.Status.ShouldBe(200, back.Text);
        back.Json.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        back.Json.GetProperty("secrets").GetProperty("url").GetString().ShouldBe("https://hooks.example.com/…wxyz");
        gateway.Gateway.Current.Value.Destinations["keeps"].Definition.Secrets["url"].Reveal().ShouldEndWith("abcdwxyz");
        (await gateway.SendAsync(HttpMethod.Delete, Path)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Delete_WhatIsUsed_NamesTheUser()
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Delete, Api + "/templates/flat");

        answer.Status.ShouldBe(409);
        answer.Code.ShouldBe("in_use");
        answer.Text.ShouldContain("to-box");
    }

    [Fact]
    public async Task Config_BadDocument_ChangesNothingAndNamesEveryPlace()
    {
        Answer before = await gateway.GetAsync(Api + "/config");
        Answer answer = await gateway.SendAsync(HttpMethod.Post, Api + "/config", """
            { "sources": [ { "name": "new", "platform": "yocco" } ],
              "destinations": [ { "name": "d", "connector": "htpp" }, { "name": "e", "connector": "http" } ],
              "routes": [ { "name": "r", "source": "yococo", "destination": "boxx", "rule": "a =>", "template": { "body": "{{ for }}" } } ] }
            """);

        answer.Status.ShouldBe(422);
        string[] paths = [.. answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()!)];
        paths.ShouldBe(["$.sources[0].platform", "$.destinations[0].connector", "$.destinations[1].secrets.url", "$.routes[0].source", "$.routes[0].destination", "$.routes[0].rule", "$.routes[0].template"], ignoreOrder: true);
        answer.Text.ShouldContain("yoco\\\"");
        answer.Json.GetProperty("errors").EnumerateArray().Single(error => error.GetProperty("path").GetString() == "$.routes[0].rule").GetProperty("message").GetString()!.ShouldContain("Line 1, column");
        (await gateway.GetAsync(Api + "/config")).Text.ShouldBe(before.Text);
    }

    [Fact]
    public async Task Config_References_AreRefusedOverTheApi()
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Post, Api + "/config", """{ "sources": [ { "name": "new", "platform": "yoco", "secrets": ["${HOME}"] } ] }""");

        answer.Status.ShouldBe(422);
        answer.Text.ShouldContain("webhookbridge apply");
    }

    [Fact]
    public async Task Config_Export_NamesVariablesAndNoSecret()
    {
        Answer answer = await gateway.GetAsync(Api + "/config");

        answer.Headers["WebhookBridge-Variables"].ShouldContain("YOCO_SECRET");
        answer.Text.ShouldContain("${YOCO_SECRET}");
        answer.Text.ShouldNotContain(GatewayFixture.YocoSecret);
        answer.Text.ShouldNotContain(GatewayFixture.UrlSecret);
    }

    [Fact]
    public async Task Config_DryRun_SaysWhatWouldChange()
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Post, Api + "/config?dryRun=true", """{ "templates": [ { "name": "dry", "body": "x" } ] }""");

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("changes")[0].GetProperty("change").GetString().ShouldBe("created");
        (await gateway.GetAsync(Api + "/templates/dry")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task SaveTemplate_UsedByARoute_MakesANewRevisionOfIt()
    {
        (await gateway.SendAsync(HttpMethod.Put, Api + "/templates/rev", """{ "body": "{\"v\": 1}" }""")).Status.ShouldBe(201);
        (await gateway.SendAsync(HttpMethod.Put, Api + "/routes/rev", """{ "source": "off", "destination": "box", "template": "rev" }""")).Status.ShouldBe(201);
        Answer route = await gateway.GetAsync(Api + "/routes/rev");
        Answer template = await gateway.GetAsync(Api + "/templates/rev");
        (await gateway.SendAsync(HttpMethod.Put, Api + "/templates/rev", """{ "body": "{\"v\": 2}" }""", ("If-Match", template.Headers["ETag"]))).Status.ShouldBe(200);

        (await gateway.GetAsync(Api + "/routes/rev")).Headers["ETag"].ShouldNotBe(route.Headers["ETag"]);
        (await gateway.Gateway.Configuration.LoadRevisionAsync("rev", 1)).ShouldNotBeNull("the old one stays, with its own template");
        (await gateway.SendAsync(HttpMethod.Delete, Api + "/routes/rev")).Status.ShouldBe(204);
        (await gateway.SendAsync(HttpMethod.Delete, Api + "/templates/rev")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Lists_ItemsByJsonCsvAndOne_AreKnown()
    {
        (await gateway.SendAsync(HttpMethod.Put, Api + "/lists/many", """{ "values": ["a"] }""")).Status.ShouldBe(201);
        (await gateway.SendAsync(HttpMethod.Post, Api + "/lists/many/items", """["b", "c/d"]""")).Json.GetProperty("count").GetInt32().ShouldBe(2);
        (await gateway.SendAsync(HttpMethod.Post, Api + "/lists/many/items?expiresIn=1h", "value\ne,x\n\"f\"\"g\"\n", ("Content-Type", "text/csv"))).Json.GetProperty("count").GetInt32().ShouldBe(2);
        (await gateway.SendAsync(HttpMethod.Put, Api + "/lists/many/items/h%2Fi")).Status.ShouldBe(204);
        (await gateway.SendAsync(HttpMethod.Delete, Api + "/lists/many/items/b")).Status.ShouldBe(204);

        string[] values = [.. (await gateway.GetAsync(Api + "/lists/many/items")).Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("value").GetString()!)];
        values.ShouldBe(["a", "c/d", "e", "f\"g", "h/i"], ignoreOrder: true);
        (await gateway.GetAsync(Api + "/lists/many/items/c%2Fd")).Status.ShouldBe(200);
        (await gateway.GetAsync(Api + "/lists/many/items/b")).Status.ShouldBe(404);
        (await gateway.SendAsync(HttpMethod.Delete, Api + "/lists/many")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task HeldDelivery_CheckoutBecomesKnown_GoesOn()
    {
        Answer simulated = await gateway.SimulateAsync("other", "payment.succeeded", seed: 300);
        string id = simulated.Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        JsonElement held = await gateway.DeliveryAsync(id, "held", "held");
        held.GetProperty("reason").GetString().ShouldBe("unknown_checkout");
        string checkout = (await gateway.GetAsync($"{Api}/events/{id}")).Json.GetProperty("payment").GetProperty("checkout_id").GetString()!;

        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/lists/shop/items/{checkout}")).Status.ShouldBe(204);

        await gateway.DeliveryAsync(id, "held", "delivered");
    }

    [Theory]
    [InlineData("keep", "old")]
    [InlineData("update", "new")]
    public async Task PutRoute_WithWaitingDeliveries_FinishesThemAsAsked(string waiting, string expected)
    {
        string name = "waiting-" + waiting, seedText = waiting == "keep" ? "310" : "311";
        string Route(string word) => $$"""{ "source": "other", "destination": "crm", "template": { "contentType": "application/json", "body": "{ \"version\": \"{{word}}\" }" }, "when": { "kinds": ["refund.succeeded"] }, "retry": [] }""";
        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/routes/{name}", Route("old"))).Status.ShouldBe(201);
        await gateway.SendAsync(HttpMethod.Post, Api + "/destinations/crm/hold", """{ "reason": "moving" }""");
        string eventId = (await gateway.SimulateAsync("other", "refund.succeeded", int.Parse(seedText, System.Globalization.CultureInfo.InvariantCulture))).Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        string id = (await gateway.DeliveryAsync(eventId, name, "pending")).GetProperty("id").GetString()!;
        string tag = (await gateway.GetAsync($"{Api}/routes/{name}")).Headers["ETag"];

        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/routes/{name}?waiting=maybe", Route("new"), ("If-Match", tag))).Code.ShouldBe("invalid_query");
        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/routes/{name}?waiting={waiting}", Route("new"), ("If-Match", tag))).Status.ShouldBe(200);
        (await gateway.SendAsync(HttpMethod.Post, Api + "/destinations/crm/resume")).Status.ShouldBe(200);

        (await gateway.DeliveryAsync(eventId, name, "delivered")).GetProperty("routeRevision").GetInt32().ShouldBe(waiting == "keep" ? 1 : 2);
        gateway.Destination.Requests.Single(request => request.Header("Idempotency-Key") == id).BodyText.ShouldBe($$"""{ "version": "{{expected}}" }""");
        (await gateway.SendAsync(HttpMethod.Delete, $"{Api}/routes/{name}", null, ("If-Match", "*"))).Status.ShouldBe(204);
    }

    [Fact]
    public async Task PutTemplate_ThatAnotherIncludes_LeavesWaitingDeliveriesAsTheyWere()
    {
        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/templates/inner", """{ "contentType": "text/plain", "body": "old" }""")).Status.ShouldBe(201);
        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/templates/middle", """{ "contentType": "text/plain", "body": "{{ include 'inner' }}" }""")).Status.ShouldBe(201);
        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/routes/including", """{ "source": "other", "destination": "crm", "template": { "contentType": "text/plain", "body": "word: {{ include \"middle\" }}" }, "when": { "kinds": ["refund.succeeded"] }, "retry": [] }""")).Status.ShouldBe(201);
        await gateway.SendAsync(HttpMethod.Post, Api + "/destinations/crm/hold", """{ "reason": "moving" }""");
        string before = await SimulateAsync(320);
        (await gateway.SendAsync(HttpMethod.Put, $"{Api}/templates/inner", """{ "contentType": "text/plain", "body": "new" }""", ("If-Match", "*"))).Status.ShouldBe(200);
        string after = await SimulateAsync(321);
        (await gateway.SendAsync(HttpMethod.Post, Api + "/destinations/crm/resume")).Status.ShouldBe(200);

        (await BodyAsync(before, 1)).ShouldBe("word: old");
        (await BodyAsync(after, 2)).ShouldBe("word: new");
        foreach (string item in new[] { "routes/including", "templates/middle", "templates/inner" })
        {
            (await gateway.SendAsync(HttpMethod.Delete, $"{Api}/{item}", null, ("If-Match", "*"))).Status.ShouldBe(204);
        }

        async Task<string> SimulateAsync(int seed) => (await gateway.SimulateAsync("other", "refund.succeeded", seed)).Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        async Task<string> BodyAsync(string eventId, int revision)
        {
            JsonElement delivery = await gateway.DeliveryAsync(eventId, "including", "delivered");
            delivery.GetProperty("routeRevision").GetInt32().ShouldBe(revision);
            return gateway.Destination.Requests.Single(request => request.Header("Idempotency-Key") == delivery.GetProperty("id").GetString()).BodyText;
        }
    }

    /// <summary>A list at its limit: a million values in four calls, looked up at receipt, and one more refused.</summary>
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Lists_AMillionValues_AreTakenAndNoMore()
    {
        (await gateway.SendAsync(HttpMethod.Put, Api + "/lists/huge", "{}")).Status.ShouldBe(201);
        for (int quarter = 0; quarter < 4; quarter++)
        {
            string values = string.Join('\n', Enumerable.Range(quarter * 250_000, 250_000).Select(n => $"ch_{n:D20}"));
            (await gateway.SendAsync(HttpMethod.Post, Api + "/lists/huge/items", "value\n" + values, ("Content-Type", "text/csv"))).Json.GetProperty("count").GetInt32().ShouldBe(250_000);
        }

        (await gateway.GetAsync($"{Api}/lists/huge/items/ch_{999_999:D20}")).Status.ShouldBe(200);
        Answer refused = await gateway.SendAsync(HttpMethod.Post, Api + "/lists/huge/items", """["one-more"]""");
        refused.Code.ShouldBe("not_possible");
        refused.Text.ShouldContain("1000000");
        // What is there already may be put again.
        (await gateway.SendAsync(HttpMethod.Post, Api + "/lists/huge/items", $"""["ch_{7:D20}"]""")).Status.ShouldBe(200);
        (await gateway.SendAsync(HttpMethod.Delete, Api + "/lists/huge")).Status.ShouldBe(204);
    }

    [Fact]
    public async Task Post_SameIdempotencyKey_IsDoneOnce()
    {
        const string Body = """{ "name": "once", "scopes": ["read"] }""";
        Answer first = await gateway.SendAsync(HttpMethod.Post, Api + "/keys", Body, ("Idempotency-Key", "k-1"));
        Answer again = await gateway.SendAsync(HttpMethod.Post, Api + "/keys", Body, ("Idempotency-Key", "k-1"));
        Answer other = await gateway.SendAsync(HttpMethod.Post, Api + "/keys", """{ "name": "twice", "scopes": ["read"] }""", ("Idempotency-Key", "k-1"));

        first.Status.ShouldBe(201);
        again.Status.ShouldBe(201);
        again.Text.ShouldBe(first.Text);
        other.Status.ShouldBe(422);
        other.Code.ShouldBe("idempotency_key_reused");

        // The first answer is kept for a day, and the key in it nowhere in the clear.
        string key = first.Json.GetProperty("key").GetString()!;
        using Storage.Log.StoreContext db = gateway.Gateway.Store.OpenContext();
        byte[] kept = db.IdempotencyKeys.Where(row => row.Key == "k-1").Select(row => row.Body).Single();
        kept.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(key)).ShouldBe(-1);
    }

    [Fact]
    public async Task Delivery_Refused_CanBeRetriedAndReplayed()
    {
        gateway.Destination.Plays(Testing.StubReply.Status(400, "no"));
        Answer simulated = await gateway.SimulateAsync("other", "refund.succeeded", seed: 400);
        string eventId = simulated.Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        JsonElement refused = await gateway.DeliveryAsync(eventId, "to-crm", "refused");
        string id = refused.GetProperty("id").GetString()!;
        JsonElement attempt = (await gateway.GetAsync($"{Api}/deliveries/{id}/attempts")).Json.GetProperty("items")[0];
        attempt.GetProperty("status").GetInt32().ShouldBe(400);
        attempt.GetProperty("response").GetProperty("body").GetString().ShouldBe("no");
        attempt.GetRawText().ShouldNotContain(GatewayFixture.UrlSecret);
        (await gateway.SendAsync(HttpMethod.Post, $"{Api}/deliveries/{id}/hold")).Code.ShouldBe("wrong_state");

        (await gateway.SendAsync(HttpMethod.Post, $"{Api}/deliveries/{id}/retry")).Status.ShouldBe(200);
        await gateway.DeliveryAsync(eventId, "to-crm", "delivered");

        Answer dry = await gateway.SendAsync(HttpMethod.Post, Api + "/replays", $$"""{ "ids": ["{{eventId}}"], "includeDelivered": true, "routes": ["to-crm"], "dryRun": true }""");
        dry.Json.GetProperty("deliveries").GetInt32().ShouldBe(1);
        Answer replay = await gateway.SendAsync(HttpMethod.Post, Api + "/replays", $$"""{ "ids": ["{{eventId}}"], "includeDelivered": true, "routes": ["to-crm"], "as": "then" }""");
        replay.Status.ShouldBe(202, replay.Text);
        JsonElement done = (await GatewayFixture.UntilAsync(() => gateway.GetAsync(replay.Headers["Location"]), answer => answer.Json.GetProperty("state").GetString() != "running")).Json;
        done.GetProperty("state").GetString().ShouldBe("done");
        done.GetProperty("created").GetInt32().ShouldBe(1);
        JsonElement newest = await gateway.DeliveryAsync(eventId, "to-crm", "delivered");
        newest.GetProperty("replayOf").GetString().ShouldBe(id);
    }

    [Fact]
    public async Task Destination_HeldAndResumed_CostsNoAttempt()
    {
        (await gateway.SendAsync(HttpMethod.Post, Api + "/destinations/crm/hold", """{ "reason": "moving" }""")).Json.GetProperty("held").GetString().ShouldBe("moving");
        Answer simulated = await gateway.SimulateAsync("other", "refund.succeeded", seed: 500);
        string eventId = simulated.Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        JsonElement waiting = await gateway.DeliveryAsync(eventId, "to-crm", "pending");
        waiting.GetProperty("reason").GetString().ShouldBe("destination_paused");

        (await gateway.SendAsync(HttpMethod.Post, Api + "/destinations/crm/resume")).Status.ShouldBe(200);
        (await gateway.DeliveryAsync(eventId, "to-crm", "delivered")).GetProperty("attemptCount").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Rejection_ForgedRequest_IsKeptDiagnosedAndStaysOut()
    {
        Answer simulated = await gateway.SendAsync(HttpMethod.Post, Api + "/simulate", """{ "source": "yoco", "event": "payment.succeeded", "seed": 600, "wrongSignature": true }""");
        simulated.Json.GetProperty("results")[0].GetProperty("status").GetInt32().ShouldBe(401);
        Answer list = await GatewayFixture.UntilAsync(() => gateway.GetAsync(Api + "/rejections?source=yoco&code=signature_mismatch"), answer => answer.Json.GetProperty("items").GetArrayLength() > 0);
        string id = list.Json.GetProperty("items")[0].GetProperty("id").GetString()!;

        Answer diagnosis = await gateway.GetAsync($"{Api}/rejections/{id}/diagnosis");
        diagnosis.Json.GetProperty("now").GetProperty("genuine").GetBoolean().ShouldBeFalse();
        diagnosis.Text.ShouldNotContain(GatewayFixture.YocoSecret);
        Answer refused = await gateway.SendAsync(HttpMethod.Post, $"{Api}/rejections/{id}/accept");
        refused.Code.ShouldBe("not_possible");
        refused.Text.ShouldContain("still not genuine");
    }

    [Fact]
    public async Task DryRun_RouteWrittenInPlace_ShowsEveryStep()
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Post, Api + "/dry-run", """
            { "route": { "source": "yoco", "destination": "box", "rule": "e => e.n > 1 || skip('too few')", "template": { "contentType": "text/plain", "body": "n={{ event.n }}" } },
              "body": { "n": 2 } }
            """);

        answer.Status.ShouldBe(200, answer.Text);
        answer.Json.GetProperty("verdict").GetString().ShouldBe("send");
        answer.Json.GetProperty("body").GetString().ShouldBe("n=2");
    }

    [Fact]
    public async Task Metrics_FromLoopback_CountWhatHappened()
    {
        await gateway.SimulateAsync("yoco", "payment.succeeded", seed: 700);
        string text = (await gateway.GetAsync("/metrics")).Text;

        text.ShouldContain("webhookbridge_events_accepted_total{source=\"yoco\"}");
        text.ShouldContain("webhookbridge_accept_seconds_bucket{le=\"+Inf\"}");
        text.ShouldContain("webhookbridge_disk_free_bytes ");
        text.ShouldContain("webhookbridge_queue_depth{destination=\"box\"}");
        (await gateway.GetAsync("/health/live")).Status.ShouldBe(200);
        (await gateway.GetAsync("/health/ready")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Audit_Changes_AreWrittenDown()
    {
        (await gateway.SendAsync(HttpMethod.Put, Api + "/lists/audited", """{ "values": [] }""")).Status.ShouldBe(201);

        JsonElement row = (await gateway.GetAsync(Api + "/audit?subject=list/audited")).Json.GetProperty("items")[0];
        row.GetProperty("actor").GetString().ShouldBe("tests");
        row.GetProperty("action").GetString().ShouldBe("create");
    }
}
