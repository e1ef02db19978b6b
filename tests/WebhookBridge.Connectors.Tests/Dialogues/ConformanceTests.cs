using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Files;
using WebhookBridge.Connectors.Messaging;
using WebhookBridge.Connectors.Tests.Email;
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

public sealed class SendGridConformanceTests() : MailApiConformance("sendgrid", StubReply.Status(202, "", ("X-Message-Id", "1")));

public sealed class PostmarkConformanceTests() : MailApiConformance("postmark", StubReply.Status(200, """{"ErrorCode":0,"MessageID":"1"}"""));

public sealed class ResendConformanceTests() : MailApiConformance("resend", StubReply.Status(200, """{"id":"1"}"""));

public sealed class BrevoMailConformanceTests() : MailApiConformance("brevo", StubReply.Status(201, """{"messageId":"1"}"""));

/// <summary>By SMTP with STARTTLS, against a scripted server.</summary>
public sealed class SmtpConformanceTests : ConnectorConformance
{
    private volatile string? _fault;
    private SmtpStub? _server;

    protected override IConnector Connector => new EmailConnector();

    protected override ConformanceCase Case => new()
    {
        Reach = Reach.Socket,
        HasNot = new Dictionary<string, string>
        {
            ["throttled with a time"] = "SMTP has no word for how long to wait.",
            ["redirect inward"] = "SMTP's 251 and 551 name another mailbox, never another server to connect to.",
        },
        Settings = JsonSerializer.Serialize(new { server = "mail.shop.example", user = "shop", from = "orders@shop.example", certificate = SmtpStub.CertificatePem }),
        Secrets = new Dictionary<string, string> { ["password"] = Api.Secret },
        Fields = new Dictionary<string, string> { ["to"] = "thandi@example.com", ["subject"] = "Paid" },
        Body = "Hello",
        ContentType = "text/plain",
    };

    protected override bool RecordForEachDelivery => true;

    protected override int? Records => _server?.Messages.Count;

    protected override int ToolPort => _server!.Port;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _server = SmtpStub.Start(command => (_fault, command.Split(' ', ':')[0]) switch
        {
            ("throttled", "RCPT") => null,
            ("throttled", "MAIL") => "450 4.7.0 too many messages, try again later",
            ("refused", "RCPT") => "550 5.1.1 no such mailbox",
            ("credentials", "AUTH") => "535 5.7.8 authentication failed",
            ("unavailable", "MAIL") => "421 4.3.2 shutting down",
            _ => null,
        });
    }

    public override async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override ValueTask ForgetAsync()
    {
        _server!.Messages.Clear();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask<bool> PlayAsync(string? fault)
    {
        _fault = fault;
        return new(fault is null or "throttled" or "refused" or "credentials" or "unavailable");
    }
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

    private readonly List<string> _rows = [];

    protected override int? Records
    {
        get
        {
            lock (_rows)
            {
                return _rows.Count;
            }
        }
    }

    protected override ValueTask ForgetAsync()
    {
        lock (_rows)
        {
            _rows.Clear();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A sheet with an id in column A.</summary>
    protected override StubReply Answer(StubRequest request)
    {
        lock (_rows)
        {
            if (request.Path.EndsWith(":append", StringComparison.Ordinal))
            {
                _rows.Add("evt_1");
            }

            return StubReply.Status(200, request.Path switch
            {
                "/token" => """{"access_token":"t0ken-of-an-hour","expires_in":3600}""",
                _ when request.Path.EndsWith(":append", StringComparison.Ordinal) => """{"updates":{"updatedRange":"Sales!A2:B2"}}""",
                _ when request.Path.EndsWith("!1:1", StringComparison.Ordinal) => """{"values":[["Event ID","Amount"]]}""",
                _ when request.Path.EndsWith("!A2:A", StringComparison.Ordinal) => _rows.Count == 0 ? "{}" : JsonSerializer.Serialize(new { values = new[] { _rows } }),
                _ => """{"properties":{"title":"Books"},"sheets":[{"properties":{"title":"Sales"}}]}""",
            });
        }
    }
}

/// <summary>Writes into a folder of its own.</summary>
public sealed class FileConformanceTests : ConnectorConformance, IDisposable
{
    private readonly TempFolder _folder = new();

    protected override IConnector Connector => new FileConnector(_folder.Of("files"));

    protected override bool RecordForEachDelivery => true;

    protected override ConformanceCase Case => new()
    {
        Reach = Reach.Nothing,
        HasNot = new Dictionary<string, string>
        {
            ["throttled"] = "A disk asks nobody for less speed.", ["throttled with a time"] = "A disk asks nobody for less speed.",
            ["refused"] = "A disk looks at no row.", ["credentials"] = "Nobody signs in at a folder.", ["redirect inward"] = "There is no connection to lead elsewhere.",
            ["unreadable"] = "A disk gives no answer to read.", ["reset"] = "There is no connection to break.", ["cut half-way"] = "There is no connection to break; a disk that is full half-way is played in the tests of the whole program.",
            ["hang"] = "There is no answer to wait for.", ["huge"] = "A disk gives no answer to read.",
        },
        Settings = """{ "name": "orders", "format": "jsonl", "rotate": "never" }""",
    };

    protected override int? Records => File.Exists(Rows) ? File.ReadAllLines(Rows).Count(static l => l == """{"amount":10.99}""") : 0;

    private string Rows => _folder.Of("files", "orders.jsonl");

    public void Dispose() => _folder.Dispose();

    /// <summary>Where the folder should be lies a file.</summary>
    protected override ValueTask<bool> PlayAsync(string? fault)
    {
        string folder = _folder.Of("files");
        if (fault == "unavailable")
        {
            File.WriteAllText(folder, "");
        }
        else if (fault is null && File.Exists(folder))
        {
            File.Delete(folder);
        }

        return new(fault is null or "unavailable");
    }
}
