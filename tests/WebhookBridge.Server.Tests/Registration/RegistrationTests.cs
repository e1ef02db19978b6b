using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Tests.CommandLine;
using WebhookBridge.Server.Tests.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Registration;

/// <summary>A gateway whose platforms' APIs are a stub.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime.
public sealed class RegistrationGateway : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly TempFolder _folder = new();
    private StubServer? _platform;
    private Gateway? _gateway;
    private GatewayHost? _host;
    private HttpClient? _http;

    public StubServer Platform => _platform!;

    public HttpClient Http => _http!;

    public string DataDirectory => _folder.Of("data");

    public async Task InitializeAsync()
    {
        _platform = await StubServer.StartAsync();
        Uri address = new(_platform.Url);
        _gateway = await Gateway.OpenAsync(
            new GatewayOptions
            {
                DataDirectory = _folder.Of("data"),
                AllowedNetworks = [System.Net.IPNetwork.Parse("127.0.0.0/8")],
                Limits = new() { MinFreeDiskBytes = 0 },
                PublicUrl = "https://hooks.example.com",
                PlatformAddresses = new Dictionary<string, Uri> { ["yoco"] = address, ["altafinex"] = address, ["stripe"] = address },
            },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        string key = (await _gateway.Keys.CreateAsync("tests", ApiScopes.All, null, "test")).Key;
        _host = await GatewayHost.StartAsync(new ServeOptions { Urls = ServeOptions.Addresses("--urls", "http://127.0.0.1:0"), DataDirectory = _folder.Of("data") }, _gateway, NullLoggerFactory.Instance);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_host.Server.Urls[0]) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task DisposeAsync()
    {
        _http?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_platform is not null)
        {
            await _platform.DisposeAsync();
        }

        _folder.Dispose();
    }
}

/// <summary>The gateway asks platforms to send to it; a stub plays their APIs as their documentation describes them.</summary>
public sealed class RegistrationTests(RegistrationGateway gateway) : IClassFixture<RegistrationGateway>, IAsyncLifetime
{
    private const string ApiKey = "sk_test_canaryOfTheApiKey4711";
    private const string Secret = "whsec_Y2FuYXJ5LW9mLXRoZS1yZWdpc3RyYXRpb24tMTIzNDU2Nzg=";

    private readonly StubServer _platform = gateway.Platform;
    private readonly HttpClient _http = gateway.Http;
    private readonly int _before = gateway.Platform.RequestCount;

    private StubRequest[] Requests => [.. _platform.Requests.Skip(_before)];

    /// <summary>Each test finds the sources as new.</summary>
    public async Task InitializeAsync()
    {
        foreach (string name in (string[])["shop", "alta", "stripe", "other"])
        {
            (await SendAsync(HttpMethod.Delete, "/api/v1/sources/" + name)).Status.ShouldBeOneOf(204, 404);
        }

        (await SendAsync(HttpMethod.Post, "/api/v1/config", """
            { "sources": [ { "name": "shop", "platform": "yoco" }, { "name": "alta", "platform": "altafinex" }, { "name": "stripe", "platform": "stripe", "secrets": ["path:guarded-path-secret", "whsec_anotherSecret"] },
                           { "name": "other", "platform": "github" } ] }
            """)).Status.ShouldBe(200);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Register_Yoco_StoresTheSecretThatIsShownOnce()
    {
        _platform.At("/api/webhooks", _ => StubReply.Status(200, $$"""{ "id": "sub_1", "name": "webhookbridge-shop", "url": "https://hooks.example.com/in/shop", "mode": "test", "secret": "{{Secret}}" }"""));
        Answer made = await CallAsync(HttpMethod.Post, "shop");

        made.Status.ShouldBe(201, made.Text);
        made.Json.GetProperty("state").GetString().ShouldBe("current");
        made.Text.ShouldNotContain(Secret);
        StubRequest asked = Requests.ShouldHaveSingleItem();
        (asked.Method, asked.Header("Authorization")).ShouldBe(("POST", "Bearer " + ApiKey));
        JsonElement body = JsonElement.Parse(asked.Body);
        body.GetProperty("url").GetString().ShouldBe("https://hooks.example.com/in/shop");
        body.GetProperty("name").GetString().ShouldBe("webhookbridge-shop");

        // What the platform signs from now on is genuine.
        (await SignedAsync("shop", Secret)).ShouldBe(200);
        string audit = (await SendAsync(HttpMethod.Get, "/api/v1/audit?subject=source/shop")).Text;
        audit.ShouldContain("sub_1");
        NothingKept(ApiKey, Secret);
    }

    [Fact]
    public async Task Register_SecondTime_KeepsBothSecretsAndPrunesTheOldRegistration()
    {
        List<string> removed = [];
        int number = 0;
        _platform.At("/api/webhooks", request => request.Method == "POST"
            ? StubReply.Status(200, $$"""{ "id": "sub_{{++number}}", "url": "https://hooks.example.com/in/shop", "secret": "{{SecretNumber(number)}}" }""")
            : StubReply.Status(200, """
                { "subscriptions": [ { "id": "sub_1", "name": "a", "url": "https://hooks.example.com/in/shop", "mode": "live" }, { "id": "sub_2", "name": "b", "url": "https://hooks.example.com/in/shop", "mode": "live" },
                                     { "id": "sub_3", "name": "c", "url": "https://hooks.example.com/in/long-gone", "mode": "live" }, { "id": "sub_4", "name": "d", "url": "https://elsewhere.example.net/secret-path-1234", "mode": "live" },
                                     { "id": "sub_5", "name": "e", "url": "https://hooks.example.com/in/alta", "mode": "live" } ] }
                """));
        foreach (string id in (string[])["sub_1", "sub_3"])
        {
            _platform.At("/api/webhooks/" + id, request =>
            {
                removed.Add(request.Method + " " + id);
                return id == "sub_3" ? StubReply.Status(404, "{}") : StubReply.Status(204);
            });
        }

        (await CallAsync(HttpMethod.Post, "shop")).Status.ShouldBe(201);
        (await CallAsync(HttpMethod.Post, "shop")).Status.ShouldBe(201);
        (await SignedAsync("shop", SecretNumber(1))).ShouldBe(200);
        (await SignedAsync("shop", SecretNumber(2))).ShouldBe(200);

        Answer list = await CallAsync(HttpMethod.Get, "shop");
        list.Json.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("state").GetString()).ShouldBe(["stale", "current", "stale", "other", "other"]);
        list.Text.ShouldNotContain("secret-path-1234");

        Answer pruned = await CallAsync(HttpMethod.Post, "shop", "/prune");
        pruned.Json.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("id").GetString()).ShouldBe(["sub_1", "sub_3"]);
        removed.ShouldBe(["DELETE sub_1", "DELETE sub_3"]);

        (await CallAsync(HttpMethod.Post, "shop", body: """{ "replaceSecrets": true }""")).Status.ShouldBe(201);
        (await SignedAsync("shop", SecretNumber(2))).ShouldBe(401);
        (await SignedAsync("shop", SecretNumber(3))).ShouldBe(200);

        static string SecretNumber(int number) => "whsec_" + Convert.ToBase64String(Encoding.UTF8.GetBytes("the secret number " + number));
    }

    [Fact]
    public async Task Register_Altafinex_ChoosesTheSecretItself()
    {
        _platform.At("/v1/webhooks", _ => StubReply.Status(200, """{ "webhook_id": "wh_1", "url": "https://hooks.example.com/in/alta", "events": ["payment.succeeded"] }"""));
        Answer made = await CallAsync(HttpMethod.Post, "alta", body: """{ "events": ["payment.succeeded"] }""");
        made.Status.ShouldBe(201, made.Text);
        JsonElement body = JsonElement.Parse(Requests.ShouldHaveSingleItem().Body);
        body.GetProperty("events").GetRawText().ShouldBe("""["payment.succeeded"]""");
        string secret = body.GetProperty("secret").GetString()!;

        const string Event = """{"event":"payment.succeeded","data":{"payment_id":"pay_1"},"timestamp":"2026-03-01T10:00:00Z"}""";
        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Event)));
        (await SendAsync(HttpMethod.Post, "/in/alta", Event, ("X-Altafinex-Signature", signature))).Status.ShouldBe(200);

        (await CallAsync(HttpMethod.Get, "alta")).Json.GetProperty("items")[0].GetProperty("id").GetString().ShouldBe("wh_1");
        (await CallAsync(HttpMethod.Delete, "alta", "/wh_1")).Code.ShouldBe("not_possible");
    }

    [Fact]
    public async Task Register_Stripe_SendsAFormAndReadsEveryPage()
    {
        _platform.At("/v1/webhook_endpoints", request => request.Method == "POST"
            ? StubReply.Status(200, $$"""{ "id": "we_1", "object": "webhook_endpoint", "url": "https://hooks.example.com/in/stripe/guarded-path-secret", "livemode": false, "enabled_events": ["charge.refunded"], "status": "enabled", "secret": "{{Secret}}" }""")
            : request.Query.Contains("starting_after=we_9", StringComparison.Ordinal)
                ? StubReply.Status(200, """{ "object": "list", "data": [ { "id": "we_1", "url": "https://hooks.example.com/in/stripe/guarded-path-secret", "livemode": false } ], "has_more": false }""")
                : StubReply.Status(200, """{ "object": "list", "data": [ { "id": "we_9", "url": "https://hooks.example.com/in/stripe/an-older-path-secret", "livemode": false } ], "has_more": true }"""));
        _platform.At("/v1/webhook_endpoints/we_9", _ => StubReply.Status(200, """{ "id": "we_9", "object": "webhook_endpoint", "deleted": true }"""));

        Answer made = await CallAsync(HttpMethod.Post, "stripe");
        made.Status.ShouldBe(201, made.Text);
        made.Text.ShouldNotContain("guarded-path-secret");
        StubRequest asked = Requests.ShouldHaveSingleItem();
        asked.Header("Content-Type").ShouldBe("application/x-www-form-urlencoded");
        asked.BodyText.ShouldContain("url=https%3A%2F%2Fhooks.example.com%2Fin%2Fstripe%2Fguarded-path-secret");
        asked.BodyText.ShouldContain("enabled_events%5B%5D=charge.refunded");

        Answer list = await CallAsync(HttpMethod.Get, "stripe");
        list.Json.GetProperty("items").EnumerateArray().Select(one => $"{one.GetProperty("id")} {one.GetProperty("state")}").ShouldBe(["we_9 stale", "we_1 current"]);
        list.Text.ShouldNotContain("path-secret");
        (await CallAsync(HttpMethod.Post, "stripe", "/prune")).Json.GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData(401, """{ "error": { "message": "Invalid API Key provided: sk_test_canaryOfTheApiKey4711" } }""", 422, "platform_refused", "sk_")]
    [InlineData(422, """{ "message": "The address cannot be reached" }""", 422, "platform_refused", "cannot be reached")]
    [InlineData(429, "{}", 502, "platform_unavailable", "in a minute")]
    [InlineData(500, "", 502, "platform_unavailable", "later")]
    [InlineData(302, "", 422, "platform_refused", "redirect")]
    [InlineData(200, "<html>portal</html>", 502, "platform_unavailable", "not in JSON")]
    [InlineData(200, """{ "id": "sub_1" }""", 502, "platform_unavailable", "\"secret\"")]
    public async Task Register_PlatformSaysNo_ChangesNothingAndNamesTheFix(int theirs, string said, int status, string code, string fix)
    {
        _platform.At("/api/webhooks", _ => StubReply.Status(theirs, said));
        Answer answer = await CallAsync(HttpMethod.Post, "shop");

        answer.Status.ShouldBe(status, answer.Text);
        answer.Code.ShouldBe(code);
        answer.Json.GetProperty("detail").GetString()!.ShouldContain(fix);
        answer.Text.ShouldNotContain(ApiKey);
        (await SendAsync(HttpMethod.Get, "/api/v1/sources/shop")).Json.GetProperty("secrets").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Register_NoAnswer_IsUnavailable()
    {
        _platform.At("/api/webhooks", _ => StubReply.Reset);
        (await CallAsync(HttpMethod.Post, "shop")).Code.ShouldBe("platform_unavailable");
    }

    [Fact]
    public async Task Register_SourceChangedMeanwhile_TakesTheRegistrationBack()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _platform.At("/api/webhooks", _ =>
        {
            asked.SetResult();
            return StubReply.After(changed.Task, StubReply.Status(200, $$"""{ "id": "sub_1", "url": "https://hooks.example.com/in/shop", "secret": "{{Secret}}" }"""));
        });
        _platform.At("/api/webhooks/sub_1", _ => StubReply.Status(204));
        Task<Answer> registering = CallAsync(HttpMethod.Post, "shop");
        await asked.Task.WaitAsync(ManualTimeProvider.RealPatience, TimeProvider.System);
        (await SendAsync(HttpMethod.Post, "/api/v1/config", """{ "sources": [ { "name": "shop", "platform": "yoco", "ratePerSecond": 10 } ] }""")).Status.ShouldBe(200);
        changed.SetResult();

        (await registering).Code.ShouldBe("stale");
        Requests[^1].ShouldSatisfyAllConditions(r => r.Method.ShouldBe("DELETE"), r => r.Path.ShouldBe("/api/webhooks/sub_1"));
        (await SendAsync(HttpMethod.Get, "/api/v1/sources/shop")).Json.GetProperty("secrets").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("other", ApiKey, "{}", "not_possible", "yoco")]
    [InlineData("shop", "", "{}", "not_possible", "WebhookBridge-Platform-Key")]
    [InlineData("shop", "pk_test_12345678", "{}", "not_possible", "public key")]
    [InlineData("shop", ApiKey, """{ "publicUrl": "http://hooks.example.com" }""", "not_possible", "https")]
    [InlineData("shop", ApiKey, """{ "publicUrl": "hooks.example.com/in" }""", "invalid_body", "without a path")]
    [InlineData("none", ApiKey, "{}", "not_found", "none")]
    public async Task Register_Mistaken_AsksNobody(string source, string apiKey, string body, string code, string fix)
    {
        Answer answer = await CallAsync(HttpMethod.Post, source, body: body, apiKey: apiKey);
        answer.Code.ShouldBe(code);
        answer.Text.ShouldContain(fix);
        Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Command_AddListRemove_OnARunningGateway()
    {
        _platform.At("/api/webhooks", request => StubReply.Status(200, request.Method == "POST"
            ? $$"""{ "id": "sub_1", "url": "https://hooks.example.com/in/shop", "mode": "live", "secret": "{{Secret}}" }"""
            : """{ "subscriptions": [ { "id": "sub_1", "name": "a", "url": "https://hooks.example.com/in/shop", "mode": "live" }, { "id": "sub_0", "name": "b", "url": "https://hooks.example.com/in/shop", "mode": "live" } ] }"""));
        _platform.At("/api/webhooks/sub_0", _ => StubReply.Status(204));
        _platform.At("/api/webhooks/sub_1", _ => StubReply.Status(204));

        (await CommandAsync("add", "shop")).ShouldBe((0, "Registered https://hooks.example.com/in/shop as sub_1. Its secret is stored with the source \"shop\".\n", ""));
        (await SignedAsync("shop", Secret)).ShouldBe(200);
        (await CommandAsync("list", "shop")).Output.ShouldContain("│ sub_0 │ stale");
        JsonElement items = JsonElement.Parse((await CommandAsync("list", "shop", "--json")).Output).GetProperty("items");
        items.EnumerateArray().Select(item => item.GetProperty("state").GetString()).ShouldBe(["current", "stale"]);
        (await CommandAsync("remove", "shop", "--stale")).Output.ShouldBe("Removed sub_0.\n");
        (await CommandAsync("remove", "shop", "sub_1")).Output.ShouldBe("Removed sub_1.\n");
        Requests.Where(request => request.Method == "DELETE").Select(request => request.Path).ShouldBe(["/api/webhooks/sub_0", "/api/webhooks/sub_1"]);
        NothingKept(ApiKey, Secret);
    }

    [Theory]
    [InlineData(ApiKey, 1, "cannot be asked by its API", "add", "other")]
    [InlineData(ApiKey, 1, "There is no source", "list", "none")]
    [InlineData(ApiKey, 1, "--public-url", "add", "shop", "--public-url", "http://hooks.example.com")]
    [InlineData(ApiKey, 2, "--public-url", "add", "shop", "--public-url", "hooks.example.com/in")]
    [InlineData(ApiKey, 2, "--stale", "remove", "shop")]
    [InlineData(ApiKey, 2, "--stale", "remove", "shop", "sub_1", "--stale")]
    [InlineData("", 1, "WEBHOOKBRIDGE_PLATFORM_KEY", "list", "shop")]
    [InlineData("pk_test_12345678", 1, "public key", "list", "shop")]
    public async Task Command_Mistaken_SaysHowToMendItAndAsksNobody(string apiKey, int exit, string fix, params string[] arguments)
    {
        (int code, string output, string errors) = await CommandAsync(apiKey, arguments);

        (code, output).ShouldBe((exit, ""));
        errors.ShouldContain(fix);
        errors.Trim().ShouldNotContain("\n");
        Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Command_OnADataDirectory_IsTheSame()
    {
        using TempFolder folder = new();
        string file = folder.Of("gateway.json"), data = folder.Of("data");
        await File.WriteAllTextAsync(file, """{ "sources": [ { "name": "hub", "platform": "github" } ] }""");
        (await CommandTests.RunAsync("apply", file, "--data", data)).ExitCode.ShouldBe(0);

        (int exit, _, string errors) = await WithKeyAsync(ApiKey, () => CommandTests.RunAsync("registrations", "add", "hub", "--data", data, "--public-url", "https://hooks.example.com"));

        exit.ShouldBe(1);
        errors.ShouldContain("Register the address in its dashboard");
    }

    private Task<(int ExitCode, string Output, string Errors)> CommandAsync(params string[] arguments) => CommandAsync(ApiKey, arguments);

    private Task<(int ExitCode, string Output, string Errors)> CommandAsync(string apiKey, string[] arguments) =>
        WithKeyAsync(apiKey, () => CommandTests.RunAsync(["registrations", .. arguments, "--server", _http.BaseAddress!.ToString(), "--key", _http.DefaultRequestHeaders.Authorization!.Parameter!]));

    /// <summary>The variable is the process's, and only this class's tests, which run one after the other, look at it.</summary>
    private static async Task<T> WithKeyAsync<T>(string apiKey, Func<Task<T>> run)
    {
        Environment.SetEnvironmentVariable("WEBHOOKBRIDGE_PLATFORM_KEY", apiKey);
        try
        {
            return await run();
        }
        finally
        {
            Environment.SetEnvironmentVariable("WEBHOOKBRIDGE_PLATFORM_KEY", null);
        }
    }

    private Task<Answer> CallAsync(HttpMethod method, string source, string path = "", string? body = null, string apiKey = ApiKey) =>
        SendAsync(method, $"/api/v1/sources/{source}/registrations{path}", body ?? (method == HttpMethod.Post ? "{}" : null), (RegistrationsApi.KeyHeader, apiKey));

    private async Task<int> SignedAsync(string source, string secret)
    {
        string id = new IdSource(TimeProvider.System).Next("msg_");
        string timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        const string Body = """{"id":"evt_1","type":"payment.succeeded","payload":{"id":"p_1"}}""";
        string signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{Body}")));
        return (await SendAsync(HttpMethod.Post, "/in/" + source, Body, ("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", "v1," + signature))).Status;
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request);
        return new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), new Dictionary<string, string>());
    }

    private void NothingKept(params string[] secrets)
    {
        foreach (string file in Directory.GetFiles(gateway.DataDirectory, "webhookbridge.db*"))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(stream, Encoding.Latin1);
            string text = reader.ReadToEnd();
            foreach (string secret in secrets)
            {
                text.ShouldNotContain(secret);
            }
        }
    }
}
