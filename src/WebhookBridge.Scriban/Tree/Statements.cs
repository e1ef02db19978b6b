using System.Text;
using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Syntax;

namespace WebhookBridge.Scriban.Tree;

internal sealed class BlockStatement(Statement[] statements, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        context.EnsureStack();
        foreach (Statement statement in statements)
        {
            statement.Execute(context);
            if (context.Flow != Flow.Next)
            {
                return;
            }
        }
    }
}

/// <summary>A text block, kept as bytes with what it does to the place in JSON.</summary>
internal sealed class TextStatement : Statement
{
    private readonly byte[] _utf8;
    private readonly JsonPlace[] _after;

    public TextStatement(string text, int position)
        : base(position)
    {
        _utf8 = Encoding.UTF8.GetBytes(text);
        _after =
        [
            OutputBuffer.Follow(JsonPlace.Outside, _utf8),
            OutputBuffer.Follow(JsonPlace.InString, _utf8),
            OutputBuffer.Follow(JsonPlace.AfterBackslash, _utf8),
        ];
    }

    public override void Execute(RenderContext context)
    {
        context.Charge(1);
        context.Position = Position;
        context.Output.Mark(context.Source, Position, isText: true);
        context.Output.WriteBlock(_utf8, _after);
    }
}

/// <summary>Sets the indentation that holds for the code block that begins here (language reference 1.5).</summary>
internal sealed class IndentStatement(string? indent, int position) : Statement(position)
{
    public override void Execute(RenderContext context) => context.Output.Indent = indent;
}

/// <summary>An expression whose value is printed.</summary>
internal sealed class PrintStatement(Expression expression) : Statement(expression.Position)
{
    private readonly PathExpression? _path = expression as PathExpression;

    public override void Execute(RenderContext context)
    {
        context.Charge(1);
        context.Position = Position;
        OutputBuffer output = context.Output;
        if (_path is not null && _path.TryGetJson(context, out System.Text.Json.JsonElement json))
        {
            output.Mark(context.Source, Position, isText: false);
            output.WriteElement(json);
            return;
        }

        Value value = expression.EvaluateForOutput(context);
        if (ReferenceEquals(value.Reference, RenderContext.Printed))
        {
            return;
        }

        context.Position = Position;
        output.Mark(context.Source, Position, isText: false);
        output.WriteValue(value);
    }
}

internal sealed class AssignStatement(Expression target, BinaryOperator? compound, Expression value, int operatorPosition)
    : Statement(target.Position)
{
    public override void Execute(RenderContext context)
    {
        context.Charge(1);
        context.Position = Position;
        Expression place = target;
        while (place is NestedExpression nested)
        {
            place = nested.Inner;
        }

        if (place is not PathExpression path)
        {
            throw context.Fault(place.Position, "Unsupported target expression for assignment.");
        }

        Value assigned = value.Evaluate(context);
        if (compound is { } kind)
        {
            assigned = Operators.Binary(context, kind, path.Evaluate(context), assigned, operatorPosition, path.Position);
        }

        path.Assign(context, assigned);
    }
}

internal sealed class IfStatement((Expression Condition, Statement Body)[] branches, Statement? otherwise, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        foreach ((Expression condition, Statement body) in branches)
        {
            context.Position = condition.Position;
            if (condition.Evaluate(context).IsTruthy)
            {
                body.Execute(context);
                return;
            }
        }

        otherwise?.Execute(context);
    }
}

internal sealed class CaseStatement(
    Expression subject, Statement before, (Expression[] Matches, Statement Body)[] branches, Statement? otherwise, int position)
    : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        context.Position = Position;
        Value value = subject.Evaluate(context);
        before.Execute(context);
        foreach ((Expression[] matches, Statement body) in branches)
        {
            foreach (Expression match in matches)
            {
                if (Operators.AreEqual(context, value, match.Evaluate(context), 0))
                {
                    body.Execute(context);
                    return;
                }
            }
        }

        otherwise?.Execute(context);
    }
}

internal sealed class CaptureStatement(PathExpression target, Statement body, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        Value text = context.Capture(body);
        context.Position = Position;
        target.Assign(context, text);
    }
}

internal sealed class ReadOnlyStatement(PathExpression variable, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        if (variable.Root == PathRoot.Local)
        {
            context.Locals.MakeReadOnly(variable.Name);
        }
        else
        {
            context.CurrentObject.MakeReadOnly(variable.Name);
        }
    }
}

internal sealed class ImportStatement(Expression source, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        context.Position = Position;
        Value value = source.Evaluate(context);
        IEnumerable<KeyValuePair<string, Value>> members = value.AsHeap switch
        {
            ScribanObject made => made.Entries.ToArray(),
            BuiltinNamespace space => space.Keys.Select(k => KeyValuePair.Create(k, space.Find(k))),
            _ => throw context.Fault(source.Position, $"Unexpected value {context.Describe(value)} for import. Expecting an object"),
        };
        ScribanObject target = context.CurrentObject;
        foreach ((string name, Value member) in members)
        {
            if (!target.IsReadOnly(name))
            {
                context.Allocate(48);
                target.Set(name, member);
            }
        }
    }
}

internal sealed class WithStatement(Expression target, Statement body, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        context.Position = Position;
        Value value = target.Evaluate(context);
        if (value.AsHeap is not ScribanObject made)
        {
            string shown = context.Source.Excerpt(target.Position, target.End);
            throw context.Fault(
                target.Position, $"Invalid target property `{shown}` used for [with] statement. Must be a ScriptObject instead of {context.Describe(value)}");
        }

        context.PushObject(made);
        body.Execute(context);
        context.PopScope();
    }
}

internal sealed class WrapStatement(Expression target, Statement body, Source source, int position) : Statement(position)
{
    private readonly BlockFunction _block = new(body, source);

    public override void Execute(RenderContext context)
    {
        context.Position = Position;
        Value result = target switch
        {
            CallExpression call => call.EvaluateWrapping(context, _block),
            PathExpression path when path.EvaluateAlias(context).AsHeap is FunctionValue function =>
                context.Call(function, default, Position, [], new CallPlace(path.Position, path.End, Stream: true, _block)),
            PathExpression path when path.EvaluateAlias(context).IsNull => throw path.UnknownFunction(context),
            _ => throw context.Fault(
                target.Position, $"Expecting a direct function instead of the expression `{context.Source.Excerpt(target.Position, target.End)}/{target.KindName}`"),
        };
        if (!ReferenceEquals(result.Reference, RenderContext.Printed))
        {
            context.Output.Mark(context.Source, Position, isText: false);
            context.Output.WriteValue(result);
        }
    }
}

internal sealed class ReturnStatement(Expression? value, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        context.Position = Position;
        context.ReturnValue = value?.Evaluate(context) ?? Value.Null;
        context.Flow = Flow.Return;
    }
}

internal sealed class LoopControlStatement(Flow flow, int position) : Statement(position)
{
    public override void Execute(RenderContext context) => context.Flow = flow;
}

internal sealed class FunctionStatement(PathExpression target, UserFunction function, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        context.Position = Position;
        target.Assign(context, Value.From(function));
    }
}
