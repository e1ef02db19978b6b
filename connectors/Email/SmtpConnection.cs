using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Email;

/// <summary>One connection to a mail server: greeting, EHLO, STARTTLS, sign-in, then message after message (RFC 5321). Not thread-safe. The one place that knows the protocol.</summary>
internal sealed class SmtpConnection : IAsyncDisposable
{
    private const int MaxLine = 4096;
    private const int MaxLines = 128;

    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    private readonly SmtpSettings _settings;
    private readonly byte[] _buffer = new byte[MaxLine];
    private Stream _stream;
    private int _start;
    private int _end;
    private Dictionary<string, string> _extensions = [];

    private SmtpConnection(SmtpSettings settings, Stream stream)
    {
        _settings = settings;
        _stream = stream;
    }

    /// <summary>Messages that have been sent on it.</summary>
    public int Sent { get; private set; }

    /// <summary>Set once the last byte of a message may have left: from then on nobody knows its outcome until the reply comes.</summary>
    public bool HandedOver { get; private set; }

    /// <summary>Connects, protects the connection and signs in.</summary>
    /// <exception cref="SmtpRefusalException">The server said no.</exception>
    /// <exception cref="AuthenticationException">TLS could not be agreed on, or the server does not offer it.</exception>
    public static async ValueTask<SmtpConnection> OpenAsync(SmtpSettings settings, IConnectorHost host, CancellationToken cancellationToken)
    {
        SmtpConnection connection = new(settings, await host.ConnectAsync(settings.Server, settings.Port, cancellationToken));
        try
        {
            if (settings.Security == SmtpSecurity.Tls)
            {
                await connection.ProtectAsync(cancellationToken);
            }

            Expect("greeting", await connection.ReadAsync(cancellationToken), 220);
            await connection.HelloAsync(cancellationToken);
            if (settings.Security == SmtpSecurity.StartTls)
            {
                await connection.StartTlsAsync(cancellationToken);
            }

            await connection.SignInAsync(host, cancellationToken);
            return connection;
        }
        catch
        {
            await connection._stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the server still answers; clears what an earlier message left.</summary>
    public async ValueTask<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await CommandAsync("RSET", cancellationToken)).IsPositive;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Hands one message in. All recipients must be accepted, or none gets it.</summary>
    /// <returns>The last reply, which often names the server's own id of the message.</returns>
    public async ValueTask<SmtpReply> SendAsync(string from, IEnumerable<string> recipients, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        HandedOver = false;
        if (_extensions.TryGetValue("SIZE", out string? size) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long most) && most > 0 && message.Length > most)
        {
            throw new SmtpRefusalException("size", new SmtpReply(552, [$"5.3.4 The message has {message.Length} bytes and the server takes {most}"]));
        }

        Expect("MAIL FROM", await CommandAsync($"MAIL FROM:<{from}>", cancellationToken), 250);
        foreach (string recipient in recipients)
        {
            Expect("RCPT TO", await CommandAsync($"RCPT TO:<{recipient}>", cancellationToken), 250, 251, 252);
        }

        Expect("DATA", await CommandAsync("DATA", cancellationToken), 354);
        byte[] stuffed = Stuffed(message.Span);
        // Up to the dot the server has no message: only what follows it can be in doubt.
        await _stream.WriteAsync(stuffed, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        HandedOver = true;
        await _stream.WriteAsync(".\r\n"u8.ToArray(), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        SmtpReply reply = await ReadAsync(cancellationToken);
        HandedOver = false;
        Expect("message", reply, 250);
        Sent++;
        return reply;
    }

    /// <summary>Says goodbye and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(GoodbyePatience);
        try
        {
            await CommandAsync("QUIT", patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone already, which is what was wanted.
        }

        await _stream.DisposeAsync();
    }

    /// <summary>Closes without a word, after a failure that leaves the protocol in an unknown state.</summary>
    public ValueTask AbortAsync() => _stream.DisposeAsync();

    /// <summary>A leading full stop is doubled (RFC 5321, section 4.5.2); the text ends with a line break.</summary>
    internal static byte[] Stuffed(ReadOnlySpan<byte> message)
    {
        using MemoryStream stuffed = new(message.Length + 16);
        bool lineStart = true;
        foreach (byte b in message)
        {
            if (lineStart && b == (byte)'.')
            {
                stuffed.WriteByte((byte)'.');
            }

            stuffed.WriteByte(b);
            lineStart = b == (byte)'\n';
        }

        if (!lineStart)
        {
            stuffed.Write("\r\n"u8);
        }

        return stuffed.ToArray();
    }

    private async ValueTask HelloAsync(CancellationToken cancellationToken)
    {
        SmtpReply reply = await CommandAsync($"EHLO {_settings.Name}", cancellationToken);
        Expect("EHLO", reply, 250);
        _extensions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in reply.Lines.Skip(1))
        {
            string[] words = line.Trim().Split(' ', 2);
            _extensions[words[0]] = words.Length > 1 ? words[1] : "";
        }
    }

    private async ValueTask StartTlsAsync(CancellationToken cancellationToken)
    {
        if (!_extensions.ContainsKey("STARTTLS"))
        {
            throw new AuthenticationException($"{_settings.Server} does not offer STARTTLS on port {_settings.Port}. Choose TLS and port 465, if the mail provider lists it");
        }

        Expect("STARTTLS", await CommandAsync("STARTTLS", cancellationToken), 220);
        if (_start != _end)
        {
            // Somebody on the way has slipped commands in before the encryption (CVE-2011-0411 and its kind).
            throw new AuthenticationException($"{_settings.Server} sent more than its reply to STARTTLS: somebody may be in between");
        }

        await ProtectAsync(cancellationToken);
        await HelloAsync(cancellationToken); // what was offered in the clear counts no more (RFC 3207, section 4.2)
    }

    private async ValueTask ProtectAsync(CancellationToken cancellationToken)
    {
        SslStream tls = new(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = _settings.Server, CertificateChainPolicy = ChainPolicy(_settings.Certificate) }, cancellationToken);
    }

    /// <summary>Neither revocation lists nor missing issuers are fetched: that would open sockets past the host's guard.</summary>
    private static X509ChainPolicy ChainPolicy(string? pem)
    {
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (pem is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPem(pem);
        }

        return policy;
    }

    private async ValueTask SignInAsync(IConnectorHost host, CancellationToken cancellationToken)
    {
        if (_settings.User is not { } user)
        {
            return;
        }

        string[] offered = _extensions.TryGetValue("AUTH", out string? list) ? list.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        SmtpReply reply;
        if (_settings.OAuth is not null)
        {
            string token = await _settings.OAuth.TokenAsync(cancellationToken);
            string response = Coded(host, $"user={user}\u0001auth=Bearer {token}\u0001\u0001");
            reply = await CommandAsync("AUTH XOAUTH2 " + response, cancellationToken);
            if (reply.Code == 334)
            {
                // The reason stands in the challenge; an empty line brings the refusal itself.
                reply = await CommandAsync("", cancellationToken);
            }

            if (!reply.IsPositive)
            {
                _settings.OAuth.Forget(token);
            }
        }
        else if (offered.Contains("PLAIN"))
        {
            reply = await CommandAsync("AUTH PLAIN " + Coded(host, $"\0{user}\0{_settings.Password}"), cancellationToken);
        }
        else if (offered.Contains("LOGIN"))
        {
            Expect("AUTH", await CommandAsync("AUTH LOGIN", cancellationToken), 334);
            Expect("AUTH", await CommandAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(user)), cancellationToken), 334);
            reply = await CommandAsync(Coded(host, _settings.Password!), cancellationToken);
        }
        else
        {
            throw new SmtpRefusalException("AUTH", new SmtpReply(504, [offered.Length == 0
                ? "5.7.4 The server offers no sign-in on this connection"
                : $"5.7.4 The server offers {string.Join(", ", offered)} and the gateway knows PLAIN, LOGIN and XOAUTH2"]));
        }

        Expect("AUTH", reply, 235);
    }

    private static string Coded(IConnectorHost host, string secret)
    {
        string coded = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
        host.Redact(coded);
        return coded;
    }

    private static void Expect(string stage, SmtpReply reply, params ReadOnlySpan<int> codes)
    {
        if (!codes.Contains(reply.Code))
        {
            throw new SmtpRefusalException(stage, reply);
        }
    }

    private async ValueTask<SmtpReply> CommandAsync(string command, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    private async ValueTask<SmtpReply> ReadAsync(CancellationToken cancellationToken)
    {
        List<string> lines = [];
        while (true)
        {
            string line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int code) || code is < 200 or > 599 || (line.Length > 3 && line[3] is not (' ' or '-')))
            {
                throw new InvalidDataException($"{_settings.Server} does not speak SMTP on port {_settings.Port}");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ')
            {
                return new SmtpReply(code, lines);
            }

            if (lines.Count == MaxLines)
            {
                throw new InvalidDataException($"{_settings.Server} sent a reply of more than {MaxLines} lines");
            }
        }
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        int searched = _start;
        while (true)
        {
            int newLine = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newLine >= 0)
            {
                int length = searched + newLine - _start;
                string line = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
                _start = searched + newLine + 1;
                return line;
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            if (_end == _buffer.Length)
            {
                throw new InvalidDataException($"{_settings.Server} sent a line of more than {MaxLine} bytes");
            }

            searched = _end;
            int read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException($"{_settings.Server} closed the connection");
            }

            _end += read;
        }
    }
}
