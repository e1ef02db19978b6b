using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.RabbitMq;

/// <summary>Where a broker is and how one signs in. It prints nothing of the password.</summary>
internal sealed class BrokerAddress(string server, int port, bool tls, string virtualHost, string user, string password, string? certificate)
{
    public string Server => server;

    public int Port => port;

    /// <summary>Opens a connection through the host's guard.</summary>
    public async Task<IConnection> ConnectAsync(IConnectorHost host, CancellationToken cancellationToken)
    {
        GuardedTcpClient? socket = null;
        ConnectionFactory factory = new()
        {
            UserName = user,
            Password = password,
            VirtualHost = virtualHost,
            ClientProvidedName = $"{host.UserAgent} {host.Destination}",
            // A connection that broke is opened anew by the next delivery: nothing is done behind its back.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(30),
            SocketFactory = _ => socket = new GuardedTcpClient(host, server),
        };
        AmqpTcpEndpoint endpoint = new(GuardedTcpClient.StandIn, port, Ssl()) { AddressFamily = AddressFamily.InterNetwork };
        Task<IConnection> connecting = factory.CreateConnectionAsync([endpoint], cancellationToken);
        try
        {
            return await connecting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The library goes on waiting for the handshake of a broker that says nothing; without its socket it ends soon.
            socket?.Close();
            _ = LetGoAsync(connecting);
            throw;
        }

        static async Task LetGoAsync(Task<IConnection> late)
        {
            try
            {
                await (await late).DisposeAsync();
            }
            catch (Exception)
            {
                // Nobody waits for it any more.
            }
        }
    }

    private SslOption Ssl() => new()
    {
        Enabled = tls,
        ServerName = server,
        CheckCertificateRevocation = false, // that would open sockets past the guard
        CertificateValidationCallback = certificate is null ? null : IsTrusted,
    };

    private bool IsTrusted(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using X509Chain own = new();
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(Certificates.Read(certificate!));
        own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        return own.Build((X509Certificate2)shown);
    }
}

/// <summary>Certificates as people paste them.</summary>
internal static class Certificates
{
    public static X509Certificate2Collection Read(string pem)
    {
        X509Certificate2Collection read = [];
        read.ImportFromPem(pem);
        return read;
    }
}
