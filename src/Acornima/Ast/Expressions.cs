namespace Acornima.Ast;

/// <summary><c>[a, , ...b]</c>; a hole is a null entry.</summary>
public sealed class ArrayExpression(in NodeList<Expression?> elements) : Expression(NodeType.ArrayExpression)
{
    private readonly NodeList<Expression?> _elements = elements;

    /// <summary>The elements, holes as null, spread as <see cref="SpreadElement"/>.</summary>
    public ref readonly NodeList<Expression?> Elements => ref _elements;

    internal override int ChildSlots => _elements.Count;

    internal override Node? ChildAt(int index) => _elements[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitArrayExpression(this);
}

/// <summary><c>left = right</c> and the compound forms.</summary>
public sealed class AssignmentExpression(Operator @operator, Node left, Expression right) : Expression(NodeType.AssignmentExpression)
{
    /// <summary>The operator.</summary>
    public Operator Operator { get; } = @operator;

    /// <summary>The target: a pattern or, always with a compound operator, an <see cref="Identifier"/> or <see cref="MemberExpression"/>.</summary>
    public Node Left { get; } = left;

    /// <summary>The value.</summary>
    public Expression Right { get; } = right;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Left : Right;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitAssignmentExpression(this);
}

/// <summary><c>await argument</c>.</summary>
public sealed class AwaitExpression(Expression argument) : Expression(NodeType.AwaitExpression)
{
    /// <summary>What is awaited.</summary>
    public Expression Argument { get; } = argument;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Argument;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitAwaitExpression(this);
}

/// <summary><c>callee(arguments)</c>.</summary>
public sealed class CallExpression(Expression callee, in NodeList<Expression> arguments, bool optional) : Expression(NodeType.CallExpression), IChainElement
{
    private readonly NodeList<Expression> _arguments = arguments;

    /// <summary>The function that is called.</summary>
    public Expression Callee { get; } = callee;

    /// <summary>The arguments, spread as <see cref="SpreadElement"/>.</summary>
    public ref readonly NodeList<Expression> Arguments => ref _arguments;

    /// <summary>True for <c>callee?.(…)</c>.</summary>
    public bool Optional { get; } = optional;

    internal override int ChildSlots => 1 + _arguments.Count;

    internal override Node? ChildAt(int index) => index == 0 ? Callee : _arguments[index - 1];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitCallExpression(this);
}

/// <summary>Wraps the whole of a chain that has a <c>?.</c> in it.</summary>
public sealed class ChainExpression(Expression expression) : Expression(NodeType.ChainExpression)
{
    /// <summary>The outermost link.</summary>
    public Expression Expression { get; } = expression;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Expression;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitChainExpression(this);
}

/// <summary><c>test ? consequent : alternate</c>.</summary>
public sealed class ConditionalExpression(Expression test, Expression consequent, Expression alternate) : Expression(NodeType.ConditionalExpression)
{
    /// <summary>The condition.</summary>
    public Expression Test { get; } = test;

    /// <summary>The value when it holds.</summary>
    public Expression Consequent { get; } = consequent;

    /// <summary>The value otherwise.</summary>
    public Expression Alternate { get; } = alternate;

    internal override int ChildSlots => 3;

    internal override Node? ChildAt(int index) => index switch { 0 => Test, 1 => Consequent, _ => Alternate };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitConditionalExpression(this);
}

/// <summary><c>import(source, options)</c>.</summary>
public sealed class ImportExpression(Expression source, Expression? options, ImportPhase phase) : Expression(NodeType.ImportExpression)
{
    /// <summary>The module specifier.</summary>
    public Expression Source { get; } = source;

    /// <summary>The second argument, if there is one.</summary>
    public Expression? Options { get; } = options;

    /// <summary>The import phase.</summary>
    public ImportPhase Phase { get; } = phase;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Source : Options;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitImportExpression(this);
}

/// <summary><c>object.property</c> or <c>object[property]</c>.</summary>
public sealed class MemberExpression(Expression @object, Expression property, bool computed, bool optional) : Expression(NodeType.MemberExpression), IChainElement
{
    /// <summary>The object.</summary>
    public Expression Object { get; } = @object;

    /// <summary>An <see cref="Identifier"/>, a <see cref="PrivateIdentifier"/> or, computed, any expression.</summary>
    public Expression Property { get; } = property;

    /// <summary>True for the form with brackets.</summary>
    public bool Computed { get; } = computed;

    /// <summary>True for <c>object?.property</c>.</summary>
    public bool Optional { get; } = optional;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Object : Property;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitMemberExpression(this);
}

/// <summary><c>new.target</c> or <c>import.meta</c>.</summary>
public sealed class MetaProperty(Identifier meta, Identifier property) : Expression(NodeType.MetaProperty)
{
    /// <summary>The word before the dot.</summary>
    public Identifier Meta { get; } = meta;

    /// <summary>The word after the dot.</summary>
    public Identifier Property { get; } = property;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Meta : Property;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitMetaProperty(this);
}

/// <summary><c>new callee(arguments)</c>.</summary>
public sealed class NewExpression(Expression callee, in NodeList<Expression> arguments) : Expression(NodeType.NewExpression)
{
    private readonly NodeList<Expression> _arguments = arguments;

    /// <summary>The constructor.</summary>
    public Expression Callee { get; } = callee;

    /// <summary>The arguments, spread as <see cref="SpreadElement"/>.</summary>
    public ref readonly NodeList<Expression> Arguments => ref _arguments;

    internal override int ChildSlots => 1 + _arguments.Count;

    internal override Node? ChildAt(int index) => index == 0 ? Callee : _arguments[index - 1];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitNewExpression(this);
}

/// <summary><c>{ a: 1, ...b }</c>.</summary>
public sealed class ObjectExpression(in NodeList<Node> properties) : Expression(NodeType.ObjectExpression)
{
    private readonly NodeList<Node> _properties = properties;

    /// <summary>The <see cref="ObjectProperty"/> and <see cref="SpreadElement"/> entries.</summary>
    public ref readonly NodeList<Node> Properties => ref _properties;

    internal override int ChildSlots => _properties.Count;

    internal override Node? ChildAt(int index) => _properties[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitObjectExpression(this);
}

/// <summary><c>#name</c>.</summary>
public sealed class PrivateIdentifier(string name) : Expression(NodeType.PrivateIdentifier)
{
    /// <summary>The name without the number sign.</summary>
    public string Name { get; } = name;

    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitPrivateIdentifier(this);
}

/// <summary><c>a, b, c</c>.</summary>
public sealed class SequenceExpression(in NodeList<Expression> expressions) : Expression(NodeType.SequenceExpression)
{
    private readonly NodeList<Expression> _expressions = expressions;

    /// <summary>The expressions, two or more.</summary>
    public ref readonly NodeList<Expression> Expressions => ref _expressions;

    internal override int ChildSlots => _expressions.Count;

    internal override Node? ChildAt(int index) => _expressions[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitSequenceExpression(this);
}

/// <summary><c>...argument</c> in a call, an array or an object.</summary>
public sealed class SpreadElement(Expression argument) : Expression(NodeType.SpreadElement)
{
    /// <summary>What is spread.</summary>
    public Expression Argument { get; } = argument;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Argument;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitSpreadElement(this);
}

/// <summary><c>super</c> as callee or as object of a member access.</summary>
public sealed class Super() : Expression(NodeType.Super)
{
    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitSuper(this);
}

/// <summary><c>tag`quasi`</c>.</summary>
public sealed class TaggedTemplateExpression(Expression tag, TemplateLiteral quasi) : Expression(NodeType.TaggedTemplateExpression)
{
    /// <summary>The function.</summary>
    public Expression Tag { get; } = tag;

    /// <summary>The template.</summary>
    public TemplateLiteral Quasi { get; } = quasi;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Tag : Quasi;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitTaggedTemplateExpression(this);
}

/// <summary><c>this</c>.</summary>
public sealed class ThisExpression() : Expression(NodeType.ThisExpression)
{
    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitThisExpression(this);
}

/// <summary><c>yield argument</c> or <c>yield* argument</c>.</summary>
public sealed class YieldExpression(Expression? argument, bool @delegate) : Expression(NodeType.YieldExpression)
{
    /// <summary>What is yielded, if anything.</summary>
    public Expression? Argument { get; } = argument;

    /// <summary>True for <c>yield*</c>.</summary>
    public bool Delegate { get; } = @delegate;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Argument;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitYieldExpression(this);
}
