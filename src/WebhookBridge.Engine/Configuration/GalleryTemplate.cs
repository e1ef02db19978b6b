using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Configuration;

/// <summary>An entry of the template gallery: a folder <c>templates/&lt;name&gt;/</c> with its description, template, rule and sample. Immutable.</summary>
public sealed record GalleryTemplate
{
    public required string Name { get; init; }

    public required LocalText Title { get; init; }

    /// <summary>One or two sentences: what arrives where.</summary>
    public required LocalText Description { get; init; }

    /// <summary>Ids of the connectors that it was written for.</summary>
    public required IReadOnlyList<string> Connectors { get; init; }

    public required string ContentType { get; init; }

    /// <summary>Kinds of event that it suits; empty = every kind.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Members of the normal form without which there is nothing to send; the rule skips such events.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Route fields of its connectors.</summary>
    public IReadOnlyDictionary<string, FieldTemplate> Fields { get; init; } = new Dictionary<string, FieldTemplate>();

    /// <summary>Scriban; null for a connector that is filled by route fields alone.</summary>
    public string? Body { get; init; }

    /// <summary>JavaScript: what must hold before it is sent.</summary>
    public required string Rule { get; init; }

    /// <summary>An event of the platform <c>generic</c>, made up by this project.</summary>
    public required byte[] SampleEvent { get; init; }

    /// <summary>What a route that names this entry gets as its template; null when the entry has none.</summary>
    public TemplateDefinition? Template => Body is null ? null : new() { Name = Name, ContentType = ContentType, Body = Body };

    /// <summary>The route with the fields of this entry that it does not set itself, if it leads to a connector that the entry was written for. An entry without a body is all fields: the route needs no template then.</summary>
    public RouteDefinition FillIn(RouteDefinition route, string connector)
    {
        if (!Connectors.Contains(connector))
        {
            return route;
        }

        Dictionary<string, FieldTemplate> fields = new(route.Fields, StringComparer.Ordinal);
        foreach ((string id, FieldTemplate field) in Fields)
        {
            fields.TryAdd(id, field);
        }

        return route with { Fields = fields, Template = Body is null ? null : route.Template };
    }

    /// <summary>Reads an entry; null when anything is wrong with it, and then <paramref name="problems"/> has grown.</summary>
    /// <param name="name">Name of its folder.</param>
    /// <param name="files">Content by file name.</param>
    public static GalleryTemplate? Read(string name, IReadOnlyDictionary<string, byte[]> files, List<ConfigurationProblem> problems)
    {
        int before = problems.Count;
        if (!Names.IsValid(name))
        {
            problems.Add(new(name, "This is no name for a template.", "Lower-case letters, digits and hyphens, 1 to 60."));
        }

        foreach (string file in new[] { "template.json", "rule.js", "sample-event.json" }.Where(file => !files.ContainsKey(file)))
        {
            problems.Add(new($"{name}/{file}", "The file is missing.", "Copy the folder of a template that ships and change it."));
        }

        if (problems.Count > before)
        {
            return null;
        }

        using JsonDocument? document = ConfigurationDocument.Parse(files["template.json"], problems);
        if (document is null)
        {
            return null;
        }

        ObjectReader reader = new(document.RootElement, name + "/template.json", problems);
        GalleryTemplate template = new()
        {
            Name = name,
            Title = ReadText(reader, "title"),
            Description = ReadText(reader, "description"),
            Connectors = reader.Texts("connectors"),
            ContentType = reader.RequiredText("contentType", "Write application/json, text/html or text/plain."),
            Kinds = reader.Texts("kinds"),
            Needs = reader.Texts("needs"),
            Fields = ConfigurationDocument.ReadFields(reader),
            Body = files.TryGetValue("body.scriban", out byte[]? body) ? Encoding.UTF8.GetString(body) : null,
            Rule = Encoding.UTF8.GetString(files["rule.js"]),
            SampleEvent = files["sample-event.json"],
        };
        foreach (string kind in template.Kinds.Where(kind => !EventKinds.IsKnown(kind)))
        {
            reader.Add("kinds", $"\"{kind}\" is not a kind of event.", Names.Suggest(kind, EventKinds.All, "docs/configuration.md lists the kinds."));
        }

        if (template.Connectors.Count == 0)
        {
            reader.Add("connectors", "No connector is named.", "Name the connectors that the template was written for.");
        }

        reader.End();
        return problems.Count > before ? null : template;
    }

    private static LocalText ReadText(ObjectReader reader, string key)
    {
        if (!reader.Has(key, out JsonElement value))
        {
            reader.Add(key, $"\"{key}\" is missing.", "Write { \"en\": \"…\", \"pt-BR\": \"…\" }.");
            return new("", "");
        }

        ObjectReader texts = new(value, reader.PathOf(key), reader.Problems);
        LocalText text = new(texts.RequiredText("en", "Write it in English."), texts.RequiredText("pt-BR", "Write it in Brazilian Portuguese."));
        texts.End();
        return text;
    }
}
