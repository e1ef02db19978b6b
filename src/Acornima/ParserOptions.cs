using Acornima.Ast;

namespace Acornima;

/// <summary>Called for each node once it is complete, children before parents, the program last.</summary>
/// <param name="node">The node, with range, location and children.</param>
/// <param name="context">The input and the names declared in the scope of the node.</param>
public delegate void OnNodeHandler(Node node, in OnNodeContext context);

/// <summary>Called for each regular expression; the answer is kept on the literal.</summary>
/// <param name="context">The pattern and flags, and the means to check them.</param>
public delegate RegExpParseResult OnRegExpHandler(in RegExpParsingContext context);

/// <summary>What a parse allows and whom it tells. Compared by value.</summary>
public sealed record class ParserOptions
{
    /// <summary>The options of a parser that is given none.</summary>
    public static readonly ParserOptions Default = new();

    /// <summary>The edition asked for; kept for the consumer, the grammar is always the newest.</summary>
    public EcmaVersion EcmaVersion { get; init; } = EcmaVersion.Latest;

    /// <summary>The proposals asked for; see <see cref="Acornima.ExperimentalESFeatures"/>.</summary>
    public ExperimentalESFeatures ExperimentalESFeatures { get; init; }

    /// <summary>Allows <c>return</c> at the top level of a script.</summary>
    public bool AllowReturnOutsideFunction { get; init; }

    /// <summary>Allows <c>new.target</c> at the top level.</summary>
    public bool AllowNewTargetOutsideFunction { get; init; }

    /// <summary>Allows <c>super</c> at the top level.</summary>
    public bool AllowSuperOutsideMethod { get; init; }

    /// <summary>Allows <c>using</c> declarations at the top level of a script.</summary>
    public bool AllowTopLevelUsing { get; init; }

    /// <summary>Refuses private names that no class around them declares. Default true.</summary>
    public bool CheckPrivateFields { get; init; } = true;

    /// <summary>Kept for the consumer; this parser always stops at the first error.</summary>
    public bool Tolerant { get; init; }

    /// <summary>Called for each complete node, if set.</summary>
    public OnNodeHandler? OnNode { get; init; }

    /// <summary>Called for each regular expression, if set; it is then up to the handler to call <see cref="RegExpParsingContext.Validate"/>.</summary>
    public OnRegExpHandler? OnRegExp { get; init; }
}
