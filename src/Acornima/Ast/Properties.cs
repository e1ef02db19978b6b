namespace Acornima.Ast;

/// <summary>A property of an object literal, an object pattern or a class.</summary>
public interface IProperty : INode
{
    /// <summary>What the property is.</summary>
    PropertyKind Kind { get; }

    /// <summary>The name.</summary>
    Expression Key { get; }

    /// <summary>True for a name in brackets.</summary>
    bool Computed { get; }

    /// <summary>The value, target or function.</summary>
    Node? Value { get; }
}

/// <summary>A property of an object literal or pattern.</summary>
public abstract class Property : Node, IProperty
{
    private protected Property(PropertyKind kind, Expression key, Node value, bool computed, bool shorthand)
        : base(NodeType.Property)
    {
        Kind = kind;
        Key = key;
        Value = value;
        Computed = computed;
        Shorthand = shorthand;
    }

    /// <inheritdoc />
    public PropertyKind Kind { get; }

    /// <inheritdoc />
    public Expression Key { get; }

    /// <inheritdoc cref="IProperty.Value" />
    public Node Value { get; }

    /// <inheritdoc />
    public bool Computed { get; }

    /// <summary>True for <c>{ a }</c> and, in a pattern, <c>{ a = 1 }</c>.</summary>
    public bool Shorthand { get; }

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 1 ? Value : Shorthand ? null : Key;
}

/// <summary>A property of an object literal.</summary>
public sealed class ObjectProperty(PropertyKind kind, Expression key, Node value, bool computed, bool shorthand, bool method)
    : Property(kind, key, value, computed, shorthand)
{
    /// <summary>True for <c>{ a() { } }</c>.</summary>
    public bool Method { get; } = method;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitObjectProperty(this);
}

/// <summary>A property of an object pattern.</summary>
public sealed class AssignmentProperty(Expression key, Node value, bool computed, bool shorthand)
    : Property(PropertyKind.Init, key, value, computed, shorthand)
{
    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitAssignmentProperty(this);
}

/// <summary>An array or object pattern.</summary>
public abstract class DestructuringPattern(NodeType type) : Node(type);

/// <summary>A name.</summary>
public sealed class Identifier(string name) : Expression(NodeType.Identifier)
{
    /// <summary>The name, escapes resolved. Equal names of one parse are the same string object.</summary>
    public string Name { get; } = name;

    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitIdentifier(this);
}
