using System.Text.Json;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Reads the configuration of contract section 3. All problems come at once, each with its path and its fix; nothing is guessed and no unknown key is passed over.</summary>
/// <remarks>What the reader cannot see (whether a route's source exists, whether a rule compiles) is judged when the whole is put together.</remarks>
public static partial class ConfigurationDocument
{
    /// <summary>The largest document that is read.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>The longest rule or template.</summary>
    public const int MaxCodeLength = 256 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow };

    /// <summary>Reads a whole document.</summary>
    public static ConfigurationReading<GatewayDefinition> Read(ReadOnlyMemory<byte> utf8, SecretSyntax secrets)
    {
        List<ConfigurationProblem> problems = [];
        using JsonDocument? document = Parse(utf8, problems);
        GatewayDefinition? definition = document is null ? null : ReadGateway(document.RootElement, secrets, problems);
        return new(problems.Count == 0 ? definition : null, problems);
    }

    /// <summary>Reads one source, list, destination, template or route. Its name may be left out or must be <paramref name="name"/>.</summary>
    public static ConfigurationReading<object> ReadItem(ConfigurationKind kind, string name, ReadOnlyMemory<byte> utf8, SecretSyntax secrets)
    {
        List<ConfigurationProblem> problems = [];
        using JsonDocument? document = Parse(utf8, problems);
        if (document is null)
        {
            return new(null, problems);
        }

        ObjectReader reader = new(document.RootElement, "$", problems);
        object item = kind switch
        {
            ConfigurationKind.Source => ReadSource(reader, name, secrets),
            ConfigurationKind.List => ReadList(reader, name),
            ConfigurationKind.Destination => ReadDestination(reader, name, secrets),
            ConfigurationKind.Template => ReadTemplate(reader, name),
            _ => ReadRoute(reader, name),
        };
        return new(problems.Count == 0 ? item : null, problems);
    }

    /// <summary>Parses JSON, or notes where it breaks.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8, List<ConfigurationProblem> problems)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException e)
        {
            string where = $"line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}";
            problems.Add(new("$", $"This is not JSON: it breaks off at {where}.", $"Look at {where} for a missing or extra comma, quote or bracket; comments are not allowed."));
            return null;
        }
    }

    private static GatewayDefinition ReadGateway(JsonElement root, SecretSyntax secrets, List<ConfigurationProblem> problems)
    {
        ObjectReader reader = new(root, "$", problems);
        GatewayDefinition definition = new()
        {
            Sources = Each(reader, "sources", item => ReadSource(item, null, secrets), source => source.Name),
            Lists = Each(reader, "lists", item => ReadList(item, null), list => list.Name),
            Destinations = Each(reader, "destinations", item => ReadDestination(item, null, secrets), destination => destination.Name),
            Templates = Each(reader, "templates", item => ReadTemplate(item, null), template => template.Name),
            Routes = Each(reader, "routes", item => ReadRoute(item, null), route => route.Name),
        };
        reader.End();
        return definition;
    }

    private static List<T> Each<T>(ObjectReader reader, string section, Func<ObjectReader, T> read, Func<T, string> nameOf)
    {
        List<T> items = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((JsonElement value, string path) in reader.Items(section))
        {
            ObjectReader item = new(value, path, reader.Problems);
            T read1 = read(item);
            if (nameOf(read1) is { Length: > 0 } name && !names.Add(name))
            {
                item.Add("name", $"The name \"{name}\" is used twice in {section}.", "Give every one its own name.");
            }

            items.Add(read1);
        }

        return items;
    }

    private static string ReadName(ObjectReader reader, string? given)
    {
        if (given is not null)
        {
            string? written = reader.Text("name");
            if (written is not null && written != given)
            {
                reader.Add("name", $"The name \"{written}\" differs from the address, which says \"{given}\".", "Leave the name out, or make both the same; nothing is renamed this way.");
            }

            if (!Names.IsValid(given))
            {
                reader.Add("name", $"\"{given}\" cannot be a name.", $"Use {Names.Shape}.");
            }

            return given;
        }

        string name = reader.RequiredText("name", $"Give it a name: {Names.Shape}.");
        if (name.Length > 0 && !Names.IsValid(name))
        {
            reader.Add("name", $"\"{name}\" cannot be a name.", $"Use {Names.Shape}.");
        }

        return name;
    }

    private static SourceDefinition ReadSource(ObjectReader reader, string? name, SecretSyntax secrets)
    {
        SourceDefinition source = new()
        {
            Name = ReadName(reader, name),
            Platform = reader.RequiredText("platform", "Name the platform that sends, such as \"yoco\" or \"stripe\"."),
            Enabled = reader.Flag("enabled", true),
            Secrets = ReadSecretList(reader, secrets),
            Settings = ReadSettings(reader),
            Dedupe = ReadDedupe(reader),
            MaxBodyBytes = reader.Whole("maxBodyBytes", 1024, 64 * 1024 * 1024) ?? SourceDefinition.DefaultMaxBodyBytes,
            PublicUrl = ReadOrigin(reader),
            RatePerSecond = reader.Number("ratePerSecond", 0.01, 1_000_000),
            Silence = ReadSilence(reader),
        };
        reader.End();
        return source;
    }

    private static string? ReadOrigin(ObjectReader reader)
    {
        string? text = reader.Text("publicUrl");
        if (text is null)
        {
            return null;
        }

        if (TryOrigin(text) is { } origin)
        {
            return origin;
        }

        reader.Add("publicUrl", $"\"{text}\" is not an origin.", "Write scheme and host as the sender sees them, such as https://hooks.example.com, without a path.");
        return null;
    }

    /// <summary>Scheme, host and port of an http or https URL without a path; null when the text is none.</summary>
    public static string? TryOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
            ? uri.GetLeftPart(UriPartial.Authority)
            : null;

    private static DedupeDefinition ReadDedupe(ObjectReader reader)
    {
        if (!reader.Has("dedupe", out JsonElement value))
        {
            return new();
        }

        ObjectReader dedupe = new(value, reader.PathOf("dedupe"), reader.Problems);
        TimeSpan? window = null;
        if (dedupe.Has("window", out JsonElement written))
        {
            window = written.ValueKind == JsonValueKind.String ? written.GetString() switch
            {
                "unlimited" => TimeSpan.MaxValue,
                "off" => TimeSpan.Zero,
                _ => ObjectReader.AsDuration(written, dedupe.PathOf("window"), TimeSpan.Zero, TimeSpan.FromDays(3650), dedupe.Problems),
            } : ObjectReader.AsDuration(written, dedupe.PathOf("window"), TimeSpan.Zero, TimeSpan.FromDays(3650), dedupe.Problems);
        }

        DedupeDefinition read = new() { Window = window, Fields = dedupe.Texts("fields"), RefuseSuspectedReplay = dedupe.Flag("refuseSuspectedReplay", false) };
        dedupe.End();
        return read;
    }

    private static ListDefinition ReadList(ObjectReader reader, string? name)
    {
        ListDefinition list = new() { Name = ReadName(reader, name), Values = reader.Texts("values") };
        for (int i = 0; i < list.Values.Count; i++)
        {
            if (list.Values[i].Length is 0 or > 256)
            {
                reader.Problems.Add(new($"{reader.PathOf("values")}[{i}]", "A value of a list has 1 to 256 characters.", "Shorten it, or remove it."));
            }
        }

        if (list.Values.Count > 1_000_000)
        {
            reader.Add("values", $"A list holds at most 1,000,000 values; here are {list.Values.Count}.", "Split it into several lists.");
        }

        reader.End();
        return list;
    }

    private static DestinationDefinition ReadDestination(ObjectReader reader, string? name, SecretSyntax secrets)
    {
        DestinationDefinition destination = new()
        {
            Name = ReadName(reader, name),
            Connector = reader.RequiredText("connector", "Name the connector, such as \"http\"; `webhookbridge connectors list` shows all."),
            Enabled = reader.Flag("enabled", true),
            Settings = ReadSettings(reader),
            Secrets = ReadSecretMap(reader, secrets),
            Limits = ReadLimits(reader),
        };
        reader.End();
        return destination;
    }

    private static LimitsDefinition ReadLimits(ObjectReader reader)
    {
        if (!reader.Has("limits", out JsonElement value))
        {
            return new();
        }

        ObjectReader limits = new(value, reader.PathOf("limits"), reader.Problems);
        LimitsDefinition read = new()
        {
            PerSecond = limits.Number("perSecond", 0.01, 100_000),
            Concurrency = limits.Whole("concurrency", 1, 256),
            Timeout = limits.Duration("timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
        };
        limits.End();
        return read;
    }

    private static TemplateDefinition ReadTemplate(ObjectReader reader, string? name)
    {
        TemplateDefinition template = new()
        {
            Name = ReadName(reader, name),
            ContentType = reader.Text("contentType") ?? "application/json",
            Body = reader.RequiredText("body", "Write the template's text."),
        };
        CheckCode(reader, "body", template.Body);
        CheckContentType(reader, template.ContentType);
        reader.End();
        return template;
    }

    private static void CheckCode(ObjectReader reader, string key, string code)
    {
        if (code.Length > MaxCodeLength)
        {
            reader.Add(key, $"This text has {code.Length} characters.", $"At most {MaxCodeLength} are taken.");
        }
    }

    private static void CheckContentType(ObjectReader reader, string contentType)
    {
        if (!System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out _))
        {
            reader.Add("contentType", $"\"{contentType}\" is not a media type.", "Write for example application/json or text/plain.");
        }
    }

    private static Dictionary<string, JsonElement> ReadSettings(ObjectReader reader)
    {
        Dictionary<string, JsonElement> settings = new(StringComparer.Ordinal);
        foreach ((string key, JsonElement value, _) in reader.Members("settings"))
        {
            settings[key] = value.Clone();
        }

        return settings;
    }

    private static List<SecretText> ReadSecretList(ObjectReader reader, SecretSyntax syntax)
    {
        List<SecretText> secrets = [];
        foreach ((JsonElement value, string path) in reader.Items("secrets"))
        {
            if (SecretReferences.Read(value, path, syntax, reader.Problems) is { } secret)
            {
                secrets.Add(secret);
            }
        }

        return secrets;
    }

    private static Dictionary<string, SecretText> ReadSecretMap(ObjectReader reader, SecretSyntax syntax)
    {
        Dictionary<string, SecretText> secrets = new(StringComparer.Ordinal);
        foreach ((string key, JsonElement value, string path) in reader.Members("secrets"))
        {
            if (SecretReferences.Read(value, path, syntax, reader.Problems) is { } secret)
            {
                secrets[key] = secret;
            }
        }

        return secrets;
    }
}

/// <summary>The five kinds of things that people set up.</summary>
public enum ConfigurationKind
{
    Source,
    List,
    Destination,
    Template,
    Route,
}

/// <summary>What was read, or what is wrong with it; never both.</summary>
public sealed record ConfigurationReading<T>(T? Value, IReadOnlyList<ConfigurationProblem> Problems)
    where T : class;
