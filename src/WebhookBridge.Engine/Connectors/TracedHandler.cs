using System.Buffers;
using System.Net;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Around the HTTP handler of one destination: notes each exchange in the attempt's trace, and reads the answer's body up to a cap, so that no connector waits for it or holds more.</summary>
internal sealed class TracedHandler(HttpMessageHandler inner, Redactor redactor) : DelegatingHandler(inner)
{
    /// <summary>Most bytes of an answer's body, after decompression, that a connector can see.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    private const int FirstBuffer = 16 * 1024;

    /// <summary>Carries the trace to the callback that opens a connection: it runs outside the attempt's flow of calls.</summary>
    public static readonly HttpRequestOptionsKey<AttemptTrace> TraceKey = new("WebhookBridge.AttemptTrace");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        AttemptTrace trace = AttemptTrace.Current ?? new AttemptTrace();
        request.Options.Set(TraceKey, trace);
        trace.Sending(request, redactor);
        if (request.Content is null)
        {
            trace.Enter(AttemptPhase.Wait); // opening a connection sets it back
        }
        else
        {
            trace.Enter(AttemptPhase.Connect);
            request.Content = new TracedContent(request.Content, trace);
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        trace.Enter(AttemptPhase.Read);
        if (response.Content.Headers.ContentLength == 0 || response.StatusCode == HttpStatusCode.NoContent)
        {
            trace.Answered(response, [], truncated: false, redactor);
            return response;
        }

        await ReadBodyAsync(response, trace, cancellationToken);
        return response;
    }

    /// <summary>Reads the body into the answer. What breaks it off spoils the body only: the status has been given.</summary>
    private async ValueTask ReadBodyAsync(HttpResponseMessage response, AttemptTrace trace, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        int length = 0;
        string? broken = null;
        HttpContent original = response.Content;
        try
        {
            try
            {
                await using Stream stream = await original.ReadAsStreamAsync(cancellationToken);
                while (true)
                {
                    int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                    if (read == 0)
                    {
                        break;
                    }

                    length += read;
                    if (length > MaxBodyBytes)
                    {
                        length = MaxBodyBytes;
                        broken = "The answer is larger than 1 MiB; the rest was not read.";
                        break;
                    }

                    if (length == buffer.Length)
                    {
                        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 4);
                        buffer.AsSpan(0, length).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = larger;
                    }
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or InvalidDataException)
            {
                broken = e is OperationCanceledException ? "The answer's body did not end in time." : "The answer's body broke off.";
            }

            trace.Answered(response, buffer.AsSpan(0, length), broken is not null, redactor);
            CapturedContent captured = new(buffer.AsSpan(0, length).ToArray(), broken);
            foreach (var header in original.Headers.NonValidated)
            {
                captured.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }

            response.Content = captured;
            original.Dispose(); // with an unread rest this closes the connection
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The request's content, telling the trace when its sending begins and ends.</summary>
    private sealed class TracedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly AttemptTrace _trace;

        public TracedContent(HttpContent inner, AttemptTrace trace)
        {
            _inner = inner;
            _trace = trace;
            foreach (var header in inner.Headers.NonValidated)
            {
                Headers.TryAddWithoutValidation(header.Key, header.Value);
            }

            Headers.ContentLength = inner.Headers.ContentLength;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _trace.Enter(AttemptPhase.Send);
            await _inner.CopyToAsync(stream, context, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            _trace.Enter(AttemptPhase.Wait);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _inner.Headers.ContentLength ?? 0;
            return _inner.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    /// <summary>A body in memory. When it is not whole, reading it throws.</summary>
    private sealed class CapturedContent(byte[] bytes, string? broken) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            stream.WriteAsync(Whole(), cancellationToken).AsTask();

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new MemoryStream(Whole(), writable: false));

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }

        private byte[] Whole() => broken is null ? bytes : throw new HttpRequestException(HttpRequestError.ResponseEnded, broken);
    }
}
