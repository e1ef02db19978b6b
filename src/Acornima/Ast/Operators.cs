namespace Acornima.Ast;

/// <summary>An operator between two operands.</summary>
public abstract class BinaryExpression : Expression
{
    private protected BinaryExpression(NodeType type, Operator @operator, Expression left, Expression right)
        : base(type)
    {
        Operator = @operator;
        Left = left;
        Right = right;
    }

    /// <summary>The operator.</summary>
    public Operator Operator { get; }

    /// <summary>The left operand; a <see cref="PrivateIdentifier"/> in <c>#name in object</c>.</summary>
    public Expression Left { get; }

    /// <summary>The right operand.</summary>
    public Expression Right { get; }

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Left : Right;
}

/// <summary>An operator that always evaluates both operands.</summary>
public sealed class NonLogicalBinaryExpression(Operator @operator, Expression left, Expression right)
    : BinaryExpression(NodeType.BinaryExpression, @operator, left, right)
{
    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitBinaryExpression(this);
}

/// <summary><c>&amp;&amp;</c>, <c>||</c> or <c>??</c>.</summary>
public sealed class LogicalExpression(Operator @operator, Expression left, Expression right)
    : BinaryExpression(NodeType.LogicalExpression, @operator, left, right)
{
    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitLogicalExpression(this);
}

/// <summary>An operator with one operand.</summary>
public abstract class UnaryExpression : Expression
{
    private protected UnaryExpression(NodeType type, Operator @operator, Expression argument)
        : base(type)
    {
        Operator = @operator;
        Argument = argument;
    }

    /// <summary>The operator.</summary>
    public Operator Operator { get; }

    /// <summary>The operand.</summary>
    public Expression Argument { get; }

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Argument;
}

/// <summary>A prefix operator that does not change its operand.</summary>
public sealed class NonUpdateUnaryExpression(Operator @operator, Expression argument)
    : UnaryExpression(NodeType.UnaryExpression, @operator, argument)
{
    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitUnaryExpression(this);
}

/// <summary><c>++</c> or <c>--</c>.</summary>
public sealed class UpdateExpression(Operator @operator, Expression argument, bool prefix)
    : UnaryExpression(NodeType.UpdateExpression, @operator, argument)
{
    /// <summary>True when the operator stands before its operand.</summary>
    public bool Prefix { get; } = prefix;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitUpdateExpression(this);
}
