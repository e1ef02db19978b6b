using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Reshaping;

namespace WebhookBridge.Engine.Configuration;

/// <summary>What a route refers to by name.</summary>
/// <param name="Lists">A named list; null when there is none.</param>
/// <param name="Templates">An own template; null when there is none.</param>
/// <param name="Gallery">A template of the gallery; null when there is none.</param>
public sealed record RouteSurroundings(Func<string, ValueList?> Lists, Func<string, TemplateDefinition?> Templates, Func<string, TemplateDefinition?> Gallery);

/// <summary>Turns the definition of a route into what runs: conditions, rule and templates compiled, every mistake told with its place.</summary>
public static class RouteCompiler
{
    /// <summary>What a text stands between in a template.</summary>
    private const string Quotes = "'\"`";

    /// <summary>Compiles; null when anything is wrong, and then <paramref name="problems"/> has grown.</summary>
    /// <param name="path">JSON path of the route, such as <c>$.routes[0]</c>.</param>
    public static ActiveRoute? Compile(RouteDefinition route, int revision, RouteSurroundings surroundings, string path, List<ConfigurationProblem> problems)
    {
        int before = problems.Count;
        Conditions? conditions = Conditions.Compile(route.When, surroundings.Lists, out IReadOnlyList<ConditionError> conditionErrors);
        foreach (ConditionError error in conditionErrors)
        {
            problems.Add(new($"{path}.when{error.Path}", Sentence(error.Message), "Mend the condition."));
        }

        Rule? rule = null;
        if (route.Rule is not null)
        {
            switch (Rule.Compile(route.Rule))
            {
                case RuleCompilation.Ready ready:
                    rule = ready.Rule;
                    break;
                case RuleCompilation.Refused refused:
                    problems.AddRange(refused.Errors.Select(e => new ConfigurationProblem(
                        path + ".rule", $"Line {e.Line}, column {e.Column}: {Sentence(e.Message)}", $"Mend this line: {e.SourceLine.Trim()}")));
                    break;
            }
        }

        RouteShape? shape = CompileShape(route, surroundings, path, problems);
        return problems.Count > before ? null : new ActiveRoute { Definition = route, Revision = revision, Conditions = conditions!, Rule = rule, Shape = shape! };
    }

    /// <summary>The text behind a template reference; null when the route has none or the name is unknown (then a problem is added).</summary>
    public static TemplateReference.Inline? Resolve(TemplateReference? reference, RouteSurroundings surroundings, string path, List<ConfigurationProblem> problems)
    {
        switch (reference)
        {
            case null:
                return null;
            case TemplateReference.Inline inline:
                return inline;
            case TemplateReference.Named named:
                if (surroundings.Templates(named.Name) is { } own)
                {
                    return new(own.ContentType, own.Body);
                }

                problems.Add(new(path, $"There is no template named \"{named.Name}\".", "Add it under \"templates\", or write the template here as { \"contentType\", \"body\" }."));
                return null;
            case TemplateReference.Gallery gallery:
                if (surroundings.Gallery(gallery.Name) is { } shipped)
                {
                    return new(shipped.ContentType, shipped.Body);
                }

                problems.Add(new(path, $"The gallery has no template named \"{gallery.Name}\".", "Pick one of the gallery's names."));
                return null;
            default:
                throw new InvalidOperationException("an unknown form of template reference");
        }
    }

    /// <summary>The named templates that the texts of a route include, and that those include: by their names in quotes, as <c>include 'line'</c> writes them. A name that is put together while rendering cannot be seen.</summary>
    /// <param name="body">The text behind the route's template; null when it has none.</param>
    public static IReadOnlyList<TemplateDefinition> Included(RouteDefinition route, string? body, IReadOnlyList<TemplateDefinition> templates)
    {
        List<TemplateDefinition> found = [];
        Stack<string> texts = new(route.Fields.Values.SelectMany(static field => field is FieldTemplate.Map map ? map.Templates.Values : [((FieldTemplate.Text)field).Template]).Append(body ?? ""));
        while (texts.TryPop(out string? text))
        {
            if (!text.Contains("include", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (TemplateDefinition template in templates)
            {
                if (!found.Contains(template) && Quotes.Any(quote => text.Contains($"{quote}{template.Name}{quote}", StringComparison.Ordinal)))
                {
                    found.Add(template);
                    texts.Push(template.Body);
                }
            }
        }

        return found;
    }

    private static RouteShape? CompileShape(RouteDefinition route, RouteSurroundings surroundings, string path, List<ConfigurationProblem> problems)
    {
        int before = problems.Count;
        TemplateReference.Inline? template = Resolve(route.Template, surroundings, path + ".template", problems);
        CompiledTemplate? body = template is null ? null : Compile(template.Body, CompiledTemplate.ModeOf(template.ContentType), surroundings, path + ".template", problems);
        var fields = new List<(string Key, CompiledTemplate Template)>();
        foreach ((string id, FieldTemplate field) in route.Fields)
        {
            string at = $"{path}.fields.{id}";
            if (field is FieldTemplate.Text text)
            {
                Add(id, text.Template, at);
            }
            else if (field is FieldTemplate.Map map)
            {
                foreach ((string target, string value) in map.Templates)
                {
                    Add(RouteShape.MapKey(id, target), value, $"{at}.{target}");
                }
            }
        }

        return problems.Count > before ? null : new RouteShape(body, template?.ContentType ?? "", fields);

        void Add(string key, string text, string at)
        {
            if (Compile(text, OutputMode.Text, surroundings, at, problems) is { } compiled)
            {
                fields.Add((key, compiled));
            }
        }
    }

    private static CompiledTemplate? Compile(string text, OutputMode mode, RouteSurroundings surroundings, string path, List<ConfigurationProblem> problems)
    {
        CompiledTemplate? compiled = CompiledTemplate.Compile(text, mode, name => surroundings.Templates(name)?.Body, strict: false, out IReadOnlyList<TemplateProblem> found);
        foreach (TemplateProblem problem in found)
        {
            problems.Add(new(path, $"Line {problem.Line}, column {problem.Column}: {Sentence(problem.Message)}", "Mend the template there."));
        }

        return compiled;
    }

    private static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..] + (text[^1] is '.' or '!' or '?' ? "" : ".");
}
