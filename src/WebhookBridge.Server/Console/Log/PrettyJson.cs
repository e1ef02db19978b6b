using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Html;
using System.Text.Encodings.Web;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>A body as lines to read: JSON indented and coloured, its numbers with their own text; anything else as it is.</summary>
internal static class PrettyJson
{
    private const int MostLines = 600;

    public static IReadOnlyList<IHtmlContent> Lines(ReadOnlySpan<byte> body)
    {
        if (body.Length > 0)
        {
            try
            {
                return Coloured(body);
            }
            catch (JsonException)
            {
                // Not JSON: shown as text.
            }
        }

        return [.. Encoding.UTF8.GetString(body).ReplaceLineEndings("\n").Split('\n').Take(MostLines).Select(static l => new HtmlString(HtmlEncoder.Default.Encode(l)))];
    }

    private static List<IHtmlContent> Coloured(ReadOnlySpan<byte> body)
    {
        List<IHtmlContent> lines = [];
        StringBuilder line = new();
        var json = new Utf8JsonReader(body, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        bool first = true, afterName = false;
        while (json.Read())
        {
            bool closes = json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (!afterName && !(first && lines.Count == 0 && line.Length == 0))
            {
                if (closes && first)
                {
                    line.Append(json.TokenType == JsonTokenType.EndObject ? '}' : ']');
                    (first, afterName) = (false, false);
                    continue;
                }

                if (!first && !closes)
                {
                    line.Append(',');
                }

                Break(lines, line, json.CurrentDepth);
            }

            afterName = json.TokenType == JsonTokenType.PropertyName;
            first = json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            string raw = HtmlEncoder.Default.Encode(Encoding.UTF8.GetString(json.ValueSpan));
            _ = json.TokenType switch
            {
                JsonTokenType.PropertyName => line.Append("<span class=\"k\">&quot;").Append(raw).Append("&quot;</span>: "),
                JsonTokenType.String => line.Append("<span class=\"s\">&quot;").Append(raw).Append("&quot;</span>"),
                JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null => line.Append("<span class=\"n\">").Append(raw).Append("</span>"),
                JsonTokenType.StartObject => line.Append('{'),
                JsonTokenType.EndObject => line.Append('}'),
                JsonTokenType.StartArray => line.Append('['),
                _ => line.Append(']'),
            };
            if (lines.Count >= MostLines)
            {
                line.Append('…');
                break;
            }
        }

        lines.Add(new HtmlString(line.ToString()));
        return lines;
    }

    private static void Break(List<IHtmlContent> lines, StringBuilder line, int depth)
    {
        lines.Add(new HtmlString(line.ToString()));
        line.Clear().Append(' ', depth * 2);
    }
}
