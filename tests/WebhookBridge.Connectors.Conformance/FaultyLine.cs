using System.Net;
using System.Net.Sockets;

namespace WebhookBridge.Connectors.Conformance;

/// <summary>A TCP line to a tool on loopback that fails on demand: after so many pieces of what the tool says, the next piece is lost and the fault comes in its place.</summary>
internal sealed class FaultyLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _port;
    private readonly Task _accepting;
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _fault;
    private int _pieces;
    private int _failAt = int.MaxValue;

    /// <param name="port">Where the tool listens.</param>
    public FaultyLine(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Pieces that the tool has said since the last <see cref="FailAt"/>.</summary>
    public int Pieces => Volatile.Read(ref _pieces);

    /// <summary>Completes when the fault has come.</summary>
    public Task Reached => _reached.Task;

    /// <summary>From now on: <paramref name="fault"/> in place of the tool's piece number <paramref name="piece"/> (from 0). Null = a good line.</summary>
    public void FailAt(int piece, string? fault)
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _fault = fault;
        Volatile.Write(ref _pieces, 0);
        Volatile.Write(ref _failAt, fault is null ? int.MaxValue : piece);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                open.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task CarryAsync(TcpClient caller)
    {
        using TcpClient near = caller;
        using TcpClient tool = new(AddressFamily.InterNetwork);
        try
        {
            await tool.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token);
            Task there = near.GetStream().CopyToAsync(tool.GetStream(), _stopping.Token);
            Task back = BackAsync(tool.GetStream(), near);
            await Task.WhenAny(there, back);
            tool.Close();
            near.Close();
            await Task.WhenAll(there, back);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side hung up, or the test is over.
        }
    }

    private async Task BackAsync(NetworkStream tool, TcpClient near)
    {
        byte[] piece = new byte[64 * 1024];
        NetworkStream caller = near.GetStream();
        for (int read; (read = await tool.ReadAsync(piece, _stopping.Token)) > 0;)
        {
            if (Interlocked.Increment(ref _pieces) <= Volatile.Read(ref _failAt))
            {
                await caller.WriteAsync(piece.AsMemory(0, read), _stopping.Token);
                continue;
            }

            await FailAsync(near, caller, piece.AsMemory(0, read));
            return;
        }
    }

    private async Task FailAsync(TcpClient near, NetworkStream caller, ReadOnlyMemory<byte> piece)
    {
        switch (_fault)
        {
            case "reset":
                near.Client.LingerState = new LingerOption(enable: true, seconds: 0);
                break;
            case "cut half-way":
                await caller.WriteAsync(piece[..(piece.Length / 2)], _stopping.Token);
                break;
            case "unreadable":
                await caller.WriteAsync("HTTP/1.1 200 OK\r\n\r\n<html>Sign in</html>\0\u0001\u0002\r\n"u8.ToArray(), _stopping.Token);
                break;
            case "huge":
                _reached.TrySetResult();
                byte[] flood = new byte[64 * 1024];
                Array.Fill(flood, (byte)'A');
                for (int i = 0; i < 256; i++)
                {
                    await caller.WriteAsync(flood, _stopping.Token); // until the caller has had enough
                }

                break;
            default:
                _reached.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
                break;
        }

        _reached.TrySetResult();
        near.Close();
    }
}
