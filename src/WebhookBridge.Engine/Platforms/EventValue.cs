using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>What values are read from: one event of a request.</summary>
internal readonly record struct EventScope(JsonElement Root, JsonElement Item, bool IsForm, InboundRequest Request);

/// <summary>Where a value of an event stands: <c>data.id</c> (in the event), <c>root:meta.id</c> (in the whole body of a batch), <c>header:NAME</c>, <c>query:NAME</c>, <c>const:TEXT</c>, a text with places such as <c>{type}.{status}</c>, a list of these (the first that is there), or <c>{ "from", "map", "lower" }</c>.</summary>
internal sealed class EventValue
{
    private readonly Source[] _alternatives;
    private readonly Dictionary<string, string?>? _map;
    private readonly bool _lower;

    private EventValue(Source[] alternatives, Dictionary<string, string?>? map, bool lower)
    {
        _alternatives = alternatives;
        _map = map;
        _lower = lower;
    }

    /// <summary>The header's name when the first place is a header.</summary>
    public string? FirstHeader => _alternatives is [{ Header: string header }, ..] ? header : null;

    public static EventValue? Read(DescriptionReader parent, string name)
    {
        if (!parent.Raw(name, out JsonElement element))
        {
            return null;
        }

        Dictionary<string, string?>? map = null;
        bool lower = false;
        List<string> texts;
        if (element.ValueKind == JsonValueKind.Object)
        {
            var from = new DescriptionReader(element, $"{parent.Path}.{name}", parent.Errors);
            texts = from.Texts("from", required: true);
            lower = from.Flag("lower");
            if (from.Object("map") is DescriptionReader members)
            {
                map = new Dictionary<string, string?>(StringComparer.Ordinal);
                foreach ((string key, JsonElement value) in members.Members())
                {
                    map[key] = value.ValueKind == JsonValueKind.Null ? null : value.ToString();
                }
            }

            from.Done();
        }
        else
        {
            texts = parent.Texts(name);
        }

        var sources = new List<Source>();
        foreach (string text in texts)
        {
            if (Source.TryParse(text, out Source? source, out string problem))
            {
                sources.Add(source!);
            }
            else
            {
                parent.Error(problem, name);
            }
        }

        return new EventValue([.. sources], map, lower);
    }

    /// <summary>The JSON value there when it may be copied as it is (no map, no building of texts); JSON null counts as absent.</summary>
    public bool TryElement(in EventScope scope, out JsonElement value)
    {
        value = default;
        if (_map is not null || _lower)
        {
            return false;
        }

        foreach (Source source in _alternatives)
        {
            if (source.Path is BodyPath path)
            {
                if (path.TryGet(source.FromRoot ? scope.Root : scope.Item, scope.IsForm, out value) && value.ValueKind != JsonValueKind.Null)
                {
                    return true;
                }
            }
            else if (source.Text(scope) is not null)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>The value as text; null when it is absent or mapped to nothing.</summary>
    public string? Text(in EventScope scope)
    {
        string? text = null;
        foreach (Source source in _alternatives)
        {
            text = source.Text(scope);
            if (!string.IsNullOrEmpty(text))
            {
                break;
            }
        }

        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (_map is not null)
        {
            return _map.TryGetValue(text, out string? mapped) || _map.TryGetValue("*", out mapped) ? (mapped == "=" ? text : mapped) : null;
        }

        return _lower ? text.ToLowerInvariant() : text;
    }

    private sealed class Source
    {
        private readonly List<(string? Literal, Source? Place, int Group)>? _parts;
        private readonly string? _query;
        private readonly string? _constant;

        private Source(BodyPath? path, bool fromRoot, string? header, string? query, string? constant, List<(string?, Source?, int)>? parts)
        {
            Path = path;
            FromRoot = fromRoot;
            Header = header;
            _query = query;
            _constant = constant;
            _parts = parts;
        }

        public BodyPath? Path { get; }

        public bool FromRoot { get; }

        public string? Header { get; }

        public static bool TryParse(string text, out Source? source, out string problem)
        {
            problem = string.Empty;
            source = null;
            if (text.Contains('{', StringComparison.Ordinal))
            {
                return TryParts(text, out source, out problem);
            }

            int colon = text.IndexOf(':', StringComparison.Ordinal);
            string word = colon < 0 ? string.Empty : text[..colon];
            string rest = text[(colon + 1)..];
            switch (word)
            {
                case "header":
                    source = new Source(null, false, rest, null, null, null);
                    return true;
                case "query":
                    source = new Source(null, false, null, rest, null, null);
                    return true;
                case "const":
                    source = new Source(null, false, null, null, rest, null);
                    return true;
                case "" or "root":
                    bool ok = BodyPath.TryParse(rest, out BodyPath path, out problem);
                    source = ok ? new Source(path, word == "root", null, null, null, null) : null;
                    return ok;
                default:
                    problem = $"'{word}:' names no place of an event; use a path, root:, header:, query: or const:";
                    return false;
            }
        }

        public string? Text(in EventScope scope)
        {
            if (Path is not null)
            {
                return Path.TryGet(FromRoot ? scope.Root : scope.Item, scope.IsForm, out JsonElement value) ? Locator.AsText(value) : null;
            }

            if (Header is not null)
            {
                return scope.Request.Header(Header);
            }

            if (_query is not null)
            {
                return FormFields.FromQuery(scope.Request.Query, _query);
            }

            return _parts is null ? _constant : Join(scope);
        }

        private string? Join(in EventScope scope)
        {
            var text = new StringBuilder();
            int start = 0;
            int group = 0;
            bool gone = false;
            foreach ((string? literal, Source? place, int of) in _parts!)
            {
                if (of != group)
                {
                    group = of;
                    start = text.Length;
                    gone = false;
                }

                string? value = gone ? null : literal ?? place!.Text(scope);
                if (!gone && string.IsNullOrEmpty(value))
                {
                    if (of == 0)
                    {
                        return null;
                    }

                    text.Length = start;
                    gone = true;
                }

                text.Append(value);
            }

            return text.ToString();
        }

        private static bool TryParts(string text, out Source? source, out string problem)
        {
            source = null;
            problem = string.Empty;
            var parts = new List<(string?, Source?, int)>();
            var literal = new StringBuilder();
            bool optional = false;
            int group = 0;
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] is '[' or ']')
                {
                    Flush();
                    optional = text[i] == '[';
                    group += optional ? 1 : 0;
                }
                else if (text[i] == '{')
                {
                    int close = text.IndexOf('}', i);
                    if (close < 0 || !TryParse(text[(i + 1)..close], out Source? place, out problem))
                    {
                        problem = close < 0 ? "a brace is not closed" : problem;
                        return false;
                    }

                    Flush();
                    parts.Add((null, place, optional ? group : 0));
                    i = close;
                }
                else
                {
                    literal.Append(text[i]);
                }
            }

            Flush();
            source = new Source(null, false, null, null, null, parts);
            return true;

            void Flush()
            {
                if (literal.Length > 0)
                {
                    parts.Add((literal.ToString(), null, optional ? group : 0));
                    literal.Clear();
                }
            }
        }
    }
}
