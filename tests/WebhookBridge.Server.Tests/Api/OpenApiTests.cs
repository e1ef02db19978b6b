using System.Text.Json;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Api.OpenApi;
using WebhookBridge.Server.Tests.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Api;

/// <summary>Calls every operation that the document names, well and badly, and holds each answer against what the document says of it.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private readonly GatewayFixture _gateway = new();
    private readonly HashSet<string> _called = [];
    private readonly HashSet<string> _wellAnswered = [];
    private JsonElement _document;
    private JsonSchema _schema = null!;

    public async Task InitializeAsync()
    {
        await _gateway.InitializeAsync();
        _document = (await _gateway.GetAsync(OpenApiDocument.Path)).Json;
        _schema = new JsonSchema(_document);
    }

    public Task DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Document_EveryOperation_AnswersAsItSays()
    {
        string[] operations = [.. Operations().Select(operation => operation.Id)];
        operations.Distinct().Count().ShouldBe(operations.Length);
        operations.Length.ShouldBe(GatewayApi.Operations(_gateway.Gateway).Count);

        await DriveAsync();
        await DriveBadlyAsync();

        operations.Where(id => !_called.Contains(id)).ShouldBeEmpty("every operation of the document is called");
        operations.Where(id => !_wellAnswered.Contains(id)).ShouldBeEmpty("every operation succeeds at least once");
    }

    [Fact]
    public void Document_References_LeadSomewhere()
    {
        string text = _document.GetRawText();
        foreach (System.Text.RegularExpressions.Match reference in System.Text.RegularExpressions.Regex.Matches(text, "\"#/components/(?<part>[a-z]+)/(?<name>[A-Za-z-]+)\"", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
        {
            _document.GetProperty("components").GetProperty(reference.Groups["part"].Value).TryGetProperty(reference.Groups["name"].Value, out _).ShouldBeTrue(reference.Value);
        }

        foreach (JsonProperty schema in _document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            text.ShouldContain($"#/components/schemas/{schema.Name}\"", Case.Sensitive, $"{schema.Name} is used");
        }
    }

    [Fact]
    public async Task Document_AskedAgain_IsNotSentTwice()
    {
        Answer first = await _gateway.SendAsync(HttpMethod.Get, OpenApiDocument.Path, null, ("Authorization", ""));
        first.Status.ShouldBe(200, "it needs no key");
        first.Headers["Content-Type"].ShouldStartWith("application/json");
        Answer again = await _gateway.SendAsync(HttpMethod.Get, OpenApiDocument.Path, null, ("If-None-Match", first.Headers["ETag"]));
        again.Status.ShouldBe(304);
        again.Text.ShouldBeEmpty();
    }

    /// <summary>A walk through the whole API in which each operation has something to do.</summary>
    private async Task DriveAsync()
    {
        _gateway.Destination.Plays(StubReply.Status(400, "no"));
        string refund = (await CallAsync("simulate", body: """{ "source": "other", "event": "refund.succeeded", "seed": 1 }""")).Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        string failed = (await _gateway.DeliveryAsync(refund, "to-crm", "refused")).GetProperty("id").GetString()!;
        string paid = (await CallAsync("simulate", body: """{ "source": "yoco", "event": "payment.succeeded", "seed": 2 }""")).Json.GetProperty("results")[0].GetProperty("answer").GetProperty("id").GetString()!;
        await _gateway.DeliveryAsync(paid, "to-box", "delivered");
        await CallAsync("simulate", body: """{ "source": "yoco", "event": "payment.succeeded", "seed": 3, "wrongSignature": true }""");

        await CallAsync("listEvents", query: "?source=other&limit=1");
        await CallAsync("listEvents", query: "?kind=payment.succeeded&mode=test&q=x&from=2020-01-01&to=2120-01-01&type=*&email=a&payment=p&checkout=c");
        await CallAsync("getEvent", [paid]);
        (await CallAsync("getEventBody", [paid])).Headers["Content-Disposition"].ShouldStartWith("attachment");
        await CallAsync("getEventHeaders", [paid]);
        await CallAsync("listDeliveries", query: $"?route=to-crm&destination=crm&state=refused&event={refund}&from=2020-01-01&to=2120-01-01");
        await CallAsync("getDelivery", [failed]);
        await CallAsync("listAttempts", [failed]);
        await CallAsync("holdDestination", ["crm"], body: """{ "reason": "moving" }""");
        await CallAsync("retryDelivery", [failed]);
        await CallAsync("holdDelivery", [failed]);
        await CallAsync("resumeDelivery", [failed]);
        await CallAsync("cancelDelivery", [failed]);
        await CallAsync("resumeDestination", ["crm"]);
        await CallAsync("checkDestination", ["crm"]);
        await ListChoicesAsync();
        await CallAsync("getDestinationStatus", ["crm"]);
        await CallAsync("listInbox", ["box"]);
        await CallAsync("clearInbox", ["box"]);

        await CallAsync("startReplay", body: $$"""{ "filter": { "source": "yoco" }, "dryRun": true }""");
        string replay = (await CallAsync("startReplay", body: $$"""{ "ids": ["{{paid}}"], "includeDelivered": true, "as": "then" }""")).Json.GetProperty("id").GetString()!;
        await GatewayFixture.UntilAsync(() => CallAsync("getReplay", [replay]), answer => answer.Json.GetProperty("state").GetString() == "done");
        await CallAsync("listReplays");
        await CallAsync("dryRun", body: $$"""{ "route": "to-box", "event": "{{paid}}" }""");
        await CallAsync("dryRun", body: """{ "route": { "source": "yoco", "destination": "box", "rule": "skip('no')" }, "body": { "a": 1 } }""");

        string rejected = (await GatewayFixture.UntilAsync(() => CallAsync("listRejections", query: "?source=yoco&code=signature_mismatch"), answer => answer.Json.GetProperty("items").GetArrayLength() > 0)).Json.GetProperty("items")[0].GetProperty("id").GetString()!;
        await CallAsync("getRejection", [rejected]);
        await CallAsync("diagnoseRejection", [rejected]);
        await CallAsync("acceptRejection", [rejected]);
        await CallAsync("acceptRejection", [await MendedAsync()]);
        await CallAsync("proposePlatform", body: $$"""{ "name": "proposed", "event": "{{paid}}" }""");
        await _gateway.Gateway.Store.Log.Alerts.RaiseAsync("test", "source/one", "One is ill.");
        await CallAsync("listAlerts", query: "?state=open");
        await CallAsync("getRetention");
        await CallAsync("setRetention", body: """{ "bodies": "14d", "maxBytes": null }""");

        await DriveConfigurationAsync();
        await DriveAccessAsync();
        await DriveHooksAsync();
        await DriveRegistrationsAsync();
        await CancelReplayAsync();
    }

    /// <summary>A destination that can say what it offers: read once, then from memory; when it refuses, that is told and not kept.</summary>
    private async Task ListChoicesAsync()
    {
        await using StubServer hubspot = await StubServer.StartAsync();
        hubspot.Default = StubReply.Status(200, """{"results":[{"id":"default","label":"Sales"},{"id":"p2","label":""}]}""");
        await CallAsync("putDestination", ["hub"], body: $$"""{ "connector": "hubspot", "settings": { "apiAddress": "{{hubspot.Url}}" }, "secrets": { "token": "pat-na1-0123456789" } }""");
        Answer first = await CallAsync("listChoices", ["hub", "pipeline"]);
        first.Json.GetProperty("items").EnumerateArray().Select(static i => $"{i.GetProperty("value").GetString()}={i.GetProperty("label").GetString()}").ShouldBe(["default=Sales", "p2=p2"]);
        await CallAsync("listChoices", ["hub", "pipeline"]);
        hubspot.RequestCount.ShouldBe(1, "what was just read is good for a minute");
        hubspot.Default = StubReply.Status(401, """{"message":"expired"}""");
        Answer refused = await CallAsync("listChoices", ["hub", "stage"]);
        (refused.Status, refused.Code).ShouldBe((502, "destination_unavailable"));
        refused.Text.ShouldContain("does not accept the credentials");
        refused.Text.ShouldNotContain("pat-na1");
        (await CallAsync("listChoices", ["hub", "token"])).Status.ShouldBe(404, "only fields whose values can be listed");
        await CallAsync("deleteDestination", ["hub"]);
    }

    /// <summary>A request that was refused by a mistyped secret, which is mended now.</summary>
    private async Task<string> MendedAsync()
    {
        const string Configuration = """{ "sources": [ { "name": "mend", "platform": "github", "secrets": ["SECRET"] } ] }""";
        await CallAsync("applyConfig", body: Configuration.Replace("SECRET", "mistyped", StringComparison.Ordinal));
        string signature = "sha256=" + Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData("right"u8, "{}"u8));
        (await _gateway.SendAsync(HttpMethod.Post, "/in/mend", "{}", ("X-Hub-Signature-256", signature))).Status.ShouldBe(401);
        await CallAsync("applyConfig", body: Configuration.Replace("SECRET", "right", StringComparison.Ordinal));
        return (await GatewayFixture.UntilAsync(() => CallAsync("listRejections", query: "?source=mend"), answer => answer.Json.GetProperty("items").GetArrayLength() > 0)).Json.GetProperty("items")[0].GetProperty("id").GetString()!;
    }

    private async Task DriveRegistrationsAsync()
    {
        const string There = """{ "id": "sub_1", "name": "a", "url": "https://hooks.example.com/in/reg", "mode": "live", "secret": "whsec_Y2FuYXJ5LW9mLXRoZS1yZWdpc3RyYXRpb24tMTIzNDU2Nzg=" }""";
        (string, string) key = ("WebhookBridge-Platform-Key", "sk_test_0123456789");
        await CallAsync("putSource", ["reg"], body: """{ "platform": "yoco" }""");
        _gateway.Destination.At("/api/webhooks", request => StubReply.Status(200, request.Method == "GET" ? $$"""{ "subscriptions": [ {{There}} ] }""" : There)).At("/api/webhooks/sub_1", _ => StubReply.Status(200, "{}"));
        (await CallAsync("register", ["reg"], body: """{ "publicUrl": "https://hooks.example.com" }""", headers: key)).Status.ShouldBe(201);
        await CallAsync("listRegistrations", ["reg"], query: "?publicUrl=https://hooks.example.com", headers: key);
        await CallAsync("pruneRegistrations", ["reg"], body: """{ "publicUrl": "https://hooks.example.com" }""", headers: key);
        await CallAsync("deleteRegistration", ["reg", "sub_1"], headers: key);
        await CallAsync("listRegistrations", ["reg"]);
    }

    private async Task DriveConfigurationAsync()
    {
        await CallAsync("exportConfig");
        await CallAsync("applyConfig", query: "?dryRun=true", body: _gateway.Configuration);
        await DriveItemAsync("Source", "s-new", """{ "platform": "generic", "settings": { }, "secrets": ["abc"], "ratePerSecond": 5, "silence": { "after": "4h", "days": ["mon"] }, "dedupe": { "window": "7d" } }""");
        await DriveItemAsync("List", "l-new", """{ "values": ["a"] }""");
        await DriveItemAsync("Destination", "d-new", """{ "connector": "http", "secrets": { "url": "https://example.com/x" }, "limits": { "perSecond": 2, "timeout": "3s" } }""");
        await DriveItemAsync("Template", "t-new", """{ "body": "x", "contentType": "text/plain" }""");
        await DriveItemAsync("Route", "r-new", """
            { "source": ["yoco", "other"], "destination": "box", "rule": "true", "template": { "contentType": "text/plain", "body": "x" }, "retry": { "first": "1s", "tries": 2 },
              "when": { "kinds": ["payment.succeeded"], "types": ["a*"], "mode": "live", "checkoutIds": { "list": "shop", "unknown": "hold:1m" },
                        "all": [ { "field": "payment.amount", "op": ">", "value": 5 }, { "any": [ { "field": "event.a", "op": "exists" } ] } ] } }
            """);
        await CallAsync("addItems", ["shop"], query: "?expiresIn=2h", body: """["one", "two"]""");
        await CallAsync("listItems", ["shop"]);
        await CallAsync("putItem", ["shop", "three"]);
        await CallAsync("getItem", ["shop", "three"]);
        await CallAsync("deleteItem", ["shop", "three"]);
    }

    private async Task DriveItemAsync(string kind, string name, string body)
    {
        Answer made = await CallAsync("put" + kind, [name], body: body);
        made.Status.ShouldBe(201, made.Text);
        Answer read = await CallAsync("get" + kind, [name]);
        await CallAsync("list" + kind + "s", query: "?limit=200");
        await CallAsync("put" + kind, [name], body: body);
        (await CallAsync("put" + kind, [name], body: read.Text, headers: ("If-Match", read.Headers["ETag"]))).Status.ShouldBe(200, "what is read can be written back");
        await CallAsync("delete" + kind, [name], headers: ("If-Match", "\"99\""));
        await CallAsync("delete" + kind, [name]);
    }

    private async Task DriveAccessAsync()
    {
        string key = (await CallAsync("createKey", body: """{ "name": "driven", "scopes": ["read", "send:yoco"], "expiresAt": "2120-01-01T00:00:00Z" }""")).Json.GetProperty("id").GetString()!;
        await CallAsync("createKey", body: """{ "name": "driven", "scopes": ["read"] }""");
        await CallAsync("getKey", [key]);
        await CallAsync("listKeys");
        await CallAsync("rotateKey", [key]);
        await CallAsync("revokeKey", [key]);
        await CallAsync("createUser", body: """{ "name": "Thandi", "role": "administrator", "password": "correct horse battery" }""");
        (await CallAsync("createUser", body: """{ "name": "THANDI", "password": "correct horse battery" }""")).Status.ShouldBe(409);
        await CallAsync("listUsers");
        (await CallAsync("deleteUser", ["thandi"])).Status.ShouldBe(409, "the last administrator stays");
        await CallAsync("createUser", body: """{ "name": "sipho", "password": "correct horse battery" }""");
        await CallAsync("deleteUser", ["SIPHO"]);
        await CallAsync("listAudit", query: "?actor=tests&subject=key/*");
    }

    private async Task DriveHooksAsync()
    {
        await CallAsync("getMe");
        await CallAsync("getHooksMe");
        await CallAsync("listHookSamples", query: "?kind=payment.succeeded&source=yoco");
        await CallAsync("listHookSamples", query: "?kind=delivery.failed&limit=1");
        await CallAsync("listHookSamples", query: "?kind=cart.abandoned");
        string hook = (await CallAsync("subscribeHook", body: $$"""{ "targetUrl": "{{_gateway.Destination.Url}}/hooks/driven-4711", "kinds": ["payment.failed"], "source": "yoco", "when": { "mode": "live" } }""")).Json.GetProperty("id").GetString()!;
        await CallAsync("listHooks");
        await CallAsync("getHook", [hook]);
        await CallAsync("exportConfig");
        await CallAsync("unsubscribeHook", [hook]);
        await CallAsync("putSource", ["own"], body: """{ "platform": "generic", "settings": { "scheme": "none" } }""");
        await CallAsync("putSource", ["own"], body: """{ "platform": "generic" }""");
        string key = (await _gateway.SendAsync(HttpMethod.Post, "/api/v1/keys", """{ "name": "sender", "scopes": ["send:own", "send:yoco"] }""")).Json.GetProperty("key").GetString()!;
        await CallAsync("sendEvent", ["own"], body: """{ "id": "o-1", "type": "order.created" }""", headers: ("Authorization", "Bearer " + key));
        await CallAsync("sendEvent", ["yoco"], body: "{}", headers: ("Authorization", "Bearer " + key));
        await CallAsync("sendEvent", ["own"], body: "{}");
    }

    /// <summary>A replay that runs until it is cancelled: the job is written down, nobody works on it.</summary>
    private async Task CancelReplayAsync()
    {
        string id = _gateway.Gateway.Ids.Next("rpl_");
        await _gateway.Gateway.Store.Log.Replays.CreateAsync(id, """{ "ids": ["evt_x"] }""", 1, "tests");
        (await CallAsync("cancelReplay", [id])).Status.ShouldBe(200);
        (await CallAsync("cancelReplay", [id])).Status.ShouldBe(409);
    }

    /// <summary>Each operation without a key, with a key that may do nothing, with an unknown query, with a thing that is not there, and with a body of the wrong form.</summary>
    private async Task DriveBadlyAsync()
    {
        string nothing = (await _gateway.SendAsync(HttpMethod.Post, "/api/v1/keys", """{ "name": "nothing", "scopes": ["metrics"] }""")).Json.GetProperty("key").GetString()!;
        foreach (Described operation in Operations())
        {
            string[] values = [.. operation.PathNames.Select(_ => "not-there")];
            string? body = operation.Takes ? "[1, 2" : null;
            (await CallAsync(operation.Id, values, body: body, headers: ("Authorization", "Bearer wrong"))).Status.ShouldBe(401, operation.Id);
            if (operation.Scope is not null)
            {
                (await CallAsync(operation.Id, values, body: body, headers: ("Authorization", "Bearer " + nothing))).Status.ShouldBe(403, operation.Id);
            }

            if (operation.Scope?.StartsWith("send:", StringComparison.Ordinal) != true)
            {
                (await CallAsync(operation.Id, values, query: "?surprise=1", body: body)).Status.ShouldBe(400, operation.Id);
                int status = (await CallAsync(operation.Id, values, body: body)).Status;
                if (body is not null)
                {
                    status.ShouldBeOneOf([400, 404, 422]);
                }
            }
        }

        Answer first = await CallAsync("createKey", body: """{ "name": "idempotent", "scopes": ["read"] }""", headers: ("Idempotency-Key", "a"));
        (await CallAsync("createKey", body: """{ "name": "idempotent", "scopes": ["read"] }""", headers: ("Idempotency-Key", "a"))).Text.ShouldBe(first.Text);
        (await CallAsync("createKey", body: """{ "name": "idempotent-2", "scopes": ["read"] }""", headers: ("Idempotency-Key", "a"))).Status.ShouldBe(422);
    }

    /// <summary>Calls an operation as the document describes it and holds the answer against it: the status is one that it names, the content type too, and the body fits the schema.</summary>
    private async Task<Answer> CallAsync(string id, string[]? values = null, string query = "", string? body = null, params (string Name, string Value)[] headers)
    {
        Described operation = Operations().Single(known => known.Id == id);
        string path = operation.Path;
        for (int i = 0; i < operation.PathNames.Count; i++)
        {
            path = path.Replace("{" + operation.PathNames[i] + "}", Uri.EscapeDataString(values![i]), StringComparison.Ordinal);
        }

        Answer answer = await _gateway.SendAsync(new HttpMethod(operation.Method), _document.GetProperty("servers")[0].GetProperty("url").GetString() + path + query, body, headers);
        _called.Add(id);
        string what = $"{id} {path}{query}: {answer}";
        operation.Responses.TryGetProperty(answer.Status.ToString(), out JsonElement response).ShouldBeTrue(what);
        if (answer.Status < 300)
        {
            _wellAnswered.Add(id);
        }

        if (!response.TryGetProperty("content", out JsonElement content))
        {
            answer.Text.ShouldBeEmpty(what);
            return answer;
        }

        string type = answer.Headers["Content-Type"].Split(';')[0];
        content.TryGetProperty(type, out JsonElement media).ShouldBeTrue(what);
        if (type != "application/octet-stream")
        {
            _schema.Problems(answer.Json, media.GetProperty("schema")).ShouldBeEmpty(what);
        }

        if (type == "application/problem+json")
        {
            response.GetProperty("description").GetString()!.Split(", ").ShouldContain(answer.Code, what);
        }
        else if (response.TryGetProperty("headers", out JsonElement told))
        {
            foreach (JsonProperty header in told.EnumerateObject().Where(header => header.Name is not "Idempotency-Replayed"))
            {
                answer.Headers.ContainsKey(header.Name).ShouldBeTrue($"{header.Name} of {what}");
            }
        }

        return answer;
    }

    private IEnumerable<Described> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select new Described(
            operation.Value.GetProperty("operationId").GetString()!,
            operation.Name.ToUpperInvariant(),
            path.Name,
            [.. path.Name.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}'))],
            operation.Value.GetProperty("security")[0].GetProperty("key").EnumerateArray().Select(scope => scope.GetString()).FirstOrDefault(),
            operation.Value.TryGetProperty("requestBody", out _),
            operation.Value.GetProperty("responses"));

    private sealed record Described(string Id, string Method, string Path, IReadOnlyList<string> PathNames, string? Scope, bool Takes, JsonElement Responses);
}
