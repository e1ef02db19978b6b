using System.Text;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Tests.Dialogues;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Email;

public sealed class SmtpTests
{
    private const string Password = "p4ssw0rd-of-the-shop";

    private static readonly DeliveryRequest Request = Scene.Request("<p>Hello <b>Thandi</b>,</p>\n<p>.dot at the start</p>", "text/html", new { to = "thandi@example.com, \"Doe, J\" <joe@example.com>", subject = "Your payment" });

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    [InlineData("none")]
    public async Task Send_EachSecurity_SpeaksTheProtocolInOrder(string security)
    {
        await using SmtpStub stub = SmtpStub.Start(tlsFirst: security == "tls");
        await using Scene scene = Open(stub, security);
        Classification.Delivered delivered = (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Delivered>();
        delivered.RemoteId.ShouldBe("<dlv_01JH0000000000000000000000@shop.example>");
        delivered.Note!.ShouldContain("queued as 4711");
        string plain = "AUTH PLAIN " + Convert.ToBase64String(Encoding.UTF8.GetBytes("\0shop\0" + Password));
        string[] handshake = security == "starttls" ? ["EHLO shop.example", "STARTTLS", "EHLO shop.example"] : ["EHLO shop.example"];
        stub.Commands.ShouldBe([.. handshake, plain, "MAIL FROM:<orders@shop.example>", "RCPT TO:<thandi@example.com>", "RCPT TO:<joe@example.com>", "DATA", "(message)"]);
        stub.Messages.ShouldHaveSingleItem().ShouldContain("\r\nMessage-ID: <dlv_01JH0000000000000000000000@shop.example>\r\n");
        scene.Redactor.Text(plain).ShouldNotContain(plain["AUTH PLAIN ".Length..]);
    }

    [Fact]
    public async Task Send_Twice_TheSameBytes_OnOneConnection_AndClosedWhenIdle()
    {
        await using SmtpStub stub = SmtpStub.Start();
        await using Scene scene = Open(stub);
        await scene.AttemptAsync(Request);
        await scene.AttemptAsync(Request);
        stub.Connections.ShouldBe(1);
        stub.Commands.Count(static c => c == "RSET").ShouldBe(1);
        string[] messages = [.. stub.Messages];
        messages[1].ShouldBe(messages[0]);
        scene.Time.Advance(TimeSpan.FromSeconds(31));
        await scene.AttemptAsync(Request);
        stub.Connections.ShouldBe(2);
        stub.Commands.ShouldContain("QUIT");
    }

    [Theory]
    [InlineData("MAIL FROM", "451 4.3.0 try again later", "Wait", "Throttled")]
    [InlineData("MAIL FROM", "452 4.3.1 no room", "Wait", "Failure")]
    [InlineData("RCPT TO", "450 4.2.1 grey", "Wait", "Failure")]
    [InlineData("RCPT TO", "550 5.1.1 no such user", "Refuse", "")]
    [InlineData("RCPT TO", "550 5.7.1 too many messages, slow down", "Wait", "Throttled")]
    [InlineData("MAIL FROM", "553 5.1.7 bad sender", "Refuse", "")]
    [InlineData("MAIL FROM", "530 5.7.0 sign in first", "Wait", "Credentials")]
    [InlineData("(message)", "554 5.7.1 spam", "Refuse", "")]
    [InlineData("(message)", "421 4.3.2 closing", "Wait", "Failure")]
    [InlineData("DATA", "552 5.3.4 too big", "Refuse", "")]
    [InlineData("AUTH", "535 5.7.8 wrong password", "Wait", "Credentials")]
    [InlineData("AUTH", "454 4.7.0 later", "Wait", "Throttled")]
    [InlineData("(connect)", "554 5.7.1 go away", "Refuse", "")]
    [InlineData("(connect)", "421 4.3.2 busy", "Wait", "Failure")]
    [InlineData("(connect)", "SSH-2.0-OpenSSH_9.2", "Wait", "Failure")]
    public async Task Send_Refusals_MeanWhatTheyMean(string command, string reply, string what, string cause)
    {
        await using SmtpStub stub = SmtpStub.Start(c => c.StartsWith(command, StringComparison.Ordinal) ? reply : null);
        await using Scene scene = Open(stub);
        Classification result = await scene.AttemptAsync(Request);
        result.GetType().Name.ShouldBe(what);
        if (result is Classification.Wait wait)
        {
            wait.Cause.ToString().ShouldBe(cause);
            wait.Unknown.ShouldBeFalse();
        }

        stub.Messages.Count.ShouldBe(command == "(message)" ? 1 : 0);
    }

    [Fact]
    public async Task Send_OneRecipientOfTwoRefused_NobodyGetsIt()
    {
        await using SmtpStub stub = SmtpStub.Start(static c => c.Contains("joe@", StringComparison.Ordinal) ? "550 5.1.1 no such user" : null);
        await using Scene scene = Open(stub);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("5.1.1");
        stub.Messages.ShouldBeEmpty();
        (await scene.AttemptAsync(Scene.Request("Hi", "text/plain", new { to = "thandi@example.com", subject = "s" }))).ShouldBeOfType<Classification.Delivered>("the connection goes on after RSET");
        stub.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(SmtpStub.Hang)]
    [InlineData(SmtpStub.Reset)]
    public async Task Send_NoAnswerAfterTheDot_HeldForAPerson(string end)
    {
        await using SmtpStub stub = SmtpStub.Start(c => c == "(message)" ? end : null);
        await using Scene scene = Open(stub);
        (await scene.AttemptAsync(Request, timeIsUp: end == SmtpStub.Hang ? stub.Stuck : null)).ShouldBeOfType<Classification.HoldUnknown>();
    }

    [Theory]
    [InlineData("(connect)", SmtpStub.Hang)]
    [InlineData("EHLO", SmtpStub.Reset)]
    [InlineData("DATA", SmtpStub.Hang)]
    [InlineData("RCPT TO", SmtpStub.Reset)]
    public async Task Send_NoAnswerBeforeTheDot_TriedAgain(string command, string end)
    {
        await using SmtpStub stub = SmtpStub.Start(c => c.StartsWith(command, StringComparison.Ordinal) ? end : null);
        await using Scene scene = Open(stub);
        (await scene.AttemptAsync(Request, timeIsUp: end == SmtpStub.Hang ? stub.Stuck : null)).ShouldBeOfType<Classification.Wait>().Unknown.ShouldBeFalse();
        stub.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Send_HugeReplies_GivenUp()
    {
        string lines = string.Concat(Enumerable.Repeat("250-x\r\n", 5000)) + "250 end";
        foreach (string reply in new[] { "250 " + new string('x', 100_000), lines })
        {
            await using SmtpStub stub = SmtpStub.Start(c => c.StartsWith("MAIL", StringComparison.Ordinal) ? reply : null);
            await using Scene scene = Open(stub);
            (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Error.ShouldContain("more than");
        }
    }

    [Fact]
    public async Task Send_StartTlsNotOffered_NothingIsSentInTheClear()
    {
        await using SmtpStub stub = SmtpStub.Start(static c => c.StartsWith("EHLO", StringComparison.Ordinal) ? "250-mail\r\n250 AUTH PLAIN" : null);
        await using Scene scene = Open(stub);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Error.ShouldContain("STARTTLS");
        stub.Commands.ShouldBe(["EHLO shop.example"]);
    }

    [Fact]
    public async Task Send_CommandsSlippedInBeforeTls_Noticed()
    {
        await using SmtpStub stub = SmtpStub.Start(static c => c == "STARTTLS" ? "220 go on\r\n250 injected" : null);
        await using Scene scene = Open(stub);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Error.ShouldContain("in between");
        stub.Commands.ShouldNotContain(static c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_CertificateOfNobodyWeTrust_NotSpokenTo()
    {
        await using SmtpStub stub = SmtpStub.Start();
        await using Scene scene = Open(stub, trusted: false);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Error.ShouldContain("TLS");
        stub.Commands.ShouldNotContain(static c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_MessageLargerThanTheServersSize_RefusedBeforeItIsSent()
    {
        await using SmtpStub stub = SmtpStub.Start();
        await using Scene scene = Open(stub);
        (await scene.AttemptAsync(Scene.Request(new string('a', 1_100_000), "text/plain", new { to = "a@example.com", subject = "s" }))).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("1000000");
        stub.Commands.ShouldNotContain("DATA");
    }

    [Fact]
    public async Task Send_OnlyLoginOffered_LoginIsUsed()
    {
        await using SmtpStub stub = SmtpStub.Start(static c => c.StartsWith("EHLO", StringComparison.Ordinal) ? "250-mail\r\n250-STARTTLS\r\n250 AUTH LOGIN"
            : c == Convert.ToBase64String("shop"u8) ? "334 UGFzc3dvcmQ6" : c == Convert.ToBase64String(Encoding.UTF8.GetBytes(Password)) ? "235 2.7.0 welcome" : null);
        await using Scene scene = Open(stub);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Delivered>();
        stub.Commands.ShouldContain("AUTH LOGIN");
    }

    [Fact]
    public async Task Send_XOAuth2_TokenFetchedOnce_AndANewOneAfterARefusal()
    {
        await using StubServer tokens = await StubServer.StartAsync();
        tokens.Plays(StubReply.Status(200, """{"access_token":"access-1","expires_in":3600}"""), StubReply.Status(200, """{"access_token":"access-2","expires_in":3600}"""));
        string refused = "AUTH XOAUTH2 " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user=shop\u0001auth=Bearer access-1\u0001\u0001"));
        await using SmtpStub stub = SmtpStub.Start(c => c == refused ? "334 eyJzdGF0dXMiOiI0MDAifQ==" : c.Length == 0 ? "535 5.7.8 token is old" : null);
        await using Scene scene = Scene.Open(new EmailConnector(), new
        {
            server = "mail.shop.example", port = stub.Port, certificate = SmtpStub.CertificatePem, signIn = "xoauth2", user = "shop", clientId = "c1", tokenAddress = tokens.Url + "/token", from = "orders@shop.example",
        }, new() { ["clientSecret"] = "cl1ent-secret", ["refreshToken"] = "r3fresh" });
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Credentials);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Delivered>();
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Delivered>();
        tokens.RequestCount.ShouldBe(2);
        tokens.Requests[0].BodyText.ShouldContain("grant_type=refresh_token");
    }

    [Fact]
    public async Task SendAndCheck_PrivateAddressesOff_NothingIsReached()
    {
        await using SmtpStub stub = SmtpStub.Start();
        await using Scene scene = Open(stub, egress: EgressPolicy.PublicOnly);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Refuse>().Code.ShouldBe(DeliveryReasons.AddressNotAllowed);
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>();
        stub.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Check_SignsInAndSaysGoodbye()
    {
        await using SmtpStub stub = SmtpStub.Start();
        await using Scene scene = Open(stub);
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>();
        stub.Commands[^1].ShouldBe("QUIT");
        stub.Commands.ShouldNotContain(static c => c.StartsWith("MAIL", StringComparison.Ordinal));
        await using SmtpStub wrong = SmtpStub.Start(static c => c.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 no" : null);
        await using Scene other = Open(wrong);
        (await other.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>().Text.En.ShouldContain("535");
    }

    [Theory]
    [InlineData("""{"provider":"sendgrid","from":"a@b.example"}""", "apiKey")]
    [InlineData("""{"server":"mail","user":"u","from":"a@b.example"}""", "password")]
    [InlineData("""{"server":"mail","signIn":"none","from":"not an address"}""", "from")]
    [InlineData("""{"server":"https://mail","signIn":"none","from":"a@b.example"}""", "server")]
    [InlineData("""{"server":"mail","signIn":"xoauth2","user":"u","from":"a@b.example"}""", "tokenAddress")]
    [InlineData("""{"server":"mail","signIn":"none","from":"a@b.example","certificate":"x"}""", "certificate")]
    [InlineData("""{"server":"mail","signIn":"none","from":"a@b.example","port":70000}""", "port")]
    public void Validate_WrongSetting_NamedWithItsFix(string settings, string field)
    {
        Dictionary<string, System.Text.Json.JsonElement> given = System.Text.Json.JsonElement.Parse(settings).EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value, StringComparer.Ordinal);
        SettingsCheck.Check(new EmailConnector(), given, new Dictionary<string, SecretText>()).Problems.ShouldContain(p => p.Field == field);
    }

    private static Scene Open(SmtpStub stub, string security = "starttls", bool trusted = true, EgressPolicy? egress = null) => Scene.Open(
        new EmailConnector(),
        trusted
            ? new { server = "mail.shop.example", port = stub.Port, security, user = "shop", from = "Shop <orders@shop.example>", certificate = SmtpStub.CertificatePem }
            : new { server = "mail.shop.example", port = stub.Port, security, user = "shop", from = "Shop <orders@shop.example>" },
        new() { ["password"] = Password },
        egress: egress);
}
