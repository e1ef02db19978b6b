using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Connectors;

/// <summary>What one attempt has seen on the wire so far: how far it came, and what the log keeps of request and answer (contract section 7). Of several exchanges the last one counts.</summary>
public sealed class AttemptTrace
{
    /// <summary>What is kept of an answer's body.</summary>
    public const int MaxExcerptBytes = 16 * 1024;

    private const int MaxHeaders = 64;
    private const int MaxHeaderChars = 1024;

    private static readonly AsyncLocal<AttemptTrace?> Ambient = new();
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? s_writer;

    private volatile AttemptPhase _phase = AttemptPhase.Connect;

    /// <summary>The attempt that this flow of calls belongs to; null for a check or a live list.</summary>
    public static AttemptTrace? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>The step that is under way, or the last one.</summary>
    public AttemptPhase Phase => _phase;

    /// <summary>Status of the last answer; null when there was none.</summary>
    public int? Status { get; private set; }

    /// <summary>UTF-8 JSON of the last request; null when nothing was sent.</summary>
    public ReadOnlyMemory<byte>? Request { get; private set; }

    /// <summary>UTF-8 JSON of the last answer; null when there was none.</summary>
    public ReadOnlyMemory<byte>? Response { get; private set; }

    /// <summary>Whether a request may have reached the destination: from here on its effect is unknown until an answer comes.</summary>
    public bool MayHaveArrived { get; private set; }

    /// <summary>Notes that a step begins.</summary>
    public void Enter(AttemptPhase phase)
    {
        _phase = phase;
        if (phase >= AttemptPhase.Send)
        {
            MayHaveArrived = true;
        }
    }

    /// <summary>Notes an HTTP request that is about to be sent.</summary>
    internal void Sending(HttpRequestMessage request, Redactor redactor)
    {
        Status = null;
        Response = null;
        Utf8JsonWriter writer = Writer(out ArrayBufferWriter<byte> buffer);
        writer.WriteStartObject();
        writer.WriteString("method"u8, request.Method.Method);
        writer.WriteString("host"u8, request.RequestUri?.Authority ?? "");
        writer.WriteStartObject("headers"u8);
        WriteHeaders(writer, request.Headers.NonValidated, redactor, MaxHeaders);
        if (request.Content is not null)
        {
            WriteHeaders(writer, request.Content.Headers.NonValidated, redactor, MaxHeaders);
        }

        writer.WriteEndObject();
        writer.WriteNumber("bodySize"u8, request.Content?.Headers.ContentLength ?? 0);
        writer.WriteEndObject();
        writer.Flush();
        Request = buffer.WrittenSpan.ToArray();
    }

    /// <summary>Notes an HTTP answer with as much of its body as was read.</summary>
    internal void Answered(HttpResponseMessage response, ReadOnlySpan<byte> body, bool truncated, Redactor redactor)
    {
        Status = (int)response.StatusCode;
        Utf8JsonWriter writer = Writer(out ArrayBufferWriter<byte> buffer);
        writer.WriteStartObject();
        writer.WriteNumber("status"u8, (int)response.StatusCode);
        writer.WriteStartObject("headers"u8);
        WriteHeaders(writer, response.Headers.NonValidated, redactor, MaxHeaders);
        WriteHeaders(writer, response.Content.Headers.NonValidated, redactor, MaxHeaders);
        writer.WriteEndObject();
        if (body.IsEmpty)
        {
            writer.WriteString("body"u8, ""u8);
        }
        else
        {
            // A little more than the excerpt is searched, so that a secret which the cut falls into is struck out too.
            string text = redactor.Text(Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxExcerptBytes + MaxHeaderChars)]));
            byte[] excerpt = Encoding.UTF8.GetBytes(text);
            int length = excerpt.Length;
            if (length > MaxExcerptBytes)
            {
                truncated = true;
                length = MaxExcerptBytes;
                while ((excerpt[length] & 0xC0) == 0x80)
                {
                    length--; // not within a character
                }
            }

            writer.WriteString("body"u8, excerpt.AsSpan(0, length));
        }

        writer.WriteBoolean("truncated"u8, truncated);
        writer.WriteEndObject();
        writer.Flush();
        Response = buffer.WrittenSpan.ToArray();
    }

    private static void WriteHeaders(Utf8JsonWriter writer, HttpHeadersNonValidated headers, Redactor redactor, int most)
    {
        foreach (KeyValuePair<string, HeaderStringValues> header in headers)
        {
            if (most-- == 0)
            {
                return;
            }

            string value = redactor.Header(header.Key, header.Value.ToString());
            writer.WriteString(header.Key, value.Length > MaxHeaderChars ? value.AsSpan(0, MaxHeaderChars) : value);
        }
    }

    private static Utf8JsonWriter Writer(out ArrayBufferWriter<byte> buffer)
    {
        if (s_buffer is null || s_buffer.Capacity > 128 * 1024)
        {
            s_buffer = new ArrayBufferWriter<byte>(1024);
            s_writer = new Utf8JsonWriter(s_buffer, Relaxed);
        }

        buffer = s_buffer;
        buffer.ResetWrittenCount();
        s_writer!.Reset(buffer);
        return s_writer;
    }
}
