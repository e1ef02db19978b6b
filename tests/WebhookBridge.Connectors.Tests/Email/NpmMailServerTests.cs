using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Tests.Dialogues;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Email;

/// <summary>Against npm's <c>smtp-server</c>, with messages read back by npm's <c>postal-mime</c>.</summary>
[Trait("Pace", "normal")]
public sealed class NpmMailServerTests
{
    private const string Subject = "Pagamento não concluído 😀 de R$\u00A010,00 – pedido 100045, com um assunto que é longo demais para uma linha só";

    private static readonly DeliveryRequest Request = Scene.Request(
        "<p>Olá <b>Ana</b> &amp; Filhos,</p>\n<p>" + string.Concat(Enumerable.Repeat("linha comprida ", 40)) + "</p>\n.\n..ponto\n", "text/html",
        new { to = "\"Souza, Ana ção\" <ana@example.com>", cc = "joe@example.com", bcc = "hidden@example.com", subject = Subject, unsubscribe = "https://shop.example/bye" });

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task Send_BothPorts_TheOtherSideReadsWhatWasMeant(string security)
    {
        using NpmMailServer server = new(security);
        await using Scene scene = Open(server, security);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Delivered>().Note!.ShouldContain("queued as 42");
        JsonElement mail = server.Next();
        mail.GetProperty("secure").GetBoolean().ShouldBeTrue();
        mail.GetProperty("user").GetString().ShouldBe("shop");
        mail.GetProperty("from").GetString().ShouldBe("orders@shop.example");
        mail.GetProperty("fromName").GetString().ShouldBe("Loja Ação");
        mail.GetProperty("to").EnumerateArray().Select(static t => t.GetString()).ShouldBe(["ana@example.com", "joe@example.com", "hidden@example.com"]);
        mail.GetProperty("toHeader")[0].EnumerateArray().Select(static t => t.GetString()).ShouldBe(["Souza, Ana ção", "ana@example.com"]);
        mail.GetProperty("subject").GetString().ShouldBe(Subject);
        mail.GetProperty("messageId").GetString().ShouldBe("<dlv_01JH0000000000000000000000@shop.example>");
        mail.GetProperty("html").GetString()!.ReplaceLineEndings("\n").TrimEnd('\n').ShouldBe(System.Text.Encoding.UTF8.GetString(Request.Body.Span).TrimEnd('\n'));
        mail.GetProperty("text").GetString()!.ShouldContain("Olá Ana & Filhos,");
        JsonElement headers = mail.GetProperty("headers");
        headers.GetProperty("list-unsubscribe").GetString().ShouldBe("<https://shop.example/bye>");
        headers.GetProperty("list-unsubscribe-post").GetString().ShouldBe("List-Unsubscribe=One-Click");
        headers.GetProperty("auto-submitted").GetString().ShouldBe("auto-generated");
        headers.TryGetProperty("bcc", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Send_Refusals_MeanWhatTheyMean()
    {
        using NpmMailServer server = new("starttls");
        await using Scene scene = Open(server, "starttls");
        (await scene.AttemptAsync(To("refused@example.com"))).ShouldBeOfType<Classification.Refuse>();
        (await scene.AttemptAsync(To("later@example.com"))).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Failure);
        (await scene.AttemptAsync(Scene.Request("spam-spam-spam", "text/plain", new { to = "a@example.com", subject = "s" }))).ShouldBeOfType<Classification.Refuse>();
        (await scene.AttemptAsync(Scene.Request(new string('x', 200_000), "text/plain", new { to = "a@example.com", subject = "s" }))).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("100000");
        (await scene.AttemptAsync(To("ana@example.com"))).ShouldBeOfType<Classification.Delivered>("the connection has survived the refusals");
        await using Scene wrong = Open(server, "starttls", password: "wrong");
        (await wrong.AttemptAsync(To("ana@example.com"))).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Credentials);
        (await wrong.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>();
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>();
    }

    [Theory]
    [InlineData("access-good", true)]
    [InlineData("access-old", false)]
    public async Task Send_XOAuth2_JudgedByTheServer(string token, bool good)
    {
        using NpmMailServer server = new("tls");
        await using StubServer tokens = await StubServer.StartAsync();
        tokens.Default = StubReply.Status(200, $$"""{"access_token":"{{token}}","expires_in":3600}""");
        await using Scene scene = Scene.Open(new EmailConnector(), new
        {
            server = "mail.shop.example", port = server.Port, security = "tls", certificate = SmtpStub.CertificatePem, signIn = "xoauth2", user = "shop", clientId = "c1", tokenAddress = tokens.Url, from = "orders@shop.example",
        }, new() { ["clientSecret"] = "cl1ent-secret", ["refreshToken"] = "r3fresh" });
        Classification what = await scene.AttemptAsync(To("ana@example.com"));
        if (good)
        {
            what.ShouldBeOfType<Classification.Delivered>();
        }
        else
        {
            what.ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Credentials);
        }
    }

    private static DeliveryRequest To(string address) => Scene.Request("Hi", "text/plain", new { to = address, subject = "s" });

    private static Scene Open(NpmMailServer server, string security, string password = "pässword") => Scene.Open(
        new EmailConnector(),
        new { server = "mail.shop.example", port = server.Port, security, user = "shop", from = "Loja Ação <orders@shop.example>", certificate = SmtpStub.CertificatePem },
        new() { ["password"] = password });
}
