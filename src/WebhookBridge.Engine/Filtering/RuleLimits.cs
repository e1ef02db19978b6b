using System.Runtime.CompilerServices;

namespace WebhookBridge.Engine.Filtering;

/// <summary>The box around one judgement (design invariant 8). Each limit can be moved between hard bounds and none can be switched off; a value outside them throws.</summary>
public sealed record RuleLimits
{
    public static readonly RuleLimits Default = new();

    /// <summary>Statements and loop turns that may run: the limit that ends nearly everything, since it does not depend on the machine. 1,000 to 1,000,000.</summary>
    public int Statements { get; init => field = Within(value, 1_000, 1_000_000); } = 100_000;

    /// <summary>Bytes that may be allocated, freed or not. 256 KiB to 64 MiB.</summary>
    public int MemoryBytes { get; init => field = Within(value, 256 * 1024, 64 * 1024 * 1024); } = 4 * 1024 * 1024;

    /// <summary>Entries that a list may have room for. 1,000 to 1,000,000.</summary>
    public int ArrayLength { get; init => field = Within(value, 1_000, 1_000_000); } = 100_000;

    /// <summary>How often one function may be on the stack. 10 to 200.</summary>
    public int Depth { get; init => field = Within(value, 10, 200); } = 100;

    /// <summary>Time of one regular expression on one text. 1 ms to 1 s.</summary>
    public TimeSpan RegexTime { get; init => field = Within(value, 1, 1_000); } = TimeSpan.FromMilliseconds(20);

    /// <summary>Time of the first judgement; each time-out multiplies it by four (contract section 4). 5 ms to 1 s.</summary>
    public TimeSpan Time { get; init => field = Within(value, 5, 1_000); } = TimeSpan.FromMilliseconds(50);

    /// <summary>Texts longer than this many UTF-16 units are not made by <c>repeat</c>, <c>replaceAll</c> and their like: a quarter of the memory.</summary>
    internal int TextLength => MemoryBytes / 4 / sizeof(char);

    /// <summary>The time for a judgement after so many time-outs of the same delivery.</summary>
    internal TimeSpan TimeAfter(int timeOuts) => Time * Math.Pow(4, Math.Clamp(timeOuts, 0, 3));

    private static int Within(int value, int least, int most, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
        return value;
    }

    private static TimeSpan Within(TimeSpan value, int leastMilliseconds, int mostMilliseconds, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(leastMilliseconds), name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMilliseconds(mostMilliseconds), name);
        return value;
    }
}
