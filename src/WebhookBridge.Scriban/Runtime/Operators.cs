using System.Globalization;
using System.Numerics;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>The operators on values (language reference 8.4 to 8.7).</summary>
internal static class Operators
{
    /// <summary>Bits of the longest integer; beyond it a product is an error instead of an hour of work.</summary>
    private const int LongestInteger = 4096;

    public static Value Binary(RenderContext context, BinaryOperator kind, Value left, Value right, int position, int leftPosition)
    {
        switch (kind)
        {
            case BinaryOperator.Equal:
                return Value.From(AreEqual(context, left, right, 0));
            case BinaryOperator.NotEqual when IsList(left) && IsList(right):
                return ListOperators.Apply(context, kind, left, right, position);
            case BinaryOperator.NotEqual:
                return Value.From(!AreEqual(context, left, right, 0));
            case BinaryOperator.Range or BinaryOperator.RangeExclusive:
                return MakeRange(context, left, right, kind == BinaryOperator.RangeExclusive, position);
        }

        if (IsList(left) || IsList(right))
        {
            return ListOperators.Apply(context, kind, left, right, position);
        }

        if (left.TextOrNull is not null || right.TextOrNull is not null)
        {
            return OnTexts(context, kind, left, right, position, leftPosition);
        }

        if (left.IsNull || right.IsNull)
        {
            return IsComparison(kind) ? Value.False : Value.Null;
        }

        if (left.Kind is ValueKind.Date or ValueKind.TimeSpan || right.Kind is ValueKind.Date or ValueKind.TimeSpan)
        {
            return OnMoments(context, kind, left, right, position);
        }

        if (left.IsNumber && right.IsNumber)
        {
            return IsComparison(kind)
                ? Value.From(Holds(kind, CompareNumbers(left, right)))
                : Calculate(context, kind, left, right, position);
        }

        if (left.Kind == ValueKind.Bool && right.Kind == ValueKind.Bool && IsComparison(kind))
        {
            return Value.From(Holds(kind, left.Bits.CompareTo(right.Bits)));
        }

        throw NotSupported(context, kind, left, right, position);
    }

    public static Value Sign(RenderContext context, Value value, bool negate, int position)
    {
        if (value.IsNull || (!negate && value.IsNumber))
        {
            return value;
        }

        if (!value.IsNumber)
        {
            throw context.Fault(position, $"Expecting a number for the sign in front of it instead of {context.Describe(value)}");
        }

        return Calculate(context, BinaryOperator.Subtract, value.Kind == ValueKind.Double ? Value.From(-0.0) : Value.From(0), value, position);
    }

    public static bool AreEqual(RenderContext context, Value left, Value right, int depth)
    {
        context.Charge(1);
        if (left.AsHeap is EmptyValue || right.AsHeap is EmptyValue)
        {
            return IsEmpty(left) && IsEmpty(right);
        }

        if (left.IsNull || right.IsNull)
        {
            return left.IsNull && right.IsNull;
        }

        if (IsList(left) && IsList(right))
        {
            return ListOperators.AreEqual(context, left, right, depth);
        }

        if (left.TextOrNull is not null || right.TextOrNull is not null)
        {
            if (IsList(left) || IsList(right) || left.Kind == ValueKind.Object || right.Kind == ValueKind.Object)
            {
                return false;
            }

            string first = context.ToText(left);
            string second = context.ToText(right);
            context.Charge(Math.Min(first.Length, second.Length) >> 4);
            return string.Equals(first, second, StringComparison.Ordinal);
        }

        if (left.IsNumber && right.IsNumber)
        {
            return CompareNumbers(left, right) == 0;
        }

        return left.Kind switch
        {
            ValueKind.Bool or ValueKind.TimeSpan => left.Kind == right.Kind && left.Bits == right.Bits,
            ValueKind.Date => right.AsHeap is DateValue other && ((DateValue)left.AsHeap!).Moment == other.Moment,
            _ => ReferenceEquals(left.Reference, right.Reference),
        };
    }

    /// <summary>Order for sorting: null first, then by value; kinds that have no common order by their kind.</summary>
    public static int Compare(RenderContext context, Value left, Value right)
    {
        context.Charge(2);
        if (left.IsNull || right.IsNull)
        {
            return left.IsNull ? (right.IsNull ? 0 : -1) : 1;
        }

        if (left.IsNumber && right.IsNumber)
        {
            return CompareNumbers(left, right);
        }

        if (left.TextOrNull is not null && right.TextOrNull is not null)
        {
            return CompareTexts(context, left.TextOrNull, right.TextOrNull);
        }

        if (left.Kind == right.Kind)
        {
            return left.Kind switch
            {
                ValueKind.Bool or ValueKind.TimeSpan => left.Bits.CompareTo(right.Bits),
                ValueKind.Date => ((DateValue)left.AsHeap!).Moment.CompareTo(((DateValue)right.AsHeap!).Moment),
                ValueKind.Array or ValueKind.Range => ListOperators.Compare(context, left, right, 0),
                _ => 0,
            };
        }

        return left.Kind.CompareTo(right.Kind);
    }

    public static int CompareNumbers(Value left, Value right)
    {
        if (left.Kind is ValueKind.Int or ValueKind.Exact && right.Kind is ValueKind.Int or ValueKind.Exact)
        {
            return left.Bits.CompareTo(right.Bits);
        }

        if (IsFloating(left) || IsFloating(right))
        {
            return TryDecimal(left, out decimal a) && TryDecimal(right, out decimal b) ? a.CompareTo(b) : ToDouble(left).CompareTo(ToDouble(right));
        }

        return TryDecimal(left, out decimal first) && TryDecimal(right, out decimal second)
            ? first.CompareTo(second)
            : Numbers.CompareTexts(ExactText(left), ExactText(right));
    }

    public static double ToDouble(Value value) => value.Kind switch
    {
        ValueKind.Double or ValueKind.Float => value.AsDouble,
        ValueKind.BigInt => (double)((BigIntValue)value.AsHeap!).Number,
        ValueKind.Decimal => value.AsHeap is DecimalValue { Source: { } source } ? double.Parse(source, CultureInfo.InvariantCulture) : (double)((DecimalValue)value.AsHeap!).Number,
        _ => value.Bits,
    };

    /// <summary>A number as an exact decimal; false when it does not fit.</summary>
    public static bool TryDecimal(Value value, out decimal number)
    {
        switch (value.Kind)
        {
            case ValueKind.Int or ValueKind.Exact:
                number = value.Bits;
                return true;
            case ValueKind.Double or ValueKind.Float:
                return value.Kind == ValueKind.Float
                    ? Numbers.TryToDecimal(double.Parse(((float)value.AsDouble).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), out number)
                    : Numbers.TryToDecimal(value.AsDouble, out number);
            case ValueKind.Decimal:
                var exact = (DecimalValue)value.AsHeap!;
                number = exact.Number;
                return exact.Fits;
            case ValueKind.BigInt:
                BigInteger integer = ((BigIntValue)value.AsHeap!).Number;
                bool fits = BigInteger.Abs(integer) <= (BigInteger)decimal.MaxValue;
                number = fits ? (decimal)integer : 0;
                return fits;
            default:
                number = 0;
                return false;
        }
    }

    public static BigInteger ToBigInteger(Value value) =>
        value.AsHeap is BigIntValue big ? big.Number : value.Bits;

    public static TemplateException NotSupported(RenderContext context, BinaryOperator kind, Value left, Value right, int position) =>
        context.Fault(position, $"The operator `{Symbol(kind)}` is not supported between {context.Describe(left)} and {context.Describe(right)}");

    public static bool IsComparison(BinaryOperator kind) =>
        kind is BinaryOperator.Less or BinaryOperator.LessEqual or BinaryOperator.Greater or BinaryOperator.GreaterEqual;

    public static bool Holds(BinaryOperator kind, int order) => kind switch
    {
        BinaryOperator.Less => order < 0,
        BinaryOperator.LessEqual => order <= 0,
        BinaryOperator.Greater => order > 0,
        _ => order >= 0,
    };

    private static bool IsList(Value value) => value.Kind is ValueKind.Array or ValueKind.Range;

    private static bool IsFloating(Value value) => value.Kind is ValueKind.Double or ValueKind.Float;

    private static bool IsEmpty(Value value) => value.AsHeap switch
    {
        EmptyValue => true,
        ScribanObject members => members.Count == 0,
        ScribanArray list => list.Count == 0,
        RangeValue range => range.Count == 0,
        _ => value.TextOrNull is { Length: 0 },
    };

    private static string ExactText(Value value) => value.AsHeap switch
    {
        DecimalValue { Source: { } source } => source,
        DecimalValue number => number.Number.ToString(CultureInfo.InvariantCulture),
        BigIntValue integer => integer.Number.ToString(CultureInfo.InvariantCulture),
        _ => value.Bits.ToString(CultureInfo.InvariantCulture),
    };

    private static int CompareTexts(RenderContext context, string left, string right)
    {
        context.Charge(Math.Min(left.Length, right.Length) >> 2);
        return CultureInfo.InvariantCulture.CompareInfo.Compare(left, right);
    }

    private static Value OnTexts(RenderContext context, BinaryOperator kind, Value left, Value right, int position, int leftPosition)
    {
        if (kind == BinaryOperator.Multiply)
        {
            return Repeat(context, left, right, position, leftPosition);
        }

        if (kind != BinaryOperator.Add && !IsComparison(kind))
        {
            throw context.Fault(position, $"Operator `{Symbol(kind)}` is not supported on string objects");
        }

        string first = context.ToText(left);
        string second = context.ToText(right);
        if (kind == BinaryOperator.Add)
        {
            context.AllocateText((long)first.Length + second.Length);
            return Value.From(string.Concat(first, second));
        }

        return left.IsNull || right.IsNull ? Value.False : Value.From(Holds(kind, CompareTexts(context, first, second)));
    }

    /// <summary>A text times a number; the operands may stand either way round.</summary>
    private static Value Repeat(RenderContext context, Value left, Value right, int position, int leftPosition)
    {
        (Value text, Value times) = right.TextOrNull is not null ? (right, left) : (left, right);
        if (!RenderContext.TryToInt(times, out long count))
        {
            throw context.Fault(
                right.TextOrNull is not null ? leftPosition : position,
                "Expecting an integer. The operator `*` is not supported for the expression. Only working on string x int or int x string");
        }

        string piece = text.TextOrNull!;
        if (count <= 0 || piece.Length == 0)
        {
            return Value.From("");
        }

        context.AllocateText(count > int.MaxValue ? long.MaxValue / 4 : piece.Length * count);
        return Value.From(string.Concat(Enumerable.Repeat(piece, (int)count)));
    }

    private static Value OnMoments(RenderContext context, BinaryOperator kind, Value left, Value right, int position)
    {
        DateTimeOffset? first = (left.AsHeap as DateValue)?.Moment;
        DateTimeOffset? second = (right.AsHeap as DateValue)?.Moment;
        bool leftSpan = left.Kind == ValueKind.TimeSpan;
        bool rightSpan = right.Kind == ValueKind.TimeSpan;
        try
        {
            if (IsComparison(kind) && ((first is not null && second is not null) || (leftSpan && rightSpan)))
            {
                return Value.From(Holds(kind, leftSpan ? left.Bits.CompareTo(right.Bits) : first!.Value.CompareTo(second!.Value)));
            }

            switch (kind)
            {
                case BinaryOperator.Subtract when first is not null && second is not null:
                    return Value.From(first.Value - second.Value);
                case BinaryOperator.Subtract when first is not null && rightSpan:
                    return Value.From(first.Value - right.AsTimeSpan);
                case BinaryOperator.Add when first is not null && rightSpan:
                    return Value.From(first.Value + right.AsTimeSpan);
                case BinaryOperator.Add when second is not null && leftSpan:
                    return Value.From(second.Value + left.AsTimeSpan);
                case BinaryOperator.Add when leftSpan && rightSpan:
                    return Value.From(left.AsTimeSpan + right.AsTimeSpan);
                case BinaryOperator.Subtract when leftSpan && rightSpan:
                    return Value.From(left.AsTimeSpan - right.AsTimeSpan);
            }
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw context.Fault(position, "The result is outside the range of dates");
        }

        throw NotSupported(context, kind, left, right, position);
    }

    private static Value MakeRange(RenderContext context, Value left, Value right, bool exclusive, int position)
    {
        if (!left.IsNumber || !right.IsNumber || !RenderContext.TryToInt(left, out long first) || !RenderContext.TryToInt(right, out long last))
        {
            Value wrong = left.IsNumber ? right : left;
            throw context.Fault(position, $"Expecting integers on both sides of the range instead of {context.Describe(wrong)}");
        }

        if (exclusive && first == last)
        {
            return Value.From(new RangeValue(first, last) { IsEmpty = true });
        }

        var range = new RangeValue(first, exclusive ? (first < last ? last - 1 : last + 1) : last);
        if (Math.Abs((double)range.First - range.Last) >= context.Budget.LoopSteps)
        {
            throw context.Exceeded(position, $"Range expression exceeds LoopLimit `{context.Budget.LoopSteps}`.");
        }

        return Value.From(range);
    }

    /// <summary>Arithmetic: decimal when a side is exact, double when a side is floating, else whole numbers of any size.</summary>
    private static Value Calculate(RenderContext context, BinaryOperator kind, Value left, Value right, int position)
    {
        if (IsExact(left) || IsExact(right))
        {
            return DecimalMath.Calculate(context, kind, left, right, position);
        }

        if (IsFloating(left) || IsFloating(right))
        {
            double result = OnDoubles(context, kind, ToDouble(left), ToDouble(right), left, right, position);
            bool isFloat = left.Kind != ValueKind.Double && right.Kind != ValueKind.Double;
            return isFloat ? Value.FromFloat((float)result) : Value.From(result);
        }

        return OnIntegers(context, kind, ToBigInteger(left), ToBigInteger(right), left, right, position);
    }

    private static bool IsExact(Value value) => value.Kind is ValueKind.Exact or ValueKind.Decimal;

    private static double OnDoubles(RenderContext context, BinaryOperator kind, double left, double right, Value a, Value b, int position) => kind switch
    {
        BinaryOperator.Add => left + right,
        BinaryOperator.Subtract => left - right,
        BinaryOperator.Multiply => left * right,
        BinaryOperator.Divide => left / right,
        BinaryOperator.DivideRound => Math.Round(left / right),
        BinaryOperator.Modulo => left % right,
        _ => throw NotSupported(context, kind, a, b, position),
    };

    private static Value OnIntegers(RenderContext context, BinaryOperator kind, BigInteger left, BigInteger right, Value a, Value b, int position)
    {
        if (right.IsZero && kind is BinaryOperator.DivideRound or BinaryOperator.Modulo)
        {
            throw context.Fault(position, "Cannot divide by zero");
        }

        long bits = left.GetBitLength() + right.GetBitLength();
        if (bits > LongestInteger * 2 || (kind == BinaryOperator.Multiply && bits > LongestInteger))
        {
            throw context.Exceeded(position, "The number is too large");
        }

        context.Charge((int)(bits >> 6));
        return kind switch
        {
            BinaryOperator.Add => Value.From(left + right),
            BinaryOperator.Subtract => Value.From(left - right),
            BinaryOperator.Multiply => Value.From(left * right),
            BinaryOperator.Divide => Value.From((double)left / (double)right),
            BinaryOperator.DivideRound => Value.From(BigInteger.Divide(left, right)),
            BinaryOperator.Modulo => Value.From(BigInteger.Remainder(left, right)),
            BinaryOperator.BitAnd => Value.From(left & right),
            BinaryOperator.ShiftLeft => Value.From(left << ShiftCount(context, right, position)),
            BinaryOperator.ShiftRight => Value.From(left >> ShiftCount(context, right, position)),
            _ => throw NotSupported(context, kind, a, b, position),
        };
    }

    private static int ShiftCount(RenderContext context, BigInteger count, int position) =>
        count >= 0 && count <= LongestInteger ? (int)count : throw context.Fault(position, "The number of bits to shift by is out of range");

    internal static string Symbol(BinaryOperator kind) => kind switch
    {
        BinaryOperator.BitAnd => "&",
        BinaryOperator.Less => "<",
        BinaryOperator.LessEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterEqual => ">=",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.DivideRound => "//",
        BinaryOperator.Modulo => "%",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        _ => kind.ToString(),
    };
}
