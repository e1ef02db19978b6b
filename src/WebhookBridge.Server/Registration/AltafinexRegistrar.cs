using System.Security.Cryptography;
using System.Text.Json;
using RestEase;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.Registration;

/// <summary>https://docs.altafinex.com/api/webhooks; a list and a removal are not documented.</summary>
[AllowAnyStatusCode]
internal interface IAltafinexWebhooks
{
    [Post("v1/webhooks")]
    Task<HttpResponseMessage> RegisterAsync([Body] AltafinexWebhook webhook, CancellationToken stop);
}

internal sealed record AltafinexWebhook(
    [property: System.Text.Json.Serialization.JsonPropertyName("url")] string Url,
    [property: System.Text.Json.Serialization.JsonPropertyName("events")] IReadOnlyList<string> Events,
    [property: System.Text.Json.Serialization.JsonPropertyName("secret")] string Secret);

/// <summary>Altafinex: the secret may be chosen by who registers; we make it, and the whole text is the key. It tries the address and answers 422 when that cannot be reached.</summary>
internal sealed class AltafinexRegistrar(IAltafinexWebhooks api, Redactor redactor) : PlatformRegistrar("Altafinex", redactor)
{
    protected override string KeyHint => "the secret key of the merchant account";

    public override async Task<NewRegistration> RegisterAsync(string label, string url, IReadOnlyList<string> events, CancellationToken stop)
    {
        string secret = "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        JsonElement made = await AskAsync(api.RegisterAsync(new AltafinexWebhook(url, events, secret), stop));
        return new NewRegistration(new RemoteRegistration(Required(made, "webhook_id"), Text(made, "url") ?? url, null, null, Texts(made, "events")), new SecretText(Text(made, "secret") ?? secret));
    }

    public override Task<IReadOnlyList<RemoteRegistration>?> ListAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<RemoteRegistration>?>(null);

    public override Task<bool> RemoveAsync(string id, CancellationToken stop) => Task.FromResult(false);
}
