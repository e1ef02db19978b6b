using System.Net;
using System.Net.Sockets;
using System.Text;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Opens every outgoing socket of the process: resolves, checks each address, connects to a checked one (design invariant 9).</summary>
/// <param name="policy">What is allowed.</param>
/// <param name="resolve">Name to addresses; null = the system's resolver.</param>
public sealed class GuardedConnect(EgressPolicy policy, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    /// <summary>How long one of several addresses may take before the next is tried.</summary>
    private static readonly TimeSpan NextAddressAfter = TimeSpan.FromSeconds(2);

    private const int MaxProxyHead = 16 * 1024;

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>A connected stream that owns its socket.</summary>
    /// <exception cref="AddressNotAllowedException">One of the name's addresses leads inward. Not only the bad one is left out: a name that mixes both is how a check is slipped past.</exception>
    /// <exception cref="SocketException">The name does not resolve, or nothing answers.</exception>
    public async ValueTask<Stream> ConnectAsync(string hostName, int port, AttemptTrace? trace, CancellationToken cancellationToken)
    {
        trace?.Enter(AttemptPhase.Resolve);
        if (policy.Proxy is Uri proxy)
        {
            // Behind a proxy the proxy resolves. What can be told here is refused all the same: a literal, or a name that this machine knows.
            await CheckAsync(hostName, cancellationToken);
            trace?.Enter(AttemptPhase.Connect);
            return await ConnectByProxyAsync(proxy, hostName, port, cancellationToken);
        }

        IPAddress[] addresses = await ResolveAsync(hostName, cancellationToken);
        Check(hostName, addresses);
        trace?.Enter(AttemptPhase.Connect);
        return await ConnectToAsync(addresses, port, cancellationToken);
    }

    /// <summary>Whether a name may be spoken to, without speaking to it: for addresses that somebody enters. Each connection is checked again. A name that does not resolve passes.</summary>
    /// <exception cref="AddressNotAllowedException">One of the name's addresses leads inward.</exception>
    public async ValueTask CheckAsync(string hostName, CancellationToken cancellationToken)
    {
        try
        {
            Check(hostName, await ResolveAsync(hostName, cancellationToken));
        }
        catch (SocketException)
        {
            // Not known now, or to the egress proxy only.
        }
    }

    private async ValueTask<IPAddress[]> ResolveAsync(string hostName, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(hostName, out IPAddress? literal))
        {
            return [literal];
        }

        IPAddress[] addresses = await _resolve(hostName, cancellationToken);
        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }

    private void Check(string hostName, IPAddress[] addresses)
    {
        foreach (IPAddress address in addresses)
        {
            if (!policy.Allows(address))
            {
                throw new AddressNotAllowedException(hostName == address.ToString()
                    ? $"{address} is not a public address. An administrator can allow it with --allow-private-destinations."
                    : $"{hostName} leads to {address}, which is not a public address. An administrator can allow it with --allow-private-destinations.");
            }
        }
    }

    private static async ValueTask<Stream> ConnectToAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            bool last = i == addresses.Length - 1;
            Socket socket = new(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (last)
                {
                    await socket.ConnectAsync(new IPEndPoint(addresses[i], port), cancellationToken);
                }
                else
                {
                    using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    limit.CancelAfter(NextAddressAfter);
                    await socket.ConnectAsync(new IPEndPoint(addresses[i], port), limit.Token);
                }

                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e) when (!last && e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>A tunnel by CONNECT (RFC 9110, section 9.3.6). The proxy's own address is the administrator's word and not checked.</summary>
    private async ValueTask<Stream> ConnectByProxyAsync(Uri proxy, string hostName, int port, CancellationToken cancellationToken)
    {
        Stream stream = await ConnectToAsync(await ResolveAsync(proxy.IdnHost, cancellationToken), proxy.Port, cancellationToken);
        try
        {
            string authority = hostName.Contains(':', StringComparison.Ordinal) ? $"[{hostName}]:{port}" : $"{hostName}:{port}";
            string credentials = proxy.UserInfo.Length == 0
                ? ""
                : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(proxy.UserInfo)))}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{credentials}\r\n"), cancellationToken);
            string head = await ReadHeadAsync(stream, cancellationToken);
            string[] parts = head.Split(' ', 3);
            if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || parts[1] != "200")
            {
                throw new HttpRequestException(HttpRequestError.ProxyTunnelError, $"The egress proxy did not open a tunnel to {authority}: it answered {(parts.Length > 1 ? parts[1] : "nothing that can be read")}.");
            }

            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask<string> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        // Byte by byte: what follows the head belongs to the tunnel.
        byte[] head = new byte[MaxProxyHead];
        for (int length = 0; length < head.Length;)
        {
            if (await stream.ReadAsync(head.AsMemory(length, 1), cancellationToken) == 0)
            {
                break;
            }

            length++;
            if (head.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                return Encoding.ASCII.GetString(head, 0, length);
            }
        }

        throw new HttpRequestException(HttpRequestError.ProxyTunnelError, "The egress proxy closed the connection instead of opening a tunnel.");
    }
}
