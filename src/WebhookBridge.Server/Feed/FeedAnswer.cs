using System.Text;
using System.Text.Json;
using Microsoft.OData;

namespace WebhookBridge.Server.Feed;

/// <summary>An answer, whole: ODataLib 7 writes synchronously, so it writes into memory, up to a cap, and Kestrel gets the bytes afterwards.</summary>
internal sealed class FeedAnswer : IODataResponseMessage, IContainerProvider, IDisposable
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);
    private readonly CappedStream _body;
    private readonly IServiceScope _services = PayloadServices.Open();

    public FeedAnswer(int status, int maxBytes)
    {
        StatusCode = status;
        _body = new CappedStream(maxBytes);
        SetHeader("OData-Version", "4.0");
    }

    public int StatusCode { get; set; }

    public IServiceProvider Container => _services.ServiceProvider;

    public IEnumerable<KeyValuePair<string, string>> Headers => _headers;

    public ReadOnlyMemory<byte> Body => _body.GetBuffer().AsMemory(0, (int)_body.Length);

    /// <summary>An error (OData JSON Format 4.01, 21.1).</summary>
    public static FeedAnswer Error(int status, string code, string message, string? target = null)
    {
        FeedAnswer answer = new(status, int.MaxValue);
        answer.SetHeader("Content-Type", "application/json;odata.metadata=minimal;charset=utf-8");
        using Utf8JsonWriter json = new(answer.GetStream(), new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("code", code);
        json.WriteString("message", message);
        if (target is not null)
        {
            json.WriteString("target", target);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return answer;
    }

    public static FeedAnswer Text(string text, string type = "text/plain;charset=utf-8")
    {
        FeedAnswer answer = new(200, int.MaxValue);
        answer.SetHeader("Content-Type", type);
        answer.GetStream().Write(Encoding.UTF8.GetBytes(text));
        return answer;
    }

    public string GetHeader(string headerName) => _headers.GetValueOrDefault(headerName)!;

    public void SetHeader(string headerName, string headerValue) => _headers[headerName] = headerValue;

    public Stream GetStream() => _body;

    public void Dispose()
    {
        _body.Dispose();
        _services.Dispose();
    }

    private sealed class CappedStream(int max) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            Check(count);
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        private void Check(int more)
        {
            if (Length + more > max)
            {
                throw new FeedException(400, "answer_too_large", $"The answer would be larger than {max} bytes: ask for smaller pages with \"Prefer: odata.maxpagesize=100\", or select fewer properties.");
            }
        }
    }
}
