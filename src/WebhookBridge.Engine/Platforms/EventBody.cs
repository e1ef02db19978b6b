using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>A body as rules, conditions and templates see it under the name <c>event</c> (contract section 2). Reading never fails: what is neither JSON nor a form is one text.</summary>
/// <remarks>The document refers to the bytes handed in (they must not change) and to pooled memory: dispose it when the last element was read.</remarks>
public sealed class EventBody : IDisposable
{
    /// <summary>Deeper JSON is not read and counts as text. Less than the reader's default of 64, so that a list copied into the normal form can always be read back.</summary>
    public const int MaxDepth = 60;

    private static readonly JsonDocumentOptions Unique = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions LastWins = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = true };

    private EventBody(BodyFormat format, JsonDocument document, bool duplicateKeys, string? problem)
    {
        Format = format;
        Document = document;
        DuplicateKeys = duplicateKeys;
        Problem = problem;
    }

    public BodyFormat Format { get; }

    public JsonDocument Document { get; }

    public JsonElement Root => Document.RootElement;

    /// <summary>An object (or the form) names a key twice; the last one counts.</summary>
    public bool DuplicateKeys { get; }

    /// <summary>Why the body is text although it looks like JSON; null otherwise.</summary>
    public string? Problem { get; }

    /// <summary>Reads <paramref name="bytes"/> by their content first and by <paramref name="contentType"/> second (senders are careless with it).</summary>
    /// <param name="preferForm">The platform sends forms: what says that it is one is not read as JSON even if it could be.</param>
    public static EventBody Open(ReadOnlyMemory<byte> bytes, string? contentType, bool preferForm = false)
    {
        ReadOnlyMemory<byte> body = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        bool isForm = IsForm(contentType);
        string? problem = null;
        if (!(isForm && preferForm) && LooksLikeJson(body.Span, isForm))
        {
            if (TryJson(body, out JsonDocument? json, out bool duplicates, out problem))
            {
                return new EventBody(BodyFormat.Json, json!, duplicates, null);
            }
        }

        return isForm ? OpenForm(body.Span) : OpenText(body.Span, problem);
    }

    /// <summary>Reads a stored event: the format is known, so that the same bytes always look the same.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes, BodyFormat format) => Open(bytes, format).Document;

    private static EventBody Open(ReadOnlyMemory<byte> bytes, BodyFormat format)
    {
        ReadOnlyMemory<byte> body = bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        return format switch
        {
            BodyFormat.Form => OpenForm(body.Span),
            BodyFormat.Json when TryJson(body, out JsonDocument? json, out bool duplicates, out _) => new EventBody(BodyFormat.Json, json!, duplicates, null),
            _ => OpenText(body.Span, null),
        };
    }

    internal static bool IsForm(string? contentType) =>
        contentType is not null && contentType.AsSpan().Trim().StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    public void Dispose() => Document.Dispose();

    private static bool LooksLikeJson(ReadOnlySpan<byte> body, bool isForm)
    {
        ReadOnlySpan<byte> trimmed = body.TrimStart(" \t\r\n"u8);
        return !trimmed.IsEmpty && (trimmed[0] is (byte)'{' or (byte)'[' || (!isForm && trimmed[0] is (byte)'"' or (byte)'-' or (byte)'t' or (byte)'f' or (byte)'n' or (>= (byte)'0' and <= (byte)'9')));
    }

    private static bool TryJson(ReadOnlyMemory<byte> body, out JsonDocument? document, out bool duplicates, out string? problem)
    {
        document = null;
        duplicates = false;
        problem = null;
        if (!Utf8.IsValid(body.Span))
        {
            problem = "the body is not valid UTF-8";
            return false;
        }

        ReadOnlyMemory<byte> readable = LoneSurrogates.Replace(body);
        try
        {
            document = JsonDocument.Parse(readable, Unique);
            return true;
        }
        catch (JsonException)
        {
            // Either a key is there twice, or it is no JSON at all: the second reading tells.
        }

        try
        {
            document = JsonDocument.Parse(readable, LastWins);
            duplicates = true;
            return true;
        }
        catch (JsonException e)
        {
            problem = $"the body is not readable JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})";
            return false;
        }
    }

    private static EventBody OpenForm(ReadOnlySpan<byte> body)
    {
        FormFields form = FormFields.Parse(body);
        var last = new Dictionary<string, string>(form.Fields.Count, StringComparer.Ordinal);
        foreach (FormField field in form.Fields)
        {
            last[field.Name] = field.Value;
        }

        var buffer = new ArrayBufferWriter<byte>(body.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, string value) in last)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return new EventBody(BodyFormat.Form, JsonDocument.Parse(buffer.WrittenMemory), last.Count != form.Fields.Count, null);
    }

    private static EventBody OpenText(ReadOnlySpan<byte> body, string? problem)
    {
        var buffer = new ArrayBufferWriter<byte>(body.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStringValue(Encoding.UTF8.GetString(body)); // invalid bytes become U+FFFD
        }

        return new EventBody(BodyFormat.Text, JsonDocument.Parse(buffer.WrittenMemory), false, problem);
    }

    /// <summary>JSON may name half a surrogate pair (<c>\ud800</c>), which no string can hold: such an escape is read as U+FFFD. The raw bytes stay as received.</summary>
    private static class LoneSurrogates
    {
        public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> body)
        {
            ReadOnlySpan<byte> span = body.Span;
            if (span.IndexOf("\\ud"u8) < 0 && span.IndexOf("\\uD"u8) < 0)
            {
                return body;
            }

            byte[]? copy = null;
            for (int i = 0; i < span.Length - 1; i++)
            {
                if (span[i] != '\\')
                {
                    continue;
                }

                int unit = Unit(span, i);
                if (unit is >= 0xD800 and <= 0xDBFF && Unit(span, i + 6) is >= 0xDC00 and <= 0xDFFF)
                {
                    i += 11;
                }
                else if (unit is >= 0xD800 and <= 0xDFFF)
                {
                    copy ??= span.ToArray();
                    "\\ufffd"u8.CopyTo(copy.AsSpan(i));
                    i += 5;
                }
                else
                {
                    i++; // the escaped character, a backslash among them
                }
            }

            return copy ?? body;
        }

        /// <summary>The UTF-16 unit of the escape at <paramref name="at"/>, or -1.</summary>
        private static int Unit(ReadOnlySpan<byte> span, int at) =>
            at + 6 <= span.Length && span[at] == '\\' && span[at + 1] == 'u' && Utf8ParseHex(span.Slice(at + 2, 4)) is int value ? value : -1;

        private static int Utf8ParseHex(ReadOnlySpan<byte> digits) =>
            int.TryParse(digits, System.Globalization.NumberStyles.AllowHexSpecifier, null, out int value) ? value : -1;
    }
}
