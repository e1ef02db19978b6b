using System.Text.Json;
using WebhookBridge.Server.Hooks;
using WebhookBridge.Server.Tests.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Api;

/// <summary>REST hooks as a program uses them (contract section 7).</summary>
public sealed class HooksApiTests : IAsyncLifetime
{
    private const string Hooks = "/api/v1/hooks";

    private readonly GatewayFixture _gateway = new();

    public Task InitializeAsync() => _gateway.InitializeAsync();

    public Task DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Subscribe_EventComes_IsSentAsTheSampleShows()
    {
        Answer made = await SubscribeAsync("paid", "\"kinds\": [\"payment.succeeded\"], \"source\": \"yoco\"");
        made.Status.ShouldBe(201, made.Text);
        string id = made.Json.GetProperty("id").GetString()!;
        await _gateway.SimulateAsync("yoco", "payment.succeeded", seed: 1);
        await _gateway.SimulateAsync("other", "payment.succeeded", seed: 2);
        await _gateway.Destination.WhenRequestsAsync(1);

        StubRequest sent = _gateway.Destination.Requests.Single(request => request.Path == "/hook/paid");
        JsonElement flat = JsonElement.Parse(sent.BodyText);
        flat.GetProperty("kind").GetString().ShouldBe("payment.succeeded");
        flat.GetProperty("source").GetString().ShouldBe("yoco");
        flat.EnumerateObject().ShouldAllBe(member => member.Value.ValueKind != JsonValueKind.Object && member.Value.ValueKind != JsonValueKind.Array);
        JsonElement samples = (await _gateway.GetAsync(Hooks + "/sample?kind=payment.succeeded&source=yoco")).Json;
        samples.ValueKind.ShouldBe(JsonValueKind.Array);
        samples[0].GetRawText().ShouldBe(flat.GetRawText(), "a sample and a delivery are the same bytes");

        // Visible, marked, and without the address.
        (await _gateway.GetAsync("/api/v1/routes/" + id)).Json.GetProperty("when").GetProperty("kinds")[0].GetString().ShouldBe("payment.succeeded");
        Answer destination = await _gateway.GetAsync("/api/v1/destinations/" + id);
        destination.Json.GetProperty("connector").GetString().ShouldBe("rest-hook");
        destination.Json.GetProperty("settings").GetProperty("key").GetString().ShouldBe((await _gateway.GetAsync("/api/v1/me")).Json.GetProperty("id").GetString());
        foreach (string path in (string[])["/api/v1/destinations/" + id, "/api/v1/config", Hooks, "/api/v1/audit"])
        {
            (await _gateway.GetAsync(path)).Text.ShouldNotContain("/hook/paid");
        }

        (await _gateway.GetAsync("/api/v1/config")).Text.ShouldContain($"\"{id}\"");
    }

    [Fact]
    public async Task Subscribe_WithConditions_TakesOnlyWhatTheyTake()
    {
        (await SubscribeAsync("large", "\"kinds\": [\"payment.succeeded\"], \"when\": { \"all\": [ { \"field\": \"payment.amount\", \"op\": \">\", \"value\": 1000000000 } ] }")).Status.ShouldBe(201);
        string id = (await SubscribeAsync("all", "\"kinds\": []")).Json.GetProperty("id").GetString()!;
        await _gateway.SimulateAsync("yoco", "payment.succeeded", seed: 3);
        await _gateway.Destination.WhenRequestsAsync(1);

        _gateway.Destination.Requests.Select(request => request.Path).ShouldBe(["/hook/all"]);
        (await _gateway.GetAsync($"/api/v1/deliveries?route={id}")).Json.GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{ "kinds": [] }""", 400, "invalid_body", "targetUrl")]
    [InlineData("""{ "targetUrl": "ftp://example.com/" }""", 400, "invalid_body", "http or https")]
    [InlineData("""{ "targetUrl": "https://a:b@example.com/" }""", 400, "invalid_body", "user name")]
    [InlineData("""{ "targetUrl": "https://example.com/", "kinds": ["payment.suceeded"] }""", 400, "invalid_body", "payment.succeeded")]
    [InlineData("""{ "targetUrl": "https://example.com/", "kinds": ["delivery.failed", "payment.failed"] }""", 400, "invalid_body", "alone")]
    [InlineData("""{ "targetUrl": "https://example.com/", "when": { "kinds": [] } }""", 400, "invalid_body", "beside")]
    [InlineData("""{ "targetUrl": "https://example.com/", "events": [] }""", 400, "invalid_body", "events")]
    [InlineData("""{ "targetUrl": "https://example.com/", "source": "yocco" }""", 422, "invalid_configuration", "yoco")]
    [InlineData("""{ "targetUrl": "https://example.com/", "when": { "all": [ { "field": "payment.amount", "op": "~" } ] } }""", 422, "invalid_configuration", "$.when.all[0].op")]
    [InlineData("""{ "targetUrl": "http://10.1.2.3/x" }""", 422, "address_not_allowed", "--allow-private-destinations")]
    [InlineData("""{ "targetUrl": "http://[::ffff:169.254.169.254]/latest" }""", 422, "address_not_allowed", "not a public address")]
    public async Task Subscribe_Mistaken_IsRefusedWithTheFix(string body, int status, string code, string told)
    {
        Answer answer = await _gateway.SendAsync(HttpMethod.Post, Hooks, body);

        answer.Status.ShouldBe(status, answer.Text);
        answer.Code.ShouldBe(code);
        answer.Text.ShouldContain(told);
        (await _gateway.GetAsync(Hooks)).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Unsubscribe_WhatWaits_IsCancelledAndNothingMoreIsSent()
    {
        string id = (await SubscribeAsync("gone", "\"kinds\": [\"payment.succeeded\"]")).Json.GetProperty("id").GetString()!;
        (await _gateway.SendAsync(HttpMethod.Post, $"/api/v1/destinations/{id}/hold")).Status.ShouldBe(200);
        Answer simulated = await _gateway.SimulateAsync("yoco", "payment.succeeded", seed: 4);
        string eventId = simulated.Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        await _gateway.DeliveryAsync(eventId, id, "pending");

        (await _gateway.SendAsync(HttpMethod.Delete, $"{Hooks}/{id}")).Status.ShouldBe(204);
        (await _gateway.SendAsync(HttpMethod.Delete, $"{Hooks}/{id}")).Status.ShouldBe(204, "gone is gone");
        JsonElement cancelled = await _gateway.DeliveryAsync(eventId, id, "cancelled");
        cancelled.GetProperty("reason").GetString().ShouldBe("hook_ended");
        (await _gateway.GetAsync("/api/v1/routes/" + id)).Status.ShouldBe(404);
        (await _gateway.GetAsync("/api/v1/destinations/" + id)).Status.ShouldBe(404);
        await _gateway.SimulateAsync("yoco", "payment.succeeded", seed: 5);
        _gateway.Destination.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task Target_Answers410_EndsTheHook()
    {
        _gateway.Destination.At("/hook/ended", _ => StubReply.Status(410));
        string id = (await SubscribeAsync("ended", "\"kinds\": [\"payment.succeeded\"]")).Json.GetProperty("id").GetString()!;
        Answer simulated = await _gateway.SimulateAsync("yoco", "payment.succeeded", seed: 6);
        JsonElement refused = await _gateway.DeliveryAsync(simulated.Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!, id, "refused");

        refused.GetProperty("reason").GetString().ShouldBe("hook_ended");
        await GatewayFixture.UntilAsync(() => _gateway.GetAsync($"{Hooks}/{id}"), answer => answer.Status == 404);
        JsonElement audit = (await GatewayFixture.UntilAsync(async () => (await _gateway.GetAsync($"/api/v1/audit?subject=hook/{id}")).Json.GetProperty("items"), items => items.GetArrayLength() > 0))[0];
        audit.GetProperty("detail").GetProperty("reason").GetString()!.ShouldContain("410");
    }

    [Fact]
    public async Task DeliveryFailed_Subscribed_TellsWhatFailedAndWhy()
    {
        (await SubscribeAsync("alarm", "\"kinds\": [\"delivery.failed\"], \"source\": \"other\"")).Status.ShouldBe(201);
        (await SubscribeAsync("alarm-elsewhere", "\"kinds\": [\"delivery.failed\"], \"source\": \"yoco\"")).Status.ShouldBe(201);
        _gateway.Destination.At("/" + GatewayFixture.UrlSecret, _ => StubReply.Status(422, "no such thing"));
        Answer simulated = await _gateway.SimulateAsync("other", "refund.succeeded", seed: 7);
        string eventId = simulated.Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        string failed = (await _gateway.DeliveryAsync(eventId, "to-crm", "refused")).GetProperty("id").GetString()!;
        await _gateway.Destination.WhenRequestsAsync(2);

        JsonElement told = JsonElement.Parse(_gateway.Destination.Requests.Single(request => request.Path.StartsWith("/hook/", StringComparison.Ordinal)).BodyText);
        told.GetProperty("id").GetString().ShouldBe(failed);
        told.GetProperty("kind").GetString().ShouldBe("delivery.failed");
        told.GetProperty("route").GetString().ShouldBe("to-crm");
        told.GetProperty("error").GetString()!.ShouldContain("422");
        told.GetProperty("gateway_event_id").GetString().ShouldBe(eventId);
        told.GetProperty("event_kind").GetString().ShouldBe("refund.succeeded");
        told.GetProperty("refund_amount").ValueKind.ShouldBe(JsonValueKind.Number);
        JsonElement sample = (await _gateway.GetAsync(Hooks + "/sample?kind=delivery.failed")).Json[0];
        sample.EnumerateObject().Select(member => member.Name).ShouldBe(told.EnumerateObject().Select(member => member.Name));
        sample.GetProperty("id").GetString().ShouldBe(failed);
    }

    [Fact]
    public async Task Sample_NothingReceivedYet_IsMadeUpWithTheSameNames()
    {
        string[] names = [.. (await _gateway.GetAsync(Hooks + "/sample?kind=payment.failed")).Json[0].EnumerateObject().Select(member => member.Name)];
        JsonElement any = (await _gateway.GetAsync(Hooks + "/sample")).Json;

        names.ShouldContain("payment_amount");
        names.ShouldContain("customer_email");
        any[0].EnumerateObject().Select(member => member.Name).ShouldBe(names);
        any[0].GetProperty("id").GetString().ShouldNotBeNullOrEmpty();
        (await _gateway.GetAsync(Hooks + "/sample?kind=payment.fail")).Code.ShouldBe("invalid_query");
    }

    [Fact]
    public async Task Hooks_OfAnotherKey_AreNeitherSeenNorEnded()
    {
        Answer made = await _gateway.SendAsync(HttpMethod.Post, "/api/v1/keys", """{ "name": "zapier", "scopes": ["hooks"] }""");
        (string, string) other = ("Authorization", "Bearer " + made.Json.GetProperty("key").GetString());
        string mine = (await SubscribeAsync("mine", "\"kinds\": []")).Json.GetProperty("id").GetString()!;
        Answer theirs = await _gateway.SendAsync(HttpMethod.Post, Hooks, Body("theirs", "\"kinds\": []"), other);
        theirs.Status.ShouldBe(201, theirs.Text);

        (await _gateway.SendAsync(HttpMethod.Get, Hooks, null, other)).Json.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await _gateway.SendAsync(HttpMethod.Delete, $"{Hooks}/{mine}", null, other)).Status.ShouldBe(404);
        (await _gateway.SendAsync(HttpMethod.Get, "/api/v1/events", null, other)).Status.ShouldBe(403);
        (await _gateway.SendAsync(HttpMethod.Get, "/api/v1/me", null, other)).Json.GetProperty("name").GetString().ShouldBe("zapier");

        // What a key opened is closed with it.
        (await _gateway.SendAsync(HttpMethod.Delete, "/api/v1/keys/" + made.Json.GetProperty("id").GetString())).Status.ShouldBe(204);
        (await _gateway.GetAsync(Hooks)).Json.GetProperty("items").EnumerateArray().Select(hook => hook.GetProperty("id").GetString()).ShouldBe([mine]);
    }

    [Fact]
    public async Task Subscribe_MoreThanAHundred_IsRefused()
    {
        // The hundred are put up in one document: what counts is what the key has.
        string keyId = (await _gateway.GetAsync("/api/v1/me")).Json.GetProperty("id").GetString()!;
        string destinations = string.Join(',', Enumerable.Range(0, RestHooks.MostOfAKey).Select(i => $$"""{ "name": "hook-{{i}}", "connector": "rest-hook", "settings": { "key": "{{keyId}}" }, "secrets": { "url": "https://example.com/{{i}}" } }"""));
        (await _gateway.SendAsync(HttpMethod.Post, "/api/v1/config", $$"""{ "destinations": [ {{destinations}} ] }""")).Status.ShouldBe(200);

        Answer answer = await SubscribeAsync("one-more", "\"kinds\": []");

        answer.Status.ShouldBe(409);
        answer.Code.ShouldBe("too_many_hooks");
        (await _gateway.SendAsync(HttpMethod.Delete, Hooks + "/hook-7")).Status.ShouldBe(204);
        (await SubscribeAsync("one-more", "\"kinds\": []")).Status.ShouldBe(201);
    }

    private Task<Answer> SubscribeAsync(string path, string rest) => _gateway.SendAsync(HttpMethod.Post, Hooks, Body(path, rest));

    private string Body(string path, string rest) => $$"""{ "targetUrl": "{{_gateway.Destination.Url}}/hook/{{path}}", {{rest}} }""";
}
