using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Tests.Dialogues;
using WebhookBridge.Engine.Delivery;

namespace WebhookBridge.Connectors.Tests.Email;

/// <summary>Against Debian's postfix with TLS on both ports.</summary>
[Trait("Pace", "normal")]
public sealed class PostfixTests : IDisposable
{
    private readonly Postfix _postfix = new();

    public void Dispose() => _postfix.Dispose();

    [Fact]
    public async Task Send_BothPorts_ArrivesInTheMailbox_AndRefusalsMeanWhatTheyMean()
    {
        int count = 0;
        foreach (string security in new[] { "starttls", "tls" })
        {
            await using Scene scene = Open(security);
            (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>();
            (await scene.AttemptAsync(To("box@shop.example"))).ShouldBeOfType<Classification.Delivered>().Note!.ShouldContain("queued as");
            string mail = await _postfix.NextMessageAsync(++count);
            mail.ShouldContain("Message-ID: <dlv_01JH0000000000000000000000@shop.example>");
            mail.ShouldContain("Return-Path: <orders@shop.example>");
            mail.ReplaceLineEndings("\n").ShouldContain("\nline one\n.\n..two\n");
            (await scene.AttemptAsync(To("nobody@shop.example"))).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("5.1.1");
            (await scene.AttemptAsync(To("ana@elsewhere.example"))).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("5.7.1");
            (await scene.AttemptAsync(To("later@shop.example"))).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Failure);
            (await scene.AttemptAsync(Scene.Request(new string('x', 60_000), "text/plain", new { to = "box@shop.example", subject = "s" }))).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("50000");
            (await scene.AttemptAsync(To("box@shop.example"))).ShouldBeOfType<Classification.Delivered>("the connection has survived the refusals");
            await _postfix.NextMessageAsync(++count);
        }
    }

    [Fact]
    public async Task Send_WithoutTls_IsNotTaken()
    {
        await using Scene scene = Open("none");
        (await scene.AttemptAsync(To("box@shop.example"))).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Credentials, "530: TLS first");
    }

    private static DeliveryRequest To(string address) => Scene.Request("line one\n.\n..two\n", "text/plain", new { to = address, subject = "Olá" });

    private Scene Open(string security) => Scene.Open(
        new EmailConnector(),
        new { server = "mail.shop.example", port = security == "tls" ? _postfix.TlsPort : _postfix.StartTlsPort, security, signIn = "none", from = "orders@shop.example", certificate = SmtpStub.CertificatePem },
        []);
}
