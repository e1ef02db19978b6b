using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Server.Feed;

/// <summary>A place in an order as text: opaque for clients, and good only for the query that it was made for.</summary>
/// <param name="PageSize">What the first request asked for: a client need not repeat its preference.</param>
/// <param name="Values">The order's keys in the last row given out.</param>
internal sealed record SkipToken(int PageSize, object?[] Values)
{
    /// <param name="query">All that decides which rows come in which order.</param>
    public string Write(string query)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartArray();
            json.WriteStringValue(Mark(query));
            json.WriteNumberValue(PageSize);
            foreach (object? value in Values)
            {
                switch (value)
                {
                    case null: json.WriteNullValue(); break;
                    case string text: json.WriteStringValue(text); break;
                    case bool flag: json.WriteBooleanValue(flag); break;
                    case double real: json.WriteNumberValue(real); break;
                    default: json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
                }
            }

            json.WriteEndArray();
        }

        return Base64Url.EncodeToString(stream.ToArray());
    }

    /// <exception cref="FeedException">It is no token of this query.</exception>
    public static SkipToken Read(string text, string query, IReadOnlyList<OrderKey> keys)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Base64Url.DecodeFromChars(text));
            JsonElement[] parts = [.. document.RootElement.EnumerateArray()];
            if (parts.Length == keys.Count + 2 && parts[0].GetString() == Mark(query))
            {
                return new SkipToken(parts[1].GetInt32(), [.. keys.Select((key, i) => Value(parts[i + 2], key.Column.Value.Type))]);
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            // Said below.
        }

        throw FeedException.BadRequest("$skiptoken is none that this query gave out: follow @odata.nextLink as it is.", "$skiptoken");
    }

    private static object? Value(JsonElement json, Type type)
    {
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
        {
            return json.GetString();
        }

        if (plain == typeof(bool))
        {
            return json.GetBoolean();
        }

        if (plain == typeof(double))
        {
            return json.GetDouble();
        }

        return plain == typeof(int) ? json.GetInt32() : (object)json.GetInt64();
    }

    private static string Mark(string query) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(query)).AsSpan(0, 6));
}
