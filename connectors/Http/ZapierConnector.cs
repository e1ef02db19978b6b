using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>Sends to a Zap that begins with "Webhooks by Zapier" (Catch Hook or Catch Raw Hook).</summary>
/// <remarks>Limits as Zapier's help pages give them: about 30 requests a second per hook, 10,000 per 5 minutes per user; no Retry-After is documented with its 429.</remarks>
public sealed class ZapierConnector : IConnector
{
    private const string Taken = "Zapier has taken it. Whether a Zap ran shows only in the Zap's history: Zapier answers the same when the Zap is off.";

    private static readonly ConnectorDescription Description = new()
    {
        Id = "zapier",
        Name = new("Zapier", "Zapier"),
        Summary = new(
            "Starts a Zap. Create one with the trigger \"Webhooks by Zapier\" and paste its address here.",
            "Inicia um Zap. Crie um com o gatilho \"Webhooks by Zapier\" e cole o endereço aqui."),
        Fields =
        [
            HttpForm.UrlField(
                new("In Zapier: trigger Webhooks by Zapier, Catch Hook, then copy the address. Treat it like a password.",
                    "No Zapier: gatilho Webhooks by Zapier, Catch Hook, depois copie o endereço. Trate-o como uma senha."),
                new()
                {
                    Pattern = @"https://hooks\.zapier\.com/hooks/(catch|standard)/[A-Za-z0-9/_-]+/?",
                    MaxLength = 500,
                    Problem = new("A Zapier address looks like https://hooks.zapier.com/hooks/catch/123456/abcdef/.",
                        "Um endereço do Zapier é assim: https://hooks.zapier.com/hooks/catch/123456/abcdef/."),
                }),
            HttpForm.BodyField,
        ],
        Pacing = new() { PerSecond = 20, Window = new(9000, TimeSpan.FromMinutes(5)), Concurrency = 8, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(10) },
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
        /// <summary>What the platform's table of limits allows for one message.</summary>
        private const int MaxBytes = 10 * 1024 * 1024;

        private readonly HttpPost _post = new(host, address);

        public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            if (request.Body.Length > MaxBytes)
            {
                return new SendResult.Refused("Zapier takes at most 10 MB. Use a template that sends less.", "too_large");
            }

            using HttpResponseMessage response = await _post.SendAsync(request, cancellationToken);
            return (int)response.StatusCode switch
            {
                // The body is not looked at: it is empty when "Silent Mode" is on.
                >= 200 and <= 299 => new SendResult.Delivered(Note: Taken),
                404 or 410 => new SendResult.Refused("There is no Zap behind this address any more. Copy the address of the new one."),
                _ => HttpAnswer.Judge(response, host.Time),
            };
        }

        public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => await Reach.CheckAsync(host, new Uri(address), cancellationToken) switch
        {
            CheckResult.NotPossible => new CheckResult.NotPossible(new(
                "Zapier can be reached. It answers \"success\" even when no Zap is behind the address: send a test event and look into the Zap's history.",
                "O Zapier está acessível. Ele responde \"sucesso\" mesmo sem um Zap no endereço: envie um evento de teste e veja o histórico do Zap.")),
            CheckResult other => other,
        };

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
