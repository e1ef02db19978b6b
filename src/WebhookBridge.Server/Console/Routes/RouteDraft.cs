using System.Diagnostics;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Something that is wrong with what was written, and where.</summary>
/// <param name="Place"><c>rule</c>, <c>template</c>, <c>field:id</c>, <c>row:3</c> or another part of the form.</param>
/// <param name="Line">From 1, where the place is a text of lines.</param>
internal sealed record Fault(string Place, string Text, int? Line = null, int? Column = null);

/// <summary>What one line of the conditions says of the chosen event.</summary>
/// <param name="Value">The event's own value; null where it has none.</param>
internal sealed record RowCheck(int Row, bool Holds, string? Value);

/// <summary>What a route would make of one event. Nothing is sent.</summary>
/// <param name="Misfit">Why the destination would refuse what the fields came out as; null where it would not.</param>
internal sealed record EventTrial(ConditionsVerdict When, IReadOnlyList<RowCheck> Checks, RuleVerdict? Rule, TimeSpan RuleTime, ReshapeResult? Shape, TimeSpan ShapeTime, string? Misfit)
{
    public bool Matches => When.Verdict == RouteVerdict.Delivery;
}

/// <summary>The form's route, compiled as far as it can be: each part that is right works, each that is not says why.</summary>
internal sealed class RouteDraft
{
    private const string DeliveryId = "dlv_00000000000000000000000000";

    private readonly Gateway _gateway;
    private readonly Dictionary<int, Conditions> _rows = [];
    private readonly IReadOnlyList<ConditionRow> _written;
    private readonly RouteFieldCheck? _fields;

    private RouteDraft(Gateway gateway, RouteDefinition definition, IReadOnlyList<ConditionRow> written)
    {
        _gateway = gateway;
        _written = written;
        Definition = definition;
        _fields = gateway.Current.Value.Destinations.TryGetValue(definition.Destination, out ActiveDestination? to) && gateway.Connectors.FindReady(to.Definition.Connector) is { } ready
            ? new RouteFieldCheck(ready.Description, SettingsCheck.Check(ready.Connector, to.Definition.Settings, to.Definition.Secrets).Settings)
            : null;
    }

    public RouteDefinition Definition { get; }

    public Conditions? Conditions { get; private set; }

    public Rule? Rule { get; private set; }

    public RouteShape? Shape { get; private set; }

    /// <summary>The text behind the template; null for the event as received.</summary>
    public TemplateReference.Inline? Template { get; private set; }

    public List<Fault> Faults { get; } = [];

    public static RouteDraft Compile(Gateway gateway, RouteForm form, Language language)
    {
        List<ConfigurationProblem> wrong = [];
        Dictionary<string, int> paths = [];
        RouteDefinition definition = form.ToDefinition(language, onlyWhole: true, paths, wrong);
        RouteDraft draft = new(gateway, definition, form.Rows);
        RouteSurroundings surroundings = gateway.Compiler.SurroundingsOf(gateway.Configuration.Definition, gateway.Lists.ByName);

        draft.Conditions = Conditions.Compile(definition.When, surroundings.Lists, out IReadOnlyList<ConditionError> errors);
        draft.Faults.AddRange(errors.Select(error => new Fault(PlaceOf("$.when" + error.Path, paths), error.Message)));
        draft.CompileRows(form, language, surroundings);
        draft.CompileRule(definition.Rule);
        draft.CompileShape(definition, surroundings);
        return draft;
    }

    /// <summary>A compiled route that runs already, to compare with.</summary>
    public static RouteDraft Of(Gateway gateway, ActiveRoute route) =>
        new(gateway, route.Definition, []) { Conditions = route.Conditions, Rule = route.Rule, Shape = route.Shape };

    /// <summary>The place in the form of a problem's JSON path.</summary>
    public static string PlaceOf(string path, IReadOnlyDictionary<string, int> rows)
    {
        string? row = rows.Keys.Where(p => path.StartsWith(p, StringComparison.Ordinal)).MaxBy(static p => p.Length);
        return row is not null ? "row:" + rows[row]
            : path.StartsWith("$.rule", StringComparison.Ordinal) ? "rule"
            : path.StartsWith("$.template", StringComparison.Ordinal) ? "template"
            : path.StartsWith("$.fields.", StringComparison.Ordinal) ? "field:" + path["$.fields.".Length..]
            : path.StartsWith("$.retry", StringComparison.Ordinal) ? "retry"
            : path.StartsWith("$.when.checkout", StringComparison.Ordinal) ? "checkout"
            : path.StartsWith("$.source", StringComparison.Ordinal) ? "sources"
            : path.StartsWith("$.destination", StringComparison.Ordinal) ? "destination"
            : path.StartsWith("$.name", StringComparison.Ordinal) ? "name"
            : "when";
    }

    /// <summary>Takes one event through the steps, each judged whatever the one before it said, so that all can be worked on.</summary>
    /// <param name="whole">False = stops where a delivery would stop.</param>
    public async Task<EventTrial> TryAsync(GatewayEvent of, bool whole)
    {
        using EventView view = EventView.Open(of, Names.IsValid(Definition.Name) ? Definition.Name : "route", DeliveryId);
        DateTimeOffset now = _gateway.Time.GetUtcNow();
        ConditionsVerdict when = Conditions?.Judge(view, now) ?? new(RouteVerdict.SkippedByCondition);
        bool goesOn = whole || when.Verdict == RouteVerdict.Delivery;

        long started = Stopwatch.GetTimestamp();
        RuleVerdict? rule = !goesOn || Faults.Exists(static f => f.Place == "rule") ? null
            : Rule is null ? RuleVerdict.Send.Instance
            : await _gateway.Rules.JudgeAsync(Rule, view, RuleContext.Of(of, DeliveryId));
        TimeSpan ruleTime = Stopwatch.GetElapsedTime(started);
        goesOn = whole || rule is RuleVerdict.Send;

        started = Stopwatch.GetTimestamp();
        ReshapeResult? shape = goesOn ? Shape?.Reshape(view, timeouts: 0) : null;
        TimeSpan shapeTime = Stopwatch.GetElapsedTime(started);
        return new(when, [.. Checks(view, now)], rule, ruleTime, shape, shapeTime, shape is ReshapeResult.Ready { Rendered.Fields: { Count: > 0 } fields } ? _fields?.FirstProblem(fields) : null);
    }

    /// <summary>How many of the events each line lets through, and how many pass all conditions.</summary>
    public (int PassAll, int[] Rows) Count(IReadOnlyList<GatewayEvent> events)
    {
        int passAll = 0;
        int[] rows = new int[_written.Count];
        DateTimeOffset now = _gateway.Time.GetUtcNow();
        foreach (GatewayEvent of in events)
        {
            if (of.Unreadable is not null)
            {
                continue;
            }

            using EventView view = EventView.Open(of);
            passAll += Conditions?.Judge(view, now).Verdict == RouteVerdict.Delivery ? 1 : 0;
            foreach ((int row, Conditions conditions) in _rows)
            {
                rows[row] += conditions.Judge(view, now).Verdict == RouteVerdict.Delivery ? 1 : 0;
            }
        }

        return (passAll, rows);
    }

    private IEnumerable<RowCheck> Checks(EventView view, DateTimeOffset now)
    {
        foreach ((int row, Conditions conditions) in _rows.OrderBy(static r => r.Key))
        {
            string? value = null;
            if (_written[row].Field is { } field && FieldPath.TryParse(field, out FieldPath? path, out _) && path!.TryFind(view, out System.Text.Json.JsonElement found))
            {
                value = found.ValueKind == System.Text.Json.JsonValueKind.String ? found.GetString() : found.GetRawText();
            }

            yield return new(row, conditions.Judge(view, now).Verdict == RouteVerdict.Delivery, value is { Length: > 80 } ? value[..80] + "…" : value);
        }
    }

    private void CompileRows(RouteForm form, Language language, RouteSurroundings surroundings)
    {
        for (int i = 0; i < form.Rows.Count; i++)
        {
            ConditionRow row = form.Rows[i];
            int depth = row.Depth;
            List<ConditionRow> own = [.. form.Rows.Take(ConditionRows.EndOf(form.Rows, i)).Skip(i).Select(r => new ConditionRow { Kind = r.Kind == ConditionRow.Beside ? ConditionRow.AnyOf : r.Kind, Depth = r.Depth - depth, Field = r.Field, Op = r.Op, Value = r.Value })];
            ConditionsDefinition alone = ConditionRows.Read(new(), ConditionRow.AllOf, own, language, onlyWhole: true);
            if (alone.All.Count > 0 && Conditions.Compile(alone, surroundings.Lists, out _) is { } compiled)
            {
                _rows[i] = compiled;
            }
        }
    }

    private void CompileRule(string? text)
    {
        if (text is null)
        {
            return;
        }

        switch (Rule.Compile(text))
        {
            case RuleCompilation.Ready ready:
                Rule = ready.Rule;
                break;
            case RuleCompilation.Refused refused:
                Faults.AddRange(refused.Errors.Select(static e => new Fault("rule", e.Message, e.Line, e.Column)));
                break;
        }
    }

    private void CompileShape(RouteDefinition route, RouteSurroundings surroundings)
    {
        List<ConfigurationProblem> missing = [];
        Template = RouteCompiler.Resolve(route.Template, surroundings, "$.template", missing);
        Faults.AddRange(missing.Select(static m => new Fault("template", m.Message)));
        int before = Faults.Count;
        CompiledTemplate? body = Template is null ? null : Compile(Template.Body, CompiledTemplate.ModeOf(Template.ContentType), surroundings, "template");
        List<(string, CompiledTemplate)> fields = [];
        foreach ((string id, FieldTemplate field) in route.Fields)
        {
            IEnumerable<(string Key, string Text)> texts = field switch
            {
                FieldTemplate.Text text => [(id, text.Template)],
                FieldTemplate.Map map => map.Templates.Select(t => (RouteShape.MapKey(id, t.Key), t.Value)),
                _ => [],
            };
            foreach ((string key, string text) in texts)
            {
                if (Compile(text, OutputMode.Text, surroundings, "field:" + id) is { } compiled)
                {
                    fields.Add((key, compiled));
                }
            }
        }

        Shape = Faults.Count == before && missing.Count == 0 ? new RouteShape(body, Template?.ContentType ?? "", fields) : null;
    }

    private CompiledTemplate? Compile(string text, OutputMode mode, RouteSurroundings surroundings, string place)
    {
        CompiledTemplate? compiled = CompiledTemplate.Compile(text, mode, name => surroundings.Templates(name)?.Body, strict: false, out IReadOnlyList<TemplateProblem> problems);
        Faults.AddRange(problems.Select(p => new Fault(place, p.Message, p.Line, p.Column)));
        return compiled;
    }
}
