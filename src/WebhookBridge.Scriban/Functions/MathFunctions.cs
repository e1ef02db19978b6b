using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The functions of <c>math</c>. Numbers from JSON stay decimal; halves are rounded to the even neighbour.</summary>
internal static class MathFunctions
{
    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("math.abs", "value", Abs),
        new("math.ceil", "value", static (in a) => Whole(a, decimal.Ceiling, Math.Ceiling)),
        new("math.divided_by", "value divisor", DividedBy),
        new("math.floor", "value", static (in a) => Whole(a, decimal.Floor, Math.Floor)),
        new("math.format", "value format culture?", static (in a) => Formatting.Format(a, a.Text(1), a.Text(2))),
        new("math.is_number", "value", static (in a) => Value.From(a[0].IsNumber)),
        new("math.minus", "value with", static (in a) => Apply(a, BinaryOperator.Subtract)),
        new("math.modulo", "value with", static (in a) => Apply(a, BinaryOperator.Modulo)),
        new("math.plus", "value with", static (in a) => Apply(a, BinaryOperator.Add)),
        new("math.round", "value precision?", Round),
        new("math.times", "value with", static (in a) => Apply(a, BinaryOperator.Multiply)),
        new("math.uuid", "", Uuid),
        new("math.random", "minValue maxValue", NextRandom),
    ];

    /// <summary>A number argument; a text that is a number counts as one.</summary>
    public static Value Number(in Arguments a, int index)
    {
        Value value = a[index];
        if (value.IsNumber || value.IsNull)
        {
            return value;
        }

        if (value.TextOrNull is { } text)
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
            {
                return Value.From(integer);
            }

            if (text.Length <= 40 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            {
                return Value.From(number);
            }
        }

        throw a.Fault(index, $"`{a.Function.Name}` expects a number for `{a.Function.Parameters[index]}` instead of {a.Context.Describe(value)}");
    }

    private static Value Apply(in Arguments a, BinaryOperator kind)
    {
        Value left = Number(a, 0);
        Value right = Number(a, 1);
        return Operators.Binary(a.Context, kind, left, right, a.PositionOf(1), a.PositionOf(0));
    }

    private static Value Abs(in Arguments a)
    {
        Value value = Number(a, 0);
        return value.IsNull || Operators.CompareNumbers(value, Value.From(0)) >= 0
            ? value
            : Operators.Sign(a.Context, value, negate: true, a.PositionOf(0));
    }

    private static Value Whole(in Arguments a, Func<decimal, decimal> exact, Func<double, double> floating)
    {
        Value value = Number(a, 0);
        return value.Kind switch
        {
            ValueKind.Decimal => Value.From(exact(DecimalMath.Exact(a.Context, value, a.PositionOf(0)))),
            ValueKind.Double or ValueKind.Float => Value.From(floating(value.AsDouble)),
            _ => value,
        };
    }

    private static Value DividedBy(in Arguments a)
    {
        Value divisor = Number(a, 1);
        Value value = Number(a, 0);
        if (value.IsNull || divisor.IsNull)
        {
            return Value.Null;
        }

        bool wholeDivisor = divisor.Kind is ValueKind.Int or ValueKind.Exact or ValueKind.BigInt;
        if (wholeDivisor && Operators.CompareNumbers(divisor, Value.From(0)) == 0)
        {
            throw a.Fault(1, "Cannot divide by zero");
        }

        Value quotient = Operators.Binary(a.Context, BinaryOperator.Divide, value, divisor, a.PositionOf(1), a.PositionOf(0));
        if (!wholeDivisor)
        {
            return quotient;
        }

        if (quotient.AsHeap is DecimalValue exact)
        {
            return Value.From(decimal.Floor(exact.Number));
        }

        if (value.Kind is ValueKind.Int or ValueKind.BigInt)
        {
            BigInteger whole = BigInteger.DivRem(Operators.ToBigInteger(value), Operators.ToBigInteger(divisor), out BigInteger rest);
            return Value.From(!rest.IsZero && (rest.Sign < 0) != (Operators.ToBigInteger(divisor).Sign < 0) ? whole - 1 : whole);
        }

        double floor = Math.Floor(quotient.AsDouble);
        return double.IsFinite(floor) ? Value.From(new BigInteger(floor)) : Value.From(floor);
    }

    private static Value Round(in Arguments a)
    {
        Value value = Number(a, 0);
        int digits = a.Int(1);
        switch (value.Kind)
        {
            case ValueKind.Decimal:
                return Value.From(Math.Round(DecimalMath.Exact(a.Context, value, a.PositionOf(0)), Math.Clamp(digits, 0, 28)));
            case ValueKind.Double or ValueKind.Float:
                return Value.From(Math.Round(value.AsDouble, Math.Clamp(digits, 0, 15)));
            default:
                return value;
        }
    }

    private static Value Uuid(in Arguments a)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(16);
        return Value.From(Additions.Identifiers.Format(bytes, version: 4));
    }

    private static Value NextRandom(in Arguments a)
    {
        int low = a.Int(0);
        int high = a.Int(1);
        if (high < low)
        {
            throw a.Fault(1, $"maxValue `{high}` must be greater than or equal to minValue `{low}`");
        }

        return Value.From(high == low ? low : RandomNumberGenerator.GetInt32(low, high));
    }
}
