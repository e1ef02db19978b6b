using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage;

namespace WebhookBridge.Server.Api;

/// <summary><c>/settings/retention</c>: how long what is kept.</summary>
internal sealed class SettingsApi(RetentionSettings retention)
{
    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/settings/retention", ApiScopes.Read, [], async _ => Answer(await retention.LoadAsync()), new("getRetention", "How long what is kept.", "Retention")),
        new("PUT", "/settings/retention", ApiScopes.Admin, [], SetRetentionAsync, new("setRetention", "Sets how long what is kept; what is left out gets its default.", "Retention") { Takes = "RetentionInput" }),
    ];

    private async Task<ApiAnswer> SetRetentionAsync(ApiRequest request)
    {
        RetentionPolicy policy = await request.ReadAsync(RetentionSettings.Read);
        await retention.SaveAsync(policy, request.Caller.Name);
        return Answer(policy);
    }

    private static ApiAnswer Answer(RetentionPolicy policy) => ApiAnswer.Json(json => RetentionSettings.Write(json, policy));
}
