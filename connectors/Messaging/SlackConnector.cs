using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Messaging;

/// <summary>Posts to a channel of Slack by an incoming webhook, whose address is the password.</summary>
public sealed class SlackConnector : IConnector
{
    private const string Url = "url";
    private const string Group = "group";
    private const int MaxText = 3000;

    private static readonly AnswerMap Answers = new()
    {
        Api = "Slack",
        Rules =
        [
            // Slack answers in single words (text/plain). What is wrong with the address or the channel concerns every message: a person has to look.
            new(AnswerMeaning.Credentials) { Status = 403, Reason = "Make a new incoming webhook in Slack and paste its address." },
            new(AnswerMeaning.Credentials) { Status = 404, Contains = "no_", Reason = "The webhook or its channel is gone: make a new one in Slack and paste its address." },
            new(AnswerMeaning.Credentials) { Status = 404, Contains = "channel_not_found", Reason = "The channel is gone: make a new webhook in Slack and paste its address." },
            new(AnswerMeaning.Credentials) { Status = 410, Contains = "channel_is_archived", Reason = "Bring the channel back, or make a webhook for another one." },
        ],
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => new()
    {
        Id = "slack",
        Name = new("Slack", "Slack"),
        Summary = new("Writes a message into a channel of Slack.", "Escreve uma mensagem em um canal do Slack."),
        Fields =
        [
            new()
            {
                Id = Url,
                Label = new("Webhook address", "Endereço do webhook"),
                Help = new("In Slack: Apps, Incoming Webhooks, copy.", "No Slack: Apps, Incoming Webhooks, copiar."),
                Kind = FieldKind.SecretUrl,
                Required = true,
                Rule = new()
                {
                    Pattern = @"https://hooks\.slack(-gov)?\.com/services/[A-Za-z0-9/_\-]+",
                    MaxLength = 500,
                    Problem = new("Paste the whole address: it begins with https://hooks.slack.com/services/.", "Cole o endereço inteiro: começa com https://hooks.slack.com/services/."),
                },
            },
            FormFields.Choice(Group, new("Group messages", "Agrupar mensagens"),
                new("When many events come, those that wait go out as one message, so that the channel is not flooded. Cards go out alone.", "Quando chegam muitos eventos, os que esperam saem em uma só mensagem, para não inundar o canal. Cartões saem sozinhos."),
                new("off", new("Each event by itself", "Cada evento sozinho")), new("5", new("At most one message in 5 seconds", "No máximo uma mensagem em 5 segundos")), new("20", new("At most one message in 20 seconds", "No máximo uma mensagem em 20 segundos"))) with
            { Advanced = true },
            FormFields.AfterUnknownOutcome(UnknownOutcomePolicy.Retry),
            new()
            {
                Id = "message",
                Label = new("Message", "Mensagem"),
                Help = new("A template: text/plain with *stars* for bold, or application/json for a card (blocks). Wrap names of customers in slack_escape.",
                    "Um modelo: text/plain com *asteriscos* para negrito, ou application/json para um cartão (blocks). Use slack_escape nos nomes de clientes."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
        ],
        // Deliveries that are grouped wait for their turn inside their own time.
        Pacing = new() { PerSecond = 1, Concurrency = MessageGroup.Most, Timeout = TimeSpan.FromSeconds(45), ThrottledWait = TimeSpan.FromSeconds(5) },
        Idempotency = IdempotencyClass.None,
    };

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host)
    {
        Uri address = new(settings.Secret(Url)!);
        host.Redact(address.AbsolutePath);
        host.Redact(address.Segments[^1]);
        return new Session(host, address, int.TryParse(settings.Text(Group), out int seconds) ? new MessageGroup(TimeSpan.FromSeconds(seconds), MaxText, host.Time) : null);
    }

    private sealed class Session(IConnectorHost host, Uri address, MessageGroup? group) : ApiSession(host, Answers)
    {
        private readonly ISlackHook _hook = ApiClient.For<ISlackHook>(host, address.GetLeftPart(UriPartial.Authority));

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            JsonObject message = Make(request);
            return group is not null && Message.Media(request) == "text/plain"
                ? await group.SendAsync(message["text"]!.ToString(), text => PostAsync(new JsonObject { ["text"] = text }, cancellationToken), cancellationToken)
                : await PostAsync(message, cancellationToken);
        }

        public override ValueTask DisposeAsync()
        {
            group?.Dispose();
            return base.DisposeAsync();
        }

        private async ValueTask<SendResult> PostAsync(JsonObject message, CancellationToken cancellationToken)
        {
            using HttpResponseMessage answer = await _hook.PostAsync(address.AbsolutePath.TrimStart('/'), message, cancellationToken);
            string text = (await answer.Content.ReadAsStringAsync(cancellationToken)).Trim();
            if (Answers.Failure(answer, text, default, Host.Time) is { } failure)
            {
                return failure;
            }

            return text == "ok" || text.Length == 0 || text.StartsWith("{\"ok\":true", StringComparison.Ordinal)
                ? new SendResult.Delivered()
                : new SendResult.UnknownOutcome("Slack answered 200, but not with its \"ok\": something else seems to have answered.") { Status = (int)answer.StatusCode };
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            // Nothing can be asked of a webhook without writing: its host is all that is looked for.
            await using Stream stream = await Host.ConnectAsync(address.IdnHost, address.Port, cancellationToken);
            return new CheckResult.NotPossible(new(
                "Slack can be reached. Whether the webhook is still there shows only when a message is written: use \"Send test event\".",
                "O Slack está acessível. Só dá para saber se o webhook ainda existe escrevendo uma mensagem: use \"Enviar evento de teste\"."));
        }

        private static JsonObject Make(DeliveryRequest request)
        {
            switch (Message.Media(request))
            {
                case "text/plain":
                    return new JsonObject { ["text"] = (request.Event.Test ? Message.TestMark : "") + Message.Text(request, MaxText) };
                case "application/json" when Message.Json(request) is { } card && (card.ContainsKey("text") || card.ContainsKey("blocks") || card.ContainsKey("attachments")):
                    if (request.Event.Test && !(card["text"]?.ToString() ?? "").StartsWith(Message.TestMark, StringComparison.Ordinal))
                    {
                        card["text"] = Message.TestMark + card["text"];
                        if (card["blocks"] is JsonArray blocks)
                        {
                            blocks.Insert(0, new JsonObject { ["type"] = "section", ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = Message.TestMark.Trim() } });
                        }
                    }

                    return card;
                default:
                    throw Message.NeedsTemplate("Slack", "text/plain, or application/json with \"text\" or \"blocks\"", request);
            }
        }
    }
}

/// <summary>The one call of an incoming webhook.</summary>
[AllowAnyStatusCode]
internal interface ISlackHook
{
    [Post("{path}")]
    Task<HttpResponseMessage> PostAsync([Path(UrlEncode = false)] string path, [Body] JsonObject message, CancellationToken cancellationToken);
}
