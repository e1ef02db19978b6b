namespace Acornima.Ast;

/// <summary>What a property or class element is. The numbers are part of the binary contract.</summary>
public enum PropertyKind
{
    /// <summary>No kind.</summary>
    Unknown,

    /// <summary>A plain property of an object literal or pattern, methods included.</summary>
    Init,

    /// <summary>A getter.</summary>
    Get,

    /// <summary>A setter.</summary>
    Set,

    /// <summary>The constructor of a class.</summary>
    Constructor,

    /// <summary>A method of a class.</summary>
    Method,

    /// <summary>A field of a class.</summary>
    Property,
}

/// <summary>The keyword of a declaration. The numbers are part of the binary contract.</summary>
public enum VariableDeclarationKind
{
    /// <summary>No kind.</summary>
    Unknown,

    /// <summary><c>var</c></summary>
    Var,

    /// <summary><c>let</c></summary>
    Let,

    /// <summary><c>const</c></summary>
    Const,

    /// <summary><c>using</c></summary>
    Using,

    /// <summary><c>await using</c></summary>
    AwaitUsing,
}

/// <summary>The phase of an import. The numbers are part of the binary contract.</summary>
public enum ImportPhase
{
    /// <summary>An ordinary import.</summary>
    None,

    /// <summary><c>import source</c></summary>
    Source,

    /// <summary><c>import defer</c></summary>
    Defer,
}
