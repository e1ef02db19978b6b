using System.Buffers;
using System.IO.Pipelines;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Receiving;

/// <summary>What became of reading a body.</summary>
internal enum BodyRead
{
    Complete,

    /// <summary>More bytes came than the source takes.</summary>
    TooLarge,

    /// <summary>Not complete in time.</summary>
    TooSlow,

    /// <summary>The framing of the body cannot be understood (RFC 9112, 7.1).</summary>
    Malformed,

    /// <summary>The sender ended its side of the connection before the body was complete.</summary>
    CutShort,

    /// <summary>The sender hung up: there is nobody to answer.</summary>
    Broken,
}

/// <summary>Reads a request's body under a cap and a deadline.</summary>
internal static class BodyReader
{
    private const int FirstChunk = 16 * 1024;

    /// <summary>The bytes, in an array of their own: the event keeps them until it is delivered, so they cannot come from a pool.</summary>
    public static async ValueTask<(BodyRead Result, ReadOnlyMemory<byte> Body)> ReadAsync(HttpContext http, int cap, TimeSpan deadline, TimeProvider time)
    {
        if (http.Request.ContentLength == 0)
        {
            return (BodyRead.Complete, default);
        }

        PipeReader reader = http.Request.BodyReader;
        try
        {
            // Most bodies are there with the head: then neither a timer nor a copy in between is needed.
            if (reader.TryRead(out ReadResult ready))
            {
                if (ready.IsCompleted)
                {
                    return Take(reader, ready.Buffer, cap);
                }

                reader.AdvanceTo(ready.Buffer.Start);
            }

            SenderEnd? end = http.Features.Get<SenderEnd>();
            end?.Watch(reader);
            (BodyRead Result, ReadOnlyMemory<byte> Body) rest = await ReadRestAsync(http, reader, cap, deadline, time);
            if (rest.Result != BodyRead.CutShort)
            {
                end?.Unwatch();
            }

            return rest;
        }
        catch (BadHttpRequestException)
        {
            return (BodyRead.Malformed, default);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return (BodyRead.Broken, default);
        }
    }

    private static async ValueTask<(BodyRead Result, ReadOnlyMemory<byte> Body)> ReadRestAsync(HttpContext http, PipeReader reader, int cap, TimeSpan deadline, TimeProvider time)
    {
        using CancellationTokenSource limit = new(deadline, time);
        // Not by the token: a read that is given up half-way would leave the reader unfit for the answer.
        await using CancellationTokenRegistration registration = limit.Token.UnsafeRegister(static waiting => ((PipeReader)waiting!).CancelPendingRead(), reader);
        // What the sender promises is not believed before it comes: a thousand idle promises of a megabyte must not cost a gigabyte.
        byte[] bytes = new byte[Math.Min(http.Request.ContentLength ?? FirstChunk, FirstChunk)];
        int length = 0;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(http.RequestAborted);
            if (read.IsCanceled)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (limit.IsCancellationRequested ? BodyRead.TooSlow : BodyRead.CutShort, default);
            }

            if (length + read.Buffer.Length > cap)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (BodyRead.TooLarge, default);
            }

            int count = (int)read.Buffer.Length;
            if (bytes.Length - length < count)
            {
                long wanted = Math.Max(length + count, bytes.Length * 2L);
                Array.Resize(ref bytes, (int)Math.Min(wanted, Math.Max(http.Request.ContentLength ?? cap, length + count)));
            }

            read.Buffer.CopyTo(bytes.AsSpan(length));
            length += count;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return (BodyRead.Complete, bytes.AsMemory(0, length));
            }
        }
    }

    private static (BodyRead, ReadOnlyMemory<byte>) Take(PipeReader reader, ReadOnlySequence<byte> buffer, int cap)
    {
        if (buffer.Length > cap)
        {
            reader.AdvanceTo(buffer.End);
            return (BodyRead.TooLarge, default);
        }

        byte[] bytes = buffer.ToArray();
        reader.AdvanceTo(buffer.End);
        return (BodyRead.Complete, bytes);
    }
}
