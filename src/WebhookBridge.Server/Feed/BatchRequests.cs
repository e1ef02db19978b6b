using System.Security.Cryptography;
using System.Text.Json;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Receiving;

namespace WebhookBridge.Server.Feed;

/// <summary><c>$batch</c> for reading: several GETs in one request, answered in their order and in the form that they came in, JSON (OData JSON Format 4.01, 19) or <see cref="BatchParts"/>.</summary>
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

        string? boundary = BatchParts.BoundaryOf(http.Request.ContentType);
        if (boundary is null && http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new FeedException(415, "unsupported_media_type", "$batch is taken as multipart/mixed, or as application/json: { \"requests\": [ { \"id\", \"method\": \"GET\", \"url\" } ] }.");
        }

        (BodyRead read, ReadOnlyMemory<byte> body) = await BodyReader.ReadAsync(http, MaxBytes, TimeSpan.FromSeconds(15), TimeProvider.System);
        if (read != BodyRead.Complete)
        {
            throw new FeedException(413, Problems.BodyTooLarge.Code, $"$batch takes at most {MaxBytes} bytes, within 15 seconds.");
        }

        List<BatchItem> requests = boundary is null ? Read(body) : await BatchParts.ReadAsync(body, boundary);
        if (requests.Count > limits.MaxBatch)
        {
            throw FeedException.BadRequest($"$batch takes at most {limits.MaxBatch} requests.");
        }

        if (requests.Find(static request => !HttpMethods.IsGet(request.Method)) is { } other)
        {
            throw new FeedException(405, Problems.MethodNotAllowed.Code, $"The request \"{other.Id}\" is no GET: the feed is for reading.") { Target = other.Id };
        }

        FeedAnswer whole = new(200, limits.MaxAnswerBytes);
        if (boundary is null)
        {
            await WriteJsonAsync(whole, requests, item => answer(() => Request(root, item, seesPersonal), http.RequestAborted));
        }
        else
        {
            string own = "batchresponse_" + RandomNumberGenerator.GetHexString(32, lowercase: true);
            whole.SetHeader("Content-Type", "multipart/mixed; boundary=" + own);
            foreach (BatchItem item in requests)
            {
                using FeedAnswer one = await answer(() => Request(root, item, seesPersonal), http.RequestAborted);
                BatchParts.Write(whole.GetStream(), own, item.Id, one);
            }

            BatchParts.End(whole.GetStream(), own);
        }

        return whole;
    }

    private static async Task WriteJsonAsync(FeedAnswer whole, List<BatchItem> requests, Func<BatchItem, Task<FeedAnswer>> answer)
    {
        whole.SetHeader("Content-Type", "application/json;charset=utf-8");
        await using Utf8JsonWriter json = new(whole.GetStream());
        json.WriteStartObject();
        json.WriteStartArray("responses");
        foreach (BatchItem item in requests)
        {
            using FeedAnswer one = await answer(item);
            Write(json, item.Id, one);
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private FeedRequest Request(Uri root, BatchItem item, bool seesPersonal)
    {
        string url = item.Url;
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
        return new FeedRequest(root, path, query, item.Accept, null, seesPersonal, limits);
    }

    private static List<BatchItem> Read(ReadOnlyMemory<byte> body)
    {
        List<BatchItem> requests = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            foreach (JsonElement item in document.RootElement.GetProperty("requests").EnumerateArray())
            {
                string id = item.GetProperty("id").GetString() ?? "";
                string? accept = null;
                if (item.TryGetProperty("headers", out JsonElement headers))
                {
                    accept = headers.EnumerateObject().Where(static header => header.Name.Equals("accept", StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value.GetString()).FirstOrDefault();
                }

                requests.Add(new BatchItem(id, item.GetProperty("method").GetString() ?? "", item.GetProperty("url").GetString() ?? "", accept));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw FeedException.BadRequest("The body is no batch: { \"requests\": [ { \"id\": \"1\", \"method\": \"GET\", \"url\": \"Events?$top=1\" } ] }.");
        }

        return requests;
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
