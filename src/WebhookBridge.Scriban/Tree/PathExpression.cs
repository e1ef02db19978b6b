using System.Text;
using System.Text.Json;
using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Tree;

internal enum PathRoot : byte
{
    Global, Local, This, Empty, Expression,
}

/// <summary>One <c>.name</c>, <c>?.name</c> or <c>[index]</c>.</summary>
internal sealed class Step(string? name, Expression? index, bool isOptional, int position, int end)
{
    public string? Name { get; } = name;

    public byte[] Utf8 { get; } = name is null ? [] : Encoding.UTF8.GetBytes(name);

    public Expression? Index { get; } = index;

    public bool IsOptional { get; } = isOptional;

    public int Position { get; } = position;

    public int End { get; } = end;
}

/// <summary>
/// A variable with its members and indexers (language reference 8.1). As long as the way leads through JSON that
/// nothing has changed, it is walked there and only the end becomes a value.
/// </summary>
internal sealed class PathExpression : Expression
{
    private readonly byte[] _utf8;
    private readonly bool _onlyMembers;

    public PathExpression(PathRoot root, string name, Expression? start, Step[] steps, int position, int end)
        : base(position, end)
    {
        Root = root;
        Name = name;
        Start = start;
        Steps = steps;
        _utf8 = Encoding.UTF8.GetBytes(name);
        _onlyMembers = root == PathRoot.Global && Array.TrueForAll(steps, s => s.Name is not null);
    }

    public PathRoot Root { get; }

    public string Name { get; }

    public Expression? Start { get; }

    public Step[] Steps { get; }

    public bool IsVariable => Steps.Length == 0 && Root is PathRoot.Global or PathRoot.Local;

    /// <summary>An unknown variable is null even in strict mode: <c>??</c> or <c>?!</c> follows.</summary>
    public bool IsGuarded { get; set; }

    public override string KindName => IsVariable ? "variable" : "member";

    /// <summary>The end of the path while it is untouched JSON. False: use <see cref="Evaluate"/>.</summary>
    public bool TryGetJson(RenderContext context, out JsonElement json)
    {
        json = default;
        if (!_onlyMembers)
        {
            return false;
        }

        if (!context.TryFind(Name, _utf8, out json, out bool isJson, out Value value))
        {
            return false;
        }

        int at = 0;
        if (!isJson)
        {
            // A loop variable or a changed object may still hold untouched JSON further on.
            while (at < Steps.Length && value.AsHeap is ScribanObject members)
            {
                Step step = Steps[at++];
                if (members.TryGetJson(step.Name!, step.Utf8, out json))
                {
                    isJson = true;
                    break;
                }

                if (!members.TryGet(step.Name!, out value))
                {
                    return false;
                }
            }

            if (!isJson)
            {
                return false;
            }
        }

        PathMemo? memo = at == 0 && Steps.Length > 1 && context.IsRootOnly ? context.Memo : null;
        at += memo?.Resume(Name, Steps, ref json) ?? 0;
        for (; at < Steps.Length; at++)
        {
            Step step = Steps[at];
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(step.Utf8, out json))
            {
                return false;
            }

            if (memo is not null && at < Steps.Length - 1)
            {
                memo.Keep(at, step.Name!, json);
            }
        }

        return true;
    }

    public override Value Evaluate(RenderContext context)
    {
        Value value = EvaluateAlias(context);
        return value.AsHeap is FunctionValue function ? Call(context, function, default, End, stream: false) : value;
    }

    public override Value EvaluateForOutput(RenderContext context)
    {
        Value value = EvaluateAlias(context);
        return value.AsHeap is FunctionValue function ? Call(context, function, default, End, stream: true) : value;
    }

    public override Value EvaluateAlias(RenderContext context)
    {
        if (TryGetJson(context, out JsonElement json) && json.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            if (json.ValueKind != JsonValueKind.String)
            {
                return JsonValues.FromElement(json);
            }

            int length = JsonText.Content(json).Length;
            if (length <= JsonValues.LongText)
            {
                context.Allocate(length * 2);
                return JsonValues.FromElement(json);
            }
        }

        return Walk(context, Steps.Length);
    }

    public override Value EvaluatePiped(RenderContext context, in PipedValues piped)
    {
        Value value = EvaluateAlias(context);
        if (value.AsHeap is FunctionValue function)
        {
            return context.Call(function, piped.Values, piped.Position, [], new CallPlace(Position, End));
        }

        if (value.IsNull)
        {
            throw UnknownFunction(context);
        }

        return base.EvaluatePiped(context, piped);
    }

    /// <summary>Assigns to the variable, member or item that the path names (language reference 8.2).</summary>
    public void Assign(RenderContext context, Value value)
    {
        if (Steps.Length == 0)
        {
            AssignVariable(context, value);
            return;
        }

        Step last = Steps[^1];
        Value target = Walk(context, Steps.Length - 1);
        string shown = Shown(context, End);
        if (target.AsHeap is FunctionValue function)
        {
            target = Call(context, function, default, last.Position, stream: false);
        }

        if (target.IsNull)
        {
            throw context.Fault(Position, $"Object `{Shown(context, EndOf(Steps.Length - 1))}` is null. Cannot set member: {shown}");
        }

        if (last.Name is not null)
        {
            Access.SetMember(context, target, last.Name, value, Position, shown);
            return;
        }

        Value index = last.Index!.Evaluate(context);
        if (index.IsNull)
        {
            throw NullIndex(context, Steps.Length - 1);
        }

        Access.SetItem(context, target, index, value, last.Index.Position, shown);
    }

    public TemplateException UnknownFunction(RenderContext context)
    {
        string shown = Shown(context, End);
        string? nearest = Steps.Length == 0 ? Names.Nearest(Name, context.KnownNames()) : NearestMember(context, Steps.Length - 1);
        return context.Fault(Position, $"The function `{shown}` was not found", nearest);
    }

    private Value Walk(RenderContext context, int count)
    {
        Value value = Begin(context, count);
        for (int i = 0; i < count; i++)
        {
            Step step = Steps[i];
            if (value.AsHeap is FunctionValue function)
            {
                value = Call(context, function, default, EndOf(i), stream: false);
            }

            if (value.IsNull)
            {
                if (step.IsOptional)
                {
                    continue;
                }

                string what = step.Name is null ? "indexer" : "member";
                throw context.Fault(
                    Position, $"Object `{Shown(context, EndOf(i))}` is null. Cannot access {what}: {Shown(context, step.End)}", SuggestionFor(context, i));
            }

            if (step.Name is not null)
            {
                value = Access.Member(context, value, step.Name);
                continue;
            }

            Value index = step.Index!.Evaluate(context);
            if (index.IsNull)
            {
                throw NullIndex(context, i);
            }

            value = Access.Item(context, value, index, step.Index.Position, Position);
        }

        return value;
    }

    private Value Begin(RenderContext context, int steps)
    {
        switch (Root)
        {
            case PathRoot.Global:
                if (context.TryFind(Name, out Value value))
                {
                    return value;
                }

                return Unknown(context, steps);
            case PathRoot.Local:
                return Local(context);
            case PathRoot.This:
                return Value.From(context.CurrentObject);
            case PathRoot.Empty:
                return Value.From(EmptyValue.Instance);
            default:
                return Start!.Evaluate(context);
        }
    }

    private Value Unknown(RenderContext context, int steps)
    {
        if (Name == "for" || Name == "tablerow")
        {
            return Value.From(context.ForLoop);
        }

        if (Name == "while")
        {
            return Value.From(context.WhileLoop);
        }

        bool optional = steps > 0 && Steps[0].IsOptional;
        if (context.Options.Strict && !IsGuarded && !optional)
        {
            throw context.Fault(Position, $"The variable or function `{Name}` was not found", Names.Nearest(Name, context.KnownNames()));
        }

        return Value.Null;
    }

    private Value Local(RenderContext context)
    {
        LocalFrame locals = context.Locals;
        if (Name == "$")
        {
            return Value.From(locals.Arguments);
        }

        if (Name == "$$")
        {
            return Value.From(locals.Block);
        }

        if (int.TryParse(Name.AsSpan(1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int index))
        {
            return index < locals.Arguments.Count ? locals.Arguments[index] : Value.Null;
        }

        if (context.Options.Strict && !IsGuarded && !locals.Has(Name) && (Steps.Length == 0 || !Steps[0].IsOptional))
        {
            throw context.Fault(Position, $"The variable `{Name}` was not found");
        }

        return locals.Get(Name);
    }

    private void AssignVariable(RenderContext context, Value value)
    {
        switch (Root)
        {
            case PathRoot.Global:
                context.Assign(Name, value, Position);
                break;
            case PathRoot.Local when Name is not ("$" or "$$"):
                if (context.Locals.IsReadOnly(Name))
                {
                    throw context.Fault(Position, $"Cannot set the readonly variable `{Name}`");
                }

                context.Allocate(48);
                context.Locals.Set(Name, value);
                break;
            default:
                throw context.Fault(Position, $"Unsupported target expression for assignment: `{Shown(context, End)}`");
        }
    }

    private Value Call(RenderContext context, FunctionValue function, ReadOnlySpan<Value> piped, int end, bool stream) =>
        context.Call(function, piped, Position, [], new CallPlace(Position, end, stream));

    private TemplateException NullIndex(RenderContext context, int step) => context.Fault(
        Steps[step].Index!.Position,
        $"Cannot access target `{Shown(context, EndOf(step))}` with a null indexer: {Shown(context, Steps[step].End)}");

    private int EndOf(int step) => step > 0 ? Steps[step - 1].End : Start?.End ?? Position + Name.Length;

    private string Shown(RenderContext context, int end) => context.Source.Excerpt(Position, end);

    private string? SuggestionFor(RenderContext context, int step) =>
        step == 0 ? (Root == PathRoot.Global ? Names.Nearest(Name, context.KnownNames()) : null) : NearestMember(context, step - 1);

    private string? NearestMember(RenderContext context, int step)
    {
        if (Steps[step].Name is not { } wanted)
        {
            return null;
        }

        Value owner = Walk(context, step);
        return owner.AsHeap switch
        {
            ScribanObject members => Names.Nearest(wanted, members.Keys),
            BuiltinNamespace space => Names.Nearest(wanted, space.Keys),
            _ => null,
        };
    }
}

/// <summary>The value of <c>empty</c>: equal to everything that is empty (language reference 4.2).</summary>
internal sealed class EmptyValue : HeapValue
{
    private EmptyValue()
        : base(ValueKind.Object)
    {
    }

    public static EmptyValue Instance { get; } = new();
}
