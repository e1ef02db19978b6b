using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Api;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.Hosting;

/// <summary>Definitions as the store keeps them: JSON without secrets, secrets by field. A route's JSON holds the text of its template and of those that it includes beside it, so that a pinned revision is whole.</summary>
internal static class StoredItems
{
    private const string Definition = "definition";
    private const string Template = "template";
    private const string Includes = "includes";

    /// <summary>The store's word for a kind.</summary>
    public static string Word(ConfigurationKind kind) => kind switch
    {
        ConfigurationKind.Source => "source",
        ConfigurationKind.List => "list",
        ConfigurationKind.Destination => "destination",
        ConfigurationKind.Template => "template",
        _ => "route",
    };

    /// <summary>The kind of a word, or null for what is not ours (hooks, settings).</summary>
    public static ConfigurationKind? KindOf(string word) => word switch
    {
        "source" => ConfigurationKind.Source,
        "list" => ConfigurationKind.List,
        "destination" => ConfigurationKind.Destination,
        "template" => ConfigurationKind.Template,
        "route" => ConfigurationKind.Route,
        _ => null,
    };

    public static string NameOf(object item) => item switch
    {
        SourceDefinition source => source.Name,
        ListDefinition list => list.Name,
        DestinationDefinition destination => destination.Name,
        TemplateDefinition template => template.Name,
        RouteDefinition route => route.Name,
        _ => throw new ArgumentException("Not a thing that is configured.", nameof(item)),
    };

    public static ConfigurationKind KindOf(object item) => item switch
    {
        SourceDefinition => ConfigurationKind.Source,
        ListDefinition => ConfigurationKind.List,
        DestinationDefinition => ConfigurationKind.Destination,
        TemplateDefinition => ConfigurationKind.Template,
        _ => ConfigurationKind.Route,
    };

    /// <summary>Items put together to a whole, each section in their order.</summary>
    public static GatewayDefinition Whole(IEnumerable<object> items)
    {
        object[] all = [.. items];
        return new()
        {
            Sources = [.. all.OfType<SourceDefinition>()],
            Lists = [.. all.OfType<ListDefinition>()],
            Destinations = [.. all.OfType<DestinationDefinition>()],
            Templates = [.. all.OfType<TemplateDefinition>()],
            Routes = [.. all.OfType<RouteDefinition>()],
        };
    }

    /// <param name="resolved">The text behind a route's template; null where it has none.</param>
    /// <param name="included">What a route's templates include.</param>
    public static string Write(object item, TemplateReference.Inline? resolved, IReadOnlyList<TemplateDefinition> included)
    {
        if (item is not RouteDefinition)
        {
            // What is in a list stands in a table of its own.
            return Encoding.UTF8.GetString(ConfigurationWriter.WriteItem(item is ListDefinition list ? list with { Values = [] } : item, secret: null));
        }

        return Encoding.UTF8.GetString(ApiAnswer.Write(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName(Definition);
            ConfigurationWriter.WriteItem(json, item, secret: null);
            if (resolved is not null)
            {
                json.WriteStartObject(Template);
                json.WriteString("contentType", resolved.ContentType);
                json.WriteString("body", resolved.Body);
                json.WriteEndObject();
            }

            if (included.Count > 0)
            {
                json.WriteStartObject(Includes);
                foreach (TemplateDefinition template in included)
                {
                    json.WriteString(template.Name, template.Body);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It was not written by this program.</exception>
    public static object Read(ConfigurationKind kind, string name, string json, IReadOnlyDictionary<string, SecretText> secrets)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        if (kind == ConfigurationKind.Route)
        {
            using JsonDocument envelope = JsonDocument.Parse(utf8);
            utf8 = Encoding.UTF8.GetBytes(envelope.RootElement.GetProperty(Definition).GetRawText());
        }

        ConfigurationReading<object> reading = ConfigurationDocument.ReadItem(kind, name, utf8, SecretSyntax.Plain);
        return reading.Value switch
        {
            SourceDefinition source => source with { Secrets = [.. secrets.OrderBy(pair => int.Parse(pair.Key)).Select(pair => pair.Value)] },
            DestinationDefinition destination => destination with { Secrets = secrets },
            { } other => other,
            null => throw new InvalidDataException($"The stored {Word(kind)} \"{name}\" cannot be read: {reading.Problems[0]}"),
        };
    }

    /// <summary>A route's revision with its template in place, and the texts that it includes by name.</summary>
    public static (RouteDefinition Route, IReadOnlyDictionary<string, string> Included) ReadPinnedRoute(string name, string json)
    {
        RouteDefinition route = (RouteDefinition)Read(ConfigurationKind.Route, name, json, new Dictionary<string, SecretText>());
        using JsonDocument envelope = JsonDocument.Parse(json);
        if (envelope.RootElement.TryGetProperty(Template, out JsonElement template))
        {
            route = route with { Template = new TemplateReference.Inline(template.GetProperty("contentType").GetString()!, template.GetProperty("body").GetString()!) };
        }

        return (route, envelope.RootElement.TryGetProperty(Includes, out JsonElement included) ? included.EnumerateObject().ToDictionary(static t => t.Name, static t => t.Value.GetString()!) : []);
    }

    public static Dictionary<string, SecretText?> Secrets(object item) => item switch
    {
        SourceDefinition source => source.Secrets.Select((secret, i) => (Key: i.ToString(), Secret: secret)).ToDictionary(pair => pair.Key, pair => (SecretText?)pair.Secret),
        DestinationDefinition destination => destination.Secrets.ToDictionary(pair => pair.Key, pair => (SecretText?)pair.Value),
        _ => [],
    };
}
