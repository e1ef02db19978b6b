using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Tree;

/// <summary>A part of a parsed template. Immutable, so that one template can be rendered by many threads.</summary>
/// <param name="position">Offset in the source.</param>
internal abstract class Node(int position)
{
    public int Position { get; } = position;
}

internal abstract class Statement(int position) : Node(position)
{
    public abstract void Execute(RenderContext context);
}

/// <param name="position">Offset of the first character.</param>
/// <param name="end">Offset behind the last character.</param>
internal abstract class Expression(int position, int end) : Node(position)
{
    public int End { get; } = end;

    /// <summary>The kind of expression in words, for messages.</summary>
    public virtual string KindName => "expression";

    /// <summary>The value; a function found on the way is called without arguments.</summary>
    public abstract Value Evaluate(RenderContext context);

    /// <summary>The value as it is: a function stays a function (<c>@</c>, the target of a call).</summary>
    public virtual Value EvaluateAlias(RenderContext context) => Evaluate(context);

    /// <summary>The value for printing as it stands; text of a called function may be in the output already.</summary>
    public virtual Value EvaluateForOutput(RenderContext context) => Evaluate(context);

    /// <summary>The value with arguments from a pipe, which the first function that is called takes.</summary>
    public virtual Value EvaluatePiped(RenderContext context, in PipedValues piped)
    {
        Value value = EvaluateAlias(context);
        if (value.AsHeap is FunctionValue function)
        {
            return context.Call(function, piped.Values, piped.Position, [], new Functions.CallPlace(Position, End));
        }

        // Two lists joined by | are a union, as in the scientific notation of the language.
        if (value.Kind is ValueKind.Array or ValueKind.Range && piped.Values.Length == 1 && piped.Values[0].Kind is ValueKind.Array or ValueKind.Range)
        {
            return ListOperators.Union(context, piped.Values[0], value);
        }

        throw context.Fault(Position, $"Pipe expression destination `{context.Source.Excerpt(Position, End)}` is not a valid function");
    }
}

/// <summary>What a pipe hands over.</summary>
internal readonly ref struct PipedValues(ReadOnlySpan<Value> values, int position)
{
    public ReadOnlySpan<Value> Values { get; } = values;

    public int Position { get; } = position;
}

/// <summary>One argument of a call as written.</summary>
internal sealed record Argument(string? Name, Expression Value, int Position);
