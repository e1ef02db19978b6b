using System.IO.Compression;
using System.Text;

namespace WebhookBridge.Testing;

/// <summary>What the stub server does with a request.</summary>
public abstract record StubReply
{
    private StubReply()
    {
    }

    /// <summary>200 with an empty body.</summary>
    public static StubReply Ok { get; } = new Answer(200);

    /// <summary>Reads the request, then cuts the connection with a TCP reset.</summary>
    public static StubReply Reset { get; } = new Cut(AfterHead: false);

    /// <summary>Promises a body of 1,000 bytes, sends 10 and cuts the connection.</summary>
    public static StubReply CloseHalfWay { get; } = new Cut(AfterHead: true);

    /// <summary>Reads the request and never answers; ends when the caller hangs up or the server stops.</summary>
    public static StubReply Hang { get; } = new Silence(AfterHead: false);

    /// <summary>Answers 200 with headers and never sends the body.</summary>
    public static StubReply HangInBody { get; } = new Silence(AfterHead: true);

    public static StubReply Status(int status, string body = "", params (string Name, string Value)[] headers) =>
        new Answer(status) { Body = Encoding.UTF8.GetBytes(body), Headers = headers };

    /// <summary>Sends <paramref name="bytes"/> bytes of body, as fast as the caller reads, at most.</summary>
    public static StubReply Huge(long bytes, int status = 200) => new Flood(status, bytes);

    /// <summary>A gzip body of about a thousandth of <paramref name="megabytes"/> MiB, to which it opens: one packed MiB of zeros again and again (RFC 1952 lets members follow each other).</summary>
    public static StubReply GzipBomb(int megabytes, int status = 200)
    {
        using MemoryStream member = new();
        using (GZipStream gzip = new(member, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new byte[1024 * 1024]);
        }

        byte[] one = member.ToArray();
        byte[] packed = new byte[one.Length * megabytes];
        for (int i = 0; i < megabytes; i++)
        {
            one.CopyTo(packed, i * one.Length);
        }

        return new Answer(status) { Body = packed, Headers = [("Content-Encoding", "gzip")] };
    }

    /// <summary>Waits for <paramref name="until"/> (a signal of the test), then does <paramref name="then"/>.</summary>
    public static StubReply After(Task until, StubReply? then = null) => new Delayed(until, then ?? Ok);

    public sealed record Answer(int Code) : StubReply
    {
        public byte[] Body { get; init; } = [];

        public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
    }

    public sealed record Cut(bool AfterHead) : StubReply;

    public sealed record Silence(bool AfterHead) : StubReply;

    public sealed record Flood(int Code, long Bytes) : StubReply;

    public sealed record Delayed(Task Until, StubReply Then) : StubReply;
}

/// <summary>A request as the stub server saw it.</summary>
public sealed record StubRequest(string Method, string Path, string Query, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The header of that name, values joined by a comma; null when there is none.</summary>
    public string? Header(string name)
    {
        string[] values = [.. Headers.Where(h => string.Equals(h.Key, name, StringComparison.OrdinalIgnoreCase)).Select(static h => h.Value)];
        return values.Length == 0 ? null : string.Join(',', values);
    }
}
