using System.Buffers;
using System.Text.Json;
using WebhookBridge.Scriban;

namespace WebhookBridge.Engine.Reshaping;

/// <summary>Something wrong with a template, for the person who wrote it.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="TimedOut">The same template may succeed with more time.</param>
public sealed record TemplateProblem(string Message, int Line, int Column, bool TimedOut = false)
{
    /// <summary>Line, column and sentence in one.</summary>
    public override string ToString() => $"line {Line}, column {Column}: {Message}";
}

/// <summary>How values are written into the output.</summary>
public enum OutputMode
{
    /// <summary>As they are.</summary>
    Text,

    /// <summary>Escaped for JSON, and the whole checked to be JSON.</summary>
    Json,

    /// <summary>Escaped for HTML.</summary>
    Html,
}

/// <summary>A Scriban template, read once and rendered many times. Thread-safe.</summary>
public sealed class CompiledTemplate
{
    /// <summary>Time of one rendering before it is called a time-out; four times as much after each one (contract section 4).</summary>
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(100);

    private static readonly RenderBudget[] Budgets =
        [.. Enumerable.Range(0, 4).Select(static n => new RenderBudget { Time = Time * Math.Pow(4, n), OutputBytes = 4 * 1024 * 1024 })];

    private readonly ScribanTemplate _template;

    private CompiledTemplate(ScribanTemplate template) => _template = template;

    /// <summary>Reads a template; on failure every problem is told.</summary>
    /// <param name="include">Text of another template by name, for <c>include</c>; null where there is none.</param>
    public static CompiledTemplate? Compile(string text, OutputMode mode, Func<string, string?>? include, bool strict, out IReadOnlyList<TemplateProblem> problems)
    {
        var options = new TemplateOptions
        {
            Mode = mode switch { OutputMode.Json => TemplateMode.Json, OutputMode.Html => TemplateMode.Html, _ => TemplateMode.Text },
            Strict = strict,
            Loader = include,
        };
        switch (ScribanTemplate.Parse(text, options))
        {
            case ParseResult.Ok ok:
                problems = [];
                return new CompiledTemplate(ok.Template);
            case ParseResult.Failed failed:
                problems = [.. failed.Errors.Select(ToProblem)];
                return null;
            default:
                throw new InvalidOperationException("an unknown result of parsing");
        }
    }

    /// <summary>The mode that fits a media type: JSON, HTML, or text for all else.</summary>
    public static OutputMode ModeOf(string contentType)
    {
        ReadOnlySpan<char> media = contentType.AsSpan();
        int semicolon = media.IndexOf(';');
        media = (semicolon < 0 ? media : media[..semicolon]).Trim();
        return media.Equals("application/json", StringComparison.OrdinalIgnoreCase) || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase) ? OutputMode.Json
            : media.Equals("text/html", StringComparison.OrdinalIgnoreCase) || media.EndsWith("xhtml+xml", StringComparison.OrdinalIgnoreCase) ? OutputMode.Html
            : OutputMode.Text;
    }

    /// <summary>Renders; null when all went well, and then the output is whole.</summary>
    /// <param name="roots">Name and value of what the template sees at the top.</param>
    /// <param name="now">The clock that the template sees: the event's, so that a retry gives the same bytes.</param>
    /// <param name="timeouts">How often it ran out of time before.</param>
    public TemplateProblem? Render(IReadOnlyList<KeyValuePair<string, JsonElement>> roots, IBufferWriter<byte> output, DateTimeOffset now, int timeouts)
    {
        var given = new TemplateRoot[roots.Count];
        for (int i = 0; i < given.Length; i++)
        {
            given[i] = new TemplateRoot(roots[i].Key, roots[i].Value);
        }

        return Render(given, output, now, timeouts);
    }

    /// <summary>Renders with the members of one object as names, for a person who waits: with the longest time, since the program may just have started.</summary>
    public TemplateProblem? RenderMembers(JsonElement members, IBufferWriter<byte> output, DateTimeOffset now) =>
        Render([TemplateRoot.Members(members)], output, now, Budgets.Length - 1);

    private TemplateProblem? Render(TemplateRoot[] roots, IBufferWriter<byte> output, DateTimeOffset now, int timeouts) =>
        _template.Render(roots, output, Budgets[Math.Min(timeouts, Budgets.Length - 1)], now) is RenderResult.Failed failed ? ToProblem(failed.Error) : null;

    private static TemplateProblem ToProblem(TemplateError error) =>
        new(error.Suggestion is null ? error.Message : $"{error.Message} Did you mean `{error.Suggestion}`?", error.Line, error.Column, error.IsTimeout);
}
