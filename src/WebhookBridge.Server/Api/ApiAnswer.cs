using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary>An answer of the API, whole in memory: pages are capped, so that nothing is read from the database while a slow client takes its time (design section 4).</summary>
internal sealed record ApiAnswer(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static readonly ApiAnswer NoContent = new(204, null, default);

    public List<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static ApiAnswer Json(Action<Utf8JsonWriter> write, int status = 200) => new(status, "application/json; charset=utf-8", Write(write));

    public static ApiAnswer Of(Problem problem, string detail, IReadOnlyList<ConfigurationProblem>? errors = null) => new(problem.Status, "application/problem+json", Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "/problems/" + problem.Code);
        json.WriteString("title", problem.Title);
        json.WriteNumber("status", problem.Status);
        json.WriteString("detail", detail);
        json.WriteString("code", problem.Code);
        if (errors is { Count: > 0 })
        {
            WriteErrors(json, errors);
        }

        json.WriteEndObject();
    }));

    /// <summary>A page of a list: <c>{ "items": [ … ], "next": … }</c> (contract section 1).</summary>
    public static ApiAnswer Page<T>(IReadOnlyList<T> items, string? next, Action<Utf8JsonWriter, T> write) => Json(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("items");
        foreach (T item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
        json.WriteString("next", next);
        json.WriteEndObject();
    });

    /// <summary>A page cut from a whole that is small and in memory.</summary>
    public static ApiAnswer PageOfAll<T>(ApiRequest request, IReadOnlyList<T> all, Action<Utf8JsonWriter, T> write)
    {
        int limit = request.Limit();
        int start = (int)Math.Clamp(request.Place()?.Seq ?? 0, 0, all.Count);
        string? next = start + limit < all.Count ? new PageCursor(0, start + limit).ToString() : null;
        return Page([.. all.Skip(start).Take(limit)], next, write);
    }

    public ApiAnswer With(string header, string value)
    {
        Headers.Add(new(header, value));
        return this;
    }

    public static void WriteErrors(Utf8JsonWriter json, IReadOnlyList<ConfigurationProblem> errors)
    {
        json.WriteStartArray("errors");
        foreach (ConfigurationProblem error in errors)
        {
            json.WriteStartObject();
            json.WriteString("path", error.Path);
            json.WriteString("message", error.Message);
            json.WriteString("fix", error.Fix);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>Times as the outside sees them: ISO 8601, UTC, milliseconds, Z (contract section 1).</summary>
internal static class JsonTimes
{
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, Text(at));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
