using System.Security.Cryptography;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Email;
using WebhookBridge.Connectors.Files;
using WebhookBridge.Connectors.Messaging;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Dialogues;

/// <summary>A connector to an HTTP API beside a stub of it: how it is opened, what it is asked to send, and what a good answer is.</summary>
internal sealed record Api(string Name, Func<StubServer, Scene> Open, DeliveryRequest Request, Func<StubReply> Good, string Path, string? RemoteId)
{
    public const string Secret = "s3cret-key-that-nobody-may-see";

    private static readonly Lazy<string> PrivateKey = new(static () =>
    {
        using RSA rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    });

    private static readonly object MailFields = new { to = "thandi@example.com", subject = "Olá – your payment" };

    public static IReadOnlyList<Api> All { get; } =
    [
        Mail("sendgrid", static () => StubReply.Status(202, "", ("X-Message-Id", "sg-1")), "/mail/send", "sg-1"),
        Mail("postmark", static () => StubReply.Status(200, """{"ErrorCode":0,"Message":"OK","MessageID":"pm-1"}"""), "/email", "pm-1"),
        Mail("resend", static () => StubReply.Status(200, """{"id":"re-1"}"""), "/emails", "re-1"),
        Mail("brevo", static () => StubReply.Status(201, """{"messageId":"<br-1@x>"}"""), "/smtp/email", "<br-1@x>"),
        new("slack", static stub => Scene.Open(new SlackConnector(), new { }, new() { ["url"] = "https://hooks.slack.com/services/T0/B0/abc" }, new() { ["url"] = stub.Url + "/services/T0/B0/" + Secret }),
            Scene.Request("*R 10* from Tom &amp; Jerry", "text/plain"), static () => StubReply.Status(200, "ok", ("Content-Type", "text/plain")), "/services/T0/B0/" + Secret, null),
        new("telegram", static stub => Scene.Open(new TelegramConnector(), new { apiAddress = stub.Url }, new() { ["token"] = "123456:" + Secret }),
            Scene.Request("<b>Paid</b>", "text/html", new { chatId = "-100123" }), static () => StubReply.Status(200, """{"ok":true,"result":{"message_id":77}}"""), "/bot123456:" + Secret + "/sendMessage", "77"),
        new("whatsapp", static stub => Scene.Open(new WhatsAppConnector(), new { phoneNumberId = "1234567890", businessAccountId = "9876543210", apiAddress = stub.Url }, new() { ["accessToken"] = Secret }),
            Scene.Request("Ana\nR$ 10,00\n", "text/plain", new { to = "+5511987654321", templateName = "pix_pendente", language = "pt_BR", consent = "true" }),
            static () => StubReply.Status(200, """{"messaging_product":"whatsapp","messages":[{"id":"wamid.1"}]}"""), "/v23.0/1234567890/messages", "wamid.1"),
        new("google-sheets", Sheets, Scene.Request("""["evt_1", 10.990000000000000001, "=1+1"]""", "application/json"),
            static () => StubReply.Status(200, """{"updates":{"updatedRange":"Sheet1!A2:C2"}}"""), "/v4/spreadsheets/1AbCdEfGhIjKlMnOpQrStUvWxYz/values/'Sheet1'!A1:append", "Sheet1!A2:C2"),
    ];

    public static TheoryData<string> Names => [.. All.Select(static a => a.Name)];

    public static Api Of(string name) => All.Single(a => a.Name == name);

    /// <summary>A session with a sheet; the sign-in at <c>/token</c> is answered by itself.</summary>
    public static Scene Sheets(StubServer stub) => SheetsWith(stub, new { sheet = "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit#gid=0", apiAddress = stub.Url + "/v4" });

    public static Scene SheetsWith(StubServer stub, object settings)
    {
        stub.At("/token", static _ => StubReply.Status(200, $$"""{"access_token":"{{Secret}}","expires_in":3600}"""));
        return Scene.Open(new GoogleSheetsConnector(), settings, new() { ["keyFile"] = KeyFile(stub.Url + "/token") });
    }

    public static string KeyFile(string tokenAddress) => JsonSerializer.Serialize(new
    {
        type = "service_account", client_email = "bridge@shop.iam.gserviceaccount.com", private_key = PrivateKey.Value, private_key_id = "k1", token_uri = tokenAddress,
    });

    private static Api Mail(string provider, Func<StubReply> good, string path, string remoteId) => new(
        provider,
        stub => Scene.Open(new EmailConnector(), new { provider, from = "Shop <orders@shop.example>", apiAddress = stub.Url }, new() { ["apiKey"] = Secret }),
        Scene.Request("<p>Hello Thandi</p>", "text/html", MailFields), good, path, remoteId);
}
