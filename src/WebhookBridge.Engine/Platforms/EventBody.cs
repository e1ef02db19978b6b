using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Reads a body as rules and templates see it under the name <c>event</c> (contract section 2): JSON as it is, a form as an object of texts, anything else as one text. Never throws.</summary>
public static class EventBody
{
    /// <summary>JSON nested deeper than this is taken as text: unreadable, but kept.</summary>
    public const int MaxDepth = 128;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions LastWins = new() { MaxDepth = MaxDepth };

    /// <summary>Finds out what a body is and opens it.</summary>
    /// <param name="contentType">The header as sent; only a form is believed by it, JSON is recognised by its text.</param>
    /// <param name="duplicateKeys">Whether an object names a key twice (the last one counts).</param>
    public static JsonDocument Open(ReadOnlyMemory<byte> body, string? contentType, out BodyFormat format, out bool duplicateKeys)
    {
        duplicateKeys = false;
        if (TryParseJson(body, out JsonDocument? json, ref duplicateKeys))
        {
            format = BodyFormat.Json;
            return json!;
        }

        bool isForm = contentType is not null && contentType.AsSpan().Trim().StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
        format = isForm ? BodyFormat.Form : BodyFormat.Text;
        return isForm ? ParseForm(body.Span, out duplicateKeys) : ParseText(body.Span);
    }

    /// <summary>Opens a stored body, whose format is known.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body, BodyFormat format)
    {
        bool ignored = false;
        return format switch
        {
            BodyFormat.Json when TryParseJson(body, out JsonDocument? json, ref ignored) => json!,
            BodyFormat.Form => ParseForm(body.Span, out _),
            _ => ParseText(body.Span),
        };
    }

    /// <summary>The pairs of a form body in order, decoded (https://url.spec.whatwg.org/#urlencoded-parsing).</summary>
    public static IEnumerable<KeyValuePair<string, string>> FormPairs(ReadOnlySpan<byte> body)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (string part in Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals];
            string value = equals < 0 ? "" : part[(equals + 1)..];
            pairs.Add(new(DecodeFormText(name), DecodeFormText(value)));
        }

        return pairs;
    }

    private static string DecodeFormText(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static bool TryParseJson(ReadOnlyMemory<byte> body, out JsonDocument? json, ref bool duplicateKeys)
    {
        json = null;
        if (!LooksLikeJson(body.Span))
        {
            return false;
        }

        try
        {
            json = JsonDocument.Parse(body, Strict);
            return CheckTexts(body.Span);
        }
        catch (JsonException)
        {
            // Wrong, or only a key that stands twice: the second try tells.
        }

        try
        {
            json = JsonDocument.Parse(body, LastWins);
            duplicateKeys = true;
            return CheckTexts(body.Span);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The reader checks texts for valid UTF-8 only when they are asked for; asking for a broken one later would throw.</summary>
    private static bool CheckTexts(ReadOnlySpan<byte> body) => System.Text.Unicode.Utf8.IsValid(body);

    private static bool LooksLikeJson(ReadOnlySpan<byte> body)
    {
        int first = body.IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && body[first] is (byte)'{' or (byte)'[' or (byte)'"' or (byte)'-' or (byte)'t' or (byte)'f' or (byte)'n' or (>= (byte)'0' and <= (byte)'9');
    }

    private static JsonDocument ParseForm(ReadOnlySpan<byte> body, out bool duplicateKeys)
    {
        var fields = new Dictionary<string, string>();
        duplicateKeys = false;
        foreach ((string name, string value) in FormPairs(body))
        {
            duplicateKeys |= fields.ContainsKey(name);
            fields[name] = value;
        }

        return JsonSerializer.SerializeToDocument(fields);
    }

    private static JsonDocument ParseText(ReadOnlySpan<byte> body) => JsonSerializer.SerializeToDocument(Encoding.UTF8.GetString(body));
}
