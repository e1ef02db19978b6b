using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Tree;

internal enum BinaryOperator : byte
{
    Coalesce, NotCoalesce, Or, And, BitAnd, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual,
    Add, Subtract, Multiply, Divide, DivideRound, Modulo, ShiftLeft, ShiftRight, Range, RangeExclusive,
}

/// <summary>A binary operation; its own position is the left side, that of its errors the operator.</summary>
internal sealed class BinaryExpression : Expression
{
    private readonly Expression _left;
    private readonly Expression _right;
    private readonly int _operatorPosition;

    public BinaryExpression(BinaryOperator kind, Expression left, Expression right, int operatorPosition)
        : base(left.Position, right.End)
    {
        Kind = kind;
        _left = left;
        _right = right;
        _operatorPosition = operatorPosition;
        if (kind is BinaryOperator.Coalesce or BinaryOperator.NotCoalesce && left is PathExpression path)
        {
            path.IsGuarded = true;
        }
    }

    public BinaryOperator Kind { get; }

    public override Value Evaluate(RenderContext context)
    {
        context.EnsureStack();
        return Apply(context, _left.Evaluate(context));
    }

    public override Value EvaluatePiped(RenderContext context, in PipedValues piped)
    {
        context.EnsureStack();
        return Apply(context, _left.EvaluatePiped(context, piped));
    }

    private Value Apply(RenderContext context, Value left)
    {
        switch (Kind)
        {
            case BinaryOperator.Coalesce:
                return left.IsNull ? _right.Evaluate(context) : left;
            case BinaryOperator.NotCoalesce:
                return left.IsNull ? left : _right.Evaluate(context);
            case BinaryOperator.And:
                return Value.From(left.IsTruthy && _right.Evaluate(context).IsTruthy);
            case BinaryOperator.Or:
                return Value.From(left.IsTruthy || _right.Evaluate(context).IsTruthy);
            default:
                Value right = _right.Evaluate(context);
                return Operators.Binary(context, Kind, left, right, _operatorPosition, _left.Position);
        }
    }
}

internal enum UnaryOperator : byte
{
    Not, Negate, Plus,
}

internal sealed class UnaryExpression(UnaryOperator kind, Expression operand, int position) : Expression(position, operand.End)
{
    public override Value Evaluate(RenderContext context)
    {
        context.EnsureStack();
        return Apply(context, operand.Evaluate(context));
    }

    public override Value EvaluatePiped(RenderContext context, in PipedValues piped) =>
        Apply(context, operand.EvaluatePiped(context, piped));

    private Value Apply(RenderContext context, Value value) =>
        kind == UnaryOperator.Not ? Value.From(!value.IsTruthy) : Operators.Sign(context, value, kind == UnaryOperator.Negate, operand.Position);
}
