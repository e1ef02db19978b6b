using System.Buffers;
using System.Text.Json;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>Headers, fields and names as small JSON texts in a column.</summary>
internal static class PairsJson
{
    // Only ever read back by this class (and by people): no need to escape for HTML.
    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary><c>[["name","value"],…]</c>: order and repeated names are kept.</summary>
    public static byte[] WritePairs(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartArray();
        for (int i = 0; i < pairs.Count; i++)
        {
            json.WriteStartArray();
            json.WriteStringValue(pairs[i].Key);
            json.WriteStringValue(pairs[i].Value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static IReadOnlyList<KeyValuePair<string, string>> ReadPairs(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return [];
        }

        var pairs = new List<KeyValuePair<string, string>>();
        var json = new Utf8JsonReader(bytes);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            json.Read();
            string key = json.GetString()!;
            json.Read();
            pairs.Add(new(key, json.GetString()!));
            json.Read();
        }

        return pairs;
    }

    /// <summary><c>{"id":"text",…}</c>; null when there is nothing in it.</summary>
    public static byte[]? WriteMap(IReadOnlyDictionary<string, string>? map)
    {
        if (map is null || map.Count == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        foreach ((string key, string value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static IReadOnlyDictionary<string, string> ReadMap(ReadOnlySpan<byte> bytes)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (bytes.IsEmpty)
        {
            return map;
        }

        var json = new Utf8JsonReader(bytes);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            json.Read();
            map[key] = json.GetString()!;
        }

        return map;
    }

    /// <summary><c>["a","b"]</c></summary>
    public static string WriteNames(IReadOnlyList<string> names)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartArray();
        for (int i = 0; i < names.Count; i++)
        {
            json.WriteStringValue(names[i]);
        }

        json.WriteEndArray();
        json.Flush();
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static IReadOnlyList<string> ReadNames(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(static name => name.GetString()!)];
    }
}
