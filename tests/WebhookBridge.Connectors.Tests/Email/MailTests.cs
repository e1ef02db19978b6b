using System.Text;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Shared;
using WebhookBridge.Connectors.Tests.Dialogues;

namespace WebhookBridge.Connectors.Tests.Email;

/// <summary>How a delivery becomes a message.</summary>
public sealed class MailTests
{
    private static readonly MailComposer Composer = new(new Mailbox("orders@shop.example", "Ação & Cia"), null);

    [Theory]
    [InlineData("a@b.example", "a@b.example", null)]
    [InlineData(" Tom <a@b.example> ", "a@b.example", "Tom")]
    [InlineData("\"Doe, \\\"J\\\"\" <a.b+c@b.example>", "a.b+c@b.example", "Doe, \"J\"")]
    [InlineData("a@bücher.example", "a@xn--bcher-kva.example", null)]
    [InlineData("a@b", null, null)]
    [InlineData("a b@c.example", null, null)]
    [InlineData("a@b.example\r\nBcc: x@evil.example", null, null)]
    [InlineData("Tom\r\nBcc: x <a@b.example>", null, null)]
    [InlineData("a@b.example> RCPT TO:<x@evil.example", null, null)]
    [InlineData("@b.example", null, null)]
    [InlineData("a..b@c.example", null, null)]
    [InlineData(".a@c.example", null, null)]
    [InlineData("a@b@c.example", null, null)]
    [InlineData("a@-b.example", null, null)]
    [InlineData("<script>@b.example", null, null)]
    public void Mailbox_Text_IsAnAddressOrNone(string text, string? address, string? name)
    {
        Mailbox? read = Mailbox.Parse(text);
        (read?.Address, read?.Name).ShouldBe((address, name));
    }

    [Theory]
    [InlineData("subject", "Paid\r\nBcc: evil@example.com")]
    [InlineData("subject", "")]
    [InlineData("to", "")]
    [InlineData("to", "thandi@example.com\nRCPT TO:<evil@example.com>")]
    [InlineData("cc", "nobody")]
    [InlineData("unsubscribe", "javascript:alert(1)")]
    [InlineData("unsubscribe", "https://x.example/>\r\nBcc: e@example.com")]
    public void Compose_FieldThatDoesNotFit_RefusedByName(string field, string value)
    {
        Dictionary<string, string> fields = new() { ["to"] = "thandi@example.com", ["subject"] = "s", [field] = value };
        SendResult.Refused refused = Should.Throw<AnswerException>(() => Composer.Compose(Scene.Request("Hi", "text/plain", fields))).Result.ShouldBeOfType<SendResult.Refused>();
        refused.Reason.ShouldContain($"'{field}'");
        refused.Reason.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public void Compose_EventAsReceived_IsNoMail(string contentType) =>
        Should.Throw<AnswerException>(() => Composer.Compose(Scene.Request("{}", contentType, new { to = "a@b.example", subject = "s" }))).Result.ShouldBeOfType<SendResult.Refused>().Code.ShouldBe("template_missing");

    [Fact]
    public void Write_EveryLine_IsAsciiAndShort_AndEndsWithCrLf()
    {
        string text = WriteLong();
        text.ShouldAllBe(static c => (c >= ' ' && c <= '~') || c == '\r' || c == '\n');
        text.Split("\r\n").ShouldAllBe(static l => l.Length <= 78 && !l.Contains('\n') && !l.Contains('\r'));
    }

    [Fact]
    public void Write_SimulatedEvent_MarkedInSubjectAndHeader()
    {
        string text = Encoding.ASCII.GetString(MimeText.Write(Composer.Compose(Scene.Request("Hi", "text/plain", new { to = "a@b.example", subject = "Paid" }, test: true))));
        text.ShouldContain("\r\nSubject: [TEST] Paid\r\n");
        text.ShouldContain("\r\nX-WebhookBridge-Test: 1\r\n");
    }

    [Fact]
    public void Write_HiddenCopy_StandsNowhere() =>
        Encoding.ASCII.GetString(MimeText.Write(Composer.Compose(Scene.Request("Hi", "text/plain", new { to = "a@b.example", bcc = "secret@b.example", subject = "Paid" })))).ShouldNotContain("secret@");

    [Fact]
    public void Write_Date_IsThatOfTheDeliverysId()
    {
        DeliveryRequest request = Scene.Request("Hi", "text/plain", new { to = "a@b.example", subject = "s" }) with { DeliveryId = "dlv_01M81CWXTKABCDEFGHJKMNPQRS" };
        Composer.Compose(request).Date.ShouldBe(new DateTimeOffset(2026, 11, 22, 10, 30, 15, 123, TimeSpan.Zero));
        Composer.Compose(request).ShouldBeEquivalentTo(Composer.Compose(request with { Attempt = 7 }));
    }

    [Theory]
    [InlineData("<p>Hello&nbsp;Thandi,</p><p>a &lt; b</p>", "Hello\u00A0Thandi,\n\na < b\n")]
    [InlineData("<head><title>x</title><style>p{}</style></head><body><h1>Paid</h1>1<br>2</body>", "Paid\n1\n2\n")]
    [InlineData("<a href=\"https://x.example/?a=1&amp;b=2\">Open</a> <a href='mailto:x@y.example'>mail</a>", "Open (https://x.example/?a=1&b=2) mail\n")]
    [InlineData("<table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>", "A 1\n\nB 2\n")]
    [InlineData("no tags at all", "no tags at all\n")]
    [InlineData("<p>unclosed <b", "unclosed\n")]
    [InlineData("<!-- hidden > --><script>alert('</p>')</script>seen", "seen\n")]
    public void HtmlText_Markup_BecomesLines(string html, string text) => HtmlText.Of(html).ShouldBe(text);

    [Fact]
    public void QuotedPrintable_RandomTexts_ComeBackAsTheyWere()
    {
        int seed = WebhookBridge.Testing.TestPace.Seed();
        Console.WriteLine($"seed: {seed}");
        Random random = new(seed);
        for (int n = 0; n < 300; n++)
        {
            StringBuilder text = new();
            for (int i = random.Next(300); i > 0; i--)
            {
                text.Append(random.Next(8) switch { 0 => " ", 1 => "=", 2 => "\n", 3 => "é", 4 => "😀", 5 => "\t", 6 => ".", _ => ((char)random.Next(33, 127)).ToString() });
            }

            string made = MimeText.QuotedPrintable(text + "\n");
            made.Split("\r\n").ShouldAllBe(static l => l.Length <= 76);
            Unquote(made).ShouldBe(text.ToString() + "\n", $"seed {seed}");
        }
    }

    internal static string WriteLong() => Encoding.ASCII.GetString(MimeText.Write(Composer.Compose(Scene.Request(
        "<p>" + string.Concat(Enumerable.Repeat("Ação número 1 – R$ 10,00 ", 40)) + "</p>\n.\n..\nFrom here", "text/html",
        new
        {
            to = "\"" + string.Concat(Enumerable.Repeat("ç", 60)) + "\" <thandi@example.com>, joe@example.com",
            cc = "Ms O'Neil <neil@example.com>",
            subject = string.Concat(Enumerable.Repeat("Pagamento não concluído 😀 ", 7)).Trim(),
            unsubscribe = "https://shop.example/bye?id=1",
        }))));

    private static string Unquote(string made)
    {
        List<byte> bytes = [];
        string joined = made.Replace("=\r\n", "", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal);
        for (int i = 0; i < joined.Length; i++)
        {
            if (joined[i] == '=')
            {
                bytes.Add(Convert.ToByte(joined.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)joined[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
