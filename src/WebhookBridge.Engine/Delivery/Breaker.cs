namespace WebhookBridge.Engine.Delivery;

/// <summary>Where a breaker stands; the number is the value of the metric <c>breaker_state</c>.</summary>
public enum BreakerState
{
    Closed = 0,
    Probing = 1,
    Open = 2,
}

/// <summary>Stops sending to a destination that fails all the time (contract section 3): opens after 10 failures in a row over at least 5 s, lets one probe through after 5, 10, 20, 40, 60, 60 … s, closes after 2 successes. Not thread-safe: its lane's lock guards it.</summary>
/// <remarks>Each attempt enters with a ticket and reports with it. A ticket from before the last change of state says nothing of the present: an attempt that was under way when the breaker opened neither closes it nor fails its probe.</remarks>
public sealed class Breaker(TimeProvider time)
{
    public const int FailuresToOpen = 10;
    public const int SuccessesToClose = 2;
    public static readonly TimeSpan LeastFailingTime = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan FirstProbeAfter = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan LongestProbeAfter = TimeSpan.FromSeconds(60);

    private int _ticket;
    private int _failures;
    private int _successes;
    private long _firstFailure;
    private long _opened;
    private TimeSpan _probeAfter = FirstProbeAfter;
    private bool _probeUnderWay;

    public BreakerState State { get; private set; }

    /// <summary>Whether an attempt may begin now.</summary>
    public bool Allows => State switch
    {
        BreakerState.Closed => true,
        BreakerState.Open => UntilProbe <= TimeSpan.Zero,
        _ => !_probeUnderWay,
    };

    /// <summary>How long until a probe is let through; null unless open.</summary>
    public TimeSpan? UntilProbe => State == BreakerState.Open ? _probeAfter - time.GetElapsedTime(_opened) : null;

    /// <summary>An attempt begins; only when <see cref="Allows"/>.</summary>
    /// <returns>The ticket to report with.</returns>
    public int Enter()
    {
        if (State == BreakerState.Open)
        {
            Change(BreakerState.Probing);
            _successes = 0;
        }

        _probeUnderWay = State == BreakerState.Probing;
        return _ticket;
    }

    /// <summary>The destination answered as a living one does (a permanent refusal included).</summary>
    public void Succeeded(int ticket)
    {
        if (ticket != _ticket)
        {
            return;
        }

        _failures = 0;
        _probeUnderWay = false;
        if (State == BreakerState.Probing && ++_successes >= SuccessesToClose)
        {
            Reset();
        }
    }

    /// <summary>The destination failed, or could not be reached.</summary>
    public void Failed(int ticket)
    {
        if (ticket != _ticket)
        {
            return;
        }

        if (State == BreakerState.Probing)
        {
            _probeAfter = _probeAfter * 2 < LongestProbeAfter ? _probeAfter * 2 : LongestProbeAfter;
            Open();
            return;
        }

        if (_failures++ == 0)
        {
            _firstFailure = time.GetTimestamp();
        }

        if (_failures >= FailuresToOpen && time.GetElapsedTime(_firstFailure) >= LeastFailingTime)
        {
            Open();
        }
    }

    /// <summary>The attempt ended without saying anything about the destination.</summary>
    public void Abandoned(int ticket)
    {
        if (ticket == _ticket)
        {
            _probeUnderWay = false;
        }
    }

    /// <summary>A person says that the destination is well again.</summary>
    public void Reset()
    {
        Change(BreakerState.Closed);
        _failures = 0;
        _probeAfter = FirstProbeAfter;
    }

    private void Open()
    {
        Change(BreakerState.Open);
        _failures = 0;
        _opened = time.GetTimestamp();
    }

    private void Change(BreakerState state)
    {
        State = state;
        _ticket++;
        _probeUnderWay = false;
    }
}
