namespace WebhookBridge.Engine.Filtering;

/// <summary>A rule as read: what was written, and the program that an engine is given for it. Immutable; the same rule may be judged on many threads.</summary>
public sealed class Rule
{
    internal Rule(string source, RuleForm form, string program, IReadOnlyList<int> arguments)
    {
        Source = source;
        Form = form;
        Program = program;
        Arguments = arguments;
    }

    /// <summary>What the person wrote.</summary>
    public string Source { get; }

    /// <summary>How it was understood.</summary>
    public RuleForm Form { get; }

    /// <summary>A function expression around the source; the source begins on its second line, columns unchanged.</summary>
    internal string Program { get; }

    /// <summary>The names that the program's function takes, by their place in <see cref="RuleNames.All"/>.</summary>
    internal IReadOnlyList<int> Arguments { get; }

    /// <summary>Judgements of this rule that did not come back in time and still run; see <see cref="RuleJudge"/>.</summary>
    internal int Lost;

    /// <summary>Reads a rule (contract section 3). It is told apart by parsing, never by searching its text.</summary>
    public static RuleCompilation Compile(string source) => RuleReader.Read(source);

    /// <summary>A line of the source, from 1; empty when there is none.</summary>
    internal string LineAt(int line)
    {
        ReadOnlySpan<char> rest = Source;
        for (int i = 1; ; i++)
        {
            int end = rest.IndexOfAny('\r', '\n');
            if (i == line || end < 0)
            {
                return i == line ? (end < 0 ? rest : rest[..end]).ToString() : "";
            }

            rest = rest[(rest[end..].StartsWith("\r\n", StringComparison.Ordinal) ? end + 2 : end + 1)..];
        }
    }
}

/// <summary>The three ways to write a rule.</summary>
public enum RuleForm
{
    /// <summary>One expression over the names.</summary>
    Expression,

    /// <summary>A function, called with <c>(event, ctx)</c>.</summary>
    Function,

    /// <summary>Statements with <c>return</c>.</summary>
    Statements,
}

/// <summary>A rule, or why the text is none.</summary>
public abstract record RuleCompilation
{
    private RuleCompilation()
    {
    }

    public sealed record Ready(Rule Rule) : RuleCompilation;

    /// <summary>At least one error.</summary>
    public sealed record Refused(IReadOnlyList<RuleError> Errors) : RuleCompilation;
}

/// <summary>The names that a rule sees (contract sections 2 and 3).</summary>
internal static class RuleNames
{
    public const int Event = 0;
    public const int Context = 1;
    public const int BigInt = 2;
    public const int Headers = 3;

    /// <summary>First the ones with a meaning of their own, then the groups.</summary>
    public static readonly string[] All =
        ["event", "ctx", "BigInt", "headers", "meta", "payment", "refund", "dispute", "payout", "customer", "order", "subscription", "cart"];

    /// <summary>What <c>ctx</c> holds: every name but the event itself.</summary>
    public static readonly string[] InContext = All[Headers..];
}
