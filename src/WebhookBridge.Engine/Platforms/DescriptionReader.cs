using System.Text.Json;

namespace WebhookBridge.Engine.Platforms;

/// <summary>What is wrong with a platform's description.</summary>
/// <param name="File">Such as <c>yoco/platform.json</c>.</param>
/// <param name="JsonPath">Such as <c>$.schemes[0].content</c>.</param>
/// <param name="Text">What is wrong and what to write instead.</param>
public sealed record PlatformError(string File, string JsonPath, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File} {JsonPath}: {Text}";
}

/// <summary>Reads one JSON object of a description: all errors are gathered, names that nobody asked for are errors too.</summary>
internal sealed class DescriptionReader
{
    private readonly JsonElement _element;
    private readonly Context _context;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public DescriptionReader(JsonElement element, string path, Context context)
    {
        _element = element;
        Path = path;
        _context = context;
        if (element.ValueKind != JsonValueKind.Object)
        {
            Error("must be an object");
        }
    }

    public string Path { get; }

    public Context Errors => _context;

    public bool Has(string name) => Find(name, out _);

    public void Error(string text, string? name = null) => _context.Add(name is null ? Path : $"{Path}.{name}", text);

    /// <summary>The element of that name as it is.</summary>
    public bool Raw(string name, out JsonElement value) => Find(name, out value);

    public string? Text(string name, bool required = false)
    {
        if (!Find(name, out JsonElement value))
        {
            if (required)
            {
                Error("is missing; a text is needed", name);
            }

            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Error("must be a text", name);
            return null;
        }

        return _context.Expand(value.GetString()!, $"{Path}.{name}");
    }

    public int? Whole(string name)
    {
        if (!Find(name, out JsonElement value))
        {
            return null;
        }

        string? text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => _context.Expand(value.GetString()!, $"{Path}.{name}"),
            _ => null,
        };
        if (text is { Length: 0 })
        {
            return null;
        }

        if (int.TryParse(text, System.Globalization.NumberStyles.None, null, out int number))
        {
            return number;
        }

        Error("must be a whole number", name);
        return null;
    }

    public bool Flag(string name, bool otherwise = false)
    {
        if (!Find(name, out JsonElement value))
        {
            return otherwise;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        if (value.ValueKind == JsonValueKind.String && bool.TryParse(_context.Expand(value.GetString()!, $"{Path}.{name}"), out bool flag))
        {
            return flag;
        }

        Error("must be true or false", name);
        return otherwise;
    }

    /// <summary>A text or a list of texts.</summary>
    public List<string> Texts(string name, bool required = false)
    {
        var texts = new List<string>();
        if (!Find(name, out JsonElement value))
        {
            if (required)
            {
                Error("is missing; a text or a list of texts is needed", name);
            }

            return texts;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            texts.Add(_context.Expand(value.GetString()!, $"{Path}.{name}"));
            return texts;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Error("must be a text or a list of texts", name);
            return texts;
        }

        int i = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                texts.Add(_context.Expand(item.GetString()!, $"{Path}.{name}[{i}]"));
            }
            else
            {
                _context.Add($"{Path}.{name}[{i}]", "must be a text");
            }

            i++;
        }

        return texts;
    }

    public DescriptionReader? Object(string name) =>
        Find(name, out JsonElement value) ? new DescriptionReader(value, $"{Path}.{name}", _context) : null;

    public List<DescriptionReader> Objects(string name)
    {
        var found = new List<DescriptionReader>();
        if (!Find(name, out JsonElement value))
        {
            return found;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Error("must be a list", name);
            return found;
        }

        int i = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            found.Add(new DescriptionReader(item, $"{Path}.{name}[{i++}]", _context));
        }

        return found;
    }

    /// <summary>Every member by name, for objects whose names are data.</summary>
    public IEnumerable<KeyValuePair<string, JsonElement>> Members()
    {
        if (_element.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (JsonProperty property in _element.EnumerateObject())
        {
            _asked.Add(property.Name);
            yield return new KeyValuePair<string, JsonElement>(property.Name, property.Value);
        }
    }

    /// <summary>To be called last: what nobody asked for is a spelling mistake.</summary>
    public void Done()
    {
        if (_element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (JsonProperty property in _element.EnumerateObject())
        {
            if (!_asked.Contains(property.Name))
            {
                Error($"is unknown; known here: {string.Join(", ", _asked.Order(StringComparer.Ordinal))}", property.Name);
            }
        }
    }

    private bool Find(string name, out JsonElement value)
    {
        _asked.Add(name);
        value = default;
        return _element.ValueKind == JsonValueKind.Object && _element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>Where errors go, and what <c>{setting:NAME}</c> stands for.</summary>
    internal sealed class Context(string file, Func<string, string?>? setting)
    {
        public List<PlatformError> Errors { get; } = [];

        public void Add(string path, string text) => Errors.Add(new PlatformError(file, path, text));

        public string Expand(string text, string path)
        {
            const string Open = "{setting:";
            if (setting is null || !text.Contains(Open, StringComparison.Ordinal))
            {
                return text;
            }

            int at;
            while ((at = text.IndexOf(Open, StringComparison.Ordinal)) >= 0)
            {
                int close = text.IndexOf('}', at);
                string name = close < 0 ? string.Empty : text[(at + Open.Length)..close];
                string? value = setting(name);
                if (close < 0 || value is null)
                {
                    Add(path, $"'{name}' is no setting of this platform");
                    return text.Replace(Open, string.Empty, StringComparison.Ordinal);
                }

                // What a setting holds is text, not pattern language.
                value = value.Replace("{", "{{", StringComparison.Ordinal).Replace("[", "[[", StringComparison.Ordinal);
                text = string.Concat(text.AsSpan(0, at), value, text.AsSpan(close + 1));
            }

            return text;
        }
    }
}
