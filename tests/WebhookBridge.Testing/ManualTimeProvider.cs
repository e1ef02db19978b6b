namespace WebhookBridge.Testing;

/// <summary>A clock that moves only when the test says so. Its timestamps tick eight times as fast as <see cref="TimeSpan"/> ticks, so that code which takes one for the other fails.</summary>
/// <remarks>Two clocks as on a real machine: the wall (<see cref="GetUtcNow"/>), which <see cref="JumpWall"/> can set off, and the monotonic one, which timers and timestamps follow. Thread-safe; callbacks run on the thread that advances, in the order in which they are due, outside the lock.</remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    /// <summary>Long enough for a busy machine, short enough to end a broken test.</summary>
    public static readonly TimeSpan RealPatience = TimeSpan.FromSeconds(20);

    private const int TimestampsPerTick = 8;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<ManualTimeProvider, bool> Until, TaskCompletionSource Met)> _waiters = [];
    private DateTimeOffset _wall;
    private long _elapsedTicks;
    private long _order;

    public ManualTimeProvider(DateTimeOffset? start = null) => _wall = start ?? new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond * TimestampsPerTick;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How far <see cref="Advance"/> has come since the start.</summary>
    public TimeSpan Elapsed => new(Interlocked.Read(ref _elapsedTicks));

    /// <summary>How many timers are armed.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>How long until the next armed timer; null when none is armed.</summary>
    public TimeSpan? NextTimerIn
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count == 0 ? null : new TimeSpan(Math.Max(0, _timers.Min(static t => t.DueTicks) - _elapsedTicks));
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _wall;
        }
    }

    public override long GetTimestamp() => Interlocked.Read(ref _elapsedTicks) * TimestampsPerTick;

    /// <summary>Sets the wall clock off by <paramref name="by"/> (it may be negative); timers and timestamps do not notice.</summary>
    public void JumpWall(TimeSpan by)
    {
        lock (_gate)
        {
            _wall += by;
        }
    }

    /// <summary>Moves both clocks, stopping at each timer on the way and running it.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long target = Interlocked.Read(ref _elapsedTicks) + by.Ticks;
        while (true)
        {
            ManualTimer? due;
            lock (_gate)
            {
                due = _timers.Where(t => t.DueTicks <= target).OrderBy(static t => t.DueTicks).ThenBy(static t => t.Order).FirstOrDefault();
                MoveTo(due is null ? target : Math.Max(due.DueTicks, _elapsedTicks));
                if (due is not null)
                {
                    _timers.Remove(due);
                    due.Rearm(_elapsedTicks, _timers);
                }
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>Waits, in real time, until a timer is armed that is due within <paramref name="within"/> from now.</summary>
    public Task WhenTimerWithinAsync(TimeSpan within) => WhenAsync(clock => clock.NextTimerIn <= within);

    /// <summary>Waits, in real time, until at least <paramref name="count"/> timers are armed.</summary>
    public Task WhenTimersAsync(int count) => WhenAsync(clock => clock.ArmedTimers >= count);

    /// <summary>Waits until a timer is armed, then moves on to it and runs it.</summary>
    public async Task AdvanceToNextTimerAsync()
    {
        await WhenTimersAsync(1).ConfigureAwait(false);
        Advance(NextTimerIn ?? TimeSpan.Zero);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private Task WhenAsync(Func<ManualTimeProvider, bool> until)
    {
        TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (until(this))
            {
                return Task.CompletedTask;
            }

            _waiters.Add((until, met));
        }

        return met.Task.WaitAsync(RealPatience, System);
    }

    private void MoveTo(long ticks)
    {
        _wall += new TimeSpan(ticks - _elapsedTicks);
        Interlocked.Exchange(ref _elapsedTicks, ticks);
    }

    private void TellWaiters()
    {
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Until(this))
            {
                _waiters[i].Met.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long DueTicks { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Arm(clock._elapsedTicks + dueTime.Ticks, clock._timers);
                    clock.TellWaiters();
                }
            }

            return true;
        }

        public void Rearm(long now, List<ManualTimer> timers)
        {
            if (_period > TimeSpan.Zero)
            {
                Arm(now + _period.Ticks, timers);
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(long due, List<ManualTimer> timers)
        {
            DueTicks = due;
            Order = clock._order++;
            timers.Add(this);
        }
    }
}
