using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Makes a <see cref="Platform"/> of its <c>platform.json</c> (docs/platforms.md).</summary>
internal static class PlatformReader
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    public static Platform? Read(string folder, ReadOnlyMemory<byte> bytes, IReadOnlyList<PlatformSample> samples, List<PlatformError> errors)
    {
        string file = folder + "/platform.json";
        JsonElement element;
        try
        {
            using var document = JsonDocument.Parse(bytes, Options);
            element = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            errors.Add(new PlatformError(file, "$", $"is not readable JSON (line {e.LineNumber + 1}): {e.Message}"));
            return null;
        }

        // Settings are read first: schemes refer to them by name.
        var first = new DescriptionReader(element, "$", new DescriptionReader.Context(file, null));
        List<PlatformSetting> settings = ReadSettings(first);
        var context = new DescriptionReader.Context(file, name => settings.Find(s => s.Name == name)?.Default);
        context.Errors.AddRange(first.Errors.Errors);
        var root = new DescriptionReader(element, "$", context);
        root.Has("settings");
        string name = root.Text("name", required: true) ?? folder;
        if (name != folder)
        {
            root.Error($"must be '{folder}', the name of its folder", "name");
        }

        var events = new List<PlatformEvent>();
        var schemes = ReadSchemes(root, out List<string> schemeIds);
        var platform = new Platform(schemes, ReadHandshakes(root))
        {
            Name = name,
            DisplayName = root.Text("displayName", required: true) ?? name,
            Category = root.Text("category", required: true) ?? string.Empty,
            Countries = root.Texts("countries"),
            Complete = root.Flag("complete"),
            SamplesMadeUp = root.Flag("samplesMadeUp"),
            Notes = ReadLocal(root, "notes"),
            SecretLabel = root.Object("secret") is DescriptionReader secret ? ReadSecret(secret, out IReadOnlyDictionary<string, IReadOnlyList<string>> steps) : Default(out steps),
            SecretSteps = steps,
            SecretTags = root.Texts("secretTags"),
            Settings = settings,
            DefaultSchemes = root.Texts("defaultSchemes"),
            SchemeIds = schemeIds,
            Answers = ReadAnswers(root),
            Delivery = ReadDelivery(root),
            Facts = ReadFacts(root),
            Reading = EventReadingReader.Read(root, events),
            Events = events,
            Vary = ReadVary(root),
            Samples = samples,
        };
        foreach (string id in platform.DefaultSchemes.Where(id => !schemeIds.Contains(id)))
        {
            root.Error($"there is no scheme '{id}'", "defaultSchemes");
        }

        root.Done();
        errors.AddRange(context.Errors);
        return context.Errors.Count == 0 ? platform : null;
    }

    internal static LocalText? ReadLocal(DescriptionReader parent, string name)
    {
        if (!parent.Raw(name, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return new LocalText(value.GetString()!, null);
        }

        var from = new DescriptionReader(value, $"{parent.Path}.{name}", parent.Errors);
        var text = new LocalText(from.Text("en", required: true) ?? string.Empty, from.Text("pt-BR"));
        from.Done();
        return text;
    }

    /// <summary>Each scheme is read once with the settings' defaults, so that a mistake shows when the platform is loaded; for a source it is read again with its own settings.</summary>
    private static List<JsonElement> ReadSchemes(DescriptionReader root, out List<string> ids)
    {
        var elements = new List<JsonElement>();
        ids = [];
        foreach (DescriptionReader item in root.Objects("schemes"))
        {
            if (SchemeReader.Read(item) is Scheme scheme)
            {
                if (ids.Contains(scheme.Id))
                {
                    item.Error("is there twice", "id");
                }

                ids.Add(scheme.Id);
            }
        }

        if (root.Raw("schemes", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            elements.AddRange(list.EnumerateArray());
        }

        if (elements.Count == 0)
        {
            root.Error("at least one scheme is needed", "schemes");
        }

        return elements;
    }

    private static List<JsonElement> ReadHandshakes(DescriptionReader root)
    {
        foreach (DescriptionReader item in root.Objects("handshakes"))
        {
            Handshake.Read(item);
        }

        return root.Raw("handshakes", out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
    }

    private static List<PlatformSetting> ReadSettings(DescriptionReader root)
    {
        var settings = new List<PlatformSetting>();
        foreach (DescriptionReader item in root.Objects("settings"))
        {
            string name = item.Text("name", required: true) ?? string.Empty;
            settings.Add(new PlatformSetting(name, ReadLocal(item, "label") ?? new LocalText(name, null), item.Text("default") ?? string.Empty, item.Texts("choices")));
            item.Done();
        }

        return settings;
    }

    private static LocalText? ReadSecret(DescriptionReader from, out IReadOnlyDictionary<string, IReadOnlyList<string>> steps)
    {
        LocalText? label = ReadLocal(from, "label");
        var byLanguage = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (from.Object("steps") is DescriptionReader languages)
        {
            byLanguage["en"] = languages.Texts("en", required: true);
            byLanguage["pt-BR"] = languages.Texts("pt-BR");
            languages.Done();
        }

        from.Done();
        steps = byLanguage;
        return label;
    }

    private static LocalText? Default(out IReadOnlyDictionary<string, IReadOnlyList<string>> steps)
    {
        steps = new Dictionary<string, IReadOnlyList<string>>();
        return null;
    }

    private static PlatformAnswers ReadAnswers(DescriptionReader root)
    {
        if (root.Object("answers") is not DescriptionReader from)
        {
            return PlatformAnswers.None;
        }

        var answers = new PlatformAnswers(Answer("accepted"), Answer("duplicate"), Answer("refused"));
        from.Done();
        return answers;

        PlatformAnswer? Answer(string name)
        {
            if (from.Object(name) is not DescriptionReader item)
            {
                return null;
            }

            var answer = new PlatformAnswer(item.Whole("status") ?? 200, item.Text("contentType"), Encoding.UTF8.GetBytes(item.Text("body") ?? string.Empty));
            item.Done();
            return answer;
        }
    }

    private static PlatformDelivery? ReadDelivery(DescriptionReader root)
    {
        if (root.Object("delivery") is not DescriptionReader from)
        {
            return null;
        }

        TimeSpan? span = null;
        if (from.Text("retrySpan") is string text)
        {
            span = Duration(text);
            if (span is null)
            {
                from.Error("must be a duration such as 3d or 36h", "retrySpan");
            }
        }

        var delivery = new PlatformDelivery(from.Text("success"), from.Whole("timeoutSeconds"), from.Text("retries"), span);
        from.Done();
        return delivery;
    }

    private static List<PlatformFact> ReadFacts(DescriptionReader root)
    {
        var facts = new List<PlatformFact>();
        foreach (DescriptionReader item in root.Objects("facts"))
        {
            string confidence = item.Text("confidence", required: true) ?? string.Empty;
            if (confidence is not ("D" or "S" or "C" or "M"))
            {
                item.Error("must be D, S, C or M", "confidence");
            }

            facts.Add(new PlatformFact(item.Text("about", required: true) ?? string.Empty, confidence, item.Text("source") ?? string.Empty));
            item.Done();
        }

        return facts;
    }

    private static SampleVariation ReadVary(DescriptionReader root)
    {
        if (root.Object("vary") is not DescriptionReader from)
        {
            return SampleVariation.None;
        }

        var vary = new SampleVariation(from.Texts("ids"), from.Texts("times"), from.Texts("amounts"));
        from.Done();
        return vary;
    }

    private static TimeSpan? Duration(string text) =>
        text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? text[^1] switch { 's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), 'd' => TimeSpan.FromDays(number), _ => null }
            : null;
}

/// <summary>Which values of a sample change from one simulated request to the next.</summary>
internal sealed record SampleVariation(IReadOnlyList<string> Ids, IReadOnlyList<string> Times, IReadOnlyList<string> Amounts)
{
    public static readonly SampleVariation None = new([], [], []);
}
