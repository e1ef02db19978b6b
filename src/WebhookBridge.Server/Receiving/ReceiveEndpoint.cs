using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Receiving;

/// <summary>The door: <c>/in/{source}</c> and <c>/in/{source}/{secret}</c>. Takes a request off the web server in the order of contract section 5, and hands it to <see cref="ReceiveWebhook"/>.</summary>
/// <remarks>No model binding and no routing table: what a sender waits for is parsed by hand.</remarks>
internal sealed class ReceiveEndpoint(ReceiveWebhook receive, TrustedProxies proxies, string? publicUrl, TimeProvider time)
{
    public const string Prefix = "/in/";

    /// <summary>The time that a sender has for a whole body.</summary>
    private static readonly TimeSpan BodyTime = TimeSpan.FromSeconds(15);

    private static readonly ReceiveAnswer UnknownSource = ReceiveAnswer.Refused(404, Problems.UnknownSource.Code, "There is no such source, it is switched off, or its address is not complete");

    public async Task HandleAsync(HttpContext http)
    {
        // 404: unknown or disabled source, or wrong path secret.
        (string path, string query) = Target(http);
        string[] segments = path[Prefix.Length..].Split('/');
        string? pathSecret = segments.Length == 2 ? Uri.UnescapeDataString(segments[1]) : null;
        if (segments.Length > 2 || receive.FindSource(Uri.UnescapeDataString(segments[0]), pathSecret) is not { } source)
        {
            await AnswerAsync(http, UnknownSource);
            return;
        }

        InboundRequest Request(ReadOnlyMemory<byte> body) => new()
        {
            Method = http.Request.Method.ToUpperInvariant(),
            PublicOrigin = source.Definition.PublicUrl ?? publicUrl ?? proxies.Origin(http),
            Path = path,
            Query = query,
            Headers = Headers(http.Request.Headers),
            Body = body,
            ReceivedAt = time.GetUtcNow(),
            RemoteIp = proxies.RemoteIp(http),
            PathSecret = pathSecret,
            ClientCertificateSha256 = proxies.ClientCertificateSha256(http),
        };

        // 405: any other method, unless it is a handshake of that platform.
        string method = http.Request.Method;
        if (!HttpMethods.IsPost(method) && !source.Verifier.AllowedMethods.Contains(method))
        {
            string allow = string.Join(", ", source.Verifier.AllowedMethods);
            await AnswerAsync(http, receive.Refuse(source, Request(default), 405, Problems.MethodNotAllowed.Code, $"this address takes {allow}", [new("Allow", allow)]));
            return;
        }

        // 413 without reading, or when the cap is passed; 408 when it takes too long.
        int cap = source.Definition.MaxBodyBytes;
        if (http.Request.ContentLength > cap)
        {
            http.Features.Get<SenderEnd>()?.Watch(http.Request.BodyReader);
            await AnswerAsync(http, receive.Refuse(source, Request(default), 413, Problems.BodyTooLarge.Code, $"this source takes at most {cap} bytes"));
            return;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // the deadline below is the contract's
        }

        (BodyRead read, ReadOnlyMemory<byte> body) = await BodyReader.ReadAsync(http, cap, BodyTime, time);
        switch (read)
        {
            case BodyRead.TooLarge:
                http.Features.Get<SenderEnd>()?.Watch(http.Request.BodyReader);
                await AnswerAsync(http, receive.Refuse(source, Request(default), 413, Problems.BodyTooLarge.Code, $"this source takes at most {cap} bytes"));
                return;
            case BodyRead.TooSlow:
                http.Response.Headers.Connection = "close";
                await AnswerAsync(http, receive.Refuse(source, Request(default), 408, Problems.BodyTooSlow.Code, "the body was not complete within 15 seconds"));
                return;
            case BodyRead.Malformed:
                http.Response.Headers.Connection = "close";
                await AnswerAsync(http, receive.Refuse(source, Request(default), 400, Problems.BodyMalformed.Code, "the body's length or chunks cannot be understood"));
                return;
            case BodyRead.CutShort:
                http.Response.Headers.Connection = "close";
                await AnswerAsync(http, receive.Refuse(source, Request(default), 400, Problems.BodyMalformed.Code, "the connection ended before the body was complete"));
                return;
            case BodyRead.Broken:
                http.Abort();
                return;
        }

        // 415: an encoding that cannot be opened. The content type is never a reason to refuse.
        InboundRequest request = Request(body);
        if (request.Header("content-encoding") is { Length: > 0 } encoding && encoding.Trim() is var name
            && !name.Equals("identity", StringComparison.OrdinalIgnoreCase) && !name.Equals("gzip", StringComparison.OrdinalIgnoreCase))
        {
            await AnswerAsync(http, receive.Refuse(source, request, 415, Problems.EncodingNotSupported.Code, "the content encoding must be identity or gzip"));
            return;
        }

        await AnswerAsync(http, await receive.ReceiveAsync(source, request));
    }

    /// <summary>Path and query as received, percent-encoding kept: some schemes sign them.</summary>
    private static (string Path, string Query) Target(HttpContext http)
    {
        string raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!raw.StartsWith(Prefix, StringComparison.Ordinal))
        {
            // Absolute form (RFC 9112, 3.2.2), or an escaped slash: the parsed path is what routed here.
            return (http.Request.Path.Value!, http.Request.QueryString.Value ?? "");
        }

        int question = raw.IndexOf('?', StringComparison.Ordinal);
        return question < 0 ? (raw, "") : (raw[..question], raw[question..]);
    }

    private static List<KeyValuePair<string, string>> Headers(IHeaderDictionary headers)
    {
        List<KeyValuePair<string, string>> list = new(headers.Count);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in headers)
        {
            foreach (string? value in values)
            {
                list.Add(new(name, value ?? ""));
            }
        }

        return list;
    }

    private static async Task AnswerAsync(HttpContext http, ReceiveAnswer answer)
    {
        HttpResponse response = http.Response;
        response.StatusCode = answer.Status;
        foreach ((string name, string value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        response.ContentLength = answer.Body.Length;
        if (answer.Body.Length > 0)
        {
            response.ContentType = answer.ContentType;
            if (!HttpMethods.IsHead(http.Request.Method))
            {
                await response.BodyWriter.WriteAsync(answer.Body);
            }
        }
    }
}
