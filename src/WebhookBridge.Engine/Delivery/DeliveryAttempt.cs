using System.Collections.Frozen;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;

namespace WebhookBridge.Engine.Delivery;

/// <summary>The second half of an event's trip (the first is ReceiveWebhook): one try of one delivery.</summary>
/// <remarks>
/// <code>
/// leased delivery ──> 1. pinned route revision  gone ──────────────────────────> refused (route_missing)
///                     2. rule                   false ─────────────────────────> skipped
///                                               fails ─────────────────────────> refused (rule_failed)
///                                               out of time ── 1 s, 10 s, 60 s > pending, four times the time
///                     3. reshape                as the rule; template_failed
///                     4. send                   by the destination of today, under its time-out; first written down, where a repeat would hurt
///                                               cut off by a crash, and a repeat would hurt > held (unknown_outcome)
///                     5. classify               what the answer, or its absence, means
///                     6. next time or final     by the route's schedule
/// </code>
/// Rule and template run once: what they made is stored with the first completion that is not final, and every retry sends the same bytes (design invariant 7).
/// Nothing is written here: the caller stores the completion. Thread-safe.
/// </remarks>
public sealed class DeliveryAttempt(
    Func<string, int, ValueTask<ActiveRoute?>> findRoute,
    JudgeByRule judge,
    ReshapeEvent reshape,
    IdSource ids,
    DueClock clock,
    TimeProvider time,
    Func<double> random,
    Func<string, long, ValueTask<bool>> markSending)
{
    /// <summary>Waits after user code ran out of time (contract section 4); afterwards the delivery is refused.</summary>
    private static readonly TimeSpan[] AfterCodeTimeout = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)];

    private const string OctetStream = "application/octet-stream";

    /// <summary>Makes the attempt.</summary>
    /// <param name="stop">Tells whether the cancelled token means that the gateway stops, not that time is up.</param>
    /// <param name="limit">Ends the sending; its time begins when the sending does. Cancelled from outside when the gateway stops.</param>
    public async ValueTask<AttemptReport> RunAsync(LeasedDelivery delivery, OpenDestination destination, Func<bool> stop, CancellationTokenSource limit)
    {
        // 1. The route as it was when the event came in.
        ActiveRoute? route = await findRoute(delivery.Route, delivery.RouteRevision);
        if (route is null)
        {
            return Final(delivery, DeliveryState.Refused, DeliveryReasons.RouteMissing);
        }

        RenderedDelivery? rendered = delivery.Rendered;
        if (rendered is null)
        {
            // 2. and 3. Rule and template, once.
            (AttemptReport? ended, rendered) = await PrepareAsync(delivery, route);
            if (ended is not null)
            {
                return ended;
            }
        }

        if (rendered!.Fields.Count > 0 && destination.Fields.FirstProblem(rendered.Fields) is { } misfit)
        {
            return CodeFailed(delivery, AttemptPhase.Render, DeliveryReasons.FieldInvalid, misfit, time.GetUtcNow());
        }

        // 4. Send.
        if (delivery.Interrupted && destination.UnknownOutcome == UnknownOutcomePolicy.Hold)
        {
            AttemptReport held = Final(delivery, DeliveryState.Held, DeliveryReasons.UnknownOutcome);
            return held with { Completion = held.Completion! with { Rendered = rendered } };
        }

        if (destination.MarksSending && !await markSending(delivery.Id, delivery.LeaseSeq))
        {
            return new(null, LaneSignal.None) { ReleaseReason = delivery.Reason }; // the lease was lost: somebody else decides
        }

        DateTimeOffset startedAt = time.GetUtcNow();
        long started = time.GetTimestamp();
        AttemptTrace trace = new();
        limit.CancelAfter(destination.Timeout);
        (Classification what, int? status) = await SendAsync(delivery, rendered!, destination, trace, stop, limit.Token);
        // Cut off by the stop; an answer with a status came all the same and counts.
        if (status is null && what is Classification.Wait or Classification.HoldUnknown && stop() && limit.IsCancellationRequested)
        {
            return Interrupted(delivery, rendered!, trace, what);
        }

        // 5. and 6. What it means, and what is next.
        return Conclude(delivery, route, rendered!, destination, what, new AttemptRecord
        {
            Id = ids.Next(IdSource.Attempt),
            DeliveryId = delivery.Id,
            Number = delivery.AttemptCount + 1,
            StartedAt = startedAt,
            DurationMs = (long)time.GetElapsedTime(started).TotalMilliseconds,
            Outcome = AttemptResult.Delivered,
            Phase = what is Classification.Delivered ? AttemptPhase.Read : trace.Phase,
            Status = status ?? trace.Status,
            Request = trace.Request,
            Response = trace.Response,
        });
    }

    /// <summary>Steps 2 and 3: what is to be sent, or the end of this attempt.</summary>
    private async ValueTask<(AttemptReport? Ended, RenderedDelivery? Rendered)> PrepareAsync(LeasedDelivery delivery, ActiveRoute route)
    {
        GatewayEvent of = delivery.Event;
        RouteDefinition definition = route.Definition;
        bool asReceived = definition.Template is null && definition.Fields.Count == 0;
        if (definition.Rule is null && asReceived)
        {
            return (null, AsReceived(of));
        }

        DateTimeOffset startedAt = time.GetUtcNow();
        using EventView view = EventView.Open(of, delivery.Route, delivery.Id);
        if (definition.Rule is not null)
        {
            switch (await judge(route, view, delivery.CodeTimeouts))
            {
                case RuleVerdict.Skip skip:
                    return (Final(delivery, DeliveryState.Skipped, string.IsNullOrWhiteSpace(skip.Reason) ? DeliveryReasons.RuleSkipped : skip.Reason), null);
                case RuleVerdict.Failed failed:
                    return (CodeFailed(delivery, AttemptPhase.Rule, DeliveryReasons.RuleFailed, Place(failed.Text, failed.Line, failed.Column), startedAt), null);
                case RuleVerdict.TimedOut late:
                    return (CodeTimedOut(delivery, AttemptPhase.Rule, DeliveryReasons.RuleFailed, late.Text, startedAt), null);
            }
        }

        if (asReceived)
        {
            return (null, AsReceived(of));
        }

        return reshape(route, view, delivery.CodeTimeouts) switch
        {
            ReshapeResult.Ready ready => (null, ready.Rendered),
            ReshapeResult.TimedOut late => (CodeTimedOut(delivery, AttemptPhase.Render, DeliveryReasons.TemplateFailed, late.Text, startedAt), null),
            ReshapeResult.Failed failed => (CodeFailed(delivery, AttemptPhase.Render, DeliveryReasons.TemplateFailed, Place(failed.Text, failed.Line, failed.Column), startedAt), null),
            _ => throw new InvalidOperationException("A reshape result of no known kind."),
        };
    }

    private static RenderedDelivery AsReceived(GatewayEvent of) => new(of.Body, ContentTypeOf(of), FrozenDictionary<string, string>.Empty);

    /// <summary>Step 4. Never throws for what a connector does.</summary>
    private static async ValueTask<(Classification What, int? Status)> SendAsync(
        LeasedDelivery delivery, RenderedDelivery rendered, OpenDestination destination, AttemptTrace trace, Func<bool> stop, CancellationToken cancellationToken)
    {
        AttemptTrace.Current = trace; // undone by the runtime when this method returns to its caller
        try
        {
            SendResult result = await destination.Session.SendAsync(RequestOf(delivery, rendered), cancellationToken);
            if (result is SendResult.RetryLater { After: null, Cause: RetryCause.Throttled } throttled && destination.Pacing.ThrottledWait is { } wait)
            {
                result = throttled with { After = wait };
            }

            return (Classification.Of(result, destination.UnknownOutcome), result.Status);
        }
        catch (Exception e)
        {
            bool timedOut = cancellationToken.IsCancellationRequested && !stop();
            return (Classification.Of(e, trace, timedOut, destination.Timeout, destination.UnknownOutcome), null);
        }
    }

    /// <summary>Steps 5 and 6.</summary>
    private AttemptReport Conclude(LeasedDelivery delivery, ActiveRoute route, RenderedDelivery rendered, OpenDestination destination, Classification what, AttemptRecord attempt)
    {
        DateTimeOffset now = clock.Now;
        DeliveryCompletion completion = new()
        {
            DeliveryId = delivery.Id,
            LeaseSeq = delivery.LeaseSeq,
            State = DeliveryState.Delivered,
            CodeTimeouts = delivery.CodeTimeouts,
            RemoteId = delivery.RemoteId,
            At = now,
        };

        switch (what)
        {
            case Classification.Delivered delivered:
                attempt = attempt with { Note = delivered.Note is null ? null : destination.Redactor.Text(delivered.Note) };
                return new(completion with { Attempt = attempt, RemoteId = delivered.RemoteId ?? delivery.RemoteId }, LaneSignal.Alive);

            case Classification.Refuse refuse:
                attempt = attempt with { Outcome = AttemptResult.Refused, Blame = refuse.Blame, Error = destination.Redactor.Text(refuse.Error) };
                return new(completion with { State = DeliveryState.Refused, Reason = refuse.Code, Attempt = attempt }, refuse.Blame == AttemptBlame.Destination ? LaneSignal.Alive : LaneSignal.None);

            case Classification.HoldUnknown held:
                attempt = attempt with { Outcome = AttemptResult.Retry, Blame = held.Blame, Error = destination.Redactor.Text(held.Error) };
                return new(completion with { State = DeliveryState.Held, Reason = DeliveryReasons.UnknownOutcome, Attempt = attempt, Rendered = rendered }, LaneSignal.Failing);

            case Classification.Wait wait:
                TimeSpan? delay = RetrySchedule.Next(route.Definition.Retry, attempt.Number, wait.After, random);
                attempt = attempt with { Outcome = AttemptResult.Retry, Blame = wait.Blame, Error = destination.Redactor.Text(wait.Error), NextAttemptAt = now + delay };
                LaneSignal signal = wait.Cause == RetryCause.Credentials ? LaneSignal.CredentialsRefused : LaneSignal.Failing;
                return delay is null
                    ? new(completion with { State = DeliveryState.Exhausted, Reason = DeliveryReasons.RetriesUsedUp, Attempt = attempt }, signal)
                    : new(completion with
                    {
                        State = DeliveryState.Pending,
                        Reason = wait.Unknown || delivery.Reason == DeliveryReasons.UnknownOutcome ? DeliveryReasons.UnknownOutcome : null,
                        NextAttemptAt = attempt.NextAttemptAt,
                        Attempt = attempt,
                        Rendered = rendered,
                    }, signal);

            default:
                throw new InvalidOperationException("A classification of no known kind.");
        }
    }

    /// <summary>The gateway stops: no attempt is counted (design invariant 7). What may have arrived is marked, and held where a repeat would hurt.</summary>
    private AttemptReport Interrupted(LeasedDelivery delivery, RenderedDelivery rendered, AttemptTrace trace, Classification what) => what is Classification.HoldUnknown
        ? new(new DeliveryCompletion
        {
            DeliveryId = delivery.Id,
            LeaseSeq = delivery.LeaseSeq,
            State = DeliveryState.Held,
            Reason = DeliveryReasons.UnknownOutcome,
            CodeTimeouts = delivery.CodeTimeouts,
            RemoteId = delivery.RemoteId,
            Rendered = rendered,
            At = clock.Now,
        }, LaneSignal.None)
        : new(null, LaneSignal.None) { ReleaseReason = trace.MayHaveArrived ? DeliveryReasons.UnknownOutcome : delivery.Reason };

    private AttemptReport CodeFailed(LeasedDelivery delivery, AttemptPhase phase, string reason, string text, DateTimeOffset startedAt)
    {
        AttemptReport report = Final(delivery, DeliveryState.Refused, reason);
        return report with
        {
            Completion = report.Completion! with
            {
                Attempt = new AttemptRecord
                {
                    Id = ids.Next(IdSource.Attempt),
                    DeliveryId = delivery.Id,
                    Number = delivery.AttemptCount + 1,
                    StartedAt = startedAt,
                    DurationMs = Math.Max(0, (long)(time.GetUtcNow() - startedAt).TotalMilliseconds),
                    Outcome = AttemptResult.Refused,
                    Phase = phase,
                    Blame = AttemptBlame.Us,
                    Error = text,
                },
            },
        };
    }

    private AttemptReport CodeTimedOut(LeasedDelivery delivery, AttemptPhase phase, string reason, string text, DateTimeOffset startedAt)
    {
        if (delivery.CodeTimeouts >= AfterCodeTimeout.Length)
        {
            return CodeFailed(delivery, phase, reason, text, startedAt);
        }

        AttemptReport report = Final(delivery, DeliveryState.Pending, null);
        return report with
        {
            Completion = report.Completion! with
            {
                NextAttemptAt = clock.Now + AfterCodeTimeout[delivery.CodeTimeouts],
                CodeTimeouts = delivery.CodeTimeouts + 1,
            },
        };
    }

    /// <summary>An end without an attempt.</summary>
    private AttemptReport Final(LeasedDelivery delivery, DeliveryState state, string? reason) => new(
        new DeliveryCompletion
        {
            DeliveryId = delivery.Id,
            LeaseSeq = delivery.LeaseSeq,
            State = state,
            Reason = reason,
            CodeTimeouts = delivery.CodeTimeouts,
            RemoteId = delivery.RemoteId,
            At = clock.Now,
        },
        LaneSignal.None);

    private static DeliveryRequest RequestOf(LeasedDelivery delivery, RenderedDelivery rendered) => new()
    {
        DeliveryId = delivery.Id,
        Attempt = delivery.AttemptCount + 1,
        Body = rendered.Body,
        ContentType = rendered.ContentType,
        Fields = rendered.Fields,
        Event = new EventInfo
        {
            Id = delivery.Event.Id,
            ExternalId = delivery.Event.ExternalId,
            Kind = delivery.Event.Kind,
            Type = delivery.Event.Type,
            Source = delivery.Event.Source,
            Platform = delivery.Event.Platform,
            Test = delivery.Event.Test,
            Time = delivery.Event.Time ?? delivery.Event.ReceivedAt,
        },
        AfterUnknownOutcome = delivery.Reason == DeliveryReasons.UnknownOutcome,
        KnownRemoteId = delivery.RemoteId,
    };

    /// <summary>The sender's own content type, as far as it names one that can be sent on.</summary>
    private static string ContentTypeOf(GatewayEvent of)
    {
        for (int i = 0; i < of.Headers.Count; i++)
        {
            if (string.Equals(of.Headers[i].Key, "Content-Type", StringComparison.OrdinalIgnoreCase) && of.Headers[i].Value.Contains('/', StringComparison.Ordinal))
            {
                return of.Headers[i].Value;
            }
        }

        return of.Format switch
        {
            BodyFormat.Json => "application/json",
            BodyFormat.Form => "application/x-www-form-urlencoded",
            _ => OctetStream,
        };
    }

    private static string Place(string text, int? line, int? column) => line is null ? text : $"{text} (line {line}, column {column ?? 1})";
}

/// <summary>What an attempt came to, for the lane and for the store.</summary>
/// <param name="Completion">Null when the attempt was interrupted by the stopping gateway: the lease is given back instead.</param>
public sealed record AttemptReport(DeliveryCompletion? Completion, LaneSignal Signal)
{
    /// <summary>With a lease that is given back: the reason that its row carries on.</summary>
    public string? ReleaseReason { get; init; }
}

/// <summary>What an attempt says about its destination.</summary>
public enum LaneSignal
{
    /// <summary>Nothing: it was not spoken to.</summary>
    None,

    /// <summary>It answers.</summary>
    Alive,

    /// <summary>It fails or cannot be reached.</summary>
    Failing,

    /// <summary>It answers, but does not accept the credentials.</summary>
    CredentialsRefused,
}
