using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>Sends to any HTTP address: method, headers, authorization, Standard Webhooks signature with two secrets for rotation, gzip.</summary>
public sealed class HttpConnector : IConnector
{
    /// <inheritdoc/>
    public ConnectorDescription Describe() => HttpForm.Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings)
    {
        List<SettingProblem> problems = [];
        foreach (KeyValuePair<string, string> header in settings.Map(HttpForm.Headers))
        {
            if (HttpForm.HeaderProblem(header.Key, header.Value) is { } text)
            {
                problems.Add(new(HttpForm.Headers, text));
            }
        }

        if (settings.Text(HttpForm.ApiKeyHeader) is { } name && settings.Text(HttpForm.Auth) == HttpForm.AuthApiKey && HttpForm.HeaderProblem(name, "") is { } bad)
        {
            problems.Add(new(HttpForm.ApiKeyHeader, bad));
        }

        foreach (string id in new[] { HttpForm.SigningSecret, HttpForm.PreviousSigningSecret })
        {
            if (settings.Secret(id) is { } secret && !WebhookSigner.TryDecode(secret, out _))
            {
                problems.Add(new(id, new(
                    $"'{id}' must be whsec_ followed by the base64 of 24 to 64 random bytes. The console can make one.",
                    $"'{id}' deve ser whsec_ seguido do base64 de 24 a 64 bytes aleatórios. O console pode criar um.")));
            }
        }

        if (settings.Toggle(HttpForm.Sign) && settings.Secret(HttpForm.SigningSecret) is null)
        {
            problems.Add(new(HttpForm.SigningSecret, new(
                "'sign' is on, so 'signingSecret' is needed: whsec_ followed by base64.",
                "'sign' está ligado, então 'signingSecret' é necessário: whsec_ seguido de base64.")));
        }

        return problems;
    }

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host)
    {
        List<KeyValuePair<string, string>> headers = [.. settings.Map(HttpForm.Headers)];
        if (Authorization(settings) is { } authorization)
        {
            headers.Add(authorization);
            host.Redact(authorization.Value);
        }

        string?[] secrets = [settings.Secret(HttpForm.SigningSecret), settings.Secret(HttpForm.PreviousSigningSecret)];
        string address = settings.Secret(HttpForm.Url)!;
        return new Session(host, new HttpPost(host, address)
        {
            Method = new HttpMethod(settings.Text(HttpForm.Method) ?? "POST"),
            Headers = headers,
            Signer = settings.Toggle(HttpForm.Sign) ? new WebhookSigner(secrets.OfType<string>()) : null,
            Gzip = settings.Toggle(HttpForm.Gzip),
        }, new Uri(address));
    }

    private static KeyValuePair<string, string>? Authorization(ConnectorSettings settings) => settings.Text(HttpForm.Auth) switch
    {
        HttpForm.AuthBearer => new("Authorization", "Bearer " + settings.Secret(HttpForm.Token)),
        HttpForm.AuthBasic => new("Authorization", HttpPost.Basic(settings.Text(HttpForm.UserName) ?? "", settings.Secret(HttpForm.Password) ?? "")),
        HttpForm.AuthApiKey => new(settings.Text(HttpForm.ApiKeyHeader)!, settings.Secret(HttpForm.ApiKey)!),
        _ => null,
    };

    private sealed class Session(IConnectorHost host, HttpPost post, Uri address) : IConnectorSession
    {
        public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            using HttpResponseMessage response = await post.SendAsync(request, cancellationToken);
            return HttpAnswer.Judge(response, host.Time);
        }

        public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => Reach.CheckAsync(host, address, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
