using System.Globalization;
using System.Text.Json;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Walks one JSON object, notes every problem with its path, and at the end reports the keys that nobody asked for.</summary>
public sealed class ObjectReader
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly List<string> _asked = [];
    private readonly List<ConfigurationProblem> _problems;

    public ObjectReader(JsonElement element, string path, List<ConfigurationProblem> problems)
    {
        Path = path;
        _problems = problems;
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new(path, $"This is {Describe(element)}, not an object.", "Write { … }."));
            return;
        }

        IsObject = true;
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (!_members.TryAdd(member.Name, member.Value))
            {
                problems.Add(new(Child(path, member.Name), "This key stands here twice.", "Keep one of the two."));
            }
        }
    }

    public string Path { get; }

    public bool IsObject { get; }

    public List<ConfigurationProblem> Problems => _problems;

    public string PathOf(string name) => Child(Path, name);

    /// <summary>The member, unless it is absent or null.</summary>
    public bool Has(string name, out JsonElement value)
    {
        _asked.Add(name);
        return _members.TryGetValue(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    public void Add(string name, string message, string fix) => _problems.Add(new(PathOf(name), message, fix));

    public string RequiredText(string name, string fix)
    {
        if (!Has(name, out JsonElement value))
        {
            if (IsObject)
            {
                Add(name, $"\"{name}\" is missing.", fix);
            }

            return "";
        }

        return AsText(value, PathOf(name), _problems) ?? "";
    }

    public string? Text(string name) => Has(name, out JsonElement value) ? AsText(value, PathOf(name), _problems) : null;

    public bool Flag(string name, bool otherwise)
    {
        if (!Has(name, out JsonElement value))
        {
            return otherwise;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Add(name, $"This is {Describe(value)}, not true or false.", "Write true or false, without quotes.");
        return otherwise;
    }

    public double? Number(string name, double min, double max)
    {
        if (!Has(name, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= min && number <= max)
        {
            return number;
        }

        Add(name, $"This is {Describe(value)}.", string.Create(CultureInfo.InvariantCulture, $"Write a number from {min} to {max}, without quotes."));
        return null;
    }

    public int? Whole(string name, int min, int max)
    {
        if (!Has(name, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= min && number <= max)
        {
            return number;
        }

        Add(name, $"This is {Describe(value)}.", string.Create(CultureInfo.InvariantCulture, $"Write a whole number from {min} to {max}, without quotes."));
        return null;
    }

    public TimeSpan? Duration(string name, TimeSpan min, TimeSpan max) =>
        Has(name, out JsonElement value) ? AsDuration(value, PathOf(name), min, max, _problems) : null;

    /// <summary>The members of an array with their paths; empty when the key is absent.</summary>
    public IEnumerable<(JsonElement Value, string Path)> Items(string name)
    {
        if (!Has(name, out JsonElement value))
        {
            yield break;
        }

        foreach ((JsonElement, string) item in AsItems(value, PathOf(name), _problems))
        {
            yield return item;
        }
    }

    public IReadOnlyList<string> Texts(string name)
    {
        List<string> texts = [];
        foreach ((JsonElement value, string path) in Items(name))
        {
            if (AsText(value, path, _problems) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>The members of an object with their paths; empty when the key is absent.</summary>
    public IEnumerable<(string Key, JsonElement Value, string Path)> Members(string name)
    {
        if (!Has(name, out JsonElement value))
        {
            yield break;
        }

        ObjectReader members = new(value, PathOf(name), _problems);
        foreach ((string key, JsonElement member) in members._members)
        {
            yield return (key, member, members.PathOf(key));
        }
    }

    /// <summary>Reports the keys that were not asked for: a typing error must not be taken for a setting that works.</summary>
    public void End()
    {
        foreach (string key in _members.Keys)
        {
            if (!_asked.Contains(key))
            {
                Add(key, $"\"{key}\" is not known here.", Names.Suggest(key, _asked.Distinct(), "Remove it."));
            }
        }
    }

    public static string? AsText(JsonElement value, string path, List<ConfigurationProblem> problems)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            try
            {
                return value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                problems.Add(new(path, "This text holds half of a surrogate pair.", "Write the whole character."));
                return null;
            }
        }

        problems.Add(new(path, $"This is {Describe(value)}, not a text.", "Write it in double quotes."));
        return null;
    }

    public static TimeSpan? AsDuration(JsonElement value, string path, TimeSpan min, TimeSpan max, List<ConfigurationProblem> problems)
    {
        if (value.ValueKind != JsonValueKind.String || !Durations.TryParse(value.GetString()!, out TimeSpan duration))
        {
            problems.Add(new(path, $"This is {Describe(value)}, not a duration.", $"Write {Durations.Shape}."));
            return null;
        }

        if (duration < min || duration > max)
        {
            problems.Add(new(path, $"{value.GetString()} is out of bounds.", $"Write {Durations.Format(min)} to {Durations.Format(max)}."));
            return null;
        }

        return duration;
    }

    public static IEnumerable<(JsonElement Value, string Path)> AsItems(JsonElement value, string path, List<ConfigurationProblem> problems)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            problems.Add(new(path, $"This is {Describe(value)}, not a list.", "Write [ … ]."));
            yield break;
        }

        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            yield return (item, $"{path}[{index.ToString(CultureInfo.InvariantCulture)}]");
            index++;
        }
    }

    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => value.GetRawText() is { Length: <= 60 } text ? $"the text {text}" : "a long text",
        JsonValueKind.Number => value.GetRawText() is { Length: <= 40 } number ? $"the number {number}" : "a long number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string Child(string path, string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_') ? $"{path}.{name}" : $"{path}['{name.Replace("'", "\\'", StringComparison.Ordinal)}']";
}
