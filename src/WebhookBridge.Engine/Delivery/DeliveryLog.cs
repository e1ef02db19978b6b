using Microsoft.Extensions.Logging;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>What the delivery side writes to the log: one record per attempt, built at its end, and the lanes' changes of state.</summary>
internal static partial class DeliveryLog
{
    public static void Attempted(ILogger log, LeasedDelivery delivery, DeliveryCompletion completion)
    {
        if (completion.Attempt is not { } attempt)
        {
            return;
        }

        LogLevel level = attempt.Outcome switch
        {
            AttemptResult.Delivered => LogLevel.Debug, // thousands a second on a good day
            AttemptResult.Retry => LogLevel.Information,
            _ => LogLevel.Warning,
        };
        if (log.IsEnabled(level))
        {
            Attempted(log, level, delivery.Id, delivery.Event.Id, delivery.Route, delivery.Destination, attempt.Number, attempt.Outcome, attempt.Phase, attempt.Blame,
                attempt.Status, attempt.DurationMs, completion.State, attempt.NextAttemptAt, attempt.Error);
        }
    }

    [LoggerMessage(EventId = 2001, Message = "delivery.attempted {DeliveryId} {EventId} {Route} {Destination} {Number} {Outcome} {Phase} {Blame} {Status} {DurationMs} {State} {NextAttemptAt} {Error}")]
    private static partial void Attempted(ILogger log, LogLevel level, string deliveryId, string eventId, string route, string destination, int number, AttemptResult outcome,
        AttemptPhase phase, AttemptBlame? blame, int? status, long durationMs, DeliveryState state, DateTimeOffset? nextAttemptAt, string? error);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "delivery.lease_lost {DeliveryId} {LeaseSeq}: somebody else changed the delivery meanwhile; the outcome {State} was not recorded")]
    public static partial void LeaseLost(ILogger log, string deliveryId, long leaseSeq, DeliveryState state);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Error, Message = "delivery.store_failed {Destination}: {What}; trying again in {Wait}")]
    public static partial void StoreFailed(ILogger log, string destination, string what, TimeSpan wait, Exception exception);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Warning, Message = "destination.breaker {Destination} {State}")]
    public static partial void BreakerChanged(ILogger log, string destination, BreakerState state);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "destination.held {Destination} {Reason}")]
    public static partial void Held(ILogger log, string destination, string reason);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Information, Message = "destination.resumed {Destination}")]
    public static partial void Resumed(ILogger log, string destination);

    [LoggerMessage(EventId = 2007, Level = LogLevel.Warning, Message = "destination.unavailable {Destination}: {Problem}; its deliveries wait")]
    public static partial void Unavailable(ILogger log, string destination, string problem);

    [LoggerMessage(EventId = 2008, Level = LogLevel.Error, Message = "delivery.failed_inside {DeliveryId}")]
    public static partial void FailedInside(ILogger log, string deliveryId, Exception exception);
}
