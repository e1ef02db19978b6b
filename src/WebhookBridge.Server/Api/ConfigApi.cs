using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/config</c> and its parts: what people set up.</summary>
internal sealed class ConfigApi(GatewayConfiguration configuration, ValueLists lists, DeliveryActions actions, Func<PlatformCatalog> readPlatforms)
{
    /// <summary>Names the variables that an export refers to.</summary>
    public const string VariablesHeader = "WebhookBridge-Variables";

    private static readonly (string Path, ConfigurationKind Kind)[] Kinds =
    [
        ("sources", ConfigurationKind.Source), ("destinations", ConfigurationKind.Destination), ("routes", ConfigurationKind.Route),
        ("templates", ConfigurationKind.Template), ("lists", ConfigurationKind.List),
    ];

    public IEnumerable<Operation> Operations()
    {
        yield return new("GET", "/config", ApiScopes.Read, [], ExportAsync, new("exportConfig", "The whole configuration as a document for apply, variables' names for secrets.", "Config"));
        yield return new("POST", "/config", ApiScopes.Write, ["dryRun"], ApplyAsync,
            new("applyConfig", "Creates and replaces all that a document names; all or nothing. Descriptions of senders in the data directory are read anew.", "Changes") { Takes = "ConfigBody", Refuses = [Problems.InvalidConfiguration] });
        foreach ((string path, ConfigurationKind kind) in Kinds)
        {
            string word = StoredItems.Word(kind), schema = kind.ToString();
            yield return new("GET", $"/{path}", ApiScopes.Read, ["limit", "after"], request => ListAsync(request, kind), new($"list{schema}s", $"Every {word}, by name.", schema + "Page"));
            yield return new("GET", $"/{path}/{{name}}", ApiScopes.Read, [], request => GetAsync(request, kind), new($"get{schema}", $"One {word}.", schema) { Tagged = true, Refuses = [Problems.NotFound] });
            yield return new("PUT", $"/{path}/{{name}}", ApiScopes.Write, kind == ConfigurationKind.Route ? ["waiting"] : [], request => PutAsync(request, kind),
                new($"put{schema}", $"Creates a {word}, or replaces the one that was read before.", schema) { Also = [(201, schema)], Takes = schema + "Body", Tagged = true, Refuses = [Problems.InvalidConfiguration, Problems.IfMatchNeeded, Problems.Stale] });
            yield return new("DELETE", $"/{path}/{{name}}", ApiScopes.Write, [], request => DeleteAsync(request, kind), new($"delete{schema}", $"Removes a {word} that nothing uses.", null) { Tagged = true, Refuses = [Problems.NotFound, Problems.InUse, Problems.Stale] });
        }
    }

    /// <summary>The whole configuration as a document, variables' names for secrets.</summary>
    public static (byte[] Document, IReadOnlyList<string> Variables) Export(GatewayConfiguration configuration, ValueLists lists)
    {
        SecretNames names = new();
        GatewayDefinition definition = configuration.Definition;
        byte[] document = ConfigurationWriter.Write(definition with { Lists = [.. definition.Lists.Select(list => WithValues(list, lists))] }, names.Reference);
        return (document, names.Variables);
    }

    private Task<ApiAnswer> ExportAsync(ApiRequest request)
    {
        (byte[] document, IReadOnlyList<string> variables) = Export(configuration, lists);
        return Task.FromResult(new ApiAnswer(200, "application/json; charset=utf-8", document).With(VariablesHeader, string.Join(", ", variables)));
    }

    private async Task<ApiAnswer> ApplyAsync(ApiRequest request)
    {
        ReadOnlyMemory<byte> body = await request.BodyAsync();
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(body, SecretSyntax.Request);
        if (reading.Value is not { } document)
        {
            throw ApiRequest.Invalid(Problems.InvalidConfiguration, reading.Problems);
        }

        using JsonDocument json = JsonDocument.Parse(body);
        List<ConfigurationProblem> problems = [];
        document = document with
        {
            Sources = [.. document.Sources.Select((source, i) => (SourceDefinition)KeepSecrets(source, json.RootElement.GetProperty("sources")[i], $"$.sources[{i}]", problems))],
            Destinations = [.. document.Destinations.Select((destination, i) => (DestinationDefinition)KeepSecrets(destination, json.RootElement.GetProperty("destinations")[i], $"$.destinations[{i}]", problems))],
        };
        if (problems.Count > 0)
        {
            throw ApiRequest.Invalid(Problems.InvalidConfiguration, problems);
        }

        bool dryRun = request.Flag("dryRun");
        return Answer(await configuration.ApplyAsync(document, dryRun, request.Caller.Name, readPlatforms));
    }

    /// <summary>What a change did, as JSON.</summary>
    public static void Write(Utf8JsonWriter json, ChangeResult.Done done)
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", done.DryRun);
        json.WriteStartArray("changes");
        foreach (ItemChange change in done.Changes)
        {
            json.WriteStartObject();
            json.WriteString("kind", change.Kind);
            json.WriteString("name", change.Name);
            json.WriteString("change", change.Change);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ApiAnswer Answer(ChangeResult result) => result switch
    {
        ChangeResult.Done done => ApiAnswer.Json(json => Write(json, done)),
        _ => throw Refusal(result, ""),
    };

    private Task<ApiAnswer> ListAsync(ApiRequest request, ConfigurationKind kind) =>
        Task.FromResult(ApiAnswer.PageOfAll(request, [.. configuration.All(kind)], (json, item) => WriteListed(json, item.Definition)));

    /// <summary>A list may hold a million values: among others it stands with their number.</summary>
    private void WriteListed(Utf8JsonWriter json, object definition)
    {
        if (definition is not ListDefinition list)
        {
            ConfigurationWriter.WriteItem(json, definition, SecretNames.Shown);
            return;
        }

        json.WriteStartObject();
        json.WriteString("name", list.Name);
        json.WriteNumber("count", lists.ByName.TryGetValue(list.Name, out Engine.Filtering.ValueList? values) ? values.Count : 0);
        json.WriteEndObject();
    }

    private Task<ApiAnswer> GetAsync(ApiRequest request, ConfigurationKind kind) => Task.FromResult(Shown(Find(request, kind), 200));

    private ApiAnswer Shown(ConfiguredItem item, int status)
    {
        object definition = item.Definition is ListDefinition list ? WithValues(list, lists) : item.Definition;
        return new ApiAnswer(status, "application/json; charset=utf-8", ConfigurationWriter.WriteItem(definition, SecretNames.Shown)).With("ETag", $"\"{item.Revision}\"");
    }

    private async Task<ApiAnswer> PutAsync(ApiRequest request, ConfigurationKind kind)
    {
        string name = request["name"];
        ReadOnlyMemory<byte> body = await request.BodyAsync();
        ConfiguredItem? old = configuration.Find(kind, name);
        int expected = Expected(request, old, needed: true);

        ConfigurationReading<object> reading = ConfigurationDocument.ReadItem(kind, name, body, SecretSyntax.Request);
        if (reading.Value is not { } item)
        {
            throw ApiRequest.Invalid(Problems.InvalidConfiguration, reading.Problems);
        }

        using JsonDocument json = JsonDocument.Parse(body);
        List<ConfigurationProblem> problems = [];
        item = KeepSecrets(item, json.RootElement, "$", problems);
        if (problems.Count > 0)
        {
            throw ApiRequest.Invalid(Problems.InvalidConfiguration, problems);
        }

        bool repin = request.Query("waiting") switch
        {
            null or "keep" => false,
            "update" => true,
            { } other => throw new ProblemException(Problems.InvalidQuery, $"waiting={other} is neither keep (deliveries that wait finish as they were) nor update (they use the new revision)."),
        };
        ChangeResult result = await configuration.PutAsync(item, expected, request.Caller.Name);
        if (repin && result is ChangeResult.Done)
        {
            await actions.RepinAsync(name, configuration.Find(kind, name)!.Revision, request.Caller.Name);
        }

        return result is ChangeResult.Done ? Shown(configuration.Find(kind, name)!, old is null ? 201 : 200) : throw Refusal(result, name);
    }

    private async Task<ApiAnswer> DeleteAsync(ApiRequest request, ConfigurationKind kind)
    {
        ConfiguredItem item = Find(request, kind);
        ChangeResult result = await configuration.DeleteAsync(kind, item.Name, Expected(request, item, needed: false), request.Caller.Name);
        return result is ChangeResult.Done ? ApiAnswer.NoContent : throw Refusal(result, item.Name);
    }

    private ConfiguredItem Find(ApiRequest request, ConfigurationKind kind) => configuration.Find(kind, request["name"])
        ?? throw new ProblemException(Problems.NotFound, $"There is no {StoredItems.Word(kind)} \"{request["name"]}\". {Names.Suggest(request["name"], configuration.All(kind).Select(item => item.Name), "")}".TrimEnd());

    /// <summary>The revision that the caller has seen (RFC 9110, 13.1): what is there may only be overwritten by who has read it.</summary>
    private static int Expected(ApiRequest request, ConfiguredItem? there, bool needed)
    {
        IHeaderDictionary headers = request.Http.Request.Headers;
        if (headers.IfNoneMatch is ["*"] && there is not null)
        {
            throw new ProblemException(Problems.Stale, "It exists already, and If-None-Match says that it should not.");
        }

        if (headers.IfMatch is not [{ } match])
        {
            return there is null ? 0 : needed
                ? throw new ProblemException(Problems.IfMatchNeeded, "Read it first, and send its ETag as If-Match, so that nobody's change is lost.")
                : there.Revision;
        }

        if (match.Trim() == "*" && there is not null)
        {
            return there.Revision;
        }

        string[] tags = [.. match.Split(',').Select(tag => tag.Trim().Trim('"'))];
        return there is not null && tags.Contains(there.Revision.ToString())
            ? there.Revision
            : throw new ProblemException(Problems.Stale, there is null ? "It is no longer there." : $"It is at revision {there.Revision} now: read it again.");
    }

    private static ProblemException Refusal(ChangeResult result, string name) => result switch
    {
        ChangeResult.Invalid invalid => ApiRequest.Invalid(Problems.InvalidConfiguration, invalid.Problems),
        ChangeResult.Stale => new(Problems.Stale, "Somebody changed it at the same moment: read it again."),
        ChangeResult.InUse used => new(Problems.InUse, $"\"{name}\" is used by {string.Join(", ", used.Users)}: change that first."),
        _ => new(Problems.Internal, "The change had no result."),
    };

    /// <summary>Secrets are never shown, so a caller who reads, edits and writes cannot know them: left out, or sent back exactly as shown, they stay.</summary>
    private object KeepSecrets(object item, JsonElement written, string path, List<ConfigurationProblem> problems)
    {
        bool leftOut = !written.TryGetProperty("secrets", out _);
        switch (item)
        {
            case SourceDefinition source:
                SourceDefinition? oldSource = configuration.Find(ConfigurationKind.Source, source.Name)?.Definition as SourceDefinition;
                return source with
                {
                    Secrets = leftOut && oldSource is not null ? oldSource.Secrets : [.. source.Secrets.Select((secret, i) =>
                        Kept(secret, oldSource is not null && i < oldSource.Secrets.Count ? oldSource.Secrets[i] : null, new(ConfigurationKind.Source, source.Name, null, i), $"{path}.secrets[{i}]"))],
                };
            case DestinationDefinition destination:
                DestinationDefinition? oldDestination = configuration.Find(ConfigurationKind.Destination, destination.Name)?.Definition as DestinationDefinition;
                return destination with
                {
                    Secrets = leftOut && oldDestination is not null ? oldDestination.Secrets : destination.Secrets.ToDictionary(pair => pair.Key, pair =>
                        Kept(pair.Value, oldDestination?.Secrets.GetValueOrDefault(pair.Key), new(ConfigurationKind.Destination, destination.Name, pair.Key, 0), $"{path}.secrets.{pair.Key}"), StringComparer.Ordinal),
                };
            default:
                return item;
        }

        SecretText Kept(SecretText sent, SecretText? stored, SecretSlot slot, string at)
        {
            string text = sent.Reveal();
            if (stored is not null && text == SecretNames.Shown(slot, stored))
            {
                return stored;
            }

            if (text == SecretNames.Set || text.Contains(SecretNames.Hidden, StringComparison.Ordinal))
            {
                problems.Add(new(at, "This is how a stored secret is shown, and none is stored here.", "Send the secret itself."));
            }

            return sent;
        }
    }

    private static ListDefinition WithValues(ListDefinition list, ValueLists lists) =>
        list with { Values = lists.Lasting(list.Name) };
}
