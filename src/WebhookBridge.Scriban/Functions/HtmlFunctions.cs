using System.Net;
using System.Text;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The functions of <c>html</c>.</summary>
internal static class HtmlFunctions
{
    private static readonly (string Start, string End)[] Blocks = [("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->")];

    private const string UriKept = "-_.!~*'();/?:@&=+$,#[]";

    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("html.strip", "text", Strip),
        new("html.escape", "text", Escape),
        new("html.newline_to_br", "text", NewLineToBr),
        new("html.url_encode", "text", static (in a) => Made(a, Uri.EscapeDataString(a.TextOrEmpty(0)))),
        new("html.url_escape", "text", UrlEscape),
    ];

    private static Value Made(in Arguments a, string text)
    {
        a.Context.AllocateText(text.Length);
        return Value.From(text);
    }

    private static Value Escape(in Arguments a)
    {
        string escaped = WebUtility.HtmlEncode(a.TextOrEmpty(0));
        a.Context.AllocateText(escaped.Length);
        return a.Context.Options.Mode == TemplateMode.Html ? Value.From(new SafeText(escaped, SafeFor.Html)) : Value.From(escaped);
    }

    /// <summary>In HTML mode the text is escaped first, and the result is HTML.</summary>
    private static Value NewLineToBr(in Arguments a)
    {
        bool html = a.Context.Options.Mode == TemplateMode.Html;
        string text = a.TextOrEmpty(0);
        if (html && a[0].AsHeap is not SafeText { For: SafeFor.Html or SafeFor.Raw })
        {
            text = OutputBuffer.EscapeHtml(text);
        }

        var made = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            bool inPair = text[i] == '\n' && i > 0 && text[i - 1] == '\r';
            made.Append(text[i] is '\r' or '\n' && !inPair ? "<br />" : "").Append(text[i]);
        }

        a.Context.AllocateText(made.Length);
        return html ? Value.From(new SafeText(made.ToString(), SafeFor.Html)) : Value.From(made.ToString());
    }

    /// <summary>Takes out scripts, styles and comments whole, and every other tag; what is not closed stays.</summary>
    private static Value Strip(in Arguments a)
    {
        string text = a.TextOrEmpty(0);
        a.Context.AllocateText(text.Length);
        var made = new StringBuilder(text.Length);

        // From where on the end of a kind of block was looked for in vain: it is not looked for again.
        bool[] missing = new bool[Blocks.Length];
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('<', at);
            if (open < 0)
            {
                break;
            }

            a.Context.Charge(1);
            int close = EndOfTag(text, open, missing);
            if (close < 0)
            {
                break;
            }

            made.Append(text, at, open - at);
            at = close;
        }

        return Value.From(made.Append(text, at, text.Length - at).ToString());
    }

    private static int EndOfTag(string text, int open, bool[] missing)
    {
        for (int i = 0; i < Blocks.Length; i++)
        {
            (string start, string end) = Blocks[i];
            if (!missing[i] && string.Compare(text, open, start, 0, start.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                int found = text.IndexOf(end, open, StringComparison.OrdinalIgnoreCase);
                if (found >= 0)
                {
                    return found + end.Length;
                }

                missing[i] = true;
            }
        }

        int close = text.IndexOf('>', open);
        return close < 0 ? -1 : close + 1;
    }

    private static Value UrlEscape(in Arguments a)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(a.TextOrEmpty(0));
        var made = new StringBuilder(bytes.Length);
        foreach (byte b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || UriKept.Contains((char)b, StringComparison.Ordinal))
            {
                made.Append((char)b);
            }
            else
            {
                made.Append('%').Append(Convert.ToHexString([b]));
            }
        }

        return Made(a, made.ToString());
    }
}
