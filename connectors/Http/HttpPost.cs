using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>Builds the request of one delivery: the headers of every outgoing webhook (contract section 10), then the operator's. Shared by http and the presets. Thread-safe.</summary>
internal sealed class HttpPost
{
    private readonly IConnectorHost _host;
    private readonly Uri _address;

    public HttpPost(IConnectorHost host, string address)
    {
        _host = host;
        _address = new Uri(address);
    }

    public HttpMethod Method { get; init; } = HttpMethod.Post;

    /// <summary>The operator's own headers and the authorization.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Null = not signed.</summary>
    public WebhookSigner? Signer { get; init; }

    public bool Gzip { get; init; }

    /// <summary>More headers, drawn from the delivery; null = none.</summary>
    public Func<DeliveryRequest, IEnumerable<KeyValuePair<string, string>>>? PerDelivery { get; init; }

    /// <summary>Sends it. The caller judges the answer and disposes of it.</summary>
    public async ValueTask<HttpResponseMessage> SendAsync(DeliveryRequest delivery, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = Gzip ? Packed(delivery.Body) : delivery.Body;
        using HttpRequestMessage request = new(Method, _address) { Version = HttpVersion.Version11, Content = ContentOf(delivery, body) };
        Add(request, "webhook-id", delivery.DeliveryId);
        long timestamp = _host.Time.GetUtcNow().ToUnixTimeSeconds();
        Add(request, "webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        if (Signer is not null)
        {
            // Exactly the bytes that are sent, compressed or not (standard-webhooks specification).
            Add(request, "webhook-signature", Signer.Sign(delivery.DeliveryId, timestamp, body.Span));
        }

        Add(request, "Idempotency-Key", delivery.DeliveryId);
        Add(request, "User-Agent", _host.UserAgent);
        if (delivery.Event.Test)
        {
            Add(request, "X-WebhookBridge-Test", "1");
        }

        foreach (KeyValuePair<string, string> header in Headers)
        {
            Add(request, header.Key, header.Value);
        }

        foreach (KeyValuePair<string, string> header in PerDelivery?.Invoke(delivery) ?? [])
        {
            Add(request, header.Key, header.Value);
        }

        return await _host.Http.SendAsync(request, cancellationToken);
    }

    private ReadOnlyMemoryContent ContentOf(DeliveryRequest delivery, ReadOnlyMemory<byte> body)
    {
        ReadOnlyMemoryContent content = new(body);
        content.Headers.TryAddWithoutValidation("Content-Type", delivery.ContentType);
        if (Gzip)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        }

        return content;
    }

    private static byte[] Packed(ReadOnlyMemory<byte> body)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }

        return packed.ToArray();
    }

    private static void Add(HttpRequestMessage request, string name, string value) => request.Headers.TryAddWithoutValidation(name, value);

    /// <summary>The authorization header for a user and password (RFC 7617).</summary>
    public static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password));
}
