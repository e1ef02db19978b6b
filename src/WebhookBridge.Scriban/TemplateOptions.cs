namespace WebhookBridge.Scriban;

/// <summary>What the output of a template is, which decides how values are written into it.</summary>
public enum TemplateMode
{
    /// <summary>Values are written as they print.</summary>
    Text,

    /// <summary>
    /// A value inside a string literal is escaped for JSON; a value outside one is written as a JSON value. The
    /// result must be one JSON document, or the rendering fails.
    /// </summary>
    Json,

    /// <summary>Values are escaped for HTML.</summary>
    Html,
}

/// <summary>How a template is read and rendered. Immutable; may be shared.</summary>
public sealed record TemplateOptions
{
    /// <summary>Plain text, unknown variables are null, no includes.</summary>
    public static TemplateOptions Default { get; } = new();

    /// <summary>What the output is. Default: text.</summary>
    public TemplateMode Mode { get; init; }

    /// <summary>
    /// True: reading a variable that does not exist is an error, unless <c>??</c>, <c>?!</c> or <c>?.</c> follows.
    /// False (default): it is null.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>
    /// Gives the text of an included template by name, or null when there is none. Called while rendering, at most
    /// once per name and rendering; must be thread-safe and must not block. Null: <c>include</c> is refused.
    /// </summary>
    public Func<string, string?>? Loader { get; init; }
}
