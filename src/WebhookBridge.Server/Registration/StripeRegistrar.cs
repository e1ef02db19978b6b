using System.Text.Json;
using RestEase;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.Registration;

/// <summary>https://docs.stripe.com/api/webhook_endpoints</summary>
[AllowAnyStatusCode]
internal interface IStripeEndpoints
{
    [Post("v1/webhook_endpoints")]
    Task<HttpResponseMessage> RegisterAsync([Body] HttpContent form, CancellationToken stop);

    [Get("v1/webhook_endpoints")]
    Task<HttpResponseMessage> ListAsync([Query("limit")] int limit, [Query("starting_after")] string? after, CancellationToken stop);

    [Delete("v1/webhook_endpoints/{id}")]
    Task<HttpResponseMessage> RemoveAsync([Path] string id, CancellationToken stop);
}

/// <summary>Stripe: forms in, JSON out; it makes the secret and shows it once; lists come in pages.</summary>
internal sealed class StripeRegistrar(IStripeEndpoints api, Redactor redactor) : PlatformRegistrar("Stripe", redactor)
{
    private const int PageSize = 100;

    /// <summary>Stripe takes at most 16 endpoints for an account, many more through Connect; beyond this the list is cut.</summary>
    private const int MostPages = 10;

    protected override string KeyHint => "a secret key (sk_…), or a restricted key (rk_…) that may write webhook endpoints";

    public override async Task<NewRegistration> RegisterAsync(string label, string url, IReadOnlyList<string> events, CancellationToken stop)
    {
        using FormUrlEncodedContent form = new([new("url", url), new("description", label), .. events.Select(name => new KeyValuePair<string, string>("enabled_events[]", name))]);
        JsonElement made = await AskAsync(api.RegisterAsync(form, stop));
        return new NewRegistration(Read(made), new SecretText(Required(made, "secret")));
    }

    public override async Task<IReadOnlyList<RemoteRegistration>?> ListAsync(CancellationToken stop)
    {
        List<RemoteRegistration> all = [];
        for (int page = 0; page < MostPages; page++)
        {
            JsonElement answer = await AskAsync(api.ListAsync(PageSize, all.LastOrDefault()?.Id, stop));
            RemoteRegistration[] items = [.. Items(answer, "data").Select(Read)];
            all.AddRange(items);
            if (items.Length == 0 || !answer.TryGetProperty("has_more", out JsonElement more) || more.ValueKind != JsonValueKind.True)
            {
                break;
            }
        }

        return all;
    }

    public override async Task<bool> RemoveAsync(string id, CancellationToken stop)
    {
        await AskAsync(api.RemoveAsync(id, stop), mayBeGone: true);
        return true;
    }

    private RemoteRegistration Read(JsonElement endpoint) => new(
        Required(endpoint, "id"),
        Text(endpoint, "url") ?? "",
        Text(endpoint, "description"),
        endpoint.TryGetProperty("livemode", out JsonElement live) ? live.ValueKind == JsonValueKind.True ? "live" : "test" : null,
        Texts(endpoint, "enabled_events"));
}
