using System.Text;
using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Syntax;

namespace WebhookBridge.Scriban.Tree;

internal sealed class LiteralExpression(Value value, int position, int end) : Expression(position, end)
{
    public Value Value { get; } = value;

    public override string KindName => "literal";

    public override Value Evaluate(RenderContext context) => Value;
}

internal sealed class InterpolatedExpression(Expression[] parts, int position, int end) : Expression(position, end)
{
    public override Value Evaluate(RenderContext context)
    {
        var text = new StringBuilder();
        foreach (Expression part in parts)
        {
            text.Append(context.ToText(part.Evaluate(context)));
            context.AllocateText(text.Length);
        }

        return Value.From(text.ToString());
    }
}

/// <summary>An expression in parentheses.</summary>
internal sealed class NestedExpression(Expression inner, int position, int end) : Expression(position, end)
{
    public Expression Inner { get; } = inner;

    public override string KindName => "nested expression";

    public override Value Evaluate(RenderContext context)
    {
        context.EnsureStack();
        Value value = Inner.Evaluate(context);
        return value.AsHeap is FunctionValue function && Inner is AnonymousFunctionExpression
            ? context.Call(function, default, Position, [], new CallPlace(Position, End))
            : value;
    }

    public override Value EvaluateAlias(RenderContext context)
    {
        context.EnsureStack();
        return Inner.EvaluateAlias(context);
    }

    public override Value EvaluatePiped(RenderContext context, in PipedValues piped)
    {
        context.EnsureStack();
        return Inner.EvaluatePiped(context, piped);
    }
}

/// <summary>A call with arguments (language reference 8.9).</summary>
internal sealed class CallExpression(Expression target, Argument[] arguments, bool isExplicit, int end)
    : Expression(target.Position, end)
{
    public Expression Target { get; } = target;

    public Argument[] Arguments { get; } = arguments;

    /// <summary>Written with parentheses; such a call can be the left side of an inline function.</summary>
    public bool IsExplicit { get; } = isExplicit;

    public override string KindName => "function call";

    public override Value Evaluate(RenderContext context) =>
        context.Call(Callee(context), default, Position, Arguments, new CallPlace(Position, End));

    public override Value EvaluateForOutput(RenderContext context) =>
        context.Call(Callee(context), default, Position, Arguments, new CallPlace(Position, End, Stream: true));

    public override Value EvaluatePiped(RenderContext context, in PipedValues piped) =>
        context.Call(Callee(context), piped.Values, piped.Position, Arguments, new CallPlace(Position, End));

    /// <summary>Calls with the block of a wrap.</summary>
    public Value EvaluateWrapping(RenderContext context, FunctionValue block) =>
        context.Call(Callee(context), default, Position, Arguments, new CallPlace(Position, End, Stream: true, block));

    private FunctionValue Callee(RenderContext context)
    {
        context.EnsureStack();
        Value value = Target.EvaluateAlias(context);
        if (value.AsHeap is FunctionValue function)
        {
            return function;
        }

        if (value.IsNull && Target is PathExpression path)
        {
            throw path.UnknownFunction(context);
        }

        throw context.Fault(Target.Position, $"Invalid target function `{context.Source.Excerpt(Target.Position, Target.End)}` ({RenderContext.KindName(value) ?? "null"})");
    }
}

internal sealed class PipeExpression(Expression from, Expression to) : Expression(from.Position, to.End)
{
    public override Value Evaluate(RenderContext context)
    {
        context.EnsureStack();
        if (from is ExpandExpression expand)
        {
            return to.EvaluatePiped(context, new PipedValues(context.ToList(expand.Operand.Evaluate(context)).Items, from.Position));
        }

        Value value = from.Evaluate(context);
        return to.EvaluatePiped(context, new PipedValues(new ReadOnlySpan<Value>(in value), from.Position));
    }

    public override Value EvaluatePiped(RenderContext context, in PipedValues piped)
    {
        Value value = from.EvaluatePiped(context, piped);
        return to.EvaluatePiped(context, new PipedValues(new ReadOnlySpan<Value>(in value), from.Position));
    }
}

/// <summary><c>^list</c>: the items of a list as arguments of their own.</summary>
internal sealed class ExpandExpression(Expression operand, int position) : Expression(position, operand.End)
{
    public Expression Operand { get; } = operand;

    public override Value Evaluate(RenderContext context) => Operand.Evaluate(context);
}

/// <summary><c>@function</c>: the function itself instead of what it gives.</summary>
internal sealed class AliasExpression(Expression operand, int position) : Expression(position, operand.End)
{
    public override Value Evaluate(RenderContext context)
    {
        Value value = operand.EvaluateAlias(context);
        if (value.IsNull && operand is PathExpression path)
        {
            throw path.UnknownFunction(context);
        }

        return value;
    }
}

internal sealed class ConditionalExpression(Expression condition, Expression yes, Expression no)
    : Expression(condition.Position, no.End)
{
    public override Value Evaluate(RenderContext context)
    {
        context.EnsureStack();
        return (condition.Evaluate(context).IsTruthy ? yes : no).Evaluate(context);
    }

    public override Value EvaluatePiped(RenderContext context, in PipedValues piped) =>
        (condition.EvaluatePiped(context, piped).IsTruthy ? yes : no).Evaluate(context);
}

internal sealed class ArrayExpression(Expression[] items, int position, int end) : Expression(position, end)
{
    public override string KindName => "array";

    public override Value Evaluate(RenderContext context)
    {
        context.EnsureStack();
        context.AllocateItems(items.Length);
        var array = new ScribanArray(items.Length);
        foreach (Expression item in items)
        {
            if (item is ExpandExpression expand)
            {
                ScribanArray expanded = context.ToList(expand.Evaluate(context));
                context.AllocateItems(array.Count + (long)expanded.Count);
                array.AddRange(expanded.Items);
            }
            else
            {
                array.Add(item.Evaluate(context));
            }
        }

        return Value.From(array);
    }
}

internal sealed class ObjectExpression(KeyValuePair<string, Expression>[] members, int position, int end) : Expression(position, end)
{
    public override string KindName => "object";

    public override Value Evaluate(RenderContext context)
    {
        context.EnsureStack();
        context.Allocate(64 + (members.Length * 64L));
        var made = new ScribanObject();
        foreach ((string name, Expression value) in members)
        {
            made.Set(name, value.Evaluate(context));
        }

        return Value.From(made);
    }
}

/// <summary><c>do … end</c> (language reference 7.2).</summary>
internal sealed class AnonymousFunctionExpression(Statement body, Source source, int position, int end) : Expression(position, end)
{
    private readonly UserFunction _function = new(null, null, body, null, source);

    public override Value Evaluate(RenderContext context) => Value.From(_function);
}

/// <summary><c>++x</c>, <c>--x</c>, <c>x++</c>, <c>x--</c>.</summary>
internal sealed class IncrementExpression(PathExpression target, int by, bool isPrefix, int position, int end) : Expression(position, end)
{
    public override Value Evaluate(RenderContext context)
    {
        Value before = target.Evaluate(context);
        if (!before.IsNumber)
        {
            throw context.Fault(target.Position, $"Expecting a number to change by one instead of {context.Describe(before)}");
        }

        Value after = Operators.Binary(context, BinaryOperator.Add, before, Value.From(by), target.Position, target.Position);
        target.Assign(context, after);
        return isPrefix ? after : before;
    }
}
