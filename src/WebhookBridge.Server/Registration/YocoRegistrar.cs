using System.Text.Json;
using RestEase;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.Registration;

/// <summary>https://developer.yoco.com/online/api-reference/webhooks</summary>
[AllowAnyStatusCode]
internal interface IYocoWebhooks
{
    [Post("api/webhooks")]
    Task<HttpResponseMessage> RegisterAsync([Body] YocoWebhook webhook, CancellationToken stop);

    [Get("api/webhooks")]
    Task<HttpResponseMessage> ListAsync(CancellationToken stop);

    [Delete("api/webhooks/{id}")]
    Task<HttpResponseMessage> RemoveAsync([Path] string id, CancellationToken stop);
}

internal sealed record YocoWebhook(
    [property: System.Text.Json.Serialization.JsonPropertyName("name")] string Name,
    [property: System.Text.Json.Serialization.JsonPropertyName("url")] string Url);

/// <summary>Yoco: one registration receives every event of the account; it makes the secret and shows it once.</summary>
internal sealed class YocoRegistrar(IYocoWebhooks api, Redactor redactor) : PlatformRegistrar("Yoco", redactor)
{
    protected override string KeyHint => "the secret key that begins with sk_live_ or sk_test_";

    public override async Task<NewRegistration> RegisterAsync(string label, string url, IReadOnlyList<string> events, CancellationToken stop)
    {
        JsonElement made = await AskAsync(api.RegisterAsync(new YocoWebhook(label, url), stop));
        return new NewRegistration(Read(made), new SecretText(Required(made, "secret")));
    }

    public override async Task<IReadOnlyList<RemoteRegistration>?> ListAsync(CancellationToken stop) =>
        [.. Items(await AskAsync(api.ListAsync(stop)), "subscriptions").Select(Read)];

    public override async Task<bool> RemoveAsync(string id, CancellationToken stop)
    {
        await AskAsync(api.RemoveAsync(id, stop), mayBeGone: true);
        return true;
    }

    private RemoteRegistration Read(JsonElement webhook) => new(Required(webhook, "id"), Text(webhook, "url") ?? "", Text(webhook, "name"), Text(webhook, "mode"), []);
}
