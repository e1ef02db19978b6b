using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Files;
using WebhookBridge.Connectors.Messaging;
using WebhookBridge.Connectors.RabbitMq;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Dialogues;

public abstract class MailApiConformance(string provider, StubReply good) : ConnectorConformance
{
    protected override IConnector Connector => new EmailConnector();

    protected override ConformanceCase Case => new()
    {
        Settings = $$"""{ "provider": "{{provider}}", "from": "Shop <orders@shop.example>" }""",
        Secrets = new Dictionary<string, string> { ["apiKey"] = Api.Secret },
        Fields = new Dictionary<string, string> { ["to"] = "thandi@example.com", ["subject"] = "Paid" },
        Body = "<p>Hello</p>",
        ContentType = "text/html",
    };

    protected override StubReply Answer(StubRequest request) => good;
}

public sealed class SendGridConformanceTests() : MailApiConformance("sendgrid", StubReply.Status(202, "", ("X-Message-Id", "1")))
{
    protected override bool IgnoresBody => true;
}

public sealed class PostmarkConformanceTests() : MailApiConformance("postmark", StubReply.Status(200, """{"ErrorCode":0,"MessageID":"1"}"""));

public sealed class ResendConformanceTests() : MailApiConformance("resend", StubReply.Status(200, """{"id":"1"}"""));

public sealed class BrevoMailConformanceTests() : MailApiConformance("brevo", StubReply.Status(201, """{"messageId":"1"}"""));

public sealed class SmtpConformanceTests : ConnectorConformance
{
    protected override IConnector Connector => new EmailConnector();

    protected override bool SpeaksHttp => false;

    protected override ConformanceCase Case => new()
    {
        Settings = """{ "server": "mail.shop.example", "user": "shop", "from": "orders@shop.example" }""",
        Secrets = new Dictionary<string, string> { ["password"] = Api.Secret },
        Fields = new Dictionary<string, string> { ["to"] = "thandi@example.com", ["subject"] = "Paid" },
        Body = "Hello",
        ContentType = "text/plain",
    };

    protected override StubReply Answer(StubRequest request) => StubReply.Ok;
}

public sealed class SlackConformanceTests : ConnectorConformance
{
    protected override IConnector Connector => new SlackConnector();

    protected override ConformanceCase Case => new()
    {
        Secrets = new Dictionary<string, string> { ["url"] = "https://hooks.slack.com/services/T0/B0/" + Api.Secret },
        Body = "Paid",
        ContentType = "text/plain",
    };

    protected override StubReply Answer(StubRequest request) => StubReply.Status(200, "ok");
}

public sealed class TelegramConformanceTests : ConnectorConformance
{
    protected override IConnector Connector => new TelegramConnector();

    protected override ConformanceCase Case => new()
    {
        Secrets = new Dictionary<string, string> { ["token"] = "123456:" + Api.Secret },
        Fields = new Dictionary<string, string> { ["chatId"] = "42" },
        Body = "Paid",
        ContentType = "text/plain",
    };

    protected override StubReply Answer(StubRequest request) => StubReply.Status(200, """{"ok":true,"result":{"message_id":1,"username":"shop_bot"}}""");
}

public sealed class WhatsAppConformanceTests : ConnectorConformance
{
    protected override IConnector Connector => new WhatsAppConnector();

    protected override ConformanceCase Case => new()
    {
        Settings = """{ "phoneNumberId": "1234567890", "businessAccountId": "1234567891" }""",
        Secrets = new Dictionary<string, string> { ["accessToken"] = Api.Secret },
        Fields = new Dictionary<string, string> { ["to"] = "+27821234567", ["templateName"] = "paid", ["language"] = "en" },
        Body = "Thandi\nR 10",
        ContentType = "text/plain",
    };

    protected override StubReply Answer(StubRequest request) => StubReply.Status(200, request.Path.EndsWith("message_templates", StringComparison.Ordinal)
        ? """{"data":[{"name":"paid","language":"en","status":"APPROVED"},{"name":"paid","language":"pt_BR","status":"APPROVED"},{"name":"draft","language":"en","status":"PENDING"}]}"""
        : """{"messages":[{"id":"wamid.1"}],"verified_name":"Shop"}""");
}

public sealed class GoogleSheetsConformanceTests : ConnectorConformance
{
    protected override IConnector Connector => new GoogleSheetsConnector();

    protected override ConformanceCase Case => new()
    {
        Settings = """{ "sheet": "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit", "tab": "Sales", "skipExisting": true }""",
        Secrets = new Dictionary<string, string> { ["keyFile"] = Api.KeyFile("https://oauth2.googleapis.com/token") },
        Body = """{ "Event ID": "evt_1", "Amount": 10.50 }""",
    };

    /// <summary>A sheet in which no row is ever found, so that every delivery makes all calls; rows are counted in <c>GoogleSheetsTests</c>.</summary>
    protected override StubReply Answer(StubRequest request) => StubReply.Status(200, request.Path switch
    {
        "/token" => """{"access_token":"t0ken-of-an-hour","expires_in":3600}""",
        _ when request.Path.EndsWith(":append", StringComparison.Ordinal) => """{"updates":{"updatedRange":"Sales!A2:B2"}}""",
        _ when request.Path.EndsWith("!1:1", StringComparison.Ordinal) => """{"values":[["Event ID","Amount"]]}""",
        _ when request.Path.EndsWith("!A2:A", StringComparison.Ordinal) => "{}",
        _ => """{"properties":{"title":"Books"},"sheets":[{"properties":{"title":"Sales"}}]}""",
    });
}

public sealed class FileConformanceTests : ConnectorConformance
{
    protected override IConnector Connector => new FileConnector("/nowhere");

    protected override bool SpeaksHttp => false;

    protected override bool OpensConnections => false;

    protected override ConformanceCase Case => new() { Settings = """{ "name": "orders" }""" };

    protected override StubReply Answer(StubRequest request) => StubReply.Ok;
}

public sealed class RabbitMqConformanceTests : ConnectorConformance
{
    protected override IConnector Connector => new RabbitMqConnector();

    protected override bool SpeaksHttp => false;

    protected override ConformanceCase Case => new()
    {
        Settings = """{ "server": "broker.shop.example", "user": "shop", "exchange": "payments", "tls": false }""",
        Secrets = new Dictionary<string, string> { ["password"] = Api.Secret },
        Fields = new Dictionary<string, string> { ["routingKey"] = "payment.succeeded" },
    };

    protected override StubReply Answer(StubRequest request) => StubReply.Ok;
}
