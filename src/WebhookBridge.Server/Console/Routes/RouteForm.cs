using System.Globalization;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>A route as the page's form carries it: every field a text, so that nothing that was written is lost while it is not right yet.</summary>
internal sealed class RouteForm
{
    public const string Own = "own";
    public const string NamedPrefix = "named:";
    public const string GalleryPrefix = "gallery:";
    public const string OwnDelays = "own";
    public const string Growing = "growing";

    public string? Name { get; set; }

    /// <summary>The revision that the person has before them; 0 = a new route.</summary>
    public int Revision { get; set; }

    public bool Enabled { get; set; } = true;

    public List<string> Sources { get; set; } = [];

    public List<string> Kinds { get; set; } = [];

    /// <summary>The sender's own names, one a line or between commas.</summary>
    public string? Types { get; set; }

    public string Mode { get; set; } = "any";

    /// <summary><c>any</c>, <c>ids</c> or <c>list</c>.</summary>
    public string Checkout { get; set; } = "any";

    public string? CheckoutIds { get; set; }

    public string? CheckoutList { get; set; }

    /// <summary>How long an unknown id waits; empty = it is skipped.</summary>
    public string? Hold { get; set; }

    public string Match { get; set; } = ConditionRow.AllOf;

    public List<ConditionRow> Rows { get; set; } = [];

    public string? Rule { get; set; }

    /// <summary>Empty, <see cref="Own"/>, <c>named:…</c> or <c>gallery:…</c>.</summary>
    public string? Template { get; set; }

    public string? ContentType { get; set; }

    public string? Body { get; set; }

    public string? Destination { get; set; }

    public Dictionary<string, string?> Fields { get; set; } = [];

    public List<MapLine> Maps { get; set; } = [];

    /// <summary>Fields whose live choices are open.</summary>
    public List<string> Listed { get; set; } = [];

    /// <summary>A preset, <see cref="OwnDelays"/> or <see cref="Growing"/>.</summary>
    public string Retry { get; set; } = "standard";

    public string? Delays { get; set; }

    public string? First { get; set; }

    public string? Factor { get; set; }

    public string? Max { get; set; }

    public string? Tries { get; set; }

    /// <summary>What happens to an event that comes after a newer one of the same payment: <c>send</c>, <c>skip</c> or <c>hold</c>.</summary>
    public string Late { get; set; } = "send";

    /// <summary>The event that the preview looks at: an id, or <c>sample:source:name</c>.</summary>
    public string? Sample { get; set; }

    /// <summary>The step that is open.</summary>
    public string Step { get; set; } = "when";

    /// <summary>What becomes of deliveries that wait: empty = not asked yet, <c>old</c> or <c>new</c>.</summary>
    public string? Waiting { get; set; }

    public static RouteForm Of(RouteDefinition route, int revision, Language language)
    {
        (string match, List<ConditionRow> rows) = ConditionRows.Of(route.When, language);
        CheckoutCondition? checkout = route.When.CheckoutIds;
        RouteForm form = new()
        {
            Name = route.Name,
            Revision = revision,
            Enabled = route.Enabled,
            Sources = [.. route.Sources],
            Kinds = [.. route.When.Kinds],
            Types = string.Join(", ", route.When.Types),
            Mode = ModeName(route.When.Mode),
            Checkout = checkout switch { CheckoutCondition.Values => "ids", CheckoutCondition.InList => "list", _ => "any" },
            CheckoutIds = checkout is CheckoutCondition.Values values ? string.Join('\n', values.Ids) : null,
            CheckoutList = (checkout as CheckoutCondition.InList)?.List,
            Hold = checkout is CheckoutCondition.InList { HoldUnknown: { } hold } ? Durations.Format(hold) : null,
            Match = match,
            Rows = rows,
            Rule = route.Rule,
            Template = route.Template switch
            {
                TemplateReference.Named named => NamedPrefix + named.Name,
                TemplateReference.Gallery gallery => GalleryPrefix + gallery.Name,
                TemplateReference.Inline => Own,
                _ => "",
            },
            ContentType = (route.Template as TemplateReference.Inline)?.ContentType,
            Body = (route.Template as TemplateReference.Inline)?.Body,
            Destination = route.Destination,
            Fields = route.Fields.Where(static f => f.Value is FieldTemplate.Text).ToDictionary(static f => f.Key, static f => (string?)((FieldTemplate.Text)f.Value).Template),
            Maps = [.. route.Fields.Where(static f => f.Value is FieldTemplate.Map).SelectMany(static f => ((FieldTemplate.Map)f.Value).Templates.Select(t => new MapLine { Field = f.Key, Target = t.Key, Value = t.Value }))],
        };
        form.Late = route.Late switch { LateHandling.Skip => "skip", LateHandling.Hold => "hold", _ => "send" };
        form.TakeRetry(route.Retry, language);
        return form;
    }

    /// <summary>The definition that the form stands for; what is wrong with it comes as problems with the path of the field.</summary>
    /// <param name="onlyWhole">For a preview: what is not filled in yet is left out.</param>
    public RouteDefinition ToDefinition(Language language, bool onlyWhole, Dictionary<string, int> paths, List<ConfigurationProblem> problems)
    {
        ConditionsDefinition rest = new()
        {
            Kinds = [.. Kinds.Distinct()],
            Types = [.. Split(Types)],
            Mode = Mode switch { "live" => RouteMode.Live, "test" => RouteMode.Test, _ => RouteMode.Any },
            CheckoutIds = Checkout switch
            {
                "ids" => new CheckoutCondition.Values([.. Split(CheckoutIds)]),
                "list" when !string.IsNullOrEmpty(CheckoutList) || !onlyWhole => new CheckoutCondition.InList(CheckoutList ?? "", ReadDuration(Hold, "$.when.checkoutIds.unknown", problems)),
                _ => null,
            },
        };
        return new()
        {
            Name = (Name ?? "").Trim(),
            Enabled = Enabled,
            Sources = Sources.Contains("*") ? ["*"] : [.. Sources.Distinct()],
            Destination = Destination ?? "",
            When = ConditionRows.Read(rest, Match, Rows, language, onlyWhole, paths),
            Rule = string.IsNullOrWhiteSpace(Rule) ? null : Lines(Rule),
            Template = ReadTemplate(),
            Fields = ReadFields(),
            Retry = ReadRetry(language, problems),
            Late = Late switch { "skip" => LateHandling.Skip, "hold" => LateHandling.Hold, _ => LateHandling.Send },
        };
    }

    /// <summary>Takes over what an entry of the gallery brings along, where nothing is written yet.</summary>
    public void TakeFrom(GalleryTemplate entry, bool fits)
    {
        Rule = string.IsNullOrWhiteSpace(Rule) ? entry.Rule.Trim() : Rule;
        Kinds = Kinds.Count == 0 ? [.. entry.Kinds] : Kinds;
        if (fits)
        {
            TakeFieldsFrom(entry);
        }
    }

    /// <summary>Takes over the fields of an entry for this route's connector, where nothing is written yet.</summary>
    public void TakeFieldsFrom(GalleryTemplate entry)
    {
        Template = entry.Body is null ? "" : Template; // it has brought what it has
        foreach ((string id, FieldTemplate field) in entry.Fields)
        {
            if (field is FieldTemplate.Text text && string.IsNullOrEmpty(Fields.GetValueOrDefault(id)))
            {
                Fields[id] = text.Template;
            }
            else if (field is FieldTemplate.Map map && Maps.TrueForAll(m => m.Field != id))
            {
                Maps.AddRange(map.Templates.Select(t => new MapLine { Field = id, Target = t.Key, Value = t.Value }));
            }
        }
    }

    /// <summary>What a text area sends has the line ends of another age.</summary>
    public static string Lines(string text) => text.ReplaceLineEndings("\n");

    private TemplateReference? ReadTemplate() => Template switch
    {
        null or "" => null,
        Own => new TemplateReference.Inline(string.IsNullOrWhiteSpace(ContentType) ? "application/json" : ContentType.Trim(), Lines(Body ?? "")),
        _ when Template.StartsWith(GalleryPrefix, StringComparison.Ordinal) => new TemplateReference.Gallery(Template[GalleryPrefix.Length..]),
        _ => new TemplateReference.Named(Template.StartsWith(NamedPrefix, StringComparison.Ordinal) ? Template[NamedPrefix.Length..] : Template),
    };

    private Dictionary<string, FieldTemplate> ReadFields()
    {
        Dictionary<string, FieldTemplate> fields = Fields.Where(static f => !string.IsNullOrEmpty(f.Value))
            .ToDictionary(static f => f.Key, static f => (FieldTemplate)new FieldTemplate.Text(Lines(f.Value!)), StringComparer.Ordinal);
        foreach (IGrouping<string, MapLine> map in Maps.Where(static m => !string.IsNullOrWhiteSpace(m.Field) && !string.IsNullOrWhiteSpace(m.Target)).GroupBy(static m => m.Field!))
        {
            fields[map.Key] = new FieldTemplate.Map(map.GroupBy(static m => m.Target!.Trim()).ToDictionary(static m => m.Key, static m => Lines(m.Last().Value ?? ""), StringComparer.Ordinal));
        }

        return fields;
    }

    private RetryDefinition ReadRetry(Language language, List<ConfigurationProblem> problems)
    {
        switch (Retry)
        {
            case OwnDelays:
                return new RetryDefinition.Delays([.. Parts(Delays).Select(text => ReadDuration(text, "$.retry", problems) ?? TimeSpan.Zero)]);
            case Growing:
                bool factor = double.TryParse(Factor, NumberStyles.AllowDecimalPoint, language.Culture, out double by);
                bool tries = int.TryParse(Tries, NumberStyles.None, CultureInfo.InvariantCulture, out int count);
                if (!factor || !tries)
                {
                    problems.Add(new("$.retry", "growing", ""));
                }

                return new RetryDefinition.Growing(
                    ReadDuration(First, "$.retry", problems) ?? TimeSpan.FromSeconds(10), factor ? by : 2, ReadDuration(Max, "$.retry", problems) ?? TimeSpan.FromDays(1), tries ? count : 10);
            default:
                return new RetryDefinition.Preset(ConfigurationDocument.RetryPresets.Contains(Retry) ? Retry : "standard");
        }
    }

    private void TakeRetry(RetryDefinition retry, Language language)
    {
        switch (retry)
        {
            case RetryDefinition.Delays delays:
                (Retry, Delays) = (OwnDelays, string.Join(", ", delays.Each.Select(Durations.Format)));
                break;
            case RetryDefinition.Growing growing:
                (Retry, First, Factor, Max, Tries) = (Growing, Durations.Format(growing.First), growing.Factor.ToString(language.Culture), Durations.Format(growing.Max), growing.Tries.ToString(CultureInfo.InvariantCulture));
                break;
            case RetryDefinition.Preset preset:
                Retry = preset.Name;
                break;
        }
    }

    /// <summary>A duration, written with or without a blank; "min" is what people write for "m".</summary>
    private static TimeSpan? ReadDuration(string? written, string path, List<ConfigurationProblem> problems)
    {
        if (string.IsNullOrWhiteSpace(written))
        {
            return null;
        }

        string text = written.Replace(" ", "", StringComparison.Ordinal);
        text = text.EndsWith("min", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text;
        if (Durations.TryParse(text, out TimeSpan duration))
        {
            return duration;
        }

        problems.Add(new(path, "duration", written));
        return null;
    }

    private static IEnumerable<string> Split(string? text) => Parts(text).Distinct(StringComparer.Ordinal);

    private static string[] Parts(string? text) => (text ?? "").Split([',', ';', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string ModeName(RouteMode mode) => mode switch { RouteMode.Live => "live", RouteMode.Test => "test", _ => "any" };
}

/// <summary>One line of a property map.</summary>
internal sealed class MapLine
{
    public string? Field { get; set; }

    public string? Target { get; set; }

    public string? Value { get; set; }
}
