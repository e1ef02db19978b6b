using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>Sends to an address that a program has subscribed by itself over the API (REST hooks): Zapier, Make, n8n and the like. What such a destination is for stands in its <c>key</c>.</summary>
public sealed class RestHookConnector : IConnector
{
    /// <summary>The connector's id: a destination that has it was made by a subscription.</summary>
    public const string Id = "rest-hook";

    /// <summary>The setting that names the API key which subscribed.</summary>
    public const string Key = "key";

    private static readonly ConnectorDescription Description = new()
    {
        Id = Id,
        Name = new("REST hook", "REST hook"),
        Summary = new(
            "Made by a program that subscribed over the API, such as Zapier, Make or n8n; it goes when the program unsubscribes. To send to an address of your own choose \"Any address\".",
            "Criado por um programa que se inscreveu pela API, como Zapier, Make ou n8n; sai quando o programa cancela a inscrição. Para um endereço seu, escolha \"Qualquer endereço\"."),
        Fields =
        [
            HttpForm.UrlField(new("Given by the program that subscribed. Treat it like a password.", "Informado pelo programa que se inscreveu. Trate-o como uma senha.")),
            new()
            {
                Id = Key,
                Label = new("Subscribed by the API key", "Inscrito pela chave de API"),
                Help = new("The id of the key; GET /api/v1/keys lists them.", "O id da chave; GET /api/v1/keys lista todas."),
                Kind = FieldKind.Text,
                Rule = new() { Pattern = "[A-Za-z0-9_-]+", MaxLength = 100, Problem = new("The id of a key looks like key_0123456789abcdef.", "O id de uma chave é assim: key_0123456789abcdef.") },
            },
            HttpForm.BodyField,
        ],
        Pacing = new() { PerSecond = 20, Concurrency = 4, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(10) },
        Idempotency = IdempotencyClass.None,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(host, settings.Secret(HttpForm.Url)!);

    private sealed class Session(IConnectorHost host, string address) : IConnectorSession
    {
        private readonly HttpPost _post = new(host, address);

        public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            using HttpResponseMessage response = await _post.SendAsync(request, cancellationToken);
            return (int)response.StatusCode == 410
                ? new SendResult.Refused("The program does not want these events any more: it answered 410, which ends the subscription.", "hook_ended")
                : HttpAnswer.Judge(response, host.Time);
        }

        public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => Reach.CheckAsync(host, new Uri(address), cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
