using System.Net;
using System.Text;

namespace WebhookBridge.Connectors.Email;

/// <summary>The plain text of an HTML message, for readers that show no HTML. Simple on purpose: tags go, blocks become lines, a link keeps its address.</summary>
internal static class HtmlText
{
    private static readonly string[] Silent = ["head", "style", "script", "title"];
    private static readonly string[] Blocks = ["p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr", "li", "blockquote"];

    public static string Of(string html)
    {
        StringBuilder text = new();
        string? href = null;
        for (int i = 0; i < html.Length;)
        {
            if (html[i] != '<')
            {
                int next = html.IndexOf('<', i);
                next = next < 0 ? html.Length : next;
                AppendWords(text, WebUtility.HtmlDecode(html[i..next]));
                i = next;
                continue;
            }

            int end = html.AsSpan(i).StartsWith("<!--") ? After(html, "-->", i) : EndOfTag(html, i);
            string tag = html[(i + 1)..Math.Max(i + 1, end - 1)];
            i = end;
            bool closing = tag.StartsWith('/');
            string name = NameOf(closing ? tag[1..] : tag);
            if (!closing && Silent.Contains(name))
            {
                i = After(html, "</" + name, i);
                i = i < html.Length ? After(html, ">", i) : i;
            }
            else if (name == "a")
            {
                if (!closing)
                {
                    href = Attribute(tag, "href");
                }
                else if (href is not null && href.StartsWith("http", StringComparison.OrdinalIgnoreCase))
                {
                    text.Append(" (").Append(href).Append(')');
                    href = null;
                }
            }
            else if (name is "td" or "th" && closing)
            {
                text.Append(' ');
            }
            else if (Blocks.Contains(name))
            {
                text.Append('\n');
            }
        }

        return Tidy(text);
    }

    private static int EndOfTag(string html, int start)
    {
        char quote = '\0';
        for (int i = start + 1; i < html.Length; i++)
        {
            char c = html[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '>')
            {
                return i + 1;
            }
        }

        return html.Length;
    }

    private static int After(string html, string what, int from)
    {
        int at = html.IndexOf(what, from, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? html.Length : at + what.Length;
    }

    private static string NameOf(string tag)
    {
        int length = 0;
        while (length < tag.Length && char.IsAsciiLetterOrDigit(tag[length]))
        {
            length++;
        }

#pragma warning disable CA1308 // Names of HTML elements are compared in the lower case that people write them in.
        return tag[..length].ToLowerInvariant();
#pragma warning restore CA1308
    }

    private static string? Attribute(string tag, string name)
    {
        int at = tag.IndexOf(name + "=", StringComparison.OrdinalIgnoreCase);
        if (at < 0 || at + name.Length + 1 >= tag.Length)
        {
            return null;
        }

        at += name.Length + 1;
        char quote = tag[at];
        int end = quote is '"' or '\'' ? tag.IndexOf(quote, at + 1) : tag.IndexOf(' ', at);
        string value = quote is '"' or '\'' ? tag[(at + 1)..(end < 0 ? tag.Length : end)] : tag[at..(end < 0 ? tag.Length : end)];
        return WebUtility.HtmlDecode(value);
    }

    private static void AppendWords(StringBuilder text, string part)
    {
        foreach (char c in part)
        {
            bool blank = c is ' ' or '\t' or '\r' or '\n';
            if (!blank)
            {
                text.Append(c);
            }
            else if (text.Length > 0 && text[^1] is not ('\n' or ' '))
            {
                text.Append(' ');
            }
        }
    }

    private static string Tidy(StringBuilder text)
    {
        List<string> lines = [];
        foreach (string line in text.ToString().Split('\n'))
        {
            string trimmed = line.Trim(' ');
            if (trimmed.Length > 0 || (lines.Count > 0 && lines[^1].Length > 0))
            {
                lines.Add(trimmed);
            }
        }

        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return string.Join('\n', lines) + "\n";
    }
}
