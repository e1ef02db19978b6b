using Microsoft.Extensions.Logging;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>Deliveries that wait for a checkout id to become known (contract section 3, <c>hold</c>): judged again when it is, or when their time is up. One timer for all.</summary>
internal sealed class HeldDeliveries : IDisposable
{
    private const int Batch = 64;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);

    private readonly IDeliveryQueue _queue;
    private readonly Func<LeasedDelivery, HeldJudgement> _judge;
    private readonly Action<string> _wake;
    private readonly Settlement _settlement;
    private readonly DueClock _clock;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _gate = new();
    private DateTimeOffset? _next;
    private volatile bool _stopped;

    public HeldDeliveries(IDeliveryQueue queue, Func<LeasedDelivery, HeldJudgement> judge, Action<string> wake, Settlement settlement, DueClock clock, TimeProvider time, ILogger log)
    {
        _queue = queue;
        _judge = judge;
        _wake = wake;
        _settlement = settlement;
        _clock = clock;
        _log = log;
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public async Task StartAsync()
    {
        if (await _queue.NextHeldDueAsync() is DateTimeOffset due)
        {
            NoteDue(due);
        }
    }

    /// <summary>A held delivery's time is up at that time.</summary>
    public void NoteDue(DateTimeOffset due)
    {
        lock (_gate)
        {
            if (_stopped || due >= _next)
            {
                return;
            }

            _next = due;
            Arm();
        }
    }

    /// <summary>Judges again what waited for exactly this id.</summary>
    public async Task JudgeCheckoutAsync(IReadOnlyList<string> routes, string checkoutId)
    {
        int moved;
        do
        {
            moved = await JudgeAsync(await _queue.LeaseHeldForCheckoutAsync(routes, checkoutId, Batch));
        }
        while (moved == Batch && !_stopped); // what waits on would be found again
    }

    public void Dispose()
    {
        _stopped = true;
        _timer.Dispose();
    }

    private void Arm()
    {
        if (_next is DateTimeOffset due)
        {
            TimeSpan wait = due - _clock.Now;
            _timer.Change(wait > LongestSleep ? LongestSleep : wait < ShortestSleep ? ShortestSleep : wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_stopped || _next > _clock.Now)
            {
                Arm();
                return;
            }

            _next = null;
        }

        _ = JudgeDueAsync();
    }

    private async Task JudgeDueAsync()
    {
        await _one.WaitAsync();
        try
        {
            IReadOnlyList<LeasedDelivery> leased;
            do
            {
                leased = await _queue.LeaseHeldDueAsync(Batch, _clock.Now);
                await JudgeAsync(leased);
            }
            while (leased.Count == Batch && !_stopped);

            if (await _queue.NextHeldDueAsync() is DateTimeOffset due)
            {
                NoteDue(due);
            }
        }
        catch (Exception e)
        {
            TimeSpan wait = TimeSpan.FromSeconds(1);
            DeliveryLog.StoreFailed(_log, "(held)", "judging held deliveries again", wait, e);
            NoteDue(_clock.Now + wait);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <returns>How many do not wait on.</returns>
    private async Task<int> JudgeAsync(IReadOnlyList<LeasedDelivery> leased)
    {
        int moved = 0;
        foreach (LeasedDelivery delivery in leased)
        {
            HeldJudgement judgement = Judge(delivery);
            moved += judgement is HeldJudgement.Wait ? 0 : 1;
            DeliveryCompletion completion = judgement switch
            {
                HeldJudgement.Skip skip => Completion(delivery, DeliveryState.Skipped, skip.Reason, null),
                HeldJudgement.Wait wait => Completion(delivery, DeliveryState.Held, wait.Reason ?? delivery.Reason, Later(wait.Until)),
                // Through the table: a destination that is paused just now must not make it held again.
                _ => Completion(delivery, DeliveryState.Pending, null, _clock.Now),
            };
            if (await _settlement.CompleteAsync(delivery.Destination, completion) && completion.State == DeliveryState.Pending)
            {
                _wake(delivery.Destination);
            }
        }

        return moved;
    }

    private HeldJudgement Judge(LeasedDelivery delivery)
    {
        try
        {
            return _judge(delivery);
        }
        catch (Exception e)
        {
            DeliveryLog.FailedInside(_log, delivery.Id, e);
            return new HeldJudgement.Wait(_clock.Now + LongestSleep, null);
        }
    }

    /// <summary>Never at once: a judge that goes by a wall clock which was set back would be asked without end.</summary>
    private DateTimeOffset? Later(DateTimeOffset? until)
    {
        DateTimeOffset soonest = _clock.Now + LeastWait;
        return until < soonest ? soonest : until;
    }

    private DeliveryCompletion Completion(LeasedDelivery delivery, DeliveryState state, string? reason, DateTimeOffset? until) => new()
    {
        DeliveryId = delivery.Id,
        LeaseSeq = delivery.LeaseSeq,
        State = state,
        Reason = reason,
        NextAttemptAt = until,
        CodeTimeouts = delivery.CodeTimeouts,
        Rendered = delivery.Rendered,
        RemoteId = delivery.RemoteId,
        At = _clock.Now,
    };
}
