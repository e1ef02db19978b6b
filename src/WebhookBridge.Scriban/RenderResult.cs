namespace WebhookBridge.Scriban;

/// <summary>How a rendering ended.</summary>
public abstract record RenderResult
{
    private RenderResult()
    {
    }

    /// <summary>The output was written to the host's writer, whole.</summary>
    public sealed record Ok : RenderResult
    {
        /// <summary>The one instance: there is nothing to tell.</summary>
        public static Ok Instance { get; } = new();
    }

    /// <summary>Nothing was written.</summary>
    /// <param name="Error">What is wrong and where.</param>
    public sealed record Failed(TemplateError Error) : RenderResult;
}

/// <summary>What came of reading a template.</summary>
public abstract record ParseResult
{
    private ParseResult()
    {
    }

    /// <summary>The template can be rendered.</summary>
    public sealed record Ok(ScribanTemplate Template) : ParseResult;

    /// <summary>The template has errors; at least one.</summary>
    public sealed record Failed(IReadOnlyList<TemplateError> Errors) : ParseResult;
}
