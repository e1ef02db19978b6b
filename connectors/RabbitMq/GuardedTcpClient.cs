using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.RabbitMq;

/// <summary>The socket of the client library, opened by the host's guard. The library is told an address that stands for nothing: the name is resolved where it is checked.</summary>
internal sealed class GuardedTcpClient(IConnectorHost host, string server) : ITcpClient
{
    /// <summary>What the library is given in place of the server's name.</summary>
    public const string StandIn = "127.0.0.1";

    private NetworkStream? _stream;

    public bool Connected => _stream is { Socket.Connected: true };

    public TimeSpan ReceiveTimeout
    {
        get => TimeSpan.FromMilliseconds(_stream?.Socket.ReceiveTimeout ?? 0);
        set
        {
            if (_stream is not null)
            {
                _stream.Socket.ReceiveTimeout = (int)value.TotalMilliseconds;
            }
        }
    }

    public Socket Client => _stream?.Socket ?? throw new InvalidOperationException("The connection is not open yet.");

    public async Task ConnectAsync(IPAddress standIn, int port, CancellationToken cancellationToken = default)
    {
        Stream opened = await host.ConnectAsync(server, port, cancellationToken);
        _stream = opened as NetworkStream ?? throw new NotSupportedException("The gateway's guard gave a connection that is no socket.");
    }

    public NetworkStream GetStream() => _stream ?? throw new InvalidOperationException("The connection is not open yet.");

    public void Close() => _stream?.Dispose();

    public void Dispose() => Close();
}
