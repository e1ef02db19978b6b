using System.Net.Sockets;
using System.Security.Authentication;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>Sends by SMTP. A connection is used again for a burst of messages, at most for 100, and closed after half a minute without one. Thread-safe.</summary>
internal sealed class SmtpSession(IConnectorHost host, MailComposer composer, SmtpSettings settings) : IConnectorSession
{
    private const int MessagesPerConnection = 100;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);
    private static readonly string[] ThrottlingWords = ["rate", "too many", "try again", "throttl", "quota"];

    private readonly Lock _gate = new();
    private readonly Stack<(SmtpConnection Connection, long Since)> _free = [];
    private bool _disposed;

    public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        SmtpConnection? connection = null;
        try
        {
            Mail mail = composer.Compose(request);
            byte[] message = MimeText.Write(mail);
            IEnumerable<string> recipients = mail.To.Concat(mail.Cc).Concat(mail.Bcc).Select(static m => m.Address).Distinct(StringComparer.OrdinalIgnoreCase);
            connection = await TakeAsync(cancellationToken);
            SmtpReply reply = await connection.SendAsync(mail.From.Address, recipients, message, cancellationToken);
            await GiveBackAsync(connection);
            return new SendResult.Delivered($"<{mail.MessageId}>", $"Accepted by {settings.Server}: {reply.Said}") { Status = reply.Code };
        }
        catch (AnswerException e)
        {
            return e.Result;
        }
        catch (SmtpRefusalException e)
        {
            if (connection is not null)
            {
                await GiveBackAsync(connection); // the next message begins with RSET
            }

            return Judge(e);
        }
        catch (Exception e) when (connection is { HandedOver: true } && e is IOException or SocketException or OperationCanceledException or InvalidDataException)
        {
            await connection.AbortAsync();
            return new SendResult.UnknownOutcome($"The message was handed to {settings.Server}, but no answer came: it may have been sent.");
        }
        catch (InvalidDataException e)
        {
            await AbortAsync(connection);
            return new SendResult.RetryLater(e.Message + ".");
        }
        catch
        {
            await AbortAsync(connection);
            throw; // the host knows how to judge what came of the connection
        }
    }

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using SmtpConnection connection = await SmtpConnection.OpenAsync(settings, host, cancellationToken);
            return new CheckResult.Works(settings.User is null
                ? new($"{settings.Server} answers. It was not asked to sign in.", $"{settings.Server} responde. Não foi feito login.")
                : new($"{settings.Server} accepts the sign-in of {settings.User}. Nothing was sent.", $"{settings.Server} aceita o login de {settings.User}. Nada foi enviado."));
        }
        catch (SmtpRefusalException e)
        {
            return new CheckResult.Fails(new($"The mail server said no ({e.Message}).", $"O servidor de e-mail recusou ({e.Message})."));
        }
        catch (AnswerException e)
        {
            string reason = e.Result is SendResult.RetryLater later ? later.Reason : e.Message;
            return new CheckResult.Fails(new($"The sign-in failed: {reason}", $"O login falhou: {reason}"));
        }
        catch (AddressNotAllowedException e)
        {
            return new CheckResult.Fails(new(e.Message, $"O endereço não é público: {settings.Server}. Um administrador pode permiti-lo com --allow-private-destinations."));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is IOException or SocketException or AuthenticationException or InvalidDataException or OperationCanceledException)
        {
            return new CheckResult.Fails(new(
                $"{settings.Server} could not be used on port {settings.Port}: {e.Message.TrimEnd('.')}. Compare server, port and security with what the mail provider lists.",
                $"Não foi possível usar {settings.Server} na porta {settings.Port}: {e.Message.TrimEnd('.')}. Compare servidor, porta e segurança com o que o provedor de e-mail informa."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        (SmtpConnection Connection, long Since)[] left;
        lock (_gate)
        {
            _disposed = true;
            left = [.. _free];
            _free.Clear();
        }

        foreach ((SmtpConnection connection, _) in left)
        {
            await connection.DisposeAsync();
        }

        settings.OAuth?.Dispose();
    }

    /// <summary>4xx waits, 5xx is refused (RFC 5321, section 4.2.1); signing in is a person's affair; some servers throttle with 5xx and say so in words.</summary>
    private SendResult Judge(SmtpRefusalException refusal)
    {
        SmtpReply reply = refusal.Reply;
        string reason = $"{settings.Server} said {reply.Said} (to {refusal.Stage}).";
        bool throttles = reply.Enhanced is "4.7.0" or "4.7.28" or "4.5.3" || ThrottlingWords.Any(word => reply.Said.Contains(word, StringComparison.OrdinalIgnoreCase));
        SendResult result = refusal.Stage switch
        {
            "AUTH" when !reply.IsTransient => new SendResult.RetryLater(reason, Cause: RetryCause.Credentials),
            _ when reply.Code is 530 or 535 or 538 => new SendResult.RetryLater(reason, Cause: RetryCause.Credentials),
            _ when reply.IsTransient => new SendResult.RetryLater(reason, Cause: throttles && refusal.Stage != "RCPT TO" ? RetryCause.Throttled : RetryCause.Failure),
            _ when reply.Code is 550 or 554 && throttles => new SendResult.RetryLater(reason, Cause: RetryCause.Throttled),
            _ => new SendResult.Refused(reason),
        };
        return result with { Status = reply.Code };
    }

    private async ValueTask<SmtpConnection> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            SmtpConnection connection;
            long since;
            lock (_gate)
            {
                if (_free.Count == 0)
                {
                    break;
                }

                (connection, since) = _free.Pop();
            }

            if (host.Time.GetElapsedTime(since) > Idle)
            {
                await connection.DisposeAsync();
            }
            else if (await connection.IsAliveAsync(cancellationToken))
            {
                return connection;
            }
            else
            {
                await connection.AbortAsync();
            }
        }

        return await SmtpConnection.OpenAsync(settings, host, cancellationToken);
    }

    private async ValueTask GiveBackAsync(SmtpConnection connection)
    {
        if (connection.Sent < MessagesPerConnection)
        {
            lock (_gate)
            {
                if (!_disposed)
                {
                    _free.Push((connection, host.Time.GetTimestamp()));
                    return;
                }
            }
        }

        await connection.DisposeAsync();
    }

    private static async ValueTask AbortAsync(SmtpConnection? connection)
    {
        if (connection is not null)
        {
            await connection.AbortAsync();
        }
    }
}
