using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>Everything that waits for one destination in memory, and what decides when the next may start: concurrency, rate, breaker, hold. One dead destination fills its own lane only.</summary>
/// <remarks>
/// Thread-safe: one lock, never held while anything is awaited or another lock is taken. It decides, the pump acts: <see cref="Evaluate"/> says what is to be done.
/// Deliveries are in memory only as far as there is room (count and bytes); the rest waits in the table, and the lane knows only that it does and when the next falls due.
/// One timer serves what falls due later, the rate limit and the breaker's probe.
/// </remarks>
internal sealed class Lane : IDisposable
{
    /// <summary>Most deliveries in memory that wait for a slot.</summary>
    public const int MaxReady = 512;

    /// <summary>Most bytes of events in memory, those being sent included.</summary>
    public const long MaxBytes = 8L * 1024 * 1024;

    private const int FirstLease = 16;
    private const int CredentialsInARow = 3;
    private const int GoneConcurrency = 8; // nothing is sent, rows are only closed
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(60); // a wall clock that was set forward is noticed by then
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly DueClock _clock;
    private readonly MemoryBudget _budget;
    private readonly Breaker _breaker;
    private readonly ITimer _timer;

    // Waiting in memory: leased rows.
    private readonly Queue<LeasedDelivery> _ready = new();
    private int _reserved;
    private int _inFlight;
    private long _bytes;

    // Waiting in the table.
    private bool _tableHasWork;
    private long _wakes;
    private bool _leasing;
    private int _leaseSize = FirstLease;
    private long _averageBytes = 4096;
    private DateTimeOffset? _nextDue;

    // The destination.
    private OpenDestination? _open;
    private RateLimiter? _limiter;
    private bool _missing;
    private string? _problem;
    private DestinationHold? _hold;
    private int _credentialsRefused;

    private long _armedFor = long.MaxValue;
    private bool _stopping;
    private int _aside;

    public Lane(string name, TimeProvider time, DueClock clock, MemoryBudget budget, Action<Lane> onTimer)
    {
        Name = name;
        _time = time;
        _clock = clock;
        _budget = budget;
        _breaker = new Breaker(time);
        _timer = time.CreateTimer(_ => Due(onTimer), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string Name { get; }

    /// <summary>Whether the lane stands in the pump's ring; guarded by the ring's lock.</summary>
    public bool Queued { get; set; }

    /// <summary>Deliveries of the table, as last counted; for the metrics.</summary>
    public LaneBacklog Backlog { get; set; }

    public OpenDestination? Open
    {
        get
        {
            lock (_gate)
            {
                return _open;
            }
        }
    }

    private bool Usable => !_stopping && _aside == 0 && _hold is null && (_open is not null || _missing);

    private int Concurrency => _open?.Concurrency ?? GoneConcurrency;

    /// <summary>Keeps a place for a delivery that is about to be stored as leased.</summary>
    /// <param name="reason">When refused because the destination is paused: the reason that the stored row carries.</param>
    public bool TryReserve(long bytes, out string? reason)
    {
        lock (_gate)
        {
            reason = Usable && _breaker.State == BreakerState.Closed ? null : DeliveryReasons.DestinationPaused;
            // While older ones wait in the table they get half of the places.
            int places = _tableHasWork ? MaxReady / 2 : MaxReady;
            if (reason is not null || _ready.Count + _reserved >= places || (_bytes + bytes > MaxBytes && _bytes > 0) || !_budget.TryTake(bytes))
            {
                return false;
            }

            _reserved++;
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>A reserved place is not needed: the row was not stored.</summary>
    public void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _reserved--;
            Forget(bytes);
        }
    }

    /// <summary>Takes a delivery into memory whose place was reserved.</summary>
    public void Enqueue(LeasedDelivery delivery)
    {
        lock (_gate)
        {
            _reserved--;
            _ready.Enqueue(delivery);
        }
    }

    /// <summary>The table has a delivery that falls due at <paramref name="due"/>; null = now.</summary>
    public void NoteDue(DateTimeOffset? due)
    {
        lock (_gate)
        {
            if (due is not DateTimeOffset at || at <= _clock.Now)
            {
                _tableHasWork = true;
                _wakes++;
            }
            else if (_nextDue is null || at < _nextDue)
            {
                _nextDue = at;
            }
        }
    }

    /// <summary>What is to be done now. Sets the timer for what is not.</summary>
    public LaneWork Evaluate()
    {
        lock (_gate)
        {
            if (!Usable || !(_breaker.Allows || _breaker.State == BreakerState.Probing))
            {
                Arm();
                return _ready.Count == 0 ? default : new LaneWork { Release = Drain() };
            }

            LaneWork work = new() { Runnable = CanTake() && _limiter!.UntilNext() <= TimeSpan.Zero };
            if (_tableHasWork && !_leasing && RoomForLease() is > 0 and int room)
            {
                _leasing = true;
                work = work with { Lease = room, Wakes = _wakes };
            }

            Arm();
            return work;
        }
    }

    /// <summary>Takes in what was leased.</summary>
    /// <returns>True when the table has nothing more that is due: ask it when the next will be.</returns>
    public bool Leased(IReadOnlyList<LeasedDelivery> deliveries, LaneWork asked)
    {
        lock (_gate)
        {
            _leasing = false;
            foreach (LeasedDelivery delivery in deliveries)
            {
                long bytes = DeliveryPump.SizeOf(delivery.Event);
                _averageBytes = ((_averageBytes * 7) + bytes) / 8;
                Remember(bytes);
                _ready.Enqueue(delivery);
            }

            bool all = deliveries.Count < asked.Lease;
            _leaseSize = all ? FirstLease : Math.Min(_leaseSize * 2, MaxReady);
            if (all && _wakes == asked.Wakes)
            {
                _tableHasWork = false;
            }

            return all;
        }
    }

    /// <summary>Takes the next delivery, if one may start.</summary>
    public bool TryTake(out LaneStart start)
    {
        lock (_gate)
        {
            if (!CanTake() || !_limiter!.TryTake())
            {
                Arm();
                start = default;
                return false;
            }

            _inFlight++;
            _open?.Enter();
            LeasedDelivery next = _ready.Dequeue();
            int ticket = _missing ? 0 : _breaker.Enter();
            start = new LaneStart(next, _open, ticket, More: CanTake());
            return true;
        }
    }

    /// <summary>An attempt is through: its slot is free, and the breaker hears of it.</summary>
    /// <returns>The hold that came of it, if the destination refused the credentials too often.</returns>
    public DestinationHold? Finished(in LaneStart start, LaneSignal signal, out BreakerState? breakerNow)
    {
        lock (_gate)
        {
            _inFlight--;
            Forget(DeliveryPump.SizeOf(start.Delivery.Event));
            BreakerState before = _breaker.State;
            DestinationHold? hold = null;
            switch (signal)
            {
                case LaneSignal.Alive:
                    _credentialsRefused = 0;
                    _breaker.Succeeded(start.Ticket);
                    break;
                case LaneSignal.Failing:
                    _breaker.Failed(start.Ticket);
                    break;
                case LaneSignal.CredentialsRefused:
                    _breaker.Succeeded(start.Ticket);
                    if (++_credentialsRefused >= CredentialsInARow && _hold is null)
                    {
                        _hold = hold = new DestinationHold("The destination refused the credentials three times in a row. Correct them and resume.", ByPerson: false, _time.GetUtcNow());
                    }

                    break;
                default:
                    _breaker.Abandoned(start.Ticket);
                    break;
            }

            breakerNow = _breaker.State == before ? null : _breaker.State;
            _tableHasWork |= breakerNow is not null;
            return hold;
        }
    }

    /// <summary>Stops sending until <see cref="Resume"/>; what is being sent is finished.</summary>
    public void Hold(DestinationHold hold)
    {
        lock (_gate)
        {
            _hold = hold;
        }
    }

    /// <summary>Starts nothing until <see cref="StepBack"/>; gives out what has not begun.</summary>
    public List<LeasedDelivery> StepAside()
    {
        lock (_gate)
        {
            _aside++;
            return Drain();
        }
    }

    public void StepBack()
    {
        lock (_gate)
        {
            _aside--;
            _tableHasWork = true;
            _wakes++;
        }
    }

    /// <summary>A person lets the destination go on: the breaker starts afresh.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _hold = null;
            _credentialsRefused = 0;
            _breaker.Reset();
            _tableHasWork = true;
            _wakes++;
        }
    }

    /// <summary>Takes the destination as it is set up now.</summary>
    /// <returns>What it was before, to be retired.</returns>
    public OpenDestination? Configure(OpenDestination? open, bool missing, string? problem)
    {
        lock (_gate)
        {
            OpenDestination? old = _open;
            _open = open;
            _missing = missing;
            _problem = problem;
            _limiter = open?.NewRateLimiter(_time) ?? new RateLimiter(null, null, _time);
            _tableHasWork = true;
            _wakes++;
            return old;
        }
    }

    /// <summary>Starts no more.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
        }
    }

    public LaneStatus Status()
    {
        lock (_gate)
        {
            TimeSpan oldest = Backlog.Count == 0 ? TimeSpan.Zero : _clock.Now - Backlog.FirstDue;
            return new LaneStatus(Name, Backlog.Count + _ready.Count + _inFlight, _inFlight, oldest > TimeSpan.Zero ? oldest : TimeSpan.Zero, _breaker.State, _hold, _problem) { CredentialsEnd = Open?.CredentialsEnd };
        }
    }

    public void Dispose() => _timer.Dispose();

    private bool CanTake() => Usable && _ready.Count > 0 && _inFlight < Concurrency && (_missing || _breaker.Allows);

    private int RoomForLease()
    {
        if (_breaker.State != BreakerState.Closed && !_missing)
        {
            return _ready.Count + _inFlight == 0 ? 1 : 0; // a probe
        }

        int waiting = _ready.Count + _reserved;
        if (waiting > MaxReady / 2)
        {
            return 0;
        }

        long bytesLeft = Math.Min(MaxBytes - _bytes, _budget.Left);
        long fit = bytesLeft / _averageBytes;
        return fit > 0 ? (int)Math.Min(Math.Min(fit, _leaseSize), MaxReady - waiting) : waiting + _inFlight == 0 ? 1 : 0;
    }

    private List<LeasedDelivery> Drain()
    {
        List<LeasedDelivery> all = [.. _ready];
        _ready.Clear();
        foreach (LeasedDelivery delivery in all)
        {
            Forget(DeliveryPump.SizeOf(delivery.Event));
        }

        _tableHasWork = true;
        _wakes++;
        return all;
    }

    private void Remember(long bytes)
    {
        _bytes += bytes;
        _budget.Take(bytes);
    }

    private void Forget(long bytes)
    {
        _bytes -= bytes;
        _budget.GiveBack(bytes);
    }

    private void Arm()
    {
        if (!Usable)
        {
            return;
        }

        TimeSpan? sleep = _breaker.UntilProbe is { } probe && probe > TimeSpan.Zero ? probe : null;
        if (sleep is null && _nextDue is DateTimeOffset due)
        {
            sleep = due - _clock.Now;
        }

        if (_ready.Count > 0 && _inFlight < Concurrency && _limiter!.UntilNext() is { } token && token > TimeSpan.Zero && !(token > sleep))
        {
            sleep = token;
        }

        if (sleep is not TimeSpan wait)
        {
            return;
        }

        wait = wait > LongestSleep ? LongestSleep : wait < ShortestSleep ? ShortestSleep : wait;
        long target = _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);
        if (target < _armedFor)
        {
            _armedFor = target;
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Due(Action<Lane> onTimer)
    {
        lock (_gate)
        {
            _armedFor = long.MaxValue;
            if (_nextDue <= _clock.Now)
            {
                _nextDue = null;
                _tableHasWork = true;
                _wakes++;
            }
        }

        onTimer(this);
    }
}
