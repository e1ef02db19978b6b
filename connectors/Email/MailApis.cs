using System.Text.Json.Nodes;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>The mail providers that are spoken to by HTTP.</summary>
internal static class MailApis
{
    public static MailApi SendGrid { get; } = new()
    {
        Id = "sendgrid",
        Address = "https://api.sendgrid.com/v3",
        SendPath = "mail/send",
        ProbePath = "scopes",
        KeyHeader = static key => new("Authorization", "Bearer " + key),
        Body = static (mail, _) => new JsonObject
        {
            ["personalizations"] = new JsonArray(new JsonObject { ["to"] = Objects(mail.To) }
                .With("cc", mail.Cc.Count > 0 ? Objects(mail.Cc) : null)
                .With("bcc", mail.Bcc.Count > 0 ? Objects(mail.Bcc) : null)
                .With("custom_args", new JsonObject { ["delivery_id"] = mail.DeliveryId })),
            ["from"] = Object(mail.From),
            ["subject"] = mail.Subject,
            ["content"] = mail.Html is null ? new JsonArray(Content("text/plain", mail.Text)) : new JsonArray(Content("text/plain", mail.Text), Content("text/html", mail.Html)),
            ["headers"] = Headers(mail),
        }.With("reply_to", mail.ReplyTo is null ? null : Object(mail.ReplyTo)),
        RemoteIdHeader = "X-Message-Id",
        Answers = new()
        {
            Api = "SendGrid",
            Rules = [new(AnswerMeaning.Credentials) { Status = 402, Reason = "The plan's mails are used up." }],
            Waits = [WaitSignal.Header("X-RateLimit-Reset", WaitUnit.UnixTime)],
            Messages = ["errors.*.message"],
        },
    };

    public static MailApi Postmark { get; } = new()
    {
        Id = "postmark",
        Address = "https://api.postmarkapp.com",
        SendPath = "email",
        ProbePath = "server",
        KeyHeader = static key => new("X-Postmark-Server-Token", key),
        Body = static (mail, options) => new JsonObject
        {
            ["From"] = Plain(mail.From),
            ["To"] = Joined(mail.To),
            ["Subject"] = mail.Subject,
            ["TextBody"] = mail.Text,
            ["MessageStream"] = options.Stream ?? "outbound",
            ["Metadata"] = new JsonObject { ["delivery"] = mail.DeliveryId },
            ["Headers"] = new JsonArray([.. mail.ExtraHeaders().Append(new("Message-ID", $"<{mail.MessageId}>")).Select(static h => new JsonObject { ["Name"] = h.Key, ["Value"] = h.Value })]),
        }.With("HtmlBody", mail.Html).With("Cc", Joined(mail.Cc)).With("Bcc", Joined(mail.Bcc)).With("ReplyTo", mail.ReplyTo is null ? null : Plain(mail.ReplyTo)),
        RemoteIdPath = "MessageID",
        Answers = new()
        {
            Api = "Postmark",
            Rules =
            [
                // The code in the body counts: it stands under 422 as well as under 200.
                new(AnswerMeaning.Success) { Status = 200, Path = "ErrorCode", Values = ["0"] },
                new(AnswerMeaning.Credentials) { Path = "ErrorCode", Values = ["10"], Reason = "Copy the server token again." },
                new(AnswerMeaning.Credentials) { Path = "ErrorCode", Values = ["405", "412", "413"], Reason = "The account may not send just now: look at Postmark." },
                new(AnswerMeaning.Retry) { Path = "ErrorCode", Values = ["100"] },
                new(AnswerMeaning.Refused) { Status = 200, Path = "ErrorCode" },
            ],
            Messages = ["Message"],
        },
    };

    public static MailApi Resend { get; } = new()
    {
        Id = "resend",
        Address = "https://api.resend.com",
        SendPath = "emails",
        ProbePath = "domains",
        KeyHeader = static key => new("Authorization", "Bearer " + key),
        Body = static (mail, _) => new JsonObject
        {
            ["from"] = Plain(mail.From),
            ["to"] = Texts(mail.To),
            ["subject"] = mail.Subject,
            ["text"] = mail.Text,
            ["headers"] = Headers(mail),
        }.With("html", mail.Html).With("cc", mail.Cc.Count > 0 ? Texts(mail.Cc) : null).With("bcc", mail.Bcc.Count > 0 ? Texts(mail.Bcc) : null)
            .With("reply_to", mail.ReplyTo is null ? null : Plain(mail.ReplyTo)),
        RemoteIdPath = "id",
        KnowsRepeats = true,
        KeyInHeader = true,
        Answers = new()
        {
            Api = "Resend",
            Rules =
            [
                new(AnswerMeaning.Refused) { Status = 409, Path = "name", Values = ["invalid_idempotent_request"] },
                new(AnswerMeaning.Retry) { Status = 409, Wait = TimeSpan.FromSeconds(5) },
                new(AnswerMeaning.Throttled) { Status = 429, Path = "name", Values = ["daily_quota_exceeded", "monthly_quota_exceeded"], Wait = TimeSpan.FromHours(1), Reason = "The plan's mails are used up." },
                new(AnswerMeaning.Refused) { Status = 403, Path = "name", Values = ["validation_error"], Reason = "Verify the sender's domain at Resend." },
            ],
            Waits = [WaitSignal.Header("ratelimit-reset")],
        },
    };

    public static MailApi Brevo { get; } = new()
    {
        Id = "brevo",
        Address = "https://api.brevo.com/v3",
        SendPath = "smtp/email",
        ProbePath = "account",
        KeyHeader = static key => new("api-key", key),
        Body = static (mail, _) => new JsonObject
        {
            ["sender"] = Object(mail.From),
            ["to"] = Objects(mail.To),
            ["subject"] = mail.Subject,
            ["textContent"] = mail.Text,
            ["headers"] = Headers(mail).With("idempotencyKey", mail.DeliveryId),
        }.With("htmlContent", mail.Html).With("cc", mail.Cc.Count > 0 ? Objects(mail.Cc) : null).With("bcc", mail.Bcc.Count > 0 ? Objects(mail.Bcc) : null)
            .With("replyTo", mail.ReplyTo is null ? null : Object(mail.ReplyTo)),
        RemoteIdPath = "messageId",
        KnowsRepeats = true,
        Answers = new()
        {
            Api = "Brevo",
            Rules = [new(AnswerMeaning.Credentials) { Status = 402, Reason = "The account has no mail credits left." }],
            Waits = [WaitSignal.Header("x-sib-ratelimit-reset")],
        },
    };

    public static IReadOnlyList<MailApi> All { get; } = [SendGrid, Postmark, Resend, Brevo];

    private static JsonObject Object(Mailbox mailbox) => new JsonObject { ["email"] = mailbox.Address }.With("name", mailbox.Name);

    private static JsonArray Objects(IEnumerable<Mailbox> list) => [.. list.Select(Object)];

    private static JsonArray Texts(IEnumerable<Mailbox> list) => [.. list.Select(static m => (JsonNode)Plain(m))];

    /// <summary>An API takes names as they are, in quotes where they hold punctuation.</summary>
    private static string Plain(Mailbox mailbox) => mailbox.Name is null ? mailbox.Address
        : $"\"{mailbox.Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" <{mailbox.Address}>";

    private static string? Joined(IReadOnlyList<Mailbox> list) => list.Count == 0 ? null : string.Join(", ", list.Select(Plain));

    private static JsonObject Content(string media, string value) => new() { ["type"] = media, ["value"] = value };

    private static JsonObject Headers(Mail mail)
    {
        JsonObject headers = [];
        foreach ((string name, string value) in mail.ExtraHeaders())
        {
            headers[name] = value;
        }

        return headers;
    }
}
