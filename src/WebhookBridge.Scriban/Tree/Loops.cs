using System.Globalization;
using System.Text;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Tree;

/// <summary>The options behind the list of a for loop, in the order they are applied.</summary>
internal sealed record LoopOptions(Expression? Offset, Expression? Limit, bool Reversed, Expression? Columns);

/// <summary><c>for</c> and <c>tablerow</c> (language reference 9.5).</summary>
internal sealed class ForStatement(
    PathExpression variable, Expression list, LoopOptions options, Statement body, Statement? otherwise, bool isTable, int position)
    : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        context.Position = Position;
        Value source = list.Evaluate(context);
        ScribanArray items = context.ToIterable(source)
            ?? throw context.Fault(list.Position, $"Expecting a list or a range for the loop instead of {context.Describe(source)}");
        int from = options.Offset is null ? 0 : Math.Max(0, context.ToInt(options.Offset.Evaluate(context), options.Offset.Position));
        int count = Math.Max(0, items.Count - from);
        if (options.Limit is not null)
        {
            count = Math.Clamp(context.ToInt(options.Limit.Evaluate(context), options.Limit.Position), 0, count);
        }

        if (count == 0)
        {
            otherwise?.Execute(context);
            return;
        }

        Run(context, items, from, count);
    }

    private void Run(RenderContext context, ScribanArray items, int from, int count)
    {
        LoopState? outer = context.ForLoop;
        var loop = new LoopState(count) { Columns = isTable ? Columns(context, count) : 0 };
        context.ForLoop = loop;
        bool isLocal = variable.Root == PathRoot.Local;
        Value before = isLocal ? context.Locals.Get(variable.Name) : Value.Null;
        if (!isLocal)
        {
            context.PushLoopVariable(variable.Name, Value.Null);
        }

        Value previous = Value.Null;
        for (int i = 0; i < count; i++)
        {
            context.StepLoop(Position);
            int at = options.Reversed ? from + count - 1 - i : from + i;
            Value item = at < items.Count ? items[at] : Value.Null;
            loop.Index = i;
            loop.Changed = i == 0 || !Operators.AreEqual(context, item, previous, 0);
            previous = item;
            SetVariable(context, isLocal, item);
            if (isTable)
            {
                RunCell(context, loop, i, count);
            }
            else
            {
                body.Execute(context);
            }

            if (context.Flow == Flow.Return)
            {
                break;
            }

            bool stop = context.Flow == Flow.Break;
            context.Flow = Flow.Next;
            if (stop)
            {
                break;
            }
        }

        if (isLocal)
        {
            context.Locals.Set(variable.Name, before);
        }
        else
        {
            context.PopScope();
        }

        context.ForLoop = outer;
    }

    private void SetVariable(RenderContext context, bool isLocal, Value item)
    {
        if (isLocal)
        {
            context.Locals.Set(variable.Name, item);
        }
        else
        {
            context.SetLoopVariable(item);
        }
    }

    private int Columns(RenderContext context, int count) =>
        options.Columns is null ? 1 : Math.Clamp(context.ToInt(options.Columns.Evaluate(context), options.Columns.Position), 1, Math.Max(1, count));

    private void RunCell(RenderContext context, LoopState loop, int index, int count)
    {
        loop.Column = (index % loop.Columns) + 1;
        if (loop.Column == 1)
        {
            Markup(context, $"<tr class=\"row{((index / loop.Columns) + 1).ToString(CultureInfo.InvariantCulture)}\">");
        }

        Markup(context, $"<td class=\"col{loop.Column.ToString(CultureInfo.InvariantCulture)}\">");
        body.Execute(context);
        Markup(context, "</td>");
        if (loop.Column == loop.Columns || index == count - 1)
        {
            Markup(context, "</tr>\n");
        }
    }

    private static void Markup(RenderContext context, string text)
    {
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.GetBytes(text);
        context.Output.WriteBlock(
            utf8,
            [OutputBuffer.Follow(JsonPlace.Outside, utf8), OutputBuffer.Follow(JsonPlace.InString, utf8), OutputBuffer.Follow(JsonPlace.AfterBackslash, utf8)]);
    }
}

internal sealed class WhileStatement(Expression condition, Statement body, int position) : Statement(position)
{
    public override void Execute(RenderContext context)
    {
        LoopState? outer = context.WhileLoop;
        var loop = new LoopState(-1);
        context.WhileLoop = loop;
        for (int i = 0; ; i++)
        {
            context.Position = Position;
            loop.Index = i;
            if (!condition.Evaluate(context).IsTruthy)
            {
                break;
            }

            context.StepLoop(Position);
            body.Execute(context);
            if (context.Flow == Flow.Return)
            {
                break;
            }

            bool stop = context.Flow == Flow.Break;
            context.Flow = Flow.Next;
            if (stop)
            {
                break;
            }
        }

        context.WhileLoop = outer;
    }
}
