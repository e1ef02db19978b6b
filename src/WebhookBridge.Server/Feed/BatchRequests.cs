using System.Text.Json;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Receiving;

namespace WebhookBridge.Server.Feed;

/// <summary><c>$batch</c> in its JSON form, for reading (OData JSON Format 4.01, 19): several GETs in one request, answered in their order.</summary>
internal sealed class BatchRequests(FeedLimits limits, Func<Func<FeedRequest>, CancellationToken, Task<FeedAnswer>> answer)
{
    private const int MaxBytes = 256 * 1024;

    /// <summary>As much as the web server takes of an address.</summary>
    private const int MaxAddress = 8 * 1024;

    public async Task<FeedAnswer> AnswerAsync(HttpContext http, Uri root, bool seesPersonal)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = "POST";
            throw new FeedException(405, Problems.MethodNotAllowed.Code, "$batch takes POST.");
        }

        if (http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new FeedException(415, "unsupported_media_type", "$batch is taken as application/json: { \"requests\": [ { \"id\", \"method\": \"GET\", \"url\" } ] }.");
        }

        (BodyRead read, ReadOnlyMemory<byte> body) = await BodyReader.ReadAsync(http, MaxBytes, TimeSpan.FromSeconds(15), TimeProvider.System);
        if (read != BodyRead.Complete)
        {
            throw new FeedException(413, Problems.BodyTooLarge.Code, $"$batch takes at most {MaxBytes} bytes, within 15 seconds.");
        }

        List<(string Id, string Url, string? Accept)> requests = Read(body);
        FeedAnswer whole = new(200, limits.MaxAnswerBytes);
        whole.SetHeader("Content-Type", "application/json;charset=utf-8");
        using Utf8JsonWriter json = new(whole.GetStream());
        json.WriteStartObject();
        json.WriteStartArray("responses");
        foreach ((string id, string url, string? accept) in requests)
        {
            using FeedAnswer one = await answer(() => Request(root, url, accept, seesPersonal), http.RequestAborted);
            Write(json, id, one);
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return whole;
    }

    private FeedRequest Request(Uri root, string url, string? accept, bool seesPersonal)
    {
        string absolute = new Uri(root, url).OriginalString.StartsWith("http", StringComparison.Ordinal) ? new Uri(root, url).PathAndQuery : url;
        if (!absolute.StartsWith(root.AbsolutePath, StringComparison.Ordinal))
        {
            throw FeedException.BadRequest($"\"{url}\" is not below {root.AbsolutePath}.", "url");
        }

        if (absolute.Length > MaxAddress)
        {
            throw FeedException.BadRequest($"An address has at most {MaxAddress} characters.", "url");
        }

        string target = absolute[root.AbsolutePath.Length..];
        int question = target.IndexOf('?', StringComparison.Ordinal);
        (string path, string query) = question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
        return new FeedRequest(root, path, query, accept, null, seesPersonal, limits);
    }

    private List<(string, string, string?)> Read(ReadOnlyMemory<byte> body)
    {
        List<(string, string, string?)> requests = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            foreach (JsonElement item in document.RootElement.GetProperty("requests").EnumerateArray())
            {
                string id = item.GetProperty("id").GetString() ?? "";
                if (!HttpMethods.IsGet(item.GetProperty("method").GetString() ?? ""))
                {
                    throw new FeedException(405, Problems.MethodNotAllowed.Code, $"The request \"{id}\" is no GET: the feed is for reading.") { Target = id };
                }

                string? accept = null;
                if (item.TryGetProperty("headers", out JsonElement headers))
                {
                    accept = headers.EnumerateObject().Where(static header => header.Name.Equals("accept", StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value.GetString()).FirstOrDefault();
                }

                requests.Add((id, item.GetProperty("url").GetString() ?? "", accept));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw FeedException.BadRequest("The body is no batch: { \"requests\": [ { \"id\": \"1\", \"method\": \"GET\", \"url\": \"Events?$top=1\" } ] }.");
        }

        return requests.Count <= limits.MaxBatch ? requests : throw FeedException.BadRequest($"$batch takes at most {limits.MaxBatch} requests.");
    }

    private static void Write(Utf8JsonWriter json, string id, FeedAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteNumber("status", answer.StatusCode);
        json.WriteStartObject("headers");
        foreach ((string name, string value) in answer.Headers)
        {
#pragma warning disable CA1308 // Names of headers are written in lower case here (19.5).
            json.WriteString(name.ToLowerInvariant(), value);
#pragma warning restore CA1308
        }

        json.WriteEndObject();
        string type = answer.GetHeader("Content-Type") ?? "";
        if (answer.Body.Length > 0)
        {
            json.WritePropertyName("body");
            if (type.StartsWith("application/json", StringComparison.Ordinal))
            {
                json.WriteRawValue(answer.Body.Span);
            }
            else
            {
                json.WriteStringValue(answer.Body.Span);
            }
        }

        json.WriteEndObject();
    }
}
