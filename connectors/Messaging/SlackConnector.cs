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
        Pacing = new() { PerSecond = 1, Concurrency = 1, Timeout = TimeSpan.FromSeconds(10), ThrottledWait = TimeSpan.FromSeconds(5) },
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
        return new Session(host, address);
    }

    private sealed class Session(IConnectorHost host, Uri address) : ApiSession(host, Answers)
    {
        private readonly ISlackHook _hook = ApiClient.For<ISlackHook>(host, address.GetLeftPart(UriPartial.Authority));

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            JsonObject message = Make(request);
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
