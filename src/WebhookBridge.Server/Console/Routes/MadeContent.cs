using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Server.WebConsole.Page;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>What a template made, ready to be shown: text by lines, HTML for a frame that may do nothing.</summary>
internal static partial class MadeContent
{
    private const int MostShown = 40_000;

    public static string Text(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MostShown)]);

    public static bool IsHtml(string contentType) => contentType.StartsWith("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>JSON on one line is set out; everything else, and JSON that has lines, stays as it is.</summary>
    public static IEnumerable<string> Lines(string text, string contentType)
    {
        if (contentType.Contains("json", StringComparison.OrdinalIgnoreCase) && !text.Contains('\n', StringComparison.Ordinal) && text.Length is > 1 and < MostShown)
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(text);
                text = JsonSerializer.Serialize(json.RootElement, Indented);
            }
            catch (JsonException)
            {
                // It is shown as it is: what is wrong with it is told elsewhere.
            }
        }

        return text.Split('\n').Select(static l => l.TrimEnd('\r'));
    }

    /// <summary>One line of JSON in parts: <c>k</c> a name, <c>s</c> a text, <c>n</c> a number or a truth; empty for the rest.</summary>
    public static IEnumerable<(string Kind, string Text)> Parts(string line, string contentType)
    {
        if (!contentType.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            return [("", line)];
        }

        List<(string, string)> parts = [];
        int at = 0;
        foreach (Match m in JsonParts().Matches(line))
        {
            parts.Add(("", line[at..m.Index]));
            parts.Add((m.Groups["k"].Success ? "k" : m.Groups["s"].Success ? "s" : "n", m.Value));
            at = m.Index + m.Length;
        }

        parts.Add(("", line[at..]));
        return parts.Where(static p => p.Item2.Length > 0);
    }

    /// <summary>The page's nonce: a part that is swapped in lives under the policy of the page, not under its own.</summary>
    public static string Nonce(HttpContext context) =>
        context.Request.HasFormContentType && context.Request.Form["Nonce"].ToString() is { Length: > 0 and < 64 } given && context.IsPart() ? given : context.StyleNonce();

    /// <summary>The frame inherits the page's policy, which allows style elements with the nonce but no style attributes: each becomes a rule. Scripts and what would be loaded from elsewhere are taken out before the browser has to refuse them.</summary>
    public static string ForFrame(string html, string nonce)
    {
        StringBuilder rules = new();
        int count = 0;
        html = Scripts().Replace(html, "");
        html = StyleElements().Replace(html, m =>
        {
            rules.Append(m.Groups["css"].Value).Append('\n');
            return "";
        });
        html = StyleAttributes().Replace(html, m =>
        {
            string css = System.Net.WebUtility.HtmlDecode(m.Groups["css"].Value).Replace("<", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            rules.Append("[data-s=\"").Append(++count).Append("\"]{").Append(css).Append("}\n");
            return $" data-s=\"{count}\"";
        });
        html = Loaded().Replace(html, " data-not-loaded=${address}");
        string css = Urls().Replace(rules.ToString().Replace("</", "", StringComparison.Ordinal), "none");
        return $"<!doctype html><meta charset=\"utf-8\"><style nonce=\"{HtmlEncoder.Default.Encode(nonce)}\">html{{background:#fff;color:#111;font:14px system-ui,sans-serif}}{css}</style>{html}";
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [GeneratedRegex("""(?<k>"(\\.|[^"\\])*"(?=\s*:))|(?<s>"(\\.|[^"\\])*")|(?<n>-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\b|\b(true|false|null)\b)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex JsonParts();

    [GeneratedRegex(@"<(?<tag>script|iframe|object|embed|link|base|meta)\b[^>]*>(.*?</\k<tag>\s*>)?", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Scripts();

    [GeneratedRegex(@"<style\b[^>]*>(?<css>.*?)</style\s*>", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StyleElements();

    [GeneratedRegex(@"\sstyle\s*=\s*(""(?<css>[^""]*)""|'(?<css>[^']*)')", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StyleAttributes();

    /// <summary>Pictures and backgrounds from elsewhere.</summary>
    [GeneratedRegex(@"\s(?:src|srcset|background|poster)\s*=\s*(?<address>""(?!data:)[^""]*""|'(?!data:)[^']*')", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Loaded();

    [GeneratedRegex(@"url\s*\([^)]*\)|@import[^;]*;?", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Urls();
}
