namespace WebhookBridge.Engine.Filtering;

/// <summary>What a route's rule says of one delivery.</summary>
public abstract record RuleVerdict
{
    private RuleVerdict()
    {
    }

    /// <summary>The rule answered true, or the route has none.</summary>
    public sealed record Send : RuleVerdict
    {
        public static readonly Send Instance = new();
    }

    /// <summary>The rule answered false, undefined or null, or called <c>skip("reason")</c>.</summary>
    public sealed record Skip(string? Reason) : RuleVerdict;

    /// <summary>The rule cannot decide: it threw, broke a limit other than time, or answered something else. The same event fails again.</summary>
    public sealed record Failed(string Text, int? Line = null, int? Column = null) : RuleVerdict;

    /// <summary>The rule ran out of time: worth another try with more of it (contract section 4).</summary>
    public sealed record TimedOut(string Text) : RuleVerdict;
}

/// <summary>Why a rule cannot be used, for the person who wrote it.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="SourceLine">The line itself.</param>
public sealed record RuleError(string Message, int Line, int Column, string SourceLine);
