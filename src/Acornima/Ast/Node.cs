namespace Acornima.Ast;

/// <summary>What every node of the tree offers.</summary>
public interface INode
{
    /// <summary>The kind of the node.</summary>
    NodeType Type { get; }
}

/// <summary>
/// A node of the syntax tree, shaped after the ESTree specification. Trees are immutable once parsed, except for
/// <see cref="UserData"/>, which belongs to the consumer; a node is never shared between two parses.
/// </summary>
public abstract class Node(NodeType type) : INode
{
    private Range _range;
    private SourceLocation _location;

    /// <inheritdoc />
    public NodeType Type { get; } = type;

    /// <summary>True when the node stood directly in parentheses, which its own range leaves out.</summary>
    internal bool Parenthesized { get; set; }

    /// <summary>True for an array literal with a comma behind a spread element, which a pattern must not have.</summary>
    internal bool CommaAfterRest { get; init; }

    /// <summary>The offsets of the node in the whole input.</summary>
    public Range Range
    {
        get => _range;
        init => _range = value;
    }

    /// <summary>The offset of the first character in the whole input.</summary>
    public int Start => _range.Start;

    /// <summary>The offset behind the last character in the whole input.</summary>
    public int End => _range.End;

    /// <summary>Lines (from 1) and columns (from 0) of the node.</summary>
    public SourceLocation Location
    {
        get => _location;
        init => _location = value;
    }

    /// <summary>The same as <see cref="Location"/> without a copy.</summary>
    public ref readonly SourceLocation LocationRef => ref _location;

    /// <summary>A slot for the consumer of the tree; the parser never touches it.</summary>
    public object? UserData { get; set; }

    /// <summary>The children in source order, without holes and absent parts.</summary>
    public ChildNodes ChildNodes => new(this);

    /// <summary>How many places <see cref="ChildAt"/> knows; -1 when only <see cref="GetChildNodes"/> knows the children.</summary>
    internal virtual int ChildSlots => -1;

    /// <summary>The child at a place below <see cref="ChildSlots"/>, null when the place is empty.</summary>
    internal virtual Node? ChildAt(int index) => null;

    /// <summary>The children of a node type that is declared outside this assembly; null means none.</summary>
    protected internal virtual IEnumerator<Node>? GetChildNodes() => null;

    /// <summary>Calls the method of the visitor that is made for this type of node.</summary>
    protected internal abstract object? Accept(AstVisitor visitor);

    internal void Place(in Range range, in SourceLocation location)
    {
        _range = range;
        _location = location;
    }
}

/// <summary>A statement or an expression.</summary>
public abstract class StatementOrExpression(NodeType type) : Node(type);

/// <summary>An expression, or what ESTree allows in its place.</summary>
public abstract class Expression(NodeType type) : StatementOrExpression(type);

/// <summary>A statement or declaration.</summary>
public abstract class Statement(NodeType type) : StatementOrExpression(type)
{
    /// <summary>The innermost label this statement bears, if any.</summary>
    public Identifier? LabelSet { get; internal set; }
}

/// <summary>A declaration.</summary>
public abstract class Declaration(NodeType type) : Statement(type);

/// <summary>A link of a chain of member accesses and calls.</summary>
public interface IChainElement : INode
{
    /// <summary>True when the link begins with <c>?.</c>.</summary>
    bool Optional { get; }
}
