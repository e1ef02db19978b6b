using System.Net.Sockets;
using System.Security.Authentication;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>What an attempt means for the delivery, before the schedule is asked.</summary>
public abstract record Classification
{
    private Classification()
    {
    }

    public sealed record Delivered(string? RemoteId, string? Note) : Classification;

    /// <param name="Unknown">The destination may have taken it.</param>
    public sealed record Wait(string Error, AttemptBlame Blame, TimeSpan? After, RetryCause Cause, bool Unknown = false) : Classification;

    public sealed record Refuse(string Error, AttemptBlame Blame, string Code) : Classification;

    /// <summary>For a person: nobody knows whether it was taken, and a repeat would hurt.</summary>
    public sealed record HoldUnknown(string Error, AttemptBlame Blame) : Classification;

    /// <summary>What a session answered.</summary>
    public static Classification Of(SendResult result, UnknownOutcomePolicy unknown) => result switch
    {
        SendResult.Delivered delivered => new Delivered(delivered.RemoteId, delivered.Note),
        SendResult.RetryLater later => new Wait(later.Reason, AttemptBlame.Destination, later.After, later.Cause),
        SendResult.Refused refused => new Refuse(refused.Reason, AttemptBlame.Destination, refused.Code),
        SendResult.UnknownOutcome unclear => Unclear(unclear.Reason, AttemptBlame.Destination, unknown),
        _ => throw new ArgumentException("Not a result of the SDK.", nameof(result)),
    };

    /// <summary>What a session threw: the one place where a connector's exceptions become an outcome.</summary>
    /// <param name="timedOut">The attempt's time was up.</param>
    public static Classification Of(Exception exception, AttemptTrace trace, bool timedOut, TimeSpan timeout, UnknownOutcomePolicy unknown)
    {
        if (Find<AddressNotAllowedException>(exception) is { } inward)
        {
            return new Refuse(inward.Message, AttemptBlame.Us, DeliveryReasons.AddressNotAllowed);
        }

        if (timedOut)
        {
            string late = $"No answer within {timeout.TotalSeconds:0.#} s ({Step(trace.Phase)}).";
            return trace.MayHaveArrived
                ? Unclear(late, AttemptBlame.Destination, unknown)
                : new Wait(late, AttemptBlame.Network, null, RetryCause.Failure);
        }

        if (exception is HttpRequestException or IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            AttemptBlame blame = trace.Phase is AttemptPhase.Resolve or AttemptPhase.Connect ? AttemptBlame.Network : AttemptBlame.Destination;
            string error = $"{Broken(exception, trace.Phase)} ({Step(trace.Phase)}).";
            return trace.MayHaveArrived && trace.Status is null
                ? Unclear(error, blame, unknown)
                : new Wait(error, blame, null, RetryCause.Failure);
        }

        // Anything else is a fault of the connector (or of ours): shown, and tried again by schedule.
        return new Wait($"The connector failed: {exception.GetType().Name}: {exception.Message}", AttemptBlame.Us, null, RetryCause.Failure, trace.MayHaveArrived);
    }

    private static Classification Unclear(string error, AttemptBlame blame, UnknownOutcomePolicy unknown) => unknown == UnknownOutcomePolicy.Hold
        ? new HoldUnknown(error, blame)
        : new Wait(error, blame, null, RetryCause.Failure, Unknown: true);

    private static string Broken(Exception exception, AttemptPhase phase)
    {
        if (Find<SocketException>(exception) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "The connection was refused",
                SocketError.ConnectionReset => "The connection was reset",
                SocketError.HostNotFound or SocketError.NoData => "The name of the host cannot be resolved",
                SocketError.TryAgain => "The name of the host cannot be resolved just now",
                SocketError.HostUnreachable or SocketError.NetworkUnreachable => "The host cannot be reached",
                SocketError.TimedOut => "The connection timed out",
                _ => $"Network error: {socket.SocketErrorCode}",
            };
        }

        if (phase == AttemptPhase.Tls || Find<AuthenticationException>(exception) is not null)
        {
            return $"TLS could not be agreed on: {(exception.InnerException ?? exception).Message.TrimEnd('.')}";
        }

        return exception is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            ? "The connection was closed before the answer was complete"
            : $"The exchange broke off: {exception.Message.TrimEnd('.')}";
    }

    private static string Step(AttemptPhase phase) => phase switch
    {
        AttemptPhase.Resolve => "resolving the name",
        AttemptPhase.Connect => "connecting",
        AttemptPhase.Tls => "setting up TLS",
        AttemptPhase.Send => "sending the request",
        AttemptPhase.Wait => "waiting for the answer",
        AttemptPhase.Read => "reading the answer",
        _ => "before sending",
    };

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
