using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>One member of a view: where it is read, and for amounts in which unit the sender writes it.</summary>
internal sealed record ViewMember(NormalMember Member, EventValue? Value, bool Minor);

/// <summary>A group that a view fills.</summary>
internal sealed record ViewGroup(NormalGroup Group, ViewMember[] Members, EventValue? Currency);

/// <summary>Which groups of the normal form an event has and where they stand.</summary>
internal sealed record EventView(string Name, ViewGroup[] Groups);

/// <summary>One line of a platform's table of events, ready for use.</summary>
internal sealed record EventLine(string Type, byte[] TypeJson, string Kind, EventView View, KeyValuePair<BodyPath, string>[] When);

/// <summary>How a platform's events are read: made once from its description.</summary>
internal sealed record EventReading
{
    public required bool ExpectsJson { get; init; }

    public bool ExpectsForm { get; init; }

    public BodyPath? Items { get; init; }

    public EventValue? Id { get; init; }

    public EventValue? Type { get; init; }

    public EventValue? Time { get; init; }

    public EventValue? Mode { get; init; }

    public TimeSpan? Zone { get; init; }

    /// <summary>What makes two events the same where the sender gives no id; null = the id.</summary>
    public EventValue? Dedupe { get; init; }

    /// <summary>Equal bytes are the same event.</summary>
    public bool DedupeByBody { get; init; }

    /// <summary>A type that is one of our kinds is that kind (generic platforms).</summary>
    public bool KindFromType { get; init; }

    /// <summary>Decimals that the sender uses for a currency where they are not those of ISO 4217.</summary>
    public IReadOnlyDictionary<string, int> MinorDecimals { get; init; } = new Dictionary<string, int>();

    public required Dictionary<string, EventLine[]> ByType { get; init; }

    /// <summary>Lines whose type holds a <c>*</c>, in the order of the file.</summary>
    public required EventLine[] ByPattern { get; init; }

    public required EventView DefaultView { get; init; }

    /// <summary>The type in the words of the table when the element is one of them: found without making a text of it. Null = read it as text.</summary>
    public string? KnownType(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        ReadOnlySpan<byte> quoted = JsonMarshal.GetRawUtf8Value(element);
        Span<char> name = stackalloc char[96];
        if (quoted.Length > name.Length || quoted.Contains((byte)'\\') || !Ascii.IsValid(quoted))
        {
            return null;
        }

        Encoding.ASCII.GetChars(quoted[1..^1], name);
        return ByType.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..(quoted.Length - 2)], out EventLine[]? lines) ? lines[0].Type : null;
    }

    /// <summary>The line for a type; null when the table has none.</summary>
    public EventLine? Line(string type, JsonElement item, bool isForm)
    {
        if (ByType.TryGetValue(type, out EventLine[]? lines))
        {
            foreach (EventLine line in lines)
            {
                if (Holds(line, item, isForm))
                {
                    return line;
                }
            }
        }

        foreach (EventLine line in ByPattern)
        {
            if (Wildcards.Match(line.Type, type) && Holds(line, item, isForm))
            {
                return line;
            }
        }

        return null;
    }

    private static bool Holds(EventLine line, JsonElement item, bool isForm)
    {
        foreach ((BodyPath path, string value) in line.When)
        {
            if (!path.TryGet(item, isForm, out JsonElement found) || Locator.AsText(found) != value)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Names with <c>*</c> for any run of characters.</summary>
internal static class Wildcards
{
    public static bool Match(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int star = pattern.IndexOf('*');
        if (star < 0)
        {
            return pattern.SequenceEqual(text);
        }

        if (!text.StartsWith(pattern[..star], StringComparison.Ordinal))
        {
            return false;
        }

        pattern = pattern[(star + 1)..];
        text = text[star..];
        while (pattern.IndexOf('*') is int next and >= 0)
        {
            int at = text.IndexOf(pattern[..next], StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            text = text[(at + next)..];
            pattern = pattern[(next + 1)..];
        }

        return text.EndsWith(pattern, StringComparison.Ordinal);
    }
}

/// <summary>Makes an <see cref="EventReading"/> of a description (docs/platforms.md, "reading").</summary>
internal static class EventReadingReader
{
    public static EventReading Read(DescriptionReader root, List<PlatformEvent> events)
    {
        var views = new Dictionary<string, EventView>(StringComparer.Ordinal);
        if (root.Object("views") is DescriptionReader all)
        {
            foreach ((string name, JsonElement value) in all.Members())
            {
                views[name] = ReadView(name, new DescriptionReader(value, $"{all.Path}.{name}", all.Errors));
            }
        }

        var none = new EventView("none", []);
        EventView otherwise = views.GetValueOrDefault("default") ?? none;
        var lines = new List<EventLine>();
        foreach (DescriptionReader item in root.Objects("events"))
        {
            string type = item.Text("type", required: true) ?? string.Empty;
            string kind = item.Text("kind") ?? EventKinds.Other;
            if (!EventKinds.IsKnown(kind))
            {
                item.Error($"'{kind}' is none of the kinds of docs/platforms.md", "kind");
            }

            string? viewName = item.Text("view");
            EventView view = viewName is null ? otherwise : viewName == "none" ? none : views.GetValueOrDefault(viewName) ?? Missing(item, viewName, none);
            var when = new List<KeyValuePair<BodyPath, string>>();
            if (item.Object("when") is DescriptionReader conditions)
            {
                foreach ((string path, JsonElement value) in conditions.Members())
                {
                    if (BodyPath.TryParse(path, out BodyPath parsed, out string problem))
                    {
                        when.Add(new(parsed, value.ToString()));
                    }
                    else
                    {
                        conditions.Error(problem, path);
                    }
                }
            }

            LocalText text = PlatformReader.ReadLocal(item, "text") ?? new LocalText(type, null);
            item.Done();
            events.Add(new PlatformEvent(type, kind, text));
            lines.Add(new EventLine(type, Quote(type), kind, view, [.. when]));
        }

        var byType = lines.Where(l => !l.Type.Contains('*', StringComparison.Ordinal))
            .GroupBy(l => l.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        var byPattern = lines.Where(l => l.Type.Contains('*', StringComparison.Ordinal)).ToArray();
        DescriptionReader? read = root.Object("read");
        var reading = new EventReading { ExpectsJson = false, ByType = byType, ByPattern = byPattern, DefaultView = otherwise };
        return read is null ? reading : ReadMembers(read, reading);
    }

    private static EventReading ReadMembers(DescriptionReader read, EventReading reading)
    {
        string? items = read.Text("items");
        BodyPath? path = null;
        if (items is not null && !BodyPath.TryParse(items, out path, out string problem))
        {
            read.Error(problem, "items");
        }

        string body = read.Text("body") ?? "any";
        if (body is not ("any" or "json" or "form"))
        {
            read.Error("must be json, form or any", "body");
        }

        TimeSpan? zone = null;
        if (read.Text("zone") is string offset)
        {
            if (offset.Length == 6 && offset[0] is '+' or '-' && TimeSpan.TryParseExact(offset[1..], "hh\\:mm", System.Globalization.CultureInfo.InvariantCulture, out TimeSpan span))
            {
                zone = offset[0] == '-' ? -span : span;
            }
            else
            {
                read.Error("must be an offset such as -03:00", "zone");
            }
        }

        var decimals = new Dictionary<string, int>(StringComparer.Ordinal);
        if (read.Object("minorDecimals") is DescriptionReader odd)
        {
            foreach ((string currency, JsonElement value) in odd.Members())
            {
                if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int count) && count is >= 0 and <= 6)
                {
                    decimals[currency] = count;
                }
                else
                {
                    odd.Error("must be a number of decimals, 0 to 6", currency);
                }
            }
        }

        bool byBody = read.Raw("dedupe", out JsonElement dedupe) && dedupe.ValueKind == JsonValueKind.String && dedupe.ValueEquals("body");
        reading = reading with
        {
            ExpectsJson = body == "json",
            ExpectsForm = body == "form",
            Items = path,
            Zone = zone,
            MinorDecimals = decimals,
            Id = EventValue.Read(read, "id"),
            Type = EventValue.Read(read, "type"),
            Time = EventValue.Read(read, "time"),
            Mode = EventValue.Read(read, "mode"),
            DedupeByBody = byBody,
            Dedupe = byBody ? null : EventValue.Read(read, "dedupe"),
            KindFromType = read.Flag("kindFromType"),
        };
        read.Done();
        return reading;
    }

    private static EventView ReadView(string name, DescriptionReader from)
    {
        var values = new Dictionary<string, (EventValue? Value, bool Minor)>(StringComparer.Ordinal);
        foreach ((string member, JsonElement element) in from.Members())
        {
            if (!NormalShape.IsMember(member) || member.EndsWith(".amount_minor", StringComparison.Ordinal))
            {
                from.Error("is no member of the normal form (amount_minor follows from amount)", member);
                continue;
            }

            if (member.EndsWith(".amount", StringComparison.Ordinal))
            {
                if (element.ValueKind != JsonValueKind.Object || !(element.TryGetProperty("minor", out _) ^ element.TryGetProperty("major", out _)))
                {
                    from.Error("must be { \"minor\": … } or { \"major\": … }", member);
                    continue;
                }

                var amount = new DescriptionReader(element, $"{from.Path}.{member}", from.Errors);
                bool minor = amount.Has("minor");
                values[member] = (EventValue.Read(amount, minor ? "minor" : "major"), minor);
                continue;
            }

            values[member] = (EventValue.Read(from, member), false);
        }

        var groups = new List<ViewGroup>();
        foreach (NormalGroup group in NormalShape.Groups)
        {
            if (!values.Keys.Any(k => k.StartsWith(group.Name + ".", StringComparison.Ordinal)))
            {
                continue;
            }

            var members = new List<ViewMember>();
            foreach (NormalMember member in group.Members)
            {
                string key = $"{group.Name}.{(member.Kind == MemberKind.AmountMinor ? "amount" : member.Name)}";
                values.TryGetValue(key, out (EventValue? Value, bool Minor) found);
                members.Add(new ViewMember(member, found.Value, found.Minor));
            }

            groups.Add(new ViewGroup(group, [.. members], values.GetValueOrDefault($"{group.Name}.currency").Value));
        }

        return new EventView(name, [.. groups]);
    }

    internal static byte[] Quote(string text) => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(text)}\"");

    private static EventView Missing(DescriptionReader item, string name, EventView otherwise)
    {
        item.Error($"there is no view '{name}'", "view");
        return otherwise;
    }
}
