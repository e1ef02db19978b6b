using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Http;

public sealed class HookPresetTests : IAsyncLifetime
{
    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Theory]
    [InlineData("n8n", "https://n8n.example.com/webhook/abc", null)]
    [InlineData("n8n", "http://10.0.0.5:5678/n8n/webhook/abc/x", null)]
    [InlineData("n8n", "https://n8n.example.com/webhook-test/abc", "Production URL")]
    [InlineData("n8n", "https://n8n.example.com/abc", "/webhook/")]
    [InlineData("activepieces", "https://cloud.activepieces.com/api/v1/webhooks/a1", null)]
    [InlineData("activepieces", "https://cloud.activepieces.com/api/v1/webhooks/a1/sync", null)]
    [InlineData("activepieces", "https://cloud.activepieces.com/api/v1/webhooks/a1/test", "Live URL")]
    [InlineData("power-automate", "https://prod-1.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?api-version=2016&sp=%2F&sig=x1", null)]
    [InlineData("power-automate", "https://prod-1.westeurope.logic.azure.com/workflows/1/invoke?api-version=2016", "sig=")]
    [InlineData("power-automate", "https://logic.azure.com.evil.example/workflows?sig=x", "api.powerplatform.com")]
    [InlineData("pabbly", "https://connect.pabbly.com/workflow/sendwebhookdata/abc", null)]
    [InlineData("pabbly", "https://connect.pabbly.com.evil.example/x", "connect.pabbly.com")]
    [InlineData("ifttt", "https://maker.ifttt.com/trigger/paid/with/key/abc", null)]
    [InlineData("ifttt", "https://maker.ifttt.com/use/abc", "/trigger/")]
    [InlineData("cloudevents", "https://bus.example/x?y=1", null)]
    public void Check_Address_ByThePlatformsPattern(string preset, string address, string? problem)
    {
        IReadOnlyList<SettingProblem> problems = SettingsCheck.Check(HookPresets.Connector(preset), new Dictionary<string, JsonElement>(), new Dictionary<string, SecretText> { ["url"] = new(address) }).Problems;
        if (problem is null)
        {
            problems.ShouldBeEmpty();
        }
        else
        {
            problems.ShouldHaveSingleItem().Text.En.ShouldContain(problem);
        }
    }

    [Theory]
    [InlineData("zapier", 200, "", "Delivered", "Zap's history")]
    [InlineData("n8n", 404, """{"message":"The requested webhook is not registered."}""", "Refused", "not registered. The workflow is not active")]
    [InlineData("activepieces", 200, "", "Delivered", "wrong key")]
    [InlineData("activepieces", 408, "", "RetryLater", "408")]
    [InlineData("power-automate", 202, "", "Delivered", "run history")]
    [InlineData("power-automate", 401, "", "RetryLater", "Credentials")]
    [InlineData("power-automate", 404, "", "Refused", "off")]
    [InlineData("pabbly", 429, "", "RetryLater", "Throttled")]
    [InlineData("ifttt", 200, "Congratulations!", "Delivered", "no applet")]
    [InlineData("ifttt", 401, """{"errors":[{"message":"You sent an invalid key."}]}""", "RetryLater", "invalid key")]
    [InlineData("cloudevents", 415, "", "Refused", "format")]
    [InlineData("make", 400, "Queue is full.", "RetryLater", "After = 00:00:30, Cause = Throttled")]
    public async Task Send_Answer_MeansWhatThePlatformMeans(string preset, int status, string body, string kind, string text)
    {
        _stub.Plays(StubReply.Status(status, body));
        SendResult result = await SendAsync(preset, new ConformanceCase { Secrets = new Dictionary<string, string> { ["url"] = "https://x.example/hook" } });
        result.GetType().Name.ShouldBe(kind, result.ToString());
        result.ToString().ShouldContain(text);
    }

    [Fact]
    public async Task Key_Given_GoesIntoThePlatformsHeader()
    {
        foreach ((string preset, string header, string value) in new[] { ("make", "x-make-apikey", "k3y-0123"), ("n8n", "Authorization", "k3y-0123"), ("cloudevents", "Authorization", "Bearer k3y-0123") })
        {
            await SendAsync(preset, new ConformanceCase { Secrets = new Dictionary<string, string> { ["url"] = "https://x.example/hook", ["apiKey"] = "k3y-0123" } });
            _stub.Requests[^1].Header(header).ShouldBe(value);
        }
    }

    [Fact]
    public async Task CloudEvents_Binary_AttributesInHeadersAndTheBodyAsItIs()
    {
        await SendAsync("cloudevents", new ConformanceCase { Secrets = new Dictionary<string, string> { ["url"] = "https://x.example/hook" }, Body = """{"amount":10.990}""" }, e => e with { Source = "loja é \"1\"", ExternalId = "ch 1%" });
        StubRequest sent = _stub.Requests.ShouldHaveSingleItem();
        sent.BodyText.ShouldBe("""{"amount":10.990}""");
        sent.Header("ce-specversion").ShouldBe("1.0");
        sent.Header("ce-id").ShouldBe("evt_01JH0000000000000000000000");
        sent.Header("ce-type").ShouldBe("com.webhookbridge.payment.succeeded");
        sent.Header("ce-source").ShouldBe("/webhookbridge/loja%2520%25C3%25A9%2520%25221%2522");
        sent.Header("ce-subject").ShouldBe("ch%201%25");
        sent.Header("ce-time").ShouldBe("2026-03-01T12:00:00.000Z");
        sent.Header("Content-Type").ShouldBe("application/json");
    }

    [Theory]
    [InlineData("""{"amount":10.990}""", "application/json", """ "data":{"amount":10.990}} """)]
    [InlineData("a=1&b=2", "application/x-www-form-urlencoded", """ "data_base64":"YT0xJmI9Mg=="} """)]
    [InlineData("{broken", "application/json", """ "data_base64":"e2Jyb2tlbg=="} """)]
    public async Task CloudEvents_Structured_AllInOneJson(string body, string type, string end)
    {
        await SendAsync("cloudevents", new ConformanceCase { Settings = """{"format":"structured"}""", Secrets = new Dictionary<string, string> { ["url"] = "https://x.example/hook" }, Body = body, ContentType = type });
        StubRequest sent = _stub.Requests.ShouldHaveSingleItem();
        sent.Header("Content-Type").ShouldBe("application/cloudevents+json; charset=utf-8");
        sent.BodyText.ShouldEndWith(end.Trim());
        sent.BodyText.ShouldStartWith("""{"specversion":"1.0","id":"evt_01JH0000000000000000000000",""");
        sent.Header("ce-id").ShouldBeNull();
    }

    [Fact]
    public async Task Send_TooLarge_RefusedBeforeSending()
    {
        (await SendAsync("make", new ConformanceCase { Secrets = new Dictionary<string, string> { ["url"] = "https://x.example/hook" }, Body = new string('x', (5 * 1024 * 1024) + 1) }))
            .ShouldBeOfType<SendResult.Refused>().Code.ShouldBe("too_large");
        _stub.RequestCount.ShouldBe(0);
    }

    private async Task<SendResult> SendAsync(string preset, ConformanceCase of, Func<EventInfo, EventInfo>? change = null)
    {
        IConnector connector = HookPresets.Connector(preset);
        using ConformanceHost host = new(_stub);
        await using IConnectorSession session = connector.Open(of.Open(connector.Describe()), host);
        DeliveryRequest request = of.Request();
        return await session.SendAsync(request with { Event = change?.Invoke(request.Event) ?? request.Event }, CancellationToken.None);
    }
}
