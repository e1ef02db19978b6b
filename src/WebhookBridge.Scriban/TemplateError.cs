using System.Globalization;

namespace WebhookBridge.Scriban;

/// <summary>Which part of the work an error belongs to.</summary>
public enum TemplateErrorKind
{
    /// <summary>The template cannot be read.</summary>
    Syntax,

    /// <summary>The template did something that has no meaning for the data at hand.</summary>
    Runtime,

    /// <summary>A limit of <see cref="RenderBudget"/> was reached.</summary>
    Budget,

    /// <summary>In JSON mode: what the template wrote is not one JSON document.</summary>
    OutputNotJson,

    /// <summary>The host cancelled the rendering.</summary>
    Cancelled,
}

/// <summary>What is wrong, and where in the template.</summary>
/// <param name="Kind">Which part of the work it belongs to.</param>
/// <param name="Line">Line in the template, from 1.</param>
/// <param name="Column">Column in UTF-16 units, from 1.</param>
/// <param name="Message">One plain sentence.</param>
/// <param name="Suggestion">The nearest known name when a name is unknown; null otherwise.</param>
/// <param name="Include">Name of the included template the position is in; null for the template itself.</param>
public sealed record TemplateError(
    TemplateErrorKind Kind, int Line, int Column, string Message, string? Suggestion = null, string? Include = null)
{
    /// <summary>For a time-out: the same template may succeed with more time. Every other error is there to stay.</summary>
    public bool IsTimeout { get; init; }

    /// <summary>The error as one line: <c>(line,column): message</c>.</summary>
    public override string ToString()
    {
        string where = string.Create(CultureInfo.InvariantCulture, $"{Include}({Line},{Column}): {Message}");
        return Suggestion is null ? where : where + $" Did you mean `{Suggestion}`?";
    }
}
