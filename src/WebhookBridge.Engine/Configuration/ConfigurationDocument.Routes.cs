using System.Text.Json;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Routes: conditions, template, fields and retry.</summary>
public static partial class ConfigurationDocument
{
    /// <summary>The named retry schedules.</summary>
    public static readonly IReadOnlyList<string> RetryPresets = ["standard", "fast", "patient", "none"];

    private const string GalleryPrefix = "gallery:";

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);

    private static RouteDefinition ReadRoute(ObjectReader reader, string? name)
    {
        RouteDefinition route = new()
        {
            Name = ReadName(reader, name),
            Sources = ReadSources(reader),
            Destination = reader.RequiredText("destination", "Name the destination that the events go to."),
            Enabled = reader.Flag("enabled", true),
            When = ReadConditions(reader),
            Rule = reader.Text("rule"),
            Template = ReadTemplateReference(reader),
            Fields = ReadFields(reader),
            Retry = ReadRetry(reader),
            Late = ReadLate(reader),
        };
        CheckCode(reader, "rule", route.Rule ?? "");
        reader.End();
        return route;
    }

    private static LateHandling ReadLate(ObjectReader route)
    {
        switch (route.Text("late"))
        {
            case null or "send":
                return LateHandling.Send;
            case "skip":
                return LateHandling.Skip;
            case "hold":
                return LateHandling.Hold;
            case { } other:
                route.Add("late", $"\"{other}\" says nothing about late events.", "Write \"send\", \"skip\" or \"hold\".");
                return LateHandling.Hold;
        }
    }

    private static IReadOnlyList<string> ReadSources(ObjectReader reader)
    {
        const string Fix = "Name a source, a list of sources, or \"*\" for all.";
        if (!reader.Has("source", out JsonElement value))
        {
            if (reader.IsObject)
            {
                reader.Add("source", "\"source\" is missing.", Fix);
            }

            return [];
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            reader.Add("source", $"This is {ObjectReader.Describe(value)}.", Fix);
            return [];
        }

        IReadOnlyList<string> names = reader.Texts("source");
        if (names.Count > 1 && names.Contains("*"))
        {
            reader.Add("source", "\"*\" stands for all sources already.", "Write \"*\" alone.");
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static ConditionsDefinition ReadConditions(ObjectReader route)
    {
        if (!route.Has("when", out JsonElement value))
        {
            return new();
        }

        ObjectReader when = new(value, route.PathOf("when"), route.Problems);
        ConditionsDefinition conditions = new()
        {
            Kinds = ReadKinds(when),
            Types = when.Texts("types"),
            Mode = when.Text("mode") switch
            {
                null or "any" => RouteMode.Any,
                "live" => RouteMode.Live,
                "test" => RouteMode.Test,
                { } other => Unknown(when, other),
            },
            CheckoutIds = ReadCheckout(when),
            All = ReadItems(when, "all", 1),
            Any = ReadItems(when, "any", 1),
        };
        when.End();
        return conditions;

        static RouteMode Unknown(ObjectReader when, string mode)
        {
            when.Add("mode", $"\"{mode}\" is not a mode.", "Write \"live\", \"test\" or \"any\".");
            return RouteMode.Any;
        }
    }

    private static List<string> ReadKinds(ObjectReader when)
    {
        List<string> kinds = [];
        foreach ((JsonElement value, string path) in when.Items("kinds"))
        {
            if (ObjectReader.AsText(value, path, when.Problems) is not { } kind)
            {
                continue;
            }

            if (!EventKinds.IsSubscribable(kind))
            {
                when.Problems.Add(new(path, $"\"{kind}\" is not a kind of event.",
                    kind.Contains('*') ? "Name each kind; * works in \"types\"." : Names.Suggest(kind, EventKinds.All, "docs/configuration.md lists the kinds; the sender's own names belong in \"types\".")));
            }

            kinds.Add(kind);
        }

        return kinds;
    }

    private static CheckoutCondition? ReadCheckout(ObjectReader when)
    {
        if (!when.Has("checkoutIds", out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return new CheckoutCondition.Values(when.Texts("checkoutIds"));
        }

        ObjectReader reader = new(value, when.PathOf("checkoutIds"), when.Problems);
        string list = reader.RequiredText("list", "Name the list, or write the checkout ids as [ \"…\" ].");
        TimeSpan? hold = null;
        switch (reader.Text("unknown"))
        {
            case null or "skip":
                break;
            case { } text when text.StartsWith("hold:", StringComparison.Ordinal) && Durations.TryParse(text["hold:".Length..], out TimeSpan duration)
                && duration > TimeSpan.Zero && duration <= TimeSpan.FromDays(30):
                hold = duration;
                break;
            case { } other:
                reader.Add("unknown", $"\"{other}\" says nothing about unknown checkout ids.", "Write \"skip\", or \"hold:10m\" with a duration of at most 30d.");
                break;
        }

        reader.End();
        return new CheckoutCondition.InList(list, hold);
    }

    private static List<ConditionItem> ReadItems(ObjectReader reader, string key, int depth)
    {
        List<ConditionItem> items = [];
        foreach ((JsonElement value, string path) in reader.Items(key))
        {
            ObjectReader item = new(value, path, reader.Problems);
            if (item.IsObject)
            {
                items.Add(ReadItem(item, depth));
                item.End();
            }
        }

        return items;
    }

    private static ConditionItem ReadItem(ObjectReader item, int depth)
    {
        bool all = item.Has("all", out _);
        bool any = item.Has("any", out _);
        if (!all && !any)
        {
            return ReadComparison(item);
        }

        string key = all ? "all" : "any";
        if (all && any)
        {
            item.Add("any", "A group has either \"all\" or \"any\".", "Make two groups of it.");
        }

        if (depth >= Conditions.MaxDepth)
        {
            item.Add(key, $"Groups are nested deeper than {Conditions.MaxDepth}.", "Say it in a rule (JavaScript) instead.");
            return new ConditionItem.AllOf([]);
        }

        List<ConditionItem> items = ReadItems(item, key, depth + 1);
        if (items.Count == 0)
        {
            item.Add(key, "This group is empty.", "Put at least one comparison in it, or remove it.");
        }

        return all ? new ConditionItem.AllOf(items) : new ConditionItem.AnyOf(items);
    }

    private static ConditionItem.Comparison ReadComparison(ObjectReader item)
    {
        string field = item.RequiredText("field", "Name a field, such as payment.amount or event.id.");
        string op = item.RequiredText("op", $"Write one of {string.Join(", ", Comparison.Operators)}.");
        bool hasValue = item.Has("value", out JsonElement value);
        if (op.Length > 0 && !Comparison.Operators.Contains(op))
        {
            item.Add("op", $"\"{op}\" is not a comparison.", op == "==" ? "Write \"=\"." : Names.Suggest(op, Comparison.Operators, $"Write one of {string.Join(", ", Comparison.Operators)}."));
        }

        string? wanted = op switch
        {
            "in" or "not in" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsScalar) ? null : "Write a list: [ … ] of texts and numbers.",
            ">" or ">=" or "<" or "<=" => value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? null : "Write a number or a text.",
            "in list" => value.ValueKind == JsonValueKind.String ? null : "Write the name of a list.",
            "=" or "!=" or "contains" or "starts" or "ends" => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Object or JsonValueKind.Array ? "Write a text, a number, true or false." : null,
            "exists" or "missing" when hasValue => "Leave \"value\" out.",
            _ => null,
        };
        if (wanted is not null)
        {
            item.Add("value", hasValue ? $"\"{op}\" cannot compare with {ObjectReader.Describe(value)}." : $"\"{op}\" needs a \"value\".", wanted);
        }

        return new(field, op, value.ValueKind == JsonValueKind.Undefined ? default : value.Clone());

        static bool IsScalar(JsonElement element) => element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
    }

    private static TemplateReference? ReadTemplateReference(ObjectReader route)
    {
        if (!route.Has("template", out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            string name = value.GetString()!;
            return name.StartsWith(GalleryPrefix, StringComparison.Ordinal) ? new TemplateReference.Gallery(name[GalleryPrefix.Length..]) : new TemplateReference.Named(name);
        }

        ObjectReader reader = new(value, route.PathOf("template"), route.Problems);
        string contentType = reader.Text("contentType") ?? "application/json";
        string body = reader.RequiredText("body", "Write the template's text, or name a template.");
        CheckCode(reader, "body", body);
        CheckContentType(reader, contentType);
        reader.End();
        return new TemplateReference.Inline(contentType, body);
    }

    /// <summary>The member <c>fields</c> of a route or a gallery entry.</summary>
    internal static Dictionary<string, FieldTemplate> ReadFields(ObjectReader route)
    {
        Dictionary<string, FieldTemplate> fields = new(StringComparer.Ordinal);
        foreach ((string id, JsonElement value, string path) in route.Members("fields"))
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                ObjectReader map = new(value, path, route.Problems);
                Dictionary<string, string> templates = new(StringComparer.Ordinal);
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    if (map.Text(member.Name) is { } template)
                    {
                        templates[member.Name] = template;
                    }
                }

                fields[id] = new FieldTemplate.Map(templates);
            }
            else if (ObjectReader.AsText(value, path, route.Problems) is { } text)
            {
                fields[id] = new FieldTemplate.Text(text);
            }
        }

        return fields;
    }

    private static RetryDefinition ReadRetry(ObjectReader route)
    {
        if (!route.Has("retry", out JsonElement value))
        {
            return RetryDefinition.Standard;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                string preset = value.GetString()!;
                if (!RetryPresets.Contains(preset))
                {
                    route.Add("retry", $"\"{preset}\" is not a retry schedule.", Names.Suggest(preset, RetryPresets, ""));
                }

                return new RetryDefinition.Preset(preset);
            case JsonValueKind.Array:
                return ReadDelays(route);
            case JsonValueKind.Object:
                return ReadGrowing(new ObjectReader(value, route.PathOf("retry"), route.Problems));
            default:
                route.Add("retry", $"This is {ObjectReader.Describe(value)}.", "Write a list of durations, { first, factor, max, tries }, or \"standard\", \"fast\", \"patient\" or \"none\".");
                return RetryDefinition.Standard;
        }
    }

    private static RetryDefinition.Delays ReadDelays(ObjectReader route)
    {
        List<TimeSpan> delays = [];
        foreach ((JsonElement item, string path) in route.Items("retry"))
        {
            delays.Add(ObjectReader.AsDuration(item, path, TimeSpan.Zero, LongestDelay, route.Problems) ?? TimeSpan.Zero);
        }

        if (delays.Count > 50)
        {
            route.Add("retry", $"Here are {delays.Count} retries.", "At most 50 are taken.");
        }

        return new(delays);
    }

    private static RetryDefinition.Growing ReadGrowing(ObjectReader retry)
    {
        TimeSpan? first = retry.Duration("first", TimeSpan.FromMilliseconds(1), LongestDelay);
        double? factor = retry.Number("factor", 1, 100);
        TimeSpan? max = retry.Duration("max", TimeSpan.FromMilliseconds(1), LongestDelay);
        int? tries = retry.Whole("tries", 0, 50);
        foreach ((string key, bool missing) in new[] { ("first", first is null), ("tries", tries is null) })
        {
            if (missing && !retry.Has(key, out _))
            {
                retry.Add(key, $"\"{key}\" is missing.", "Write for example { \"first\": \"10s\", \"factor\": 3, \"max\": \"6h\", \"tries\": 10 }.");
            }
        }

        retry.End();
        return new(first ?? TimeSpan.FromSeconds(10), factor ?? 2, max ?? LongestDelay, tries ?? 0);
    }
}
