using System.Text;
using System.Text.Json;
using WebhookBridge.Scriban.Syntax;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>The last word in JSON mode: what was written is one JSON document, or the error names the place that spoiled it.</summary>
internal static class JsonCheck
{
    private const int DeepestDocument = 256;

    public static void Run(OutputBuffer output, RenderContext context, Source template)
    {
        var reader = new Utf8JsonReader(output.Written, new JsonReaderOptions { MaxDepth = DeepestDocument });
        try
        {
            while (reader.Read())
            {
                // Reading is the check.
            }
        }
        catch (JsonException e)
        {
            int offset = OffsetOf(output.Written, e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
            (Source source, int position) = output.Origin(offset) ?? (template, 0);
            throw new TemplateException(
                TemplateErrorKind.OutputNotJson, source, position, $"The output is not JSON: {Reason(e)} at `{Excerpt(output.Written, offset)}`.");
        }
    }

    private static int OffsetOf(ReadOnlySpan<byte> output, long line, long byteInLine)
    {
        int start = 0;
        for (long i = 0; i < line; i++)
        {
            int next = output[start..].IndexOf((byte)'\n');
            if (next < 0)
            {
                break;
            }

            start += next + 1;
        }

        return (int)Math.Min(output.Length, start + byteInLine);
    }

    /// <summary>The reader's own words without its advice and its position, which is one in the output.</summary>
    private static string Reason(JsonException e)
    {
        string message = e.Message;
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        message = (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
        int advice = message.IndexOf(". ", StringComparison.Ordinal);
        return advice < 0 ? message : message[..advice];
    }

    private static string Excerpt(ReadOnlySpan<byte> output, int offset)
    {
        const int Around = 24;
        int from = Math.Max(0, offset - Around);
        int to = Math.Min(output.Length, offset + Around);
        if (to == from)
        {
            return "";
        }

        return (from > 0 ? "…" : "")
            + Encoding.UTF8.GetString(output[from..to]).Trim('\uFFFD').ReplaceLineEndings(" ").Trim()
            + (to < output.Length ? "…" : "");
    }
}
