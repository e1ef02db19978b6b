using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Connectors;

public sealed class HttpConnectorsTests : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Previous = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Fact]
    public async Task Http_Signing_BothSecretsVerifyByTheSpecification()
    {
        await SendAsync(new HttpConnector(), new { sign = true }, new() { ["signingSecret"] = Secret, ["previousSigningSecret"] = Previous });
        StubRequest sent = _stub.Requests.ShouldHaveSingleItem();
        string[] signatures = sent.Header("webhook-signature")!.Split(' ');
        string text = $"{sent.Header("webhook-id")}.{sent.Header("webhook-timestamp")}.{sent.BodyText}";
        signatures.ShouldBe([Sign(Secret, text), Sign(Previous, text)]);
        sent.Header("webhook-timestamp").ShouldBe(new ManualTimeProvider().GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Http_Gzip_SignedAsSent()
    {
        await SendAsync(new HttpConnector(), new { sign = true, gzip = true }, new() { ["signingSecret"] = Secret });
        StubRequest sent = _stub.Requests.ShouldHaveSingleItem();
        sent.Header("Content-Encoding").ShouldBe("gzip");
        using GZipStream gzip = new(new MemoryStream(sent.Body), CompressionMode.Decompress);
        using StreamReader reader = new(gzip);
        (await reader.ReadToEndAsync()).ShouldBe("""{"a":1}""");
        byte[] text = [.. Encoding.UTF8.GetBytes($"{sent.Header("webhook-id")}.{sent.Header("webhook-timestamp")}."), .. sent.Body];
        sent.Header("webhook-signature").ShouldBe("v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), text)));
    }

    [Theory]
    [InlineData("bearer", "Authorization", "Bearer t0ken")]
    [InlineData("basic", "Authorization", "Basic YW5hOnNlbmhhOjE=")]
    [InlineData("apiKey", "X-Shop-Key", "k3y")]
    public async Task Http_Auth_SentAndKnownToTheRedactor(string auth, string header, string value)
    {
        FakeHost host = await SendAsync(new HttpConnector(), new { auth, userName = "ana", apiKeyHeader = "X-Shop-Key", headers = new Dictionary<string, string> { ["X-Shop"] = "7" }, method = "PUT" },
            new() { ["token"] = "t0ken", ["password"] = "senha:1", ["apiKey"] = "k3y" });
        StubRequest sent = _stub.Requests.ShouldHaveSingleItem();
        sent.Method.ShouldBe("PUT");
        sent.Header(header).ShouldBe(value);
        sent.Header("X-Shop").ShouldBe("7");
        host.Redacted.ShouldContain(value);
        Redactor.TellsASecret(header).ShouldBeTrue();
    }

    [Fact]
    public async Task Http_SimulatedEvent_Marked()
    {
        await SendAsync(new HttpConnector(), new { }, [], test: true);
        _stub.Requests.ShouldHaveSingleItem().Header("X-WebhookBridge-Test").ShouldBe("1");
    }

    [Theory]
    [InlineData("{\"headers\":{\"Host\":\"x\"}}", "headers")]
    [InlineData("{\"headers\":{\"Authorization\":\"x\"}}", "headers")]
    [InlineData("{\"headers\":{\"a b\":\"x\"}}", "headers")]
    [InlineData("{\"headers\":{\"X-A\":\"x\\r\\nEvil: 1\"}}", "headers")]
    [InlineData("{\"sign\":true}", "signingSecret")]
    [InlineData("{\"method\":\"GET\"}", "method")]
    [InlineData("{\"gzip\":\"yes\"}", "gzip")]
    [InlineData("{\"auth\":\"bearer\"}", "token")]
    [InlineData("{\"metod\":\"POST\"}", "metod")]
    [InlineData("{\"url\":\"https://example.com\"}", "url")]
    public void Check_WrongSetting_NamedWithItsFix(string settings, string field)
    {
        (_, IReadOnlyList<SettingProblem> problems) = SettingsCheck.Check(new HttpConnector(), Settings(settings), new Dictionary<string, SecretText> { ["url"] = new("https://example.com/h") });
        problems.ShouldContain(p => p.Field == field);
        problems.ShouldAllBe(static p => p.Text.En.Length > 10 && p.Text.PtBr.Length > 10);
    }

    [Theory]
    [InlineData("zapier", "https://hooks.zapier.com/hooks/catch/123/abc/", true)]
    [InlineData("zapier", "https://hooks.zapier.com.evil.example/hooks/catch/123/abc/", false)]
    [InlineData("zapier", "http://hooks.zapier.com/hooks/catch/123/abc/", false)]
    [InlineData("make", "https://hook.eu1.make.com/abc123", true)]
    [InlineData("make", "https://hook.eu1.make.com.evil.example/abc123", false)]
    [InlineData("make", "https://evil.example/?https://hook.eu1.make.com/abc123", false)]
    [InlineData("http", "ftp://example.com/", false)]
    [InlineData("http", "example.com", false)]
    public void Check_Address_ByThePlatformsPattern(string connector, string url, bool fits)
    {
        IConnector checkedOne = connector switch { "zapier" => HookPresets.Connector("zapier"), "make" => HookPresets.Connector("make"), _ => new HttpConnector() };
        SettingsCheck.Check(checkedOne, Settings("{}"), new Dictionary<string, SecretText> { ["url"] = new(url) }).Problems.Count.ShouldBe(fits ? 0 : 1);
    }

    [Fact]
    public async Task Zapier_SuccessIsNotProof_AndNoZapIsFinal()
    {
        _stub.Plays(StubReply.Status(200, """{"status":"success"}"""), StubReply.Status(429), StubReply.Status(410), StubReply.Status(404));
        (await ResultAsync(HookPresets.Connector("zapier"), ZapierUrl)).ShouldBeOfType<SendResult.Delivered>().Note!.ShouldContain("Zap's history");
        (await ResultAsync(HookPresets.Connector("zapier"), ZapierUrl)).ShouldBeOfType<SendResult.RetryLater>().Cause.ShouldBe(RetryCause.Throttled);
        (await ResultAsync(HookPresets.Connector("zapier"), ZapierUrl)).ShouldBeOfType<SendResult.Refused>();
        (await ResultAsync(HookPresets.Connector("zapier"), ZapierUrl)).ShouldBeOfType<SendResult.Refused>();
    }

    [Fact]
    public async Task Make_QueueFullWaits_Other400And410AreFinal()
    {
        _stub.Plays(StubReply.Status(200, "Accepted"), StubReply.Status(400, "Queue is full."), StubReply.Status(400, "bad request"), StubReply.Status(410), StubReply.Status(429, "", ("Retry-After", "7")));
        (await ResultAsync(HookPresets.Connector("make"), MakeUrl)).ShouldBeOfType<SendResult.Delivered>();
        (await ResultAsync(HookPresets.Connector("make"), MakeUrl)).ShouldBeOfType<SendResult.RetryLater>().After.ShouldBe(TimeSpan.FromSeconds(30));
        (await ResultAsync(HookPresets.Connector("make"), MakeUrl)).ShouldBeOfType<SendResult.Refused>();
        (await ResultAsync(HookPresets.Connector("make"), MakeUrl)).ShouldBeOfType<SendResult.Refused>();
        (await ResultAsync(HookPresets.Connector("make"), MakeUrl)).ShouldBeOfType<SendResult.RetryLater>().After.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData("3", 3.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("999999", 86_400.0)]
    [InlineData("Sun, 01 Mar 2026 12:00:30 GMT", 30.0)]
    [InlineData("Sun, 01 Mar 2026 11:00:00 GMT", 0.0)]
    [InlineData("Sunday, 01-Mar-26 12:00:30 GMT", 30.0)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    public void RetryAfter_AllForms(string header, double? seconds)
    {
        using HttpResponseMessage response = new(System.Net.HttpStatusCode.ServiceUnavailable);
        response.Headers.TryAddWithoutValidation("Retry-After", header);
        HttpAnswer.RetryAfter(response, new ManualTimeProvider())?.TotalSeconds.ShouldBe(seconds!.Value);
        (HttpAnswer.RetryAfter(response, new ManualTimeProvider()) is null).ShouldBe(seconds is null);
    }

    [Fact]
    public async Task Inbox_KeepsOnceAndFailsFirstTriesOnRequest()
    {
        MemoryInbox inbox = new();
        InboxConnector connector = new(inbox);
        IConnectorSession session = connector.Open(new ConnectorSettings(Settings("{\"failFirst\":1}"), new Dictionary<string, string>()), new FakeHost(_stub));
        (await session.SendAsync(Request(), CancellationToken.None)).ShouldBeOfType<SendResult.RetryLater>();
        (await session.SendAsync(Request() with { Attempt = 2 }, CancellationToken.None)).ShouldBeOfType<SendResult.Delivered>();
        (await inbox.ListAsync("crm", 10, null)).ShouldHaveSingleItem().Body.ToArray().ShouldBe("""{"a":1}"""u8.ToArray());
    }

    private const string ZapierUrl = "https://hooks.zapier.com/hooks/catch/1/a/";
    private const string MakeUrl = "https://hook.eu1.make.com/a";

    private async Task<SendResult> ResultAsync(IConnector connector, string url)
    {
        using FakeHost host = new(_stub);
        await using IConnectorSession session = connector.Open(new ConnectorSettings(Settings("{}"), new Dictionary<string, string> { ["url"] = url }), host);
        return await session.SendAsync(Request(), CancellationToken.None);
    }

    private async Task<FakeHost> SendAsync(HttpConnector connector, object settings, Dictionary<string, string> secrets, bool test = false)
    {
        using FakeHost host = new(_stub);
        secrets["url"] = "https://crm.example/hook";
        (ConnectorSettings complete, IReadOnlyList<SettingProblem> problems) = SettingsCheck.Check(
            connector, Settings(JsonSerializer.Serialize(settings)), secrets.ToDictionary(static s => s.Key, static s => new SecretText(s.Value)));
        problems.ShouldBeEmpty();
        await using IConnectorSession session = connector.Open(complete, host);
        (await session.SendAsync(Request(test), CancellationToken.None)).ShouldBeOfType<SendResult.Delivered>();
        return host;
    }

    private static DeliveryRequest Request(bool test = false) => new()
    {
        DeliveryId = "dlv_01JH0000000000000000000000",
        Attempt = 1,
        Body = """{"a":1}"""u8.ToArray(),
        ContentType = "application/json",
        Fields = new Dictionary<string, string>(),
        Event = new EventInfo { Id = "evt_1", Kind = "payment.succeeded", Type = "p", Source = "s", Platform = "yoco", Test = test, Time = default },
    };

    private static Dictionary<string, JsonElement> Settings(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;

    private static string Sign(string secret, string text) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes(text)));
}

internal sealed class MemoryInbox : IInbox
{
    private readonly Dictionary<(string, string), InboxItem> _items = [];

    public ValueTask StoreAsync(InboxItem item)
    {
        _items.TryAdd((item.Destination, item.DeliveryId), item);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<InboxItem>> ListAsync(string destination, int limit, string? before) =>
        new((IReadOnlyList<InboxItem>)[.. _items.Values.Where(i => i.Destination == destination).Take(limit)]);

    public ValueTask<long> ClearAsync(string destination)
    {
        long count = _items.Count;
        _items.Clear();
        return new(count);
    }
}
