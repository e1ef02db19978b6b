using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using WebhookBridge.Server.Api;

namespace WebhookBridge.Server.Feed;

/// <summary>One request of a batch.</summary>
/// <param name="Id">What the client calls it; may be empty in the multipart form.</param>
internal sealed record BatchItem(string Id, string Method, string Url, string? Accept);

/// <summary>The multipart form of a batch: requests and answers of HTTP as text, one in each part (OData Protocol 4.01, 11.7.7).</summary>
internal static class BatchParts
{
    /// <returns>Null when the body is not of this form.</returns>
    public static string? BoundaryOf(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType ?? "", out MediaTypeHeaderValue? type) && type.MediaType.Equals("multipart/mixed", StringComparison.OrdinalIgnoreCase) && type.Boundary.Length > 0
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value
            : null;

    /// <exception cref="FeedException">405 for a change set, 400 when it cannot be read.</exception>
    public static async Task<List<BatchItem>> ReadAsync(ReadOnlyMemory<byte> body, string boundary)
    {
        List<BatchItem> items = [];
        try
        {
            using MemoryStream stream = new(body.ToArray());
            MultipartReader reader = new(boundary, stream);
            while (await reader.ReadNextSectionAsync() is { } part)
            {
                using StreamReader text = new(part.Body);
                items.Add(Read(part, await text.ReadToEndAsync()));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw FeedException.BadRequest($"The body is no batch: {e.Message}");
        }

        return items;
    }

    public static void Write(Stream to, string boundary, string id, FeedAnswer answer)
    {
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
        if (id.Length > 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-ID: {id}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"\r\nHTTP/1.1 {answer.StatusCode} {ReasonPhrases.GetReasonPhrase(answer.StatusCode)}\r\n");
        foreach ((string name, string value) in answer.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {answer.Body.Length}\r\n\r\n");
        to.Write(Encoding.UTF8.GetBytes(head.ToString()));
        to.Write(answer.Body.Span);
        to.Write("\r\n"u8);
    }

    public static void End(Stream to, string boundary) => to.Write(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"));

    /// <summary>A request line, headers, an empty line.</summary>
    private static BatchItem Read(MultipartSection part, string text)
    {
        if (part.ContentType?.StartsWith("application/http", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw part.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true
                ? new FeedException(405, Problems.MethodNotAllowed.Code, "A change set changes something: the feed is for reading.")
                : FeedException.BadRequest("Each part of a batch is application/http.");
        }

        string[] lines = text.ReplaceLineEndings("\n").TrimStart('\n').Split('\n');
        int first = lines[0].IndexOf(' ', StringComparison.Ordinal), last = lines[0].LastIndexOf(" HTTP/", StringComparison.Ordinal);
        if (first <= 0 || last <= first)
        {
            throw FeedException.BadRequest("A part of a batch begins with a line such as GET Events?$top=1 HTTP/1.1.");
        }

        const string Accept = "Accept:";
        string? accept = lines.Skip(1).TakeWhile(static line => line.Length > 0).FirstOrDefault(static line => line.StartsWith(Accept, StringComparison.OrdinalIgnoreCase));
        string id = part.Headers?.GetValueOrDefault("Content-ID").ToString() ?? "";
        return new BatchItem(id, lines[0][..first], lines[0][(first + 1)..last].Trim(), accept?[Accept.Length..].Trim());
    }
}
