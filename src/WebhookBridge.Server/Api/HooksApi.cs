using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hooks;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Api;

/// <summary><c>/hooks</c> and <c>/me</c>: how programs such as Zapier, Make and n8n connect, learn what will come, subscribe and unsubscribe.</summary>
internal sealed class HooksApi(Gateway gateway)
{
    private const int MostSamples = 10;

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/me", ApiScopes.Any, [], Me, new("getMe", "Whose key this is, for the test of a connection.", "Me")),
        new("GET", "/hooks/me", ApiScopes.Any, [], Me, new("getHooksMe", "The same as /me.", "Me")),
        new("GET", "/hooks/sample", ApiScopes.Hooks, ["kind", "source", "limit"], SampleAsync,
            new("listHookSamples", "What hooks of a kind send: the newest events, or one that is made up. A bare array.", "FlatEvents") { Refuses = [Problems.NotFound] }),
        new("GET", "/hooks", ApiScopes.Hooks, ["limit", "after"], ListAsync, new("listHooks", "The hooks of this key; with scope admin all.", "HookPage")),
        new("POST", "/hooks", ApiScopes.Hooks, [], SubscribeAsync, new("subscribeHook", "From now on events of the kinds are sent to an address.", "Hook")
        {
            Status = 201,
            Takes = "HookBody",
            Refuses = [Problems.InvalidConfiguration, Problems.AddressNotAllowed, Problems.TooManyHooks],
        }),
        new("GET", "/hooks/{id}", ApiScopes.Hooks, [], GetAsync, new("getHook", "One hook.", "Hook") { Refuses = [Problems.NotFound] }),
        new("DELETE", "/hooks/{id}", ApiScopes.Hooks, [], UnsubscribeAsync, new("unsubscribeHook", "Ends a hook; done too when it has ended before.", null) { Refuses = [Problems.NotFound] }),
    ];

    private static Task<ApiAnswer> Me(ApiRequest request) => Task.FromResult(ApiAnswer.Json(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", request.Caller.KeyId);
        json.WriteString("name", request.Caller.Name);
        json.WriteStartArray("scopes");
        foreach (string scope in request.Caller.Scopes.Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(scope);
        }

        json.WriteEndArray();
        json.WriteString("gateway", request.Http.Request.Host.Value);
        json.WriteEndObject();
    }));

    private async Task<ApiAnswer> SampleAsync(ApiRequest request)
    {
        string[] kinds = (request.Query("kind") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (kinds.FirstOrDefault(kind => !EventKinds.IsSubscribable(kind)) is { } unknown)
        {
            throw new ProblemException(Problems.InvalidQuery, $"\"{unknown}\" is no kind of event. {Names.Suggest(unknown, EventKinds.Subscribable, "docs/configuration.md lists them.")}");
        }

        string? source = request.Query("source") is null or "*" ? null : Source(request.Query("source")!);
        int limit = request.Query("limit") is null ? 3 : Math.Min(request.Limit(), MostSamples);
        IReadOnlyList<byte[]> samples = await gateway.Flat.SamplesAsync(kinds, source, limit);
        return ApiAnswer.Json(json =>
        {
            json.WriteStartArray();
            foreach (byte[] sample in samples)
            {
                json.WriteRawValue(sample);
            }

            json.WriteEndArray();
        });
    }

    private async Task<ApiAnswer> SubscribeAsync(ApiRequest request)
    {
        HookRequest wanted = await request.ReadAsync(reader =>
        {
            string target = reader.RequiredText("targetUrl", "Write the address that events are to be sent to.");
            IReadOnlyList<string> kinds = [.. reader.Texts("kinds").Distinct(StringComparer.Ordinal)];
            foreach (string kind in kinds.Where(kind => !EventKinds.IsSubscribable(kind)))
            {
                reader.Add("kinds", $"\"{kind}\" is not a kind of event.", Names.Suggest(kind, EventKinds.Subscribable, "docs/configuration.md lists them."));
            }

            if (kinds.Count > 1 && kinds.Contains(EventKinds.DeliveryFailed))
            {
                reader.Add("kinds", $"\"{EventKinds.DeliveryFailed}\" tells of deliveries and stands alone.", "Make a hook of its own for it.");
            }

            string? when = null;
            if (reader.Has("when", out JsonElement conditions))
            {
                ObjectReader members = new(conditions, reader.PathOf("when"), reader.Problems);
                if (members.Has("kinds", out _))
                {
                    members.Add("kinds", "The kinds stand beside \"when\".", "Write them as \"kinds\".");
                }

                when = members.IsObject ? conditions.GetRawText() : null;
            }

            return new HookRequest(target, kinds, reader.Text("source") ?? "*", when);
        });
        if (wanted.Source != "*" && gateway.Configuration.Find(ConfigurationKind.Source, wanted.Source) is null)
        {
            throw ApiRequest.Invalid(Problems.InvalidConfiguration, [new("$.source", $"There is no source \"{wanted.Source}\".", Names.Suggest(wanted.Source, gateway.Configuration.All(ConfigurationKind.Source).Select(item => item.Name), "Leave it out for all sources."))]);
        }

        Hook hook = await gateway.Hooks.SubscribeAsync(wanted, request.Caller);
        return ApiAnswer.Json(json => Write(json, hook), 201).With("Location", $"{ApiHost.Prefix}/hooks/{hook.Id}");
    }

    private Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        Hook[] mine = [.. gateway.Hooks.All().Where(hook => IsSeenBy(hook, request.Caller)).OrderByDescending(hook => hook.CreatedAt).ThenBy(hook => hook.Id, StringComparer.Ordinal)];
        return Task.FromResult(ApiAnswer.PageOfAll(request, mine, Write));
    }

    private Task<ApiAnswer> GetAsync(ApiRequest request) => Task.FromResult(gateway.Hooks.All().FirstOrDefault(hook => hook.Id == request["id"] && IsSeenBy(hook, request.Caller)) is { } found
        ? ApiAnswer.Json(json => Write(json, found))
        : throw new ProblemException(Problems.NotFound, $"There is no hook {request["id"]}, or another key made it."));

    private async Task<ApiAnswer> UnsubscribeAsync(ApiRequest request)
    {
        string id = request["id"];
        if (gateway.Hooks.All().FirstOrDefault(hook => hook.Id == id) is { } found)
        {
            if (!IsSeenBy(found, request.Caller))
            {
                throw new ProblemException(Problems.NotFound, $"There is no hook {id} of this key.");
            }

            await gateway.Hooks.EndAsync(id, request.Caller.Name, "unsubscribed");
        }

        // Programs unsubscribe twice, and after a 410: gone is gone.
        return ApiAnswer.NoContent;
    }

    private string Source(string name) => gateway.Configuration.Find(ConfigurationKind.Source, name)?.Name
        ?? throw new ProblemException(Problems.NotFound, $"There is no source \"{name}\". {Names.Suggest(name, gateway.Configuration.All(ConfigurationKind.Source).Select(item => item.Name), "")}".TrimEnd());

    private static bool IsSeenBy(Hook hook, ApiCaller caller) => hook.KeyId == caller.KeyId || caller.Scopes.Contains(ApiScopes.Admin);

    private static void Write(Utf8JsonWriter json, Hook hook)
    {
        json.WriteStartObject();
        json.WriteString("id", hook.Id);
        json.WriteString("targetUrl", hook.TargetUrl);
        json.WriteStartArray("kinds");
        foreach (string kind in hook.Route?.When.Kinds ?? [])
        {
            json.WriteStringValue(kind);
        }

        json.WriteEndArray();
        json.WriteString("source", hook.Route is null ? null : string.Join(',', hook.Route.Sources));
        json.WriteString("route", hook.Route?.Name);
        json.WriteString("destination", hook.Id);
        json.WriteString("keyId", hook.KeyId);
        json.WriteTime("createdAt", hook.CreatedAt);
        json.WriteEndObject();
    }
}
