using WebhookBridge.Scriban.Syntax;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Carries an error from where it is found to <see cref="ScribanTemplate.Render"/>; never leaves the library.</summary>
#pragma warning disable CA1032, CA1064 // Internal control flow: only the one constructor makes sense.
internal sealed class TemplateException(TemplateErrorKind kind, Source source, int position, string message, string? suggestion = null)
    : Exception(message)
#pragma warning restore CA1032, CA1064
{
    public bool IsTimeout { get; init; }

    public TemplateError ToError()
    {
        (int line, int column) = source.Locate(position);
        return new TemplateError(kind, line, column, Message, suggestion, source.Name) { IsTimeout = IsTimeout };
    }
}
