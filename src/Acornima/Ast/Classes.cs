namespace Acornima.Ast;

/// <summary>A class in either form.</summary>
public interface IClass : INode
{
    /// <summary>The name, if there is one.</summary>
    Identifier? Id { get; }

    /// <summary>The expression after <c>extends</c>, if there is one.</summary>
    Expression? SuperClass { get; }

    /// <summary>The elements.</summary>
    ClassBody Body { get; }

    /// <summary>The decorators; always empty, since their syntax is refused.</summary>
    ref readonly NodeList<Decorator> Decorators { get; }
}

/// <summary>An element of a class body.</summary>
public interface IClassElement : INode
{
    /// <summary>True for what belongs to the class and not to its instances.</summary>
    bool Static { get; }
}

/// <summary>A <c>class</c> as a statement, or anonymous as a default export.</summary>
public sealed class ClassDeclaration(Identifier? id, Expression? superClass, ClassBody body)
    : Declaration(NodeType.ClassDeclaration), IClass
{
    private readonly NodeList<Decorator> _decorators;

    /// <inheritdoc />
    public Identifier? Id { get; } = id;

    /// <inheritdoc />
    public Expression? SuperClass { get; } = superClass;

    /// <inheritdoc />
    public ClassBody Body { get; } = body;

    /// <inheritdoc />
    public ref readonly NodeList<Decorator> Decorators => ref _decorators;

    internal override int ChildSlots => 3;

    internal override Node? ChildAt(int index) => index switch { 0 => Id, 1 => SuperClass, _ => Body };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitClassDeclaration(this);
}

/// <summary>A <c>class</c> as an expression.</summary>
public sealed class ClassExpression(Identifier? id, Expression? superClass, ClassBody body)
    : Expression(NodeType.ClassExpression), IClass
{
    private readonly NodeList<Decorator> _decorators;

    /// <inheritdoc />
    public Identifier? Id { get; } = id;

    /// <inheritdoc />
    public Expression? SuperClass { get; } = superClass;

    /// <inheritdoc />
    public ClassBody Body { get; } = body;

    /// <inheritdoc />
    public ref readonly NodeList<Decorator> Decorators => ref _decorators;

    internal override int ChildSlots => 3;

    internal override Node? ChildAt(int index) => index switch { 0 => Id, 1 => SuperClass, _ => Body };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitClassExpression(this);
}

/// <summary>The braces of a class with its elements.</summary>
public sealed class ClassBody(in NodeList<Node> body) : Node(NodeType.ClassBody)
{
    private readonly NodeList<Node> _body = body;

    /// <summary>The elements: <see cref="MethodDefinition"/>, <see cref="PropertyDefinition"/>, <see cref="StaticBlock"/>.</summary>
    public ref readonly NodeList<Node> Body => ref _body;

    internal override int ChildSlots => _body.Count;

    internal override Node? ChildAt(int index) => _body[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitClassBody(this);
}

/// <summary>A method, accessor or field of a class.</summary>
public abstract class ClassProperty : Node, IClassElement, IProperty
{
    private protected ClassProperty(NodeType type, PropertyKind kind, Expression key, bool computed, bool @static)
        : base(type)
    {
        Kind = kind;
        Key = key;
        Computed = computed;
        Static = @static;
    }

    /// <summary>What the element is.</summary>
    public PropertyKind Kind { get; }

    /// <summary>The name: an identifier, a private identifier, a literal or, computed, any expression.</summary>
    public Expression Key { get; }

    /// <summary>True for a name in brackets.</summary>
    public bool Computed { get; }

    /// <inheritdoc />
    public bool Static { get; }

    Node? IProperty.Value => ValueNode;

    private protected abstract Node? ValueNode { get; }

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Key : ValueNode;
}

/// <summary>A method, constructor, getter or setter of a class.</summary>
public sealed class MethodDefinition(PropertyKind kind, Expression key, FunctionExpression value, bool computed, bool @static)
    : ClassProperty(NodeType.MethodDefinition, kind, key, computed, @static)
{
    private readonly NodeList<Decorator> _decorators;

    /// <summary>The function.</summary>
    public FunctionExpression Value { get; } = value;

    /// <summary>The decorators; always empty.</summary>
    public ref readonly NodeList<Decorator> Decorators => ref _decorators;

    private protected override Node ValueNode => Value;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitMethodDefinition(this);
}

/// <summary>A field of a class.</summary>
public sealed class PropertyDefinition(Expression key, Expression? value, bool computed, bool @static)
    : ClassProperty(NodeType.PropertyDefinition, PropertyKind.Property, key, computed, @static)
{
    private readonly NodeList<Decorator> _decorators;

    /// <summary>The initialiser, if there is one.</summary>
    public Expression? Value { get; } = value;

    /// <summary>The decorators; always empty.</summary>
    public ref readonly NodeList<Decorator> Decorators => ref _decorators;

    private protected override Node? ValueNode => Value;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitPropertyDefinition(this);
}

/// <summary>An <c>accessor</c> field of the decorators proposal; this parser never makes one.</summary>
public sealed class AccessorProperty(Expression key, Expression? value, bool computed, bool @static)
    : ClassProperty(NodeType.AccessorProperty, PropertyKind.Property, key, computed, @static)
{
    private readonly NodeList<Decorator> _decorators;

    /// <summary>The initialiser, if there is one.</summary>
    public Expression? Value { get; } = value;

    /// <summary>The decorators; always empty.</summary>
    public ref readonly NodeList<Decorator> Decorators => ref _decorators;

    private protected override Node? ValueNode => Value;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitAccessorProperty(this);
}

/// <summary><c>@expression</c> of the decorators proposal; this parser never makes one.</summary>
public sealed class Decorator(Expression expression) : Node(NodeType.Decorator)
{
    /// <summary>The expression.</summary>
    public Expression Expression { get; } = expression;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Expression;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitDecorator(this);
}
