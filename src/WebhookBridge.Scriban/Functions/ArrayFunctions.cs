using System.Text;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The functions of <c>array</c>. None changes the list it is given.</summary>
internal static class ArrayFunctions
{
    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("array.add", "list value", static (in a) => Added(a, a.List(0).Count, a[1])),
        new("array.add_range", "list1 list2", static (in a) => ListOperators.Join(a.Context, a[0], a[1])),
        new("array.compact", "list", static (in a) => a[0].IsNull ? Value.Null : Where(a, static v => !v.IsNull)),
        new("array.concat", "list1 list2", static (in a) => a[0].IsNull && a[1].IsNull ? Value.Null : ListOperators.Join(a.Context, a[0], a[1])),
        new("array.cycle", "list group?", Cycle),
        new("array.any", "list function args*", Any),
        new("array.each", "list function args*", Each),
        new("array.filter", "list function args*", Filter),
        new("array.first", "list", static (in a) => a.List(0) is { Count: > 0 } list ? list[0] : Value.Null),
        new("array.insert_at", "list index value", InsertAt),
        new("array.join", "list delimiter function?", Join),
        new("array.last", "list", static (in a) => a.List(0) is { Count: > 0 } list ? list[list.Count - 1] : Value.Null),
        new("array.limit", "list count", static (in a) => a[0].IsNull ? Value.Null : Part(a, 0, a.Int(1))),
        new("array.map", "list member", Map),
        new("array.offset", "list index", static (in a) => a[0].IsNull ? Value.Null : Part(a, a.Int(1), int.MaxValue)),
        new("array.remove_at", "list index", RemoveAt),
        new("array.reverse", "list", Reverse),
        new("array.size", "list", Size),
        new("array.sort", "list member?", Sort),
        new("array.uniq", "list", static (in a) => a[0].IsNull ? Value.Null : Value.From(ListOperators.Distinct(a.Context, a.List(0)))),
        new("array.contains", "list item", Contains),
    ];

    private static Value Size(in Arguments a) => a[0].Kind switch
    {
        ValueKind.Range => Value.From(((RangeValue)a[0].AsHeap!).Count),
        _ => Value.From(a.List(0).Count),
    };

    private static Value Contains(in Arguments a)
    {
        foreach (Value item in a.List(0).Items)
        {
            if (Operators.AreEqual(a.Context, item, a[1], 0))
            {
                return Value.True;
            }
        }

        return Value.False;
    }

    /// <summary>The next item of the list; calls with the same group, or the same items, share their place.</summary>
    private static Value Cycle(in Arguments a)
    {
        ScribanArray list = a.List(0);
        if (list.Count == 0)
        {
            return Value.Null;
        }

        string group = a[1].IsNull ? string.Concat("list:", a.Context.ToText(Value.From(list))) : string.Concat("group:", a.Text(1));
        int place = a.Context.NextOfCycle(group);
        return list[place % list.Count];
    }

    private static Value Any(in Arguments a)
    {
        FunctionValue? test = a.Callee(1);
        foreach (Value item in a.List(0).Items)
        {
            if (test is not null && Call(a, test, item).IsTruthy)
            {
                return Value.True;
            }
        }

        return Value.False;
    }

    private static Value Each(in Arguments a)
    {
        if (a[0].IsNull)
        {
            return Value.Null;
        }

        FunctionValue? function = a.Callee(1);
        ScribanArray list = a.List(0);
        if (function is null)
        {
            return Value.From(list);
        }

        var made = new ScribanArray();
        foreach (Value item in list.Items)
        {
            a.Context.Allocate(32);
            made.Add(Call(a, function, item));
        }

        return Value.From(made);
    }

    private static Value Filter(in Arguments a)
    {
        if (a[0].IsNull)
        {
            return Value.Null;
        }

        FunctionValue? test = a.Callee(1);
        ScribanArray list = a.List(0);
        if (test is null)
        {
            return Value.From(list);
        }

        var kept = new ScribanArray();
        foreach (Value item in list.Items)
        {
            if (Call(a, test, item).IsTruthy)
            {
                a.Context.Allocate(32);
                kept.Add(item);
            }
        }

        return Value.From(kept);
    }

    private static Value Call(in Arguments a, FunctionValue function, Value item)
    {
        a.Context.StepLoop(a.Position);
        var arguments = new List<Value> { item };
        arguments.AddRange(a.Rest);
        return a.Context.Invoke(function, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(arguments), new CallSite(a.PositionOf(1), a.PositionOf(1), arguments.Count, a.PositionOf(1), []));
    }

    private static Value InsertAt(in Arguments a)
    {
        ScribanArray list = a.List(0);
        int index = Math.Max(0, a.Int(1));
        a.Context.AllocateItems(Math.Max(list.Count, (long)index) + 1);
        var made = new ScribanArray(list.Items[..Math.Min(index, list.Count)]);
        while (made.Count < index)
        {
            made.Add(Value.Null);
        }

        made.Add(a[2]);
        if (index < list.Count)
        {
            made.AddRange(list.Items[index..]);
        }

        return Value.From(made);
    }

    private static Value Added(in Arguments a, int count, Value value)
    {
        a.Context.AllocateItems(count + 1L);
        var made = new ScribanArray(a.List(0).Items);
        made.Add(value);
        return Value.From(made);
    }

    private static Value Join(in Arguments a)
    {
        string delimiter = a.TextOrEmpty(1);
        FunctionValue? transform = a.Callee(2);
        var text = new StringBuilder();
        bool first = true;
        foreach (Value item in a.List(0).Items)
        {
            text.Append(first ? "" : delimiter);
            first = false;
            Value piece = Value.From(a.Context.ToText(item));
            if (transform is not null)
            {
                piece = a.Context.Invoke(transform, [piece], new CallSite(a.PositionOf(2), a.PositionOf(2), 1, a.PositionOf(2), []));
            }

            text.Append(a.Context.ToText(piece));
            a.Context.Charge(2);
            if (text.Length > a.Context.Budget.TextLength)
            {
                break;
            }
        }

        a.Context.AllocateText(text.Length);
        return Value.From(text.ToString());
    }

    private static Value Map(in Arguments a)
    {
        ScribanArray list = a.List(0);
        string? member = a.Text(1);
        a.Context.AllocateItems(list.Count);
        var made = new ScribanArray(list.Count);
        foreach (Value item in list.Items)
        {
            made.Add(item.IsNull || member is null ? Value.Null : Access.Member(a.Context, item, member));
        }

        return Value.From(made);
    }

    private static Value Part(in Arguments a, int from, int count)
    {
        ScribanArray list = a.List(0);
        from = Math.Clamp(from, 0, list.Count);
        count = Math.Clamp(count, 0, list.Count - from);
        a.Context.AllocateItems(count);
        return Value.From(new ScribanArray(list.Items.Slice(from, count)));
    }

    private static Value RemoveAt(in Arguments a)
    {
        ScribanArray list = a.List(0);
        int index = a.Int(1);
        index = index < 0 ? index + list.Count : index;
        a.Context.AllocateItems(list.Count);
        var made = new ScribanArray();
        for (int i = 0; i < list.Count; i++)
        {
            if (i != index)
            {
                made.Add(list[i]);
            }
        }

        return Value.From(made);
    }

    private static Value Reverse(in Arguments a)
    {
        ScribanArray list = a.List(0);
        a.Context.AllocateItems(list.Count);
        Value[] items = list.Items.ToArray();
        Array.Reverse(items);
        return Value.From(new ScribanArray(items));
    }

    private static Value Sort(in Arguments a)
    {
        RenderContext context = a.Context;
        ScribanArray list = a.List(0);
        string? member = a.Text(1);
        context.AllocateItems(list.Count * 2L);
        (Value Key, Value Item)[] keyed = new (Value, Value)[list.Count];
        for (int i = 0; i < keyed.Length; i++)
        {
            Value item = list[i];
            keyed[i] = (member is null ? item : item.IsNull ? Value.Null : Access.Member(context, item, member), item);
        }

        try
        {
            // A stable sort, so that equal items keep their order on every machine.
            return Value.From(new ScribanArray([.. keyed
                .OrderBy(k => k.Key, Comparer<Value>.Create((x, y) => Operators.Compare(context, x, y)))
                .Select(k => k.Item)]));
        }
        catch (InvalidOperationException e) when (e.InnerException is TemplateException inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    private static Value Where(in Arguments a, Func<Value, bool> keep)
    {
        ScribanArray list = a.List(0);
        a.Context.AllocateItems(list.Count);
        var made = new ScribanArray();
        foreach (Value item in list.Items)
        {
            if (keep(item))
            {
                made.Add(item);
            }
        }

        return Value.From(made);
    }
}
