using System.Diagnostics;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using WebhookBridge.Scriban.Syntax;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>What the statement just run asks of the blocks around it.</summary>
internal enum Flow : byte
{
    Next, Break, Continue, Return,
}

/// <summary>
/// The state of one rendering: budget and errors (here), variables (RenderContext.Scopes.cs), calls
/// (RenderContext.Calls.cs) and conversions (RenderContext.Conversions.cs).
/// </summary>
internal sealed partial class RenderContext : IDisposable
{
    /// <summary>Cheap steps between two looks at the clock.</summary>
    private const int StepsPerLook = 2_000;

    private readonly CancellationToken _cancellation;
    private readonly TimeSpan _compiledBefore = JitInfo.GetCompilationTime(currentThread: true);
    private long _deadline;
    private TimeSpan _compiled;
    private int _steps = StepsPerLook;
    private int _loopSteps;
    private long _allocated;
    private Dictionary<string, int>? _cycles;
    private Dictionary<string, (Statement, Source)>? _includes;
    private Dictionary<(string, string), Regex>? _regexes;

    public RenderContext(TemplateOptions options, Source source, TemplateRoot[] roots, RenderBudget budget, DateTimeOffset now, CancellationToken cancellation)
    {
        Options = options;
        Source = source;
        Budget = budget;
        Now = now;
        _cancellation = cancellation;
        _deadline = Stopwatch.GetTimestamp() + (long)(budget.Time.TotalSeconds * Stopwatch.Frequency);
        Root = new RootObject(roots);
        _scopes[0] = new Scope { Object = Root };
        _scopeCount = 1;
        Output = new OutputBuffer(this, options.Mode, budget.OutputBytes);
    }

    public TemplateOptions Options { get; }

    public RenderBudget Budget { get; }

    public DateTimeOffset Now { get; }

    /// <summary>The text that positions refer to at the moment: the template, an include, an evaluated text.</summary>
    public Source Source { get; set; }

    /// <summary>Position of the statement being run, for errors that have no better one.</summary>
    public int Position { get; set; }

    public OutputBuffer Output { get; set; }

    public Flow Flow { get; set; }

    public Value ReturnValue { get; set; }

    public void Dispose() => Output.Dispose();

    public TemplateException Fault(string message) => new(TemplateErrorKind.Runtime, Source, Position, message);

    public TemplateException Fault(int position, string message, string? suggestion = null) =>
        new(TemplateErrorKind.Runtime, Source, position, message, suggestion);

    public TemplateException Exceeded(string message) => new(TemplateErrorKind.Budget, Source, Position, message);

    public TemplateException Exceeded(int position, string message) => new(TemplateErrorKind.Budget, Source, position, message);

    public TemplateException OutputTooLong(int limit) => Exceeded($"The output is longer than the {limit} bytes allowed.");

    public TemplateException ValueAfterBackslash() =>
        Fault("A value cannot stand directly after a backslash inside a JSON string: write the escape whole in the template.");

    /// <summary>Counts work that is not a loop step, and looks at the clock now and then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Charge(int steps)
    {
        _steps -= steps;
        if (_steps < 0)
        {
            LookAtClock();
        }
    }

    /// <summary>Time left, for work that takes a time-out of its own.</summary>
    public TimeSpan TimeLeft()
    {
        LookAtClock();
        double left = (_deadline - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency;
        return TimeSpan.FromMilliseconds(Math.Max(1, left * 1000));
    }

    /// <summary>Counts one step of a loop.</summary>
    public void StepLoop(int position)
    {
        if (++_loopSteps > Budget.LoopSteps)
        {
            throw Exceeded(position, $"The loops made more than the {Budget.LoopSteps} steps allowed.");
        }

        Charge(8);
    }

    /// <summary>Counts memory before it is taken.</summary>
    public void Allocate(long bytes)
    {
        _allocated += bytes;
        if (_allocated > Budget.AllocatedBytes)
        {
            throw Exceeded($"The template made more than the {Budget.AllocatedBytes} bytes of texts and lists allowed.");
        }

        Charge((int)Math.Min(bytes >> 5, 1_000_000));
    }

    /// <summary>Checks the length of a text about to be made and counts its memory.</summary>
    public void AllocateText(long length)
    {
        if (length > Budget.TextLength)
        {
            throw Exceeded($"A text would be longer than the {Budget.TextLength} characters allowed.");
        }

        Allocate(24 + (length * 2));
    }

    /// <summary>Checks the size of a list about to be made and counts its memory.</summary>
    public void AllocateItems(long count)
    {
        if (count > Budget.ArraySize)
        {
            throw Exceeded($"A list would have more than the {Budget.ArraySize} items allowed.");
        }

        Allocate(32 + (count * 16));
    }

    /// <summary>Checks the size of a list about to grow and counts the memory it grows by.</summary>
    public void GrowItems(int from, long to)
    {
        if (to > Budget.ArraySize)
        {
            throw Exceeded($"A list would have more than the {Budget.ArraySize} items allowed.");
        }

        Allocate((to - from) * 32);
    }

    /// <summary>Nesting of values inside values, where a list may contain itself.</summary>
    public void CheckDepth(int depth)
    {
        const int Deepest = 64;
        if (depth >= Deepest)
        {
            throw Exceeded($"Objects and lists are nested deeper than {Deepest} levels; one of them may contain itself.");
        }

        EnsureStack();
    }

    /// <summary>Turns a stack about to overflow into an error of the template.</summary>
    public void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Exceeded("The template is nested too deeply.");
        }
    }

    /// <summary>An include that this rendering has read before.</summary>
    public (Statement Page, Source Source)? FindInclude(string name) =>
        _includes is not null && _includes.TryGetValue(name, out (Statement, Source) known) ? known : null;

    public void RememberInclude(string name, Statement page, Source source) =>
        (_includes ??= new Dictionary<string, (Statement, Source)>(StringComparer.Ordinal))[name] = (page, source);

    /// <summary>A regular expression that this rendering has read before.</summary>
    public Regex? FindRegex(string pattern, string options) =>
        _regexes is not null && _regexes.TryGetValue((pattern, options), out Regex? known) ? known : null;

    public void RememberRegex(string pattern, string options, Regex regex) => (_regexes ??= [])[(pattern, options)] = regex;

    /// <summary>Place of the next item of a cycle, by the group of the cycle.</summary>
    public int NextOfCycle(string group)
    {
        _cycles ??= new Dictionary<string, int>(StringComparer.Ordinal);
        Allocate(group.Length + 32);
        int place = _cycles.GetValueOrDefault(group);
        _cycles[group] = place + 1;
        return place;
    }

    private void LookAtClock()
    {
        _steps = StepsPerLook;
        if (Stopwatch.GetTimestamp() > _deadline && !ExtendByCompilation())
        {
            throw new TemplateException(TemplateErrorKind.Budget, Source, Position, $"The template ran longer than the {Budget.Time.TotalMilliseconds:0} ms allowed.")
            {
                IsTimeout = true,
            };
        }

        if (_cancellation.IsCancellationRequested)
        {
            throw new TemplateException(TemplateErrorKind.Cancelled, Source, Position, "The rendering was cancelled.");
        }
    }

    /// <summary>
    /// The first rendering of a process must not fail because the runtime was compiling our own code: that time is
    /// given back. It is bounded by the size of the library, whatever the template.
    /// </summary>
    private bool ExtendByCompilation()
    {
        TimeSpan compiled = JitInfo.GetCompilationTime(currentThread: true) - _compiledBefore;
        _deadline += (long)((compiled - _compiled).TotalSeconds * Stopwatch.Frequency);
        _compiled = compiled;
        return Stopwatch.GetTimestamp() <= _deadline;
    }
}
