using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>What a broken or hostile sender puts on the wire, byte by byte: each gets a clear answer, and nothing is lost or taken by it.</summary>
public sealed class HostileRequestTests
{
    [Fact]
    public async Task Receive_HostileBytes_AnswersClearlyAndKeepsNothingOfThem()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using GatewayProcess gateway = await scenario.OpenAsync();
        (string, string Request, string Status, string Code)[] cases =
        [
            ("a head that ends half-way", "POST /in/shop HT", "400", ""),
            ("no HTTP at all", "hello\r\n\r\n", "400", ""),
            ("no host", "POST /in/shop HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "400", ""),
            ("five hundred headers", $"POST /in/shop HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 500).Select(static n => $"X-{n}: 1\r\n"))}Content-Length: 0\r\n\r\n", "431", ""),
            ("a header of 70 KB", $"POST /in/shop HTTP/1.1\r\nHost: x\r\nX-A: {new string('a', 70_000)}\r\nContent-Length: 0\r\n\r\n", "431", ""),
            ("a path of 20 KB", $"POST /in/{new string('a', 20_000)} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "414", ""),
            ("an unknown source", "POST /in/nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "404", "unknown_source"),
            ("another method", "PUT /in/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405", "method_not_allowed"),
            ("a promise of 100 MB", "POST /in/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\nConnection: close\r\n\r\n", "413", "body_too_large"),
            ("chunks that are none", "POST /in/shop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400", "body_malformed"),
            ("half a body, then the sender closes its side", "POST /in/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345", "400", "body_malformed"),
            ("an empty body", "POST /in/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "401", "not_genuine"),
            ("an unknown encoding", "POST /in/shop HTTP/1.1\r\nHost: x\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", "415", "encoding_not_supported"),
        ];
        foreach ((string what, string request, string status, string code) in cases)
        {
            string answer = await ExchangeAsync(scenario.Port, Encoding.ASCII.GetBytes(request));
            answer.ShouldStartWith("HTTP/1.1 " + status, Case.Sensitive, what);
            answer.ShouldContain(code, Case.Sensitive, what);
        }

        // What came before and after them is taken.
        (await scenario.Sender.SendAsync(1, default)).ShouldBe(200);
        await scenario.VerifyAsync(gateway);
    }

    [Fact]
    public async Task Receive_SenderClosesItsSideAtOnce_IsAnsweredAndStoredOnce()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using GatewayProcess gateway = await scenario.OpenAsync();
        for (int i = 1; i <= 20; i++)
        {
            (string _, string body, IReadOnlyList<KeyValuePair<string, string>> headers) = Sender.Compose(i);
            string head = $"POST /in/shop HTTP/1.1\r\nHost: x\r\n{string.Concat(headers.Select(static header => $"{header.Key}: {header.Value}\r\n"))}Content-Length: {body.Length}\r\n\r\n";
            // In one piece, and with the body on its own.
            string answer = await ExchangeAsync(scenario.Port, i % 2 == 0 ? [Encoding.ASCII.GetBytes(head + body)] : [Encoding.ASCII.GetBytes(head), Encoding.ASCII.GetBytes(body)]);
            answer.ShouldStartWith("HTTP/1.1 200");
            answer.ShouldContain("\"status\":\"accepted\"");
        }

        (await gateway.ListAsync("/api/v1/events")).Count.ShouldBe(20);
    }

    /// <summary>A caller that does not wait for its answer, cut off hard: what was stored is not stored again when it repeats, and what was not is.</summary>
    [Fact]
    public async Task Receive_CallerHangsUp_ItsRepeatIsStoredOnce()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using GatewayProcess gateway = await scenario.OpenAsync();
        for (int i = 1; i <= 40; i++)
        {
            (string _, string body, IReadOnlyList<KeyValuePair<string, string>> headers) = Sender.Compose(i);
            using Socket socket = await ConnectAsync(scenario.Port);
            socket.LingerState = new LingerOption(true, 0); // closing sends a reset
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /in/shop HTTP/1.1\r\nHost: x\r\n{string.Concat(headers.Select(static header => $"{header.Key}: {header.Value}\r\n"))}Content-Length: {body.Length}\r\n\r\n{body}"));
            if (i % 2 == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(i), TimeProvider.System); // somewhere between received and answered
            }
        }

        for (int i = 1; i <= 40; i++)
        {
            (await scenario.Sender.SendAsync(i, default)).ShouldBe(200);
        }

        await scenario.VerifyAsync(gateway);
        (await gateway.ListAsync("/api/v1/events")).Count.ShouldBe(40);
    }

    /// <summary>A hundred megabytes in chunks: ended at the cap, and the memory does not know of it.</summary>
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Receive_HundredMegabytes_EndsAtTheCap()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using GatewayProcess gateway = await scenario.OpenAsync();
        long before = gateway.WorkingSet;
        for (int round = 0; round < 3; round++)
        {
            using Socket socket = await ConnectAsync(scenario.Port);
            await socket.SendAsync("POST /in/shop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
            byte[] chunk = [.. Encoding.ASCII.GetBytes("100000\r\n"), .. new byte[0x100000], .. "\r\n"u8];
            try
            {
                for (int sent = 0; sent < 100; sent++)
                {
                    await socket.SendAsync(chunk);
                }

                var answer = new byte[12];
                await socket.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(20));
                Encoding.ASCII.GetString(answer).ShouldBe("HTTP/1.1 413");
            }
            catch (SocketException)
            {
                // Closed in the middle: it need not be read to its end.
            }
        }

        (await scenario.Sender.SendAsync(1, default)).ShouldBe(200);
        (gateway.WorkingSet - before).ShouldBeLessThan(60L << 20);
        List<JsonElement> refused = await gateway.ListAsync("/api/v1/rejections");
        refused.Count.ShouldBe(3);
        refused.ShouldAllBe(static one => one.GetProperty("code").GetString() == "body_too_large" && one.GetProperty("status").GetInt32() == 413);
    }

    /// <summary>Thirty senders that never end: each is told after 15 seconds, and the others are served meanwhile.</summary>
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Receive_SlowSenders_AreEndedAndHoldNobodyUp()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using GatewayProcess gateway = await scenario.OpenAsync();
        Task<string>[] slow = [.. Enumerable.Range(0, 30).Select(n => Task.Run(() => DripAsync(scenario.Port, n)))];
        for (int i = 1; i <= 50; i++)
        {
            (await scenario.Sender.SendAsync(i, default)).ShouldBe(200);
        }

        string[] answers = await Task.WhenAll(slow);
        answers.ShouldAllBe(static answer => answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal));
        await scenario.VerifyAsync(gateway);
    }

    private static async Task<string> DripAsync(int port, int number)
    {
        using Socket socket = await ConnectAsync(port);
        // Every third is slow in its head already.
        bool inHead = number % 3 == 0;
        await socket.SendAsync(Encoding.ASCII.GetBytes(inHead ? "POST /in/shop HTTP/1.1\r\nHost: x\r\n" : "POST /in/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"));
        using var ended = new CancellationTokenSource();
        Task drip = Task.Run(
            async () =>
            {
                try
                {
                    while (!ended.IsCancellationRequested)
                    {
                        await socket.SendAsync(inHead ? "X-A: 1\r\n"u8.ToArray() : "x"u8.ToArray());
                        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, ended.Token);
                    }
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    // Told to go.
                }
            },
            CancellationToken.None);
        var buffer = new byte[4096];
        int count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(40));
        await ended.CancelAsync();
        await drip;
        return Encoding.ASCII.GetString(buffer, 0, count);
    }

    /// <summary>Sends the pieces, closes its own side, and reads to the end.</summary>
    private static async Task<string> ExchangeAsync(int port, params byte[][] pieces)
    {
        using Socket socket = await ConnectAsync(port);
        var answer = new StringBuilder();
        try
        {
            foreach (byte[] piece in pieces)
            {
                await socket.SendAsync(piece);
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Refused before all was sent: the answer is there to be read.
        }

        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(20)) is > 0 and int count)
            {
                answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (SocketException e)
        {
            answer.Append(CultureInfo.InvariantCulture, $"({e.SocketErrorCode})");
        }

        return answer.ToString();
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }
}
