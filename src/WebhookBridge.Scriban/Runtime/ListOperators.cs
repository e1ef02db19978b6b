using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>The operators on lists: joining, repeating, sets and comparison item by item.</summary>
internal static class ListOperators
{
    public static Value Apply(RenderContext context, BinaryOperator kind, Value left, Value right, int position)
    {
        bool leftList = left.Kind is ValueKind.Array or ValueKind.Range;
        bool rightList = right.Kind is ValueKind.Array or ValueKind.Range;
        switch (kind)
        {
            case BinaryOperator.ShiftLeft when leftList:
                return Join(context, left, Value.From(new ScribanArray([right])));
            case BinaryOperator.ShiftRight when rightList:
                return Join(context, Value.From(new ScribanArray([left])), right);
            case BinaryOperator.Add when leftList && rightList:
                return Join(context, left, right);
            case BinaryOperator.Add when left.TextOrNull is not null || right.TextOrNull is not null:
                string first = context.ToText(left);
                string second = context.ToText(right);
                context.AllocateText((long)first.Length + second.Length);
                return Value.From(first + second);
            case BinaryOperator.Add:
                return leftList ? Join(context, left, Value.From(new ScribanArray([right]))) : Join(context, Value.From(new ScribanArray([left])), right);
            case BinaryOperator.BitAnd when leftList && rightList:
                return Filter(context, left, right, keep: true);
            case BinaryOperator.Subtract when leftList && rightList:
                return Filter(context, left, right, keep: false);
            case BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Modulo
                when leftList != rightList && (leftList ? right : left).IsNumber:
                return WithNumber(context, kind, leftList ? left : right, leftList ? right : left, leftList, position);
        }

        if ((Operators.IsComparison(kind) || kind == BinaryOperator.NotEqual) && leftList && rightList)
        {
            return Value.From(HoldsForAll(context, kind, context.ToList(left), context.ToList(right)));
        }

        throw Operators.NotSupported(context, kind, left, right, position);
    }

    /// <summary>All items of both, each once.</summary>
    public static Value Union(RenderContext context, Value left, Value right)
    {
        Value all = Join(context, left, right);
        return Value.From(Distinct(context, (ScribanArray)all.AsHeap!));
    }

    /// <summary>The items of a list, each once, in the order of their first place.</summary>
    public static ScribanArray Distinct(RenderContext context, ScribanArray list)
    {
        var seen = new HashSet<Value>(new EqualityByValue(context));
        var distinct = new ScribanArray();
        context.AllocateItems(list.Count);
        foreach (Value item in list.Items)
        {
            if (seen.Add(item))
            {
                distinct.Add(item);
            }
        }

        return distinct;
    }

    public static bool AreEqual(RenderContext context, Value left, Value right, int depth)
    {
        context.CheckDepth(depth);
        ScribanArray a = context.ToList(left);
        ScribanArray b = context.ToList(right);
        if (a.Count != b.Count)
        {
            return false;
        }

        for (int i = 0; i < a.Count; i++)
        {
            if (!Operators.AreEqual(context, a[i], b[i], depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    public static int Compare(RenderContext context, Value left, Value right, int depth)
    {
        context.CheckDepth(depth);
        ScribanArray a = context.ToList(left);
        ScribanArray b = context.ToList(right);
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            bool nested = a[i].Kind is ValueKind.Array or ValueKind.Range && b[i].Kind is ValueKind.Array or ValueKind.Range;
            int order = nested ? Compare(context, a[i], b[i], depth + 1) : Operators.Compare(context, a[i], b[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return a.Count.CompareTo(b.Count);
    }

    /// <summary>
    /// Lists of different lengths compare by length; else the comparison must hold for every pair of items, != too:
    /// that is how Scriban has it.
    /// </summary>
    private static bool HoldsForAll(RenderContext context, BinaryOperator kind, ScribanArray left, ScribanArray right)
    {
        int lengths = left.Count.CompareTo(right.Count);
        if (lengths != 0 || left.Count == 0)
        {
            return kind == BinaryOperator.NotEqual ? lengths != 0 : Operators.Holds(kind, lengths);
        }

        for (int i = 0; i < left.Count; i++)
        {
            bool holds = kind == BinaryOperator.NotEqual
                ? !Operators.AreEqual(context, left[i], right[i], 0)
                : Operators.Holds(kind, Operators.Compare(context, left[i], right[i]));
            if (!holds)
            {
                return false;
            }
        }

        return true;
    }

    public static Value Join(RenderContext context, Value left, Value right)
    {
        ScribanArray a = context.ToList(left);
        ScribanArray b = context.ToList(right);
        context.AllocateItems((long)a.Count + b.Count);
        var joined = new ScribanArray(a.Count + b.Count);
        joined.AddRange(a.Items);
        joined.AddRange(b.Items);
        return Value.From(joined);
    }

    private static Value Filter(RenderContext context, Value left, Value right, bool keep)
    {
        var others = new HashSet<Value>(new EqualityByValue(context));
        foreach (Value item in context.ToList(right).Items)
        {
            others.Add(item);
        }

        var filtered = new ScribanArray();
        foreach (Value item in Distinct(context, context.ToList(left)).Items)
        {
            if (others.Contains(item) == keep)
            {
                filtered.Add(item);
            }
        }

        return Value.From(filtered);
    }

    /// <summary>List times n repeats it, list / n gives its n-th part, list % n every n-th item.</summary>
    private static Value WithNumber(RenderContext context, BinaryOperator kind, Value list, Value number, bool listFirst, int position)
    {
        ScribanArray items = context.ToList(list);
        int n = context.ToInt(number, position);
        if (kind == BinaryOperator.Multiply)
        {
            context.AllocateItems(items.Count * (long)Math.Max(0, n));
            var repeated = new ScribanArray();
            for (int i = 0; i < n && items.Count > 0; i++)
            {
                repeated.AddRange(items.Items);
            }

            return Value.From(repeated);
        }

        if (!listFirst || n <= 0)
        {
            throw context.Fault(position, $"The operator `{Operators.Symbol(kind)}` wants a list on its left side and a number above zero on its right side");
        }

        if (kind == BinaryOperator.Divide)
        {
            return Value.From(new ScribanArray(items.Items[..(items.Count / n)]));
        }

        var every = new ScribanArray();
        for (int i = 0; i < items.Count; i += n)
        {
            every.Add(items[i]);
        }

        return Value.From(every);
    }

    /// <summary>Equality as <c>==</c> sees it; values of different kinds that are equal share a hash.</summary>
    private sealed class EqualityByValue(RenderContext context) : IEqualityComparer<Value>
    {
        public bool Equals(Value x, Value y) => Operators.AreEqual(context, x, y, 0);

        public int GetHashCode(Value value)
        {
            if (value.IsNumber)
            {
                return Operators.ToDouble(value).GetHashCode();
            }

            return value.Kind switch
            {
                ValueKind.Null => 0,
                ValueKind.Bool or ValueKind.TimeSpan => value.Bits.GetHashCode(),
                ValueKind.String or ValueKind.Safe => TextHash(value.TextOrNull!),
                ValueKind.Date => ((DateValue)value.AsHeap!).Moment.GetHashCode(),
                ValueKind.Array or ValueKind.Range => 17 + (value.AsHeap is ScribanArray list ? list.Count : (int)((RangeValue)value.AsHeap!).Count),
                _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value.Reference),
            };
        }

        /// <summary>A text that is a number equals that number.</summary>
        private int TextHash(string text)
        {
            context.Charge(text.Length >> 4);
            return text.Length <= 64 && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double number)
                ? number.GetHashCode()
                : text.GetHashCode(StringComparison.Ordinal);
        }
    }
}
