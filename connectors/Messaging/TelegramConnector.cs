using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Messaging;

/// <summary>Writes to a chat of Telegram as a bot. Whether it worked says the body (<c>ok</c>), not the status.</summary>
public sealed class TelegramConnector : IConnector
{
    private const string Token = "token";
    private const string Chat = "chatId";
    private const string Silent = "silent";
    private const int MaxText = 4096;

    private static readonly AnswerMap Answers = new()
    {
        Api = "Telegram",
        Rules =
        [
            new(AnswerMeaning.Refused) { Path = "parameters.migrate_to_chat_id", Reason = "The group has become a supergroup: enter its new chat id." },
            new(AnswerMeaning.Throttled) { Path = "error_code", Values = ["429"] },
            new(AnswerMeaning.Credentials) { Path = "error_code", Values = ["401", "404"], Reason = "Copy the bot's token again from @BotFather." },
            new(AnswerMeaning.Refused) { Path = "error_code", Values = ["400", "403"] },
            new(AnswerMeaning.Retry) { Status = 200, Path = "ok", Values = ["false"] },
            new(AnswerMeaning.Credentials) { Status = 404, Reason = "Copy the bot's token again from @BotFather." },
        ],
        Waits = [WaitSignal.Body("parameters.retry_after")],
        Messages = ["description"],
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => new()
    {
        Id = "telegram",
        Name = new("Telegram", "Telegram"),
        Summary = new("Writes a message to a chat, group or channel of Telegram as your bot.", "Escreve uma mensagem em um chat, grupo ou canal do Telegram como o seu bot."),
        Fields =
        [
            FormFields.Key(Token, new("Bot token", "Token do bot"), new("From @BotFather, like 123456:ABC-DEF.", "Do @BotFather, como 123456:ABC-DEF."), "[0-9]{3,20}:[A-Za-z0-9_-]{20,100}",
                new("A bot token is digits, a colon and about 35 letters: copy it whole from @BotFather.", "Um token de bot tem dígitos, dois-pontos e cerca de 35 letras: copie-o inteiro do @BotFather.")),
            FormFields.Toggle(Silent, new("Without a sound", "Sem som"), new("The message arrives without a notification sound.", "A mensagem chega sem som de notificação.")) with { Advanced = true },
            FormFields.ApiAddress("https://api.telegram.org"),
            FormFields.AfterUnknownOutcome(UnknownOutcomePolicy.Retry),
            FormFields.Template(Chat, new("Chat", "Chat"),
                new("The number of the chat (groups begin with a minus), or the @name of a public channel. Add the bot to it first.", "O número do chat (grupos começam com menos) ou o @nome de um canal público. Adicione o bot antes."),
                null, new("A chat is a number, or @ and the name of a channel.", "Um chat é um número, ou @ e o nome de um canal."), "-?[0-9]{1,20}|@[A-Za-z0-9_]{4,40}", 60) with { Required = true },
            new()
            {
                Id = "text",
                Label = new("Message", "Mensagem"),
                Help = new("A template: text/plain, or text/html with b, i, a and code.", "Um modelo: text/plain, ou text/html com b, i, a e code."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
        ],
        Pacing = new() { PerSecond = 1, Window = new(20, TimeSpan.FromMinutes(1)), Concurrency = 1, Timeout = TimeSpan.FromSeconds(10), ThrottledWait = TimeSpan.FromSeconds(5) },
        Idempotency = IdempotencyClass.None,
    };

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host)
    {
        string token = settings.Secret(Token)!;
        host.Redact(token[(token.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        return new Session(host, settings.Text(FormFields.ApiAddressId)!, token, settings.Toggle(Silent));
    }

    private sealed class Session(IConnectorHost host, string address, string token, bool silent) : ApiSession(host, Answers)
    {
        private readonly ITelegram _bot = ApiClient.For<ITelegram>(host, $"{address.TrimEnd('/')}/bot{token}");

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            bool html = Message.Media(request) == "text/html";
            if (!html && Message.Media(request) != "text/plain")
            {
                throw Message.NeedsTemplate("Telegram", "text/plain or text/html", request);
            }

            JsonObject message = new JsonObject
            {
                ["chat_id"] = request.Needed(Chat),
                ["text"] = (request.Event.Test ? Message.TestMark : "") + Message.Text(request, MaxText - Message.TestMark.Length),
                ["link_preview_options"] = new JsonObject { ["is_disabled"] = true },
            }.With("parse_mode", html ? "HTML" : null).With("disable_notification", silent ? true : null);
            JsonElement answer = await AskAsync(_bot.SendAsync(message, cancellationToken));
            return JsonPath.Text(answer, "ok") == "true" && JsonPath.Text(answer, "result.message_id") is { } id
                ? new SendResult.Delivered(id)
                : new SendResult.UnknownOutcome("Telegram answered 200 without the id of a message.");
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            JsonElement answer = await AskAsync(_bot.MeAsync(cancellationToken));
            string name = JsonPath.Text(answer, "result.username") ?? "?";
            return new CheckResult.Works(new($"The token belongs to the bot @{name}. Nothing was written.", $"O token é do bot @{name}. Nada foi escrito."));
        }
    }
}

/// <summary>The calls of the Bot API that are used. The token stands in the path, which the host's log does not keep.</summary>
[AllowAnyStatusCode]
internal interface ITelegram
{
    [Post("sendMessage")]
    Task<HttpResponseMessage> SendAsync([Body] JsonObject message, CancellationToken cancellationToken);

    [Get("getMe")]
    Task<HttpResponseMessage> MeAsync(CancellationToken cancellationToken);
}
