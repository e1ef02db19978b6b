using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>Sends to a custom webhook of Make (formerly Integromat).</summary>
/// <remarks>Limits as Make's help pages give them: 300 requests per 10 seconds; each webhook has a queue, and when it is full new data is refused with 400 and a text that says so; a webhook without a scenario for five days answers 410.</remarks>
public sealed class MakeConnector : IConnector
{
    private const string ApiKey = "apiKey";

    private static readonly TimeSpan QueueFullWait = TimeSpan.FromSeconds(30);

    private static readonly ConnectorDescription Description = new()
    {
        Id = "make",
        Name = new("Make", "Make"),
        Summary = new(
            "Starts a scenario. Create one that begins with a custom webhook and paste its address here.",
            "Inicia um cenário. Crie um que comece com um webhook personalizado e cole o endereço aqui."),
        Fields =
        [
            HttpForm.UrlField(
                new("In Make: Webhooks, Custom webhook, Copy address to clipboard. Treat it like a password.",
                    "No Make: Webhooks, Custom webhook, Copy address to clipboard. Trate-o como uma senha."),
                new()
                {
                    Pattern = @"https://([a-z0-9.-]+\.make\.com|[a-z0-9.-]+\.make\.celonis\.com|[a-z0-9.-]+\.integromat\.com)/[A-Za-z0-9_-]+/?",
                    MaxLength = 500,
                    Problem = new("A Make address looks like https://hook.eu1.make.com/abcdef….",
                        "Um endereço do Make é assim: https://hook.eu1.make.com/abcdef…."),
                }),
            new()
            {
                Id = ApiKey,
                Label = new("API key of the webhook", "Chave de API do webhook"),
                Help = new("Only if you have set one at the webhook in Make.", "Somente se você definiu uma no webhook do Make."),
                Kind = FieldKind.Secret,
                Advanced = true,
                Rule = new() { Pattern = "[!-~]+", MaxLength = 500, Problem = new("An API key has no spaces or line breaks.", "Uma chave de API não tem espaços nem quebras de linha.") },
            },
            HttpForm.BodyField,
        ],
        Pacing = new() { PerSecond = 25, Window = new(300, TimeSpan.FromSeconds(10)), Concurrency = 8, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = QueueFullWait },
        Idempotency = IdempotencyClass.None,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(host, settings.Secret(HttpForm.Url)!, settings.Secret(ApiKey));

    private sealed class Session(IConnectorHost host, string address, string? apiKey) : IConnectorSession
    {
        private const int MaxBytes = 5 * 1024 * 1024;

        private readonly HttpPost _post = new(host, address) { Headers = apiKey is null ? [] : [new("x-make-apikey", apiKey)] };

        public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            if (request.Body.Length > MaxBytes)
            {
                return new SendResult.Refused("Make takes at most 5 MB. Use a template that sends less.", "too_large");
            }

            using HttpResponseMessage response = await _post.SendAsync(request, cancellationToken);
            return (int)response.StatusCode switch
            {
                400 when await SaysQueueIsFullAsync(response, cancellationToken) =>
                    new SendResult.RetryLater("The queue of the webhook in Make is full.", QueueFullWait, RetryCause.Throttled),
                410 => new SendResult.Refused("Make has switched this webhook off: no scenario has used it for five days. Connect it to a scenario."),
                _ => HttpAnswer.Judge(response, host.Time),
            };
        }

        public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => await Reach.CheckAsync(host, new Uri(address), cancellationToken) switch
        {
            CheckResult.NotPossible => new CheckResult.NotPossible(new(
                "Make can be reached. Send a test event while the scenario waits for data: Make learns the fields from it.",
                "O Make está acessível. Envie um evento de teste enquanto o cenário espera dados: o Make aprende os campos com ele.")),
            CheckResult other => other,
        };

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static async ValueTask<bool> SaysQueueIsFullAsync(HttpResponseMessage response, CancellationToken cancellationToken)
        {
            try
            {
                return (await response.Content.ReadAsStringAsync(cancellationToken)).Contains("queue", StringComparison.OrdinalIgnoreCase);
            }
            catch (HttpRequestException)
            {
                return false; // broke off: the status alone counts
            }
        }
    }
}
