using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>Brings deliveries from memory and table to their destinations: one lane per destination, workers that go round the lanes, outcomes stored apart.</summary>
/// <remarks>
/// The receiver reserves a place before it stores an event (<see cref="TryReserve"/>), so that the row is stored as leased, and hands the delivery over in memory after the
/// commit (<see cref="Enqueue"/>). Without a place the row is pending, and <see cref="Wake"/> tells the lane that the table has work. Thread-safe.
/// </remarks>
public sealed class DeliveryPump : IAsyncDisposable
{
    private readonly IDeliveryQueue _queue;
    private readonly CurrentConfiguration _configuration;
    private readonly DestinationOpener _opener;
    private readonly DeliveryAttempt _attempt;
    private readonly DueClock _clock;
    private readonly TimeProvider _time;
    private readonly DeliveryMetrics _metrics;
    private readonly ILogger _log;
    private readonly PumpOptions _options;
    private readonly Settlement _settlement;
    private readonly MemoryBudget _budget;
    private readonly HeldDeliveries _held;
    private readonly ConcurrentDictionary<string, Lane> _lanes = new();
    private readonly WorkerRing _workers;

    private readonly Lock _configuring = new();
    private volatile bool _stopping;
    private volatile bool _cutOff;

    public DeliveryPump(
        IDeliveryQueue queue,
        CurrentConfiguration configuration,
        DestinationOpener opener,
        DeliveryAttempt attempt,
        DueClock clock,
        TimeProvider time,
        DeliveryMetrics metrics,
        ILogger<DeliveryPump> log,
        PumpOptions options)
    {
        _queue = queue;
        _configuration = configuration;
        _opener = opener;
        _attempt = attempt;
        _clock = clock;
        _time = time;
        _metrics = metrics;
        _log = log;
        _options = options;
        _settlement = new Settlement(queue, time, log);
        _budget = new MemoryBudget(options.MaxBytes);
        _held = new HeldDeliveries(queue, options.JudgeHeld, d => Wake(d), _settlement, clock, time, log);
        _workers = new WorkerRing(this, options.MaxWorkers, time);
        CutOff = () => _cutOff;
        metrics.Observe(Statuses);
    }

    /// <summary>Whether running attempts were cut off because the process stops.</summary>
    internal Func<bool> CutOff { get; }

    /// <summary>What one event weighs in memory: body, normal form, and about a kilobyte for the rest.</summary>
    public static long SizeOf(GatewayEvent of) => of.Body.Length + of.NormalForm.Length + 1024;

    /// <summary>Takes up what the table holds. The configuration has been published before.</summary>
    public async Task StartAsync()
    {
        _configuration.Changed += OnConfigurationChanged;
        foreach (string name in _configuration.Value.Destinations.Keys)
        {
            LaneOf(name);
        }

        foreach (LaneBacklog backlog in await _queue.BacklogAsync())
        {
            Lane lane = LaneOf(backlog.Destination);
            lane.Backlog = backlog;
            lane.NoteDue(backlog.FirstDue);
            Act(lane);
        }

        await _held.StartAsync();
    }

    /// <summary>Keeps a place in memory for a delivery of this event, so that its row can be stored as leased.</summary>
    /// <param name="reason">The reason that the row carries when there is no place because the destination is paused; else null.</param>
    /// <returns>True: after the commit call <see cref="Enqueue"/>, or <see cref="GiveBack"/> if the row was not stored. False: store it as pending and call <see cref="Wake"/>.</returns>
    public bool TryReserve(string destination, GatewayEvent of, out string? reason)
    {
        reason = null;
        return !_stopping && LaneOf(destination).TryReserve(SizeOf(of), out reason);
    }

    /// <summary>Gives a reserved place back: the event was a duplicate or could not be stored.</summary>
    public void GiveBack(string destination, GatewayEvent of) => LaneOf(destination).GiveBack(SizeOf(of));

    /// <summary>Hands over a delivery whose place was reserved and whose row is committed as leased.</summary>
    public void Enqueue(LeasedDelivery delivery)
    {
        Lane lane = LaneOf(delivery.Destination);
        lane.Enqueue(delivery);
        Act(lane);
    }

    /// <summary>The table has a pending delivery for this destination; <paramref name="due"/> null = now.</summary>
    public void Wake(string destination, DateTimeOffset? due = null)
    {
        if (!_stopping)
        {
            Lane lane = LaneOf(destination);
            lane.NoteDue(due);
            Act(lane);
        }
    }

    /// <summary>The table has a held delivery whose time is up at <paramref name="until"/>.</summary>
    public void WakeHeld(DateTimeOffset until) => _held.NoteDue(until);

    /// <summary>A checkout id has become known: what waited for it on these routes is judged again.</summary>
    public Task CheckoutKnownAsync(IReadOnlyList<string> routes, string checkoutId) => _held.JudgeCheckoutAsync(routes, checkoutId);

    /// <summary>Changes rows of the table that wait for these destinations: what was leased ahead is given back first, so that only what is being sent at this moment is beyond reach.</summary>
    public async Task AsideAsync(IReadOnlyCollection<string> destinations, Func<Task> change)
    {
        Lane[] lanes = [.. destinations.Select(LaneOf)];
        List<LeasedDelivery>[] ahead = [.. lanes.Select(static l => l.StepAside())];
        try
        {
            for (int i = 0; i < lanes.Length; i++)
            {
                await _settlement.ReleaseAsync(lanes[i].Name, ahead[i], static d => d.Reason);
            }

            await change();
        }
        finally
        {
            foreach (Lane lane in lanes)
            {
                lane.StepBack();
                Act(lane);
            }
        }
    }

    /// <summary>Stops sending to a destination until <see cref="ResumeAsync"/>; what is being sent is finished.</summary>
    public ValueTask HoldAsync(string destination, DestinationHold hold)
    {
        Lane lane = LaneOf(destination);
        lane.Hold(hold);
        DeliveryLog.Held(_log, destination, hold.Reason);
        Act(lane);
        return _options.HoldChanged(destination, hold);
    }

    /// <summary>Lets a held destination go on; its breaker starts afresh.</summary>
    public ValueTask ResumeAsync(string destination)
    {
        Lane lane = LaneOf(destination);
        lane.Resume();
        DeliveryLog.Resumed(_log, destination);
        Act(lane);
        return _options.HoldChanged(destination, null);
    }

    /// <summary>The lane of a destination now.</summary>
    public LaneStatus Status(string destination) => _lanes.TryGetValue(destination, out Lane? lane)
        ? lane.Status()
        : new LaneStatus(destination, 0, 0, TimeSpan.Zero, BreakerState.Closed, null, "there is no such destination");

    /// <summary>All lanes now; depth and age are as of the last <see cref="CountBacklogAsync"/>.</summary>
    public IEnumerable<LaneStatus> Statuses() => _lanes.Values.Select(static l => l.Status());

    /// <summary>Counts what waits in the table, for the metrics.</summary>
    public async Task CountBacklogAsync()
    {
        Dictionary<string, LaneBacklog> counted = (await _queue.BacklogAsync()).ToDictionary(static b => b.Destination);
        foreach (Lane lane in _lanes.Values)
        {
            lane.Backlog = counted.GetValueOrDefault(lane.Name);
        }
    }

    /// <summary>The open destination, for checks and live lists; null with the problem when it cannot be opened. Call <see cref="OpenDestination.LeaveAsync"/> when done.</summary>
    public (OpenDestination? Opened, string? Problem) Borrow(string destination)
    {
        lock (_configuring) // not retired between reading and entering
        {
            OpenDestination? open = _lanes.GetValueOrDefault(destination)?.Open;
            open?.Enter();
            return (open, open is null ? Status(destination).Problem : null);
        }
    }

    /// <summary>Starts no more, lets running attempts finish within <paramref name="grace"/>, then cuts them off and gives their leases back: a stop never costs an attempt. Ends at most 2 s after the grace.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        _stopping = true;
        _configuration.Changed -= OnConfigurationChanged;
        _held.Dispose();
        foreach (Lane lane in _lanes.Values)
        {
            lane.Stop();
            Act(lane);
        }

        Task idle = _workers.WhenIdle();
        try
        {
            await idle.WaitAsync(grace, _time);
        }
        catch (TimeoutException)
        {
            _cutOff = true;
            _workers.CancelAll();
            await Task.WhenAny(idle, Task.Delay(TimeSpan.FromSeconds(1), _time)); // a connector that does not listen is left behind
        }

        await _settlement.DrainAsync(TimeSpan.FromSeconds(1));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping)
        {
            await StopAsync(TimeSpan.Zero);
        }

        foreach (Lane lane in _lanes.Values)
        {
            lane.Dispose();
            if (lane.Configure(null, missing: false, problem: null) is { } open)
            {
                await open.LeaveAsync();
            }
        }

        _workers.Dispose();
        _settlement.Dispose();
    }

    /// <summary>Makes one attempt and sees to its end.</summary>
    internal async Task RunAsync(Lane lane, LaneStart start, CancellationTokenSource limit)
    {
        AttemptReport report;
        try
        {
            report = start.Destination is null
                ? DestinationGone(start.Delivery)
                : await _attempt.RunAsync(start.Delivery, start.Destination, CutOff, limit);
        }
        catch (Exception e)
        {
            // A bug, or a store that does not answer: no attempt is counted, the delivery comes back later.
            DeliveryLog.FailedInside(_log, start.Delivery.Id, e);
            report = Postponed(start.Delivery);
        }

        DestinationHold? hold = lane.Finished(start, report.Signal, out BreakerState? breaker);
        if (breaker is BreakerState now)
        {
            DeliveryLog.BreakerChanged(_log, lane.Name, now);
        }

        if (start.Destination is not null)
        {
            await start.Destination.LeaveAsync();
        }

        Act(lane, byThisWorker: true);
        Task settled = SettleAsync(lane, start.Delivery, report, hold);
        if (_settlement.Full)
        {
            await settled;
        }
    }

    private async Task SettleAsync(Lane lane, LeasedDelivery delivery, AttemptReport report, DestinationHold? hold)
    {
        if (report.Completion is not { } completion)
        {
            await _settlement.ReleaseAsync(lane.Name, [delivery], _ => report.ReleaseReason);
            return;
        }

        bool stored = await _settlement.CompleteAsync(lane.Name, completion);
        if (stored)
        {
            _metrics.Completed(delivery, completion);
            DeliveryLog.Attempted(_log, delivery, completion);
            if (completion.State == DeliveryState.Pending)
            {
                Wake(lane.Name, completion.NextAttemptAt);
            }
        }

        try
        {
            if (stored)
            {
                _options.Completed?.Invoke(delivery, completion);
            }

            if (hold is not null)
            {
                DeliveryLog.Held(_log, lane.Name, hold.Reason);
                await _options.HoldChanged(lane.Name, hold);
            }
        }
        catch (Exception e)
        {
            DeliveryLog.FailedInside(_log, delivery.Id, e); // an onlooker's fault; the outcome is stored
        }
    }

    /// <summary>Does what a lane asks for. Cheap when there is nothing to do.</summary>
    private void Act(Lane lane) => Act(lane, byThisWorker: false);

    /// <param name="byThisWorker">The caller is a worker that asks for its next delivery anyhow: no other is woken.</param>
    private void Act(Lane lane, bool byThisWorker)
    {
        LaneWork work = lane.Evaluate();
        if (work.Runnable)
        {
            _workers.Serve(lane, byThisWorker);
        }

        if (work.Lease > 0)
        {
            _ = LeaseAsync(lane, work);
        }

        if (work.Release is { } release)
        {
            _ = ReleaseAsync(lane, release);
        }
    }

    private async Task LeaseAsync(Lane lane, LaneWork work)
    {
        try
        {
            IReadOnlyList<LeasedDelivery> leased = await _queue.LeaseAsync(lane.Name, work.Lease, _clock.Now);
            if (lane.Leased(leased, work) && await _queue.NextDueAsync(lane.Name) is DateTimeOffset due)
            {
                lane.NoteDue(due);
            }
        }
        catch (Exception e)
        {
            TimeSpan wait = TimeSpan.FromSeconds(1);
            DeliveryLog.StoreFailed(_log, lane.Name, "leasing", wait, e);
            await Task.Delay(wait, _time);
            lane.Leased([], work with { Wakes = -1 });
        }

        Act(lane);
    }

    private async Task ReleaseAsync(Lane lane, List<LeasedDelivery> deliveries)
    {
        await _settlement.ReleaseAsync(lane.Name, deliveries, d =>
            d.Reason == DeliveryReasons.UnknownOutcome || _stopping ? d.Reason : DeliveryReasons.DestinationPaused);
        lane.NoteDue(null); // only now can they be leased again
        Act(lane);
    }

    private Lane LaneOf(string destination) => _lanes.TryGetValue(destination, out Lane? lane) ? lane : NewLane(destination);

    private Lane NewLane(string destination)
    {
        lock (_configuring)
        {
            return _lanes.GetOrAdd(destination, name =>
            {
                Lane lane = new(name, _time, _clock, _budget, Act);
                Configure(lane, _configuration.Value);
                if (_options.InitialHolds.TryGetValue(name, out DestinationHold? hold))
                {
                    lane.Hold(hold);
                }

                return lane;
            });
        }
    }

    private void OnConfigurationChanged(GatewaySnapshot snapshot)
    {
        lock (_configuring)
        {
            foreach (string name in snapshot.Destinations.Keys)
            {
                LaneOf(name);
            }

            foreach (Lane lane in _lanes.Values)
            {
                Configure(lane, snapshot);
                Act(lane);
            }
        }
    }

    private void Configure(Lane lane, GatewaySnapshot snapshot)
    {
        OpenDestination? old;
        if (!snapshot.Destinations.TryGetValue(lane.Name, out ActiveDestination? active))
        {
            // Before the first configuration nothing is known to be gone.
            bool gone = !ReferenceEquals(snapshot, GatewaySnapshot.Empty);
            old = lane.Configure(null, gone, gone ? "the destination does not exist any more" : "the configuration is not loaded yet");
        }
        else if (lane.Open is { } open && open.Active.Revision == active.Revision && open.Active.Definition.Connector == active.Definition.Connector)
        {
            return;
        }
        else if (!active.Definition.Enabled)
        {
            old = lane.Configure(null, missing: false, "the destination is switched off");
        }
        else
        {
            (OpenDestination? opened, string? problem) = _opener.Open(active);
            if (problem is not null)
            {
                DeliveryLog.Unavailable(_log, lane.Name, problem);
            }

            old = lane.Configure(opened, missing: false, problem);
        }

        if (old is not null)
        {
            _ = old.LeaveAsync().AsTask();
        }
    }

    private AttemptReport DestinationGone(LeasedDelivery delivery) => new(Completion(delivery, DeliveryState.Refused, DeliveryReasons.DestinationMissing), LaneSignal.None);

    private AttemptReport Postponed(LeasedDelivery delivery) => new(
        Completion(delivery, DeliveryState.Pending, delivery.Reason) with { NextAttemptAt = _clock.Now + TimeSpan.FromSeconds(60) }, LaneSignal.None);

    private DeliveryCompletion Completion(LeasedDelivery delivery, DeliveryState state, string? reason) => new()
    {
        DeliveryId = delivery.Id,
        LeaseSeq = delivery.LeaseSeq,
        State = state,
        Reason = reason,
        CodeTimeouts = delivery.CodeTimeouts,
        Rendered = delivery.Rendered,
        RemoteId = delivery.RemoteId,
        At = _clock.Now,
    };
}
