using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.RabbitMq;

/// <summary>One connection to a broker, a channel for each delivery that is under way, publisher confirms. Thread-safe.</summary>
internal sealed class RabbitMqSession(IConnectorHost host, BrokerAddress broker, string exchange) : IConnectorSession
{
    private const int MaxKeyBytes = 255;

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Stack<IChannel> _free = [];
    private IConnection? _connection;

    public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        IChannel? channel = null;
        bool published = false;
        try
        {
            string key = request.Needed(RabbitMqConnector.RoutingKey);
            if (Encoding.UTF8.GetByteCount(key) > MaxKeyBytes)
            {
                throw new AnswerException($"'{RabbitMqConnector.RoutingKey}' has more than {MaxKeyBytes} bytes.", Values.FieldInvalid);
            }

            channel = await TakeAsync(cancellationToken);
            published = true;
            await channel.BasicPublishAsync(exchange, key, mandatory: true, Properties(request), request.Body, cancellationToken).AsTask().WaitAsync(cancellationToken);
            GiveBack(channel);
            return new SendResult.Delivered(request.DeliveryId, "Confirmed by the broker.");
        }
        catch (AnswerException e)
        {
            return e.Result;
        }
        catch (PublishException e)
        {
            GiveBack(channel!);
            return new SendResult.RetryLater(e.IsReturn
                ? $"No queue takes messages of the {Target(request)}: bind one, or mend the routing key."
                : "The broker did not take the message (nack).");
        }
        catch (AuthenticationFailureException e)
        {
            return Credentials(e);
        }
        catch (BrokerUnreachableException e) when (e.InnerException is AuthenticationFailureException or PossibleAuthenticationFailureException)
        {
            return Credentials(e.InnerException);
        }
        catch (OperationInterruptedException e)
        {
            Drop(channel, connectionToo: false);
            return Judge(e, request, published);
        }
        catch (Exception e) when (published && e is IOException or OperationCanceledException or ObjectDisposedException or TimeoutException)
        {
            Drop(channel, connectionToo: true);
            return new SendResult.UnknownOutcome("The message was handed to the broker, but no confirmation came.");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or TimeoutException)
        {
            Drop(channel, connectionToo: true);
            throw; // the host knows how to judge what came of the connection
        }
    }

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using IConnection connection = await broker.ConnectAsync(host, cancellationToken);
            await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            if (exchange.Length > 0)
            {
                await channel.ExchangeDeclarePassiveAsync(exchange, cancellationToken);
            }

            return new CheckResult.Works(exchange.Length == 0
                ? new("The broker accepts the sign-in. Nothing was published.", "O broker aceita o login. Nada foi publicado.")
                : new($"The broker accepts the sign-in and has the exchange {exchange}. Nothing was published.", $"O broker aceita o login e tem a exchange {exchange}. Nada foi publicado."));
        }
        catch (OperationInterruptedException e)
        {
            string said = e.ShutdownReason?.ReplyText ?? e.Message;
            return new CheckResult.Fails(new($"The broker said no: {said}", $"O broker recusou: {said}"));
        }
        catch (Exception e) when (Inward(e) is not null)
        {
            return new CheckResult.Fails(new(Inward(e)!.Message, $"O endereço não é público: {broker.Server}. Um administrador pode permiti-lo com --allow-private-destinations."));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException or ProtocolViolationException)
        {
            bool signIn = e.InnerException is AuthenticationFailureException or PossibleAuthenticationFailureException;
            string why = (e.InnerException ?? e).Message;
            return new CheckResult.Fails(signIn
                ? new("The broker does not accept user name and password, or not for this virtual host.", "O broker não aceita usuário e senha, ou não para este virtual host.")
                : new($"The broker cannot be used at {broker.Server}:{broker.Port}: {why}", $"Não foi possível usar o broker em {broker.Server}:{broker.Port}: {why}"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        IConnection? connection = Interlocked.Exchange(ref _connection, null);
        if (connection is not null)
        {
            await AbortAsync(connection);
        }

        _connecting.Dispose();
    }

    /// <summary>What the broker says by closing the channel (AMQP 0-9-1, reply codes).</summary>
    private SendResult Judge(OperationInterruptedException e, DeliveryRequest request, bool published)
    {
        // The library closes with codes of its own when it cannot read what comes: that is no word of the broker's.
        int code = e.ShutdownReason is { Initiator: ShutdownInitiator.Peer } told ? told.ReplyCode : 0;
        string said = code == 0
            ? $"The connection to the broker broke off: {e.ShutdownReason?.ReplyText ?? e.Message}".TrimEnd('.') + "."
            : $"The broker said {code.ToString(CultureInfo.InvariantCulture)} {e.ShutdownReason?.ReplyText}".TrimEnd() + ".";
        return code switch
        {
            404 => new SendResult.RetryLater($"{said} Make the {Target(request)} in RabbitMQ, or name another one.", Cause: RetryCause.Credentials),
            403 or 530 => new SendResult.RetryLater($"{said} Give the user the permission to write.", Cause: RetryCause.Credentials),
            311 or 406 or 501 or 502 or 503 or 505 => new SendResult.Refused(said),
            _ => published ? new SendResult.UnknownOutcome($"{said} The message was handed over, but not confirmed.") : new SendResult.RetryLater(said),
        };
    }

    private static SendResult.RetryLater Credentials(Exception e) => new($"The broker does not accept user name and password: {e.Message}", Cause: RetryCause.Credentials);

    private string Target(DeliveryRequest request) => exchange.Length > 0 ? $"exchange \"{exchange}\"" : $"queue \"{request.Field(RabbitMqConnector.RoutingKey)}\"";

    private static BasicProperties Properties(DeliveryRequest request)
    {
        BasicProperties properties = new()
        {
            MessageId = request.DeliveryId, // the same on every attempt: consumers tell a repeat by it
            Type = request.Event.Kind,
            AppId = "webhookbridge",
            ContentType = request.ContentType,
            Persistent = true,
            Timestamp = new AmqpTimestamp(request.Event.Time.ToUnixTimeSeconds()),
            Headers = new Dictionary<string, object?> { ["webhookbridge-event"] = request.Event.Id, ["webhookbridge-source"] = request.Event.Source },
        };
        if (request.Event.Test)
        {
            properties.Headers["webhookbridge-test"] = true;
        }

        return properties;
    }

    private async ValueTask<IChannel> TakeAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            while (_free.TryPop(out IChannel? free))
            {
                if (free.IsOpen)
                {
                    return free;
                }
            }
        }

        IConnection connection = await ConnectedAsync(cancellationToken);
        return await connection.CreateChannelAsync(Confirmed, cancellationToken).WaitAsync(cancellationToken);
    }

    private async ValueTask<IConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsOpen: true } open)
            {
                return open;
            }

            if (Interlocked.Exchange(ref _connection, null) is { } broken)
            {
                _ = AbortAsync(broken);
            }

            return _connection = await broker.ConnectAsync(host, cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private void GiveBack(IChannel channel)
    {
        lock (_gate)
        {
            _free.Push(channel);
        }
    }

    /// <summary>Lets go of a channel, and after a silence of its connection too: whoever waited for an answer in vain waits no longer to say goodbye.</summary>
    private void Drop(IChannel? channel, bool connectionToo)
    {
        if (connectionToo && Interlocked.Exchange(ref _connection, null) is { } silent)
        {
            _ = AbortAsync(silent);
        }
        else if (channel is not null)
        {
            _ = CloseAsync(channel);
        }

        static async Task CloseAsync(IChannel channel)
        {
            try
            {
                await channel.DisposeAsync();
            }
            catch (Exception e) when (IsGone(e))
            {
                // It is closed already.
            }
        }
    }

    private static async Task AbortAsync(IConnection connection)
    {
        try
        {
            await connection.CloseAsync(Constants.ReplySuccess, "Goodbye", Goodbye, abort: true);
            await connection.DisposeAsync();
        }
        catch (Exception e) when (IsGone(e))
        {
            // It is closed already.
        }
    }

    private static bool IsGone(Exception e) => e is IOException or OperationInterruptedException or ObjectDisposedException or TimeoutException or OperationCanceledException or System.Net.Sockets.SocketException;

    private static AddressNotAllowedException? Inward(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is AddressNotAllowedException inward)
            {
                return inward;
            }
        }

        return null;
    }
}
