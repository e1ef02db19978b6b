namespace WebhookBridge.Scriban;

/// <summary>
/// Limits of one rendering. Every value is clamped between 1 and the hard bound named with it: no limit can be
/// switched off. Exceeding one ends the rendering with an error of kind <see cref="TemplateErrorKind.Budget"/>.
/// </summary>
public sealed record RenderBudget
{
    private readonly TimeSpan _time = TimeSpan.FromSeconds(1);
    private readonly TimeSpan _regexTime = TimeSpan.FromMilliseconds(250);
    private readonly int _loopSteps = 100_000;
    private readonly int _depth = 100;
    private readonly int _outputBytes = 1024 * 1024;
    private readonly int _textLength = 1024 * 1024;
    private readonly int _arraySize = 100_000;
    private readonly long _allocatedBytes = 64L * 1024 * 1024;

    /// <summary>The limits that hold when the host says nothing.</summary>
    public static RenderBudget Default { get; } = new();

    /// <summary>Wall-clock time. Default 1 s, at most 10 s.</summary>
    public TimeSpan Time
    {
        get => _time;
        init => _time = Clamp(value, TimeSpan.FromSeconds(10));
    }

    /// <summary>Time of one regular expression. Default 250 ms, at most 2 s, and never beyond what is left of <see cref="Time"/>.</summary>
    public TimeSpan RegexTime
    {
        get => _regexTime;
        init => _regexTime = Clamp(value, TimeSpan.FromSeconds(2));
    }

    /// <summary>Steps of all loops together. Default 100,000, at most 10,000,000.</summary>
    public int LoopSteps
    {
        get => _loopSteps;
        init => _loopSteps = Math.Clamp(value, 1, 10_000_000);
    }

    /// <summary>Nested calls of functions and includes. Default 100, at most 200.</summary>
    public int RecursionDepth
    {
        get => _depth;
        init => _depth = Math.Clamp(value, 1, 200);
    }

    /// <summary>Length of the output in bytes. Default 1 MiB, at most 64 MiB.</summary>
    public int OutputBytes
    {
        get => _outputBytes;
        init => _outputBytes = Math.Clamp(value, 1, 64 * 1024 * 1024);
    }

    /// <summary>Length of one text in UTF-16 units. Default 1 Mi, at most 16 Mi.</summary>
    public int TextLength
    {
        get => _textLength;
        init => _textLength = Math.Clamp(value, 1, 16 * 1024 * 1024);
    }

    /// <summary>Items of one array, members of one object. Default 100,000, at most 1,000,000.</summary>
    public int ArraySize
    {
        get => _arraySize;
        init => _arraySize = Math.Clamp(value, 1, 1_000_000);
    }

    /// <summary>
    /// Bytes of all texts, arrays and objects made during the rendering, counted when they are made and not given
    /// back. Default 64 MiB, at most 512 MiB.
    /// </summary>
    public long AllocatedBytes
    {
        get => _allocatedBytes;
        init => _allocatedBytes = Math.Clamp(value, 1, 512L * 1024 * 1024);
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan most) =>
        value < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : value > most ? most : value;
}
