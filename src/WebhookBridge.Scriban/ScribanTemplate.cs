using System.Buffers;
using System.Text.Json;
using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Syntax;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban;

/// <summary>
/// A template in the Scriban language, read once and rendered as often as wanted, by any number of threads at the
/// same time. No template can reach a .NET object, a file, the network or a clock of its own.
/// </summary>
public sealed class ScribanTemplate
{
    /// <summary>Longest template text in UTF-16 units.</summary>
    public const int MaxTextLength = 1024 * 1024;

    private readonly Source _source;
    private readonly Statement _page;

    private ScribanTemplate(Source source, Statement page, TemplateOptions options)
    {
        _source = source;
        _page = page;
        Options = options;
    }

    /// <summary>The options it was read with.</summary>
    public TemplateOptions Options { get; }

    /// <summary>The text it was read from.</summary>
    public string Text => _source.Text;

    /// <summary>
    /// Reads a template. A byte order mark at the beginning is ignored. Never throws for any text, in time and
    /// memory proportional to its length.
    /// </summary>
    /// <param name="text">The template, at most <see cref="MaxTextLength"/> long.</param>
    /// <param name="options">What the output is; null for plain text.</param>
    public static ParseResult Parse(string text, TemplateOptions? options = null)
    {
        if (text.Length > MaxTextLength)
        {
            return new ParseResult.Failed(
                [new TemplateError(TemplateErrorKind.Syntax, 1, 1, $"The template is longer than the {MaxTextLength} characters allowed.")]);
        }

        var source = new Source(text.StartsWith('\uFEFF') ? text[1..] : text, null);
        Statement? page = Parser.Parse(source, scriptOnly: false, out IReadOnlyList<SyntaxFault> faults);
        return page is null
            ? new ParseResult.Failed([.. faults.Select(f => ToError(source, f))])
            : new ParseResult.Ok(new ScribanTemplate(source, page, options ?? TemplateOptions.Default));
    }

    /// <summary>
    /// Renders the template. The output is written to <paramref name="output"/> only when it is whole and good; no
    /// template and no data make this throw.
    /// </summary>
    /// <param name="roots">The data, see <see cref="TemplateRoot"/>.</param>
    /// <param name="output">Receives the output as UTF-8.</param>
    /// <param name="budget">Limits; null for the default ones.</param>
    /// <param name="now">What <c>date.now</c> gives: the only clock a template sees.</param>
    /// <param name="cancellation">Ends the rendering with <see cref="TemplateErrorKind.Cancelled"/>.</param>
    public RenderResult Render(
        ReadOnlySpan<TemplateRoot> roots, IBufferWriter<byte> output, RenderBudget? budget, DateTimeOffset now, CancellationToken cancellation = default)
    {
        using var context = new RenderContext(Options, _source, roots.ToArray(), budget ?? RenderBudget.Default, now, cancellation);
        OutputBuffer buffer = context.Output;
        try
        {
            _page.Execute(context);
            if (Options.Mode == TemplateMode.Json)
            {
                JsonCheck.Run(buffer, context, _source);
            }
        }
        catch (TemplateException e)
        {
            return new RenderResult.Failed(e.ToError());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of the library itself: the host still gets an error with a place in the template.
            return new RenderResult.Failed(context.Fault($"The template could not be rendered ({e.GetType().Name}).").ToError());
        }

        output.Write(buffer.Written);
        return RenderResult.Ok.Instance;
    }

    private static TemplateError ToError(Source source, SyntaxFault fault)
    {
        (int line, int column) = source.Locate(fault.Position);
        return new TemplateError(TemplateErrorKind.Syntax, line, column, fault.Message);
    }
}
