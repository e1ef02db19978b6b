using System.Text;
using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Syntax;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Functions;

/// <summary><c>include</c> and <c>include_join</c> (language reference 9.11): templates that the host hands over.</summary>
internal static class IncludeFunctions
{
    private const string TemplatePrefix = "tpl:";

    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("include", "name args*", Include),
        new("include_join", "names separator begin? end?", IncludeJoin),
    ];

    /// <summary>Runs a page into the output when it is printed as it stands, else into a text.</summary>
    public static Value RunPage(in Arguments a, Statement page, Source source, ScribanArray arguments)
    {
        RenderContext context = a.Context;
        if (a.Stream && context.Output.Mode != TemplateMode.Text)
        {
            context.RunPage(page, source, arguments, a.Position);
            return Value.From(RenderContext.Printed);
        }

        return context.Capture(new PageStatement(page, source, arguments, a.Position));
    }

    private static Value Include(in Arguments a)
    {
        string name = a.Text(0) is { Length: > 0 } given ? given : throw a.Fault(0, "`include` expects the name of a template");
        (Statement page, Source source) = Load(a, name);
        return RunPage(a, page, source, new ScribanArray(a.Rest));
    }

    private static Value IncludeJoin(in Arguments a)
    {
        var text = new StringBuilder();
        string? separator = null;
        foreach (Value name in a.List(0).Items)
        {
            string piece = Render(a, a.Context.ToText(name));
            if (text.Length > 0)
            {
                text.Append(separator ??= TextOrTemplate(a, 1));
            }

            text.Append(piece);
            a.Context.AllocateText(text.Length);
        }

        string joined = text.Length == 0 ? "" : TextOrTemplate(a, 2) + text + TextOrTemplate(a, 3);
        a.Context.AllocateText(joined.Length);
        return a.Context.Options.Mode == TemplateMode.Html ? Value.From(new SafeText(joined, SafeFor.Html)) : Value.From(joined);
    }

    private static string TextOrTemplate(in Arguments a, int index)
    {
        string text = a.TextOrEmpty(index);
        return text.StartsWith(TemplatePrefix, StringComparison.Ordinal) ? Render(a, text[TemplatePrefix.Length..]) : text;
    }

    private static string Render(in Arguments a, string name)
    {
        (Statement page, Source source) = Load(a, name);
        return a.Context.ToText(a.Context.Capture(new PageStatement(page, source, new ScribanArray(), a.Position)));
    }

    private static (Statement Page, Source Source) Load(in Arguments a, string name)
    {
        RenderContext context = a.Context;
        if (context.FindInclude(name) is { } known)
        {
            return known;
        }

        if (context.Options.Loader is not { } loader)
        {
            throw a.Fault(0, "No other templates can be included here");
        }

        string? text;
        try
        {
            text = loader(name);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw a.Fault(0, $"The template `{Short(name)}` could not be loaded");
        }

        if (text is null)
        {
            throw a.Fault(0, $"There is no template named `{Short(name)}` to include");
        }

        context.AllocateText(text.Length);
        context.Allocate(text.Length * 32L);
        var source = new Source(text.StartsWith('\uFEFF') ? text[1..] : text, name);
        Statement? page = Parser.Parse(source, scriptOnly: false, out IReadOnlyList<SyntaxFault> faults);
        if (page is null)
        {
            throw new TemplateException(TemplateErrorKind.Syntax, source, faults[0].Position, faults[0].Message);
        }

        context.RememberInclude(name, page, source);
        return (page, source);
    }

    private static string Short(string name) => name.Length <= 60 ? name : name[..60] + "…";

    /// <summary>Runs a page as a statement, so that it can be captured.</summary>
    private sealed class PageStatement(Statement page, Source source, ScribanArray arguments, int position) : Statement(position)
    {
        public override void Execute(RenderContext context) => context.RunPage(page, source, arguments, Position);
    }
}
