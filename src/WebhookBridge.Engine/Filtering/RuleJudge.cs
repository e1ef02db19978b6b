using System.Collections.Concurrent;
using System.Diagnostics;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>Judges rules, on threads of its own. Safe to call from anywhere; one per process.</summary>
/// <remarks>
/// <para>Each thread owns one engine and has a stack of <see cref="StackBytes"/>: a built-in function may call itself through data as deep as the memory limit lets a rule build it, where no guard looks; a stack that ends before the memory does would end the process.</para>
/// <para>A judgement that is not back after one and a half times its time is inside a built-in function that asks nobody. It is given up: the caller hears of a time-out, the thread is written off and another takes its place, and the rule is not judged again until the lost thread comes back and ends itself.</para>
/// </remarks>
public sealed class RuleJudge : IDisposable
{
    /// <summary>Reserved, not used: only what a judgement touches becomes memory.</summary>
    private const int StackBytes = 256 * 1024 * 1024;

    /// <summary>After this many judgements an engine is replaced, so that what an engine collects for itself stays small.</summary>
    private const int JudgementsPerEngine = 50_000;

    /// <summary>How often running judgements are looked at.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(10);

    private readonly RuleLimits _limits;
    private readonly BlockingCollection<Call> _calls = [];
    private readonly ConcurrentDictionary<Seat, bool> _seats = new();
    private readonly Timer _watch;
    private int _watching;

    /// <param name="threads">Judgements at the same time; more than the machine has processors gains nothing.</param>
    public RuleJudge(int threads, RuleLimits? limits = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _limits = limits ?? RuleLimits.Default;
        _watch = new Timer(_ => LookAtRunning(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        for (int i = 0; i < threads; i++)
        {
            StartThread();
        }
    }

    /// <summary>What the rule says of the event. Never throws for what a rule does.</summary>
    public ValueTask<RuleVerdict> JudgeAsync(Rule rule, EventView view, RuleContext context)
    {
        if (Volatile.Read(ref rule.Lost) > 0)
        {
            return new(new RuleVerdict.TimedOut("An earlier judgement of this rule has not come back yet."));
        }

        var call = new Call(rule, view, context);
        _calls.Add(call);
        return new(call.Task);
    }

    /// <summary>The same for callers that have a thread to wait with.</summary>
    public RuleVerdict Judge(Rule rule, EventView view, RuleContext context) => JudgeAsync(rule, view, context).AsTask().GetAwaiter().GetResult();

    /// <summary>Runs a rule once on a sample, as is done when it is saved and at start; the error that it ends with, or null. A rule that needs another kind of event than the sample may fail here and be right.</summary>
    public RuleError? TryOn(Rule rule, EventView sample)
    {
        // With the time of a second try: at start the machine has other things to do as well.
        RuleVerdict verdict = Judge(rule, sample, RuleContext.Of(sample.Of, "dlv_sample", timeOuts: 1));
        return verdict switch
        {
            RuleVerdict.Failed { Line: int line } failed => RuleReader.At(rule.Source, failed.Text, line, (failed.Column ?? 1) - 1),
            RuleVerdict.Failed failed => RuleReader.At(rule.Source, failed.Text, 1, 0),
            RuleVerdict.TimedOut late => RuleReader.At(rule.Source, late.Text, 1, 0),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _calls.CompleteAdding();
        _watch.Dispose();
    }

    private void StartThread()
    {
        var seat = new Seat();
        _seats[seat] = true;
        var thread = new Thread(() => Work(seat), StackBytes) { IsBackground = true, Name = "rules" };
        thread.Start();
    }

    /// <summary>The life of one thread: it ends when its stack or its engine should not be used again, and sees to its successor.</summary>
    private void Work(Seat seat)
    {
        RuleEngine? engine = null;
        foreach (Call call in _calls.GetConsumingEnumerable())
        {
            bool stay = true;
            RuleVerdict verdict;
            try
            {
                engine ??= new RuleEngine(_limits);
                verdict = engine.Load(call.Rule) ?? Run(seat, engine, call, out stay);
            }
            catch (System.Text.RegularExpressions.RegexMatchTimeoutException)
            {
                // Making an engine matches expressions too; on a busy machine the first may run out of time, and that says nothing about the rule.
                verdict = new RuleVerdict.TimedOut("The machine was too busy to begin with the rule.");
                engine = null;
            }
            catch (Exception fault)
            {
                verdict = new RuleVerdict.Failed($"The rule could not be run: {fault.Message}");
                engine = null;
            }

            call.TrySetResult(verdict);
            if (!stay)
            {
                Interlocked.Decrement(ref call.Rule.Lost);
                return; // given up meanwhile: someone else has the seat
            }

            if (engine is { Spoiled: true })
            {
                break;
            }

            engine = engine is { Judged: >= JudgementsPerEngine } ? null : engine;
        }

        _seats.TryRemove(seat, out _);
        if (!_calls.IsCompleted)
        {
            StartThread();
        }
    }

    private RuleVerdict Run(Seat seat, RuleEngine engine, Call call, out bool stay)
    {
        seat.Begin(call, _limits.TimeAfter(call.Context.TimeOuts));
        if (Interlocked.Exchange(ref _watching, 1) == 0)
        {
            _watch.Change(Watch, Timeout.InfiniteTimeSpan);
        }

        RuleVerdict verdict = engine.Judge(call.Rule, call.View, call.Context);
        stay = seat.End();
        return verdict;
    }

    private void LookAtRunning()
    {
        bool running = false;
        foreach (Seat seat in _seats.Keys)
        {
            Call? late = seat.TakeLate(ref running);
            if (late is null)
            {
                continue;
            }

            Interlocked.Increment(ref late.Rule.Lost);
            _seats.TryRemove(seat, out _);
            StartThread();
            late.TrySetResult(new RuleVerdict.TimedOut("The rule took too long inside one built-in function: it is tried again with more time, then refused."));
        }

        Volatile.Write(ref _watching, 0);
        if ((running || _seats.Keys.Any(seat => seat.IsBusy)) && Interlocked.Exchange(ref _watching, 1) == 0 && !_calls.IsAddingCompleted)
        {
            _watch.Change(Watch, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One judgement asked for. The answer's continuation never runs on a rule thread.</summary>
    private sealed class Call(Rule rule, EventView view, RuleContext context) : TaskCompletionSource<RuleVerdict>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Rule Rule { get; } = rule;

        public EventView View { get; } = view;

        public RuleContext Context { get; } = context;
    }

    /// <summary>What one thread is doing, for the one who watches.</summary>
    private sealed class Seat
    {
        private Call? _call;
        private long _lost;

        public bool IsBusy => Volatile.Read(ref _call) is not null;

        public void Begin(Call call, TimeSpan time)
        {
            Volatile.Write(ref _lost, Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * 1.5 * Stopwatch.Frequency));
            Volatile.Write(ref _call, call);
        }

        /// <summary>False when the call was taken away meanwhile.</summary>
        public bool End() => Interlocked.Exchange(ref _call, null) is not null;

        public Call? TakeLate(ref bool running)
        {
            Call? call = Volatile.Read(ref _call);
            if (call is null)
            {
                return null;
            }

            if (Stopwatch.GetTimestamp() < Volatile.Read(ref _lost))
            {
                running = true;
                return null;
            }

            return Interlocked.CompareExchange(ref _call, null, call) == call ? call : null;
        }
    }
}
