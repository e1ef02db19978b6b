using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Messaging;
using WebhookBridge.Connectors.Tests.Dialogues;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Messaging;

/// <summary>What is particular to each messenger: bodies that look like success and are not, words, codes.</summary>
public sealed class MessagingTests : IAsyncLifetime
{
    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Theory]
    [InlineData(400, "invalid_payload", "Refuse", "")]
    [InlineData(400, "invalid_blocks", "Refuse", "")]
    [InlineData(403, "action_prohibited", "Wait", "Credentials")]
    [InlineData(404, "no_service", "Wait", "Credentials")]
    [InlineData(404, "channel_not_found", "Wait", "Credentials")]
    [InlineData(410, "channel_is_archived", "Wait", "Credentials")]
    [InlineData(500, "rollup_error", "Wait", "Failure")]
    [InlineData(200, "invalid_token", "Wait", "Failure")]
    public async Task Slack_Words_MeanWhatTheyMean(int status, string word, string what, string cause) =>
        await ShouldMeanAsync("slack", StubReply.Status(status, word, ("Content-Type", "text/plain")), what, cause, status == 200 ? "something else" : word);

    [Theory]
    [InlineData(200, """{"ok":false,"description":"strange"}""", "Wait", "Failure", "strange")]
    [InlineData(400, """{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}""", "Refuse", "", "chat not found")]
    [InlineData(403, """{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}""", "Refuse", "", "blocked")]
    [InlineData(401, """{"ok":false,"error_code":401,"description":"Unauthorized"}""", "Wait", "Credentials", "BotFather")]
    [InlineData(404, """{"ok":false,"error_code":404,"description":"Not Found"}""", "Wait", "Credentials", "BotFather")]
    [InlineData(400, """{"ok":false,"error_code":400,"description":"group upgraded","parameters":{"migrate_to_chat_id":-1001}}""", "Refuse", "", "supergroup")]
    [InlineData(500, """{"ok":false,"error_code":500,"description":"Internal"}""", "Wait", "Failure", "Internal")]
    public async Task Telegram_Bodies_CountNotTheStatus(int status, string body, string what, string cause, string text) => await ShouldMeanAsync("telegram", StubReply.Status(status, body), what, cause, text);

    [Fact]
    public async Task Telegram_RetryAfterInTheBody_IsWaited()
    {
        await using Scene scene = Api.Of("telegram").Open(_stub);
        _stub.Plays(StubReply.Status(429, """{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}"""));
        Classification.Wait wait = (await scene.AttemptAsync(Api.Of("telegram").Request)).ShouldBeOfType<Classification.Wait>();
        (wait.After, wait.Cause).ShouldBe((TimeSpan.FromSeconds(35), RetryCause.Throttled));
    }

    [Fact]
    public async Task Telegram_Message_AsTheBotApiWantsIt()
    {
        await using Scene scene = Api.Of("telegram").Open(_stub);
        _stub.Default = Api.Of("telegram").Good();
        await scene.AttemptAsync(Api.Of("telegram").Request);
        _stub.Requests[^1].BodyText.ShouldBe("""{"chat_id":"-100123","text":"<b>Paid</b>","link_preview_options":{"is_disabled":true},"parse_mode":"HTML"}""");
        await scene.AttemptAsync(Scene.Request("Paid", "text/plain; charset=utf-8", new { chatId = "@shop" }, test: true));
        _stub.Requests[^1].BodyText.ShouldBe("""{"chat_id":"@shop","text":"[TEST] Paid","link_preview_options":{"is_disabled":true}}""");
    }

    [Theory]
    [InlineData(400, 130429, "Wait", "Throttled")]
    [InlineData(400, 131056, "Wait", "Throttled")]
    [InlineData(400, 131048, "Wait", "Throttled")]
    [InlineData(400, 80007, "Wait", "Throttled")]
    [InlineData(500, 131000, "Wait", "Failure")]
    [InlineData(401, 190, "Wait", "Credentials")]
    [InlineData(403, 131031, "Wait", "Credentials")]
    [InlineData(400, 131047, "Refuse", "")]
    [InlineData(400, 131026, "Refuse", "")]
    [InlineData(400, 132000, "Refuse", "")]
    [InlineData(404, 132001, "Refuse", "")]
    [InlineData(400, 100, "Refuse", "")]
    public async Task WhatsApp_Codes_CountNotTheStatus(int status, int code, string what, string cause) =>
        await ShouldMeanAsync("whatsapp", StubReply.Status(status, $$$"""{"error":{"message":"(#{{{code}}}) said so","code":{{{code}}} }}"""), what, cause, "said so");

    [Fact]
    public async Task WhatsApp_Template_FilledByLines()
    {
        await using Scene scene = Api.Of("whatsapp").Open(_stub);
        _stub.Default = Api.Of("whatsapp").Good();
        await scene.AttemptAsync(Scene.Request("Ana\t Souza\nR$\u00A010,00\n", "text/plain", new { to = "+5511987654321", templateName = "pix", language = "pt_BR", header = "Loja", buttonUrl = "o/1?x=2" }));
        _stub.Requests[^1].BodyText.ShouldBe("""
            {"messaging_product":"whatsapp","recipient_type":"individual","to":"5511987654321","type":"template","template":{"name":"pix","language":{"code":"pt_BR"},"components":[{"type":"header","parameters":[{"type":"text","text":"Loja"}]},{"type":"body","parameters":[{"type":"text","text":"Ana Souza"},{"type":"text","text":"R$ 10,00"}]},{"type":"button","parameters":[{"type":"text","text":"o/1?x=2"}],"sub_type":"url","index":"0"}]}}
            """.Trim());
        _stub.Requests[^1].Header("Authorization").ShouldBe("Bearer " + Api.Secret);
        await scene.AttemptAsync(Scene.Request("\n", "text/plain", new { to = "+5511987654321", templateName = "pix", language = "pt_BR" }));
        _stub.Requests[^1].BodyText.ShouldNotContain("components", customMessage: "a template without blanks");
    }

    [Theory]
    [InlineData("false", "no_consent")]
    [InlineData("null", "no_consent")]
    [InlineData("no", "no_consent")]
    public async Task WhatsApp_NoConsent_NothingIsSent(string consent, string code)
    {
        await using Scene scene = Api.Of("whatsapp").Open(_stub);
        (await scene.AttemptAsync(Scene.Request("Ana", "text/plain", new { to = "+5511987654321", templateName = "pix", language = "pt_BR", consent }))).ShouldBeOfType<Classification.Refuse>().Code.ShouldBe(code);
        _stub.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task WhatsApp_EmptyBlank_RefusedWithItsNumber()
    {
        await using Scene scene = Api.Of("whatsapp").Open(_stub);
        (await scene.AttemptAsync(Scene.Request("Ana\n\nx", "text/plain", new { to = "+5511987654321", templateName = "pix", language = "pt_BR" }))).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("{{2}}");
        _stub.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task WhatsApp_TokenThatEnds_IsToldByTheCheckAndByLaterSessions()
    {
        _stub.DefaultFor(static request => StubReply.Status(200, request.Path.EndsWith("debug_token", StringComparison.Ordinal) ? """{"data":{"expires_at":1775000000,"is_valid":true}}""" : """{"messages":[{"id":"wamid.1"}],"verified_name":"Shop"}"""));
        ConnectorMemory memory = ConnectorMemory.OfThisProcess();
        DateTimeOffset end = DateTimeOffset.FromUnixTimeSeconds(1775000000);
        foreach (bool first in new[] { true, false })
        {
            using StubHost host = new(memory: memory);
            await using IConnectorSession session = new WhatsAppConnector().Open(
                new ConformanceCase { Settings = JsonSerializer.Serialize(new { phoneNumberId = "1234567890", apiAddress = _stub.Url }), Secrets = new Dictionary<string, string> { ["accessToken"] = Api.Secret } }.Open(new WhatsAppConnector().Describe()), host.Host);
            if (first)
            {
                (await session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>().Text.En.ShouldContain("ends on 2026-03-31");
            }
            else
            {
                await session.SendAsync(Scene.Request("Ana", "text/plain", new { to = "+5511987654321", templateName = "pix", language = "pt_BR" }), default);
            }

            host.Host.Ending.ShouldNotBeNull().End.ShouldBe(end);
        }
    }

    /// <summary>The first goes out at once; what comes soon after goes out together, and each delivery hears of it.</summary>
    [Fact]
    public async Task Slack_Grouped_WhatWaitsGoesOutAsOneMessage()
    {
        await using Scene scene = Scene.Open(new SlackConnector(), new { group = "20" }, new() { ["url"] = "https://hooks.slack.com/services/T0/B0/abc" }, new() { ["url"] = _stub.Url + "/services/T0/B0/abc" });
        _stub.Default = StubReply.Status(200, "ok");
        (await scene.AttemptAsync(Scene.Request("one", "text/plain"))).ShouldBeOfType<Classification.Delivered>();
        Task<SendResult>[] waiting = [.. new[] { "two", "three", "four" }.Select(text => scene.Session.SendAsync(Scene.Request(text, "text/plain"), default).AsTask())];
        using CancellationTokenSource leaving = new();
        Task<SendResult> left = scene.Session.SendAsync(Scene.Request("five", "text/plain"), leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        _stub.RequestCount.ShouldBe(1);
        await scene.Time.AdvanceToNextTimerAsync();
        (await Task.WhenAll(waiting).WaitAsync(ManualTimeProvider.RealPatience)).ShouldAllBe(static r => ((SendResult.Delivered)r).Note == "In one message with 2 more.");
        _stub.Requests.Select(static r => r.BodyText).ShouldBe(["""{"text":"one"}""", """{"text":"two\nthree\nfour"}"""]);
        scene.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Slack_Card_GoesOutAsItIs_AndATestIsMarked()
    {
        await using Scene scene = Api.Of("slack").Open(_stub);
        _stub.Default = Api.Of("slack").Good();
        const string Card = """{"text":"Paid 10.50","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"Tom &amp; Jerry"}}]}""";
        await scene.AttemptAsync(Scene.Request(Card, "application/json"));
        _stub.Requests[^1].BodyText.ShouldBe(Card);
        await scene.AttemptAsync(Scene.Request(Card, "application/json", test: true));
        JsonElement marked = JsonElement.Parse(_stub.Requests[^1].BodyText);
        marked.GetProperty("text").GetString().ShouldBe("[TEST] Paid 10.50");
        marked.GetProperty("blocks").GetArrayLength().ShouldBe(2);
        await scene.AttemptAsync(Scene.Request("*10*", "text/plain", test: true));
        _stub.Requests[^1].BodyText.ShouldBe("""{"text":"[TEST] *10*"}""");
    }

    [Theory]
    [InlineData("slack", """{"event":"as received"}""", "application/json")]
    [InlineData("telegram", "{}", "application/json")]
    [InlineData("whatsapp", "{}", "application/json")]
    public async Task Send_WithoutATemplate_RefusedWithTheFix(string name, string body, string contentType)
    {
        await using Scene scene = Api.Of(name).Open(_stub);
        (await scene.AttemptAsync(Api.Of(name).Request with { Body = System.Text.Encoding.UTF8.GetBytes(body), ContentType = contentType }))
            .ShouldBeOfType<Classification.Refuse>().Code.ShouldBe("template_missing");
        _stub.RequestCount.ShouldBe(0);
    }

    [Theory]
    [InlineData("https://hooks.slack.com/services/T01/B02/abc", true)]
    [InlineData("https://hooks.slack.com.evil.example/services/T01/B02/abc", false)]
    [InlineData("http://hooks.slack.com/services/T01/B02/abc", false)]
    [InlineData("https://hooks.slack.com/triggers/T01/1/abc", false)]
    [InlineData("https://example.com/?https://hooks.slack.com/services/T01/B02/abc", false)]
    public void Slack_Address_ByItsPattern(string url, bool fits) =>
        SettingsCheck.Check(new SlackConnector(), new Dictionary<string, JsonElement>(), new Dictionary<string, SecretText> { ["url"] = new(url) }).Problems.Count.ShouldBe(fits ? 0 : 1);

    private async Task ShouldMeanAsync(string name, StubReply reply, string what, string cause, string text)
    {
        await using Scene scene = Api.Of(name).Open(_stub);
        _stub.Plays(reply);
        Classification result = await scene.AttemptAsync(Api.Of(name).Request);
        result.GetType().Name.ShouldBe(what);
        (string error, string seen) = result switch
        {
            Classification.Wait wait => (wait.Error, wait.Cause.ToString()),
            Classification.Refuse refuse => (refuse.Error, ""),
            _ => ("", ""),
        };
        seen.ShouldBe(cause);
        error.ShouldContain(text);
    }
}
