using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Email;

/// <summary>A scripted mail server on 127.0.0.1: good manners unless the test says otherwise for a command.</summary>
internal sealed class SmtpStub : IAsyncDisposable
{
    /// <summary>Instead of a reply: never answer.</summary>
    public const string Hang = "\0hang";

    /// <summary>Instead of a reply: cut the connection with a TCP reset.</summary>
    public const string Reset = "\0reset";

    private static readonly Lazy<X509Certificate2> Certificate = new(MakeCertificate);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly TaskCompletionSource _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<string, string?> _script;
    private readonly bool _tlsFirst;
    private readonly Task _accepting;
    private int _connections;

    private SmtpStub(Func<string, string?> script, bool tlsFirst)
    {
        _script = script;
        _tlsFirst = tlsFirst;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Commands as they came; "(message)" stands for the text after DATA.</summary>
    public IReadOnlyList<string> Commands => [.. _commands];

    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>Completes when a command has met <see cref="Hang"/>.</summary>
    public Task Stuck => _stuck.Task.WaitAsync(ManualTimeProvider.RealPatience);

    public static string CertificatePem => Certificate.Value.ExportCertificatePem();

    public static string KeyPem
    {
        get
        {
            using RSA key = Certificate.Value.GetRSAPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <param name="script">The reply to a command ("(connect)" and "(message)" too); null = the usual one.</param>
    public static SmtpStub Start(Func<string, string?>? script = null, bool tlsFirst = false) => new(script ?? (static _ => null), tlsFirst);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=mail.shop.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("mail.shop.example");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 made = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                open.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            Stream stream = client.GetStream();
            if (_tlsFirst)
            {
                stream = await TlsAsync(stream);
            }

            await ReplyAsync(client, stream, "(connect)", "220 mail.shop.example ESMTP");
            while (await ReadLineAsync(stream) is { } line)
            {
                _commands.Enqueue(line);
                string verb = line.Split(' ', ':')[0].ToUpperInvariant();
                switch (verb)
                {
                    case "EHLO":
                        await ReplyAsync(client, stream, line, "250-mail.shop.example\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN XOAUTH2\r\n250 ENHANCEDSTATUSCODES");
                        break;
                    case "STARTTLS":
                        await ReplyAsync(client, stream, line, "220 2.0.0 go on");
                        stream = await TlsAsync(stream);
                        break;
                    case "AUTH":
                        await ReplyAsync(client, stream, line, line == "AUTH LOGIN" ? "334 VXNlcm5hbWU6" : "235 2.7.0 welcome");
                        break;
                    case "DATA":
                        if (await ReplyAsync(client, stream, line, "354 go on"))
                        {
                            Messages.Enqueue(await ReadMessageAsync(stream));
                            _commands.Enqueue("(message)");
                            await ReplyAsync(client, stream, "(message)", "250 2.0.0 Ok: queued as 4711");
                        }

                        break;
                    case "QUIT":
                        await ReplyAsync(client, stream, line, "221 2.0.0 bye");
                        return;
                    default:
                        await ReplyAsync(client, stream, line, "250 2.0.0 ok");
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException or SocketException)
        {
            // The caller hung up, or the test is over.
        }
    }

    private static async Task<Stream> TlsAsync(Stream stream)
    {
        SslStream tls = new(stream);
        await tls.AuthenticateAsServerAsync(Certificate.Value);
        return tls;
    }

    /// <returns>Whether the usual reply was given.</returns>
    private async Task<bool> ReplyAsync(TcpClient client, Stream stream, string command, string usual)
    {
        string? reply = _script(command);
        if (reply == Hang)
        {
            _stuck.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
        }

        if (reply == Reset)
        {
            client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
            client.Close();
            throw new IOException("reset by the script");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes((reply ?? usual) + "\r\n"), _stopping.Token);
        return reply is null;
    }

    private async Task<string?> ReadLineAsync(Stream stream)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, _stopping.Token) == 1)
        {
            if (one[0] == (byte)'\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }

    private async Task<string> ReadMessageAsync(Stream stream)
    {
        StringBuilder message = new();
        while (await ReadLineAsync(stream) is { } line && line != ".")
        {
            message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return message.ToString();
    }
}
