using System.Diagnostics;

namespace WebhookBridge.Scriban.Tests;

/// <summary>
/// Time that a piece of work took: on the clock or on the processor, whichever is less, so that a busy machine does
/// not count against the template. Tests that use it run alone (<see cref="Alone"/>), since the processor's time is
/// that of the whole process.
/// </summary>
internal readonly struct Effort
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _used = Environment.CpuUsage.TotalTime;

    public Effort()
    {
    }

    public TimeSpan Taken
    {
        get
        {
            TimeSpan clock = Stopwatch.GetElapsedTime(_started);
            TimeSpan processor = Environment.CpuUsage.TotalTime - _used;
            return clock < processor ? clock : processor;
        }
    }
}

/// <summary>Tests that measure time do not run beside others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
