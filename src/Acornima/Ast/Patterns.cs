namespace Acornima.Ast;

/// <summary><c>[a, , b = 1, ...c]</c> as a target; a hole is a null entry.</summary>
public sealed class ArrayPattern(in NodeList<Node?> elements) : DestructuringPattern(NodeType.ArrayPattern)
{
    private readonly NodeList<Node?> _elements = elements;

    /// <summary>The targets, holes as null.</summary>
    public ref readonly NodeList<Node?> Elements => ref _elements;

    internal override int ChildSlots => _elements.Count;

    internal override Node? ChildAt(int index) => _elements[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitArrayPattern(this);
}

/// <summary><c>{ a, b: c = 1, ...d }</c> as a target.</summary>
public sealed class ObjectPattern(in NodeList<Node> properties) : DestructuringPattern(NodeType.ObjectPattern)
{
    private readonly NodeList<Node> _properties = properties;

    /// <summary>The <see cref="AssignmentProperty"/> and <see cref="RestElement"/> entries.</summary>
    public ref readonly NodeList<Node> Properties => ref _properties;

    internal override int ChildSlots => _properties.Count;

    internal override Node? ChildAt(int index) => _properties[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitObjectPattern(this);
}

/// <summary><c>left = right</c> inside a pattern: a target with its default.</summary>
public sealed class AssignmentPattern(Node left, Expression right) : Node(NodeType.AssignmentPattern)
{
    /// <summary>The target.</summary>
    public Node Left { get; } = left;

    /// <summary>The default.</summary>
    public Expression Right { get; } = right;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Left : Right;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitAssignmentPattern(this);
}

/// <summary><c>...argument</c> inside a pattern or a parameter list.</summary>
public sealed class RestElement(Node argument) : Node(NodeType.RestElement)
{
    /// <summary>The target of the rest.</summary>
    public Node Argument { get; } = argument;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Argument;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitRestElement(this);
}
