using System.Linq.Expressions;
using System.Reflection;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using WebhookBridge.Storage.Feed;

namespace WebhookBridge.Server.Feed;

/// <summary>Comparisons as EF Core turns them into SQL. With null: equal only to null, unequal to everything else, neither less nor greater than anything (OData URL Conventions 4.01, 5.1.1.1).</summary>
internal static class Compare
{
    public static readonly Expression True = Expression.Constant(true);
    public static readonly Expression False = Expression.Constant(false);

    private static readonly MethodInfo TextCompare = typeof(string).GetMethod(nameof(string.Compare), [typeof(string), typeof(string)])!;

    /// <summary>A column against a value that the client wrote.</summary>
    public static Expression ToLiteral(BinaryOperatorKind kind, Operand left, object? value)
    {
        if (value is null)
        {
            return kind switch
            {
                BinaryOperatorKind.Equal => IsNull(left),
                BinaryOperatorKind.NotEqual => Expression.Not(IsNull(left)),
                _ => False,
            };
        }

        return (left.Type, value) switch
        {
            (FeedType.Text, string text) => Texts(kind, left, text),
            (FeedType.Id, string id) => Ids(kind, left, id),
            (FeedType.Flag, bool flag) => Flags(kind, left, flag),
            (FeedType.Instant, DateTimeOffset time) => Numbers(kind, left, (time.UtcTicks - DateTime.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerMillisecond),
            (FeedType.Day, Date date) => Units(kind, left, FeedValues.DaysOf(date)),
            (FeedType.Real, _) when AsDouble(value) is { } real => Ordered(kind, left, Parameter.Of(real, left.Value.Type)),
            (FeedType.Int or FeedType.Long or FeedType.Money, _) => Amounts(kind, left, value),
            _ => throw FeedException.BadRequest($"\"{left.Name}\" cannot be compared with {Show(value)}.", left.Name),
        };
    }

    /// <summary>A column against a column.</summary>
    public static Expression ToOperand(BinaryOperatorKind kind, Operand left, Operand right)
    {
        bool numbers = left.Type is FeedType.Int or FeedType.Long && right.Type is FeedType.Int or FeedType.Long;
        if (left.Type != right.Type && !numbers)
        {
            throw FeedException.NotImplemented($"{left.Name} {Word(kind)} {right.Name}");
        }

        Type type = numbers ? typeof(long?) : left.Value.Type.IsValueType ? typeof(Nullable<>).MakeGenericType(System.Nullable.GetUnderlyingType(left.Value.Type) ?? left.Value.Type) : left.Value.Type;
        Expression a = To(left.Value, type), b = To(right.Value, type);
        Expression compared = left.Type is FeedType.Text or FeedType.Id ? Text(kind, a, b) : Binary(kind, a, b);
        return kind is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual ? compared : Guard(right, Guard(left, compared));
    }

    /// <summary>Whether a key of an order stands behind a value; null stands first (OData Protocol 4.01, 11.2.6.2).</summary>
    public static Expression Behind(Operand key, object? value, bool descending)
    {
        if (value is null)
        {
            return descending ? False : Expression.Not(IsNull(key));
        }

        Expression behind;
        if (key.Type == FeedType.Flag)
        {
            behind = (bool)value == descending ? Expression.Equal(To(key.Value, typeof(bool?)), Expression.Constant(!descending, typeof(bool?))) : False;
        }
        else
        {
            BinaryOperatorKind kind = descending ? BinaryOperatorKind.LessThan : BinaryOperatorKind.GreaterThan;
            Expression other = Parameter.Of(value, key.Value.Type);
            behind = key.Type is FeedType.Text or FeedType.Id ? Text(kind, key.Value, other) : Binary(kind, key.Value, other);
        }

        return descending && key.Nullable ? Expression.OrElse(behind, IsNull(key)) : Guard(key, behind);
    }

    /// <summary>At a value or behind it, as one comparison; true where that cannot be said so.</summary>
    public static Expression AtOrBehind(Operand key, object? value, bool descending)
    {
        if (value is null || key.Nullable || key.Type == FeedType.Flag)
        {
            return True;
        }

        BinaryOperatorKind kind = descending ? BinaryOperatorKind.LessThanOrEqual : BinaryOperatorKind.GreaterThanOrEqual;
        Expression other = Parameter.Of(value, key.Value.Type);
        return key.Type is FeedType.Text or FeedType.Id ? Text(kind, key.Value, other) : Binary(kind, key.Value, other);
    }

    /// <summary>Whether a key of an order has this value.</summary>
    public static Expression Same(Operand key, object? value) => value is null ? IsNull(key) : Expression.Equal(key.Value, Parameter.Of(value, key.Value.Type));

    public static Expression IsNull(Operand operand) =>
        !operand.Nullable ? False : Expression.Equal(operand.Value, Expression.Constant(null, operand.Value.Type));

    /// <summary>Only what is not null: SQL would answer "unknown", and its opposite would be unknown too.</summary>
    public static Expression Guard(Operand operand, Expression condition) =>
        operand.Nullable ? Expression.AndAlso(Expression.NotEqual(operand.Value, Expression.Constant(null, operand.Value.Type)), condition) : condition;

    /// <summary>Texts that begin with <paramref name="start"/>, as a range: case counts, and an index serves it.</summary>
    public static Expression StartsWith(Operand operand, string start)
    {
        Expression from = Text(BinaryOperatorKind.GreaterThanOrEqual, operand.Value, Parameter.Of(start, typeof(string)));
        return After(start) is { } end ? Expression.AndAlso(from, Text(BinaryOperatorKind.LessThan, operand.Value, Parameter.Of(end, typeof(string)))) : from;
    }

    /// <summary>One or the other; what both ask for stands in front, where an index that is kept for it is found.</summary>
    public static Expression Either(Expression left, Expression right) =>
        left is BinaryExpression { NodeType: ExpressionType.AndAlso } a && right is BinaryExpression { NodeType: ExpressionType.AndAlso } b && a.Left.ToString() == b.Left.ToString()
            ? Expression.AndAlso(a.Left, Expression.OrElse(a.Right, b.Right))
            : Expression.OrElse(left, right);

    /// <summary>The conditions that all have to be met.</summary>
    public static IEnumerable<Expression> Terms(Expression condition) =>
        condition is BinaryExpression { NodeType: ExpressionType.AndAlso } both ? Terms(both.Left).Concat(Terms(both.Right)) : [condition];

    public static string Word(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Equal => "eq",
        BinaryOperatorKind.NotEqual => "ne",
        BinaryOperatorKind.GreaterThan => "gt",
        BinaryOperatorKind.GreaterThanOrEqual => "ge",
        BinaryOperatorKind.LessThan => "lt",
        BinaryOperatorKind.LessThanOrEqual => "le",
        BinaryOperatorKind.Add => "add",
        BinaryOperatorKind.Subtract => "sub",
        BinaryOperatorKind.Multiply => "mul",
        BinaryOperatorKind.Divide => "div",
        BinaryOperatorKind.Modulo => "mod",
        BinaryOperatorKind.Has => "has",
        BinaryOperatorKind.And => "and",
        _ => "or",
    };

    /// <summary>The same comparison with its sides changed.</summary>
    public static BinaryOperatorKind Turned(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
        _ => kind,
    };

    private static Expression Texts(BinaryOperatorKind kind, Operand left, string text)
    {
        if (kind is not (BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual))
        {
            return Guard(left, Text(kind, left.Value, Parameter.Of(text, typeof(string))));
        }

        if (!left.Words.Contains(text))
        {
            return Text(kind, left.Value, Parameter.Of(text, typeof(string)));
        }

        Expression compared = Text(kind, left.Value, Expression.Constant(text));
        return kind == BinaryOperatorKind.Equal && left.Rare.FirstOrDefault(rare => rare.Words.Contains(text)) is { } words
            ? words.Condition is { } condition
                ? Expression.AndAlso(Inline.Body(condition, left.Value), Text(kind, FeedFunctions.Apart(left.Value), Expression.Constant(text)))
                : FeedFunctions.Rare(compared)
            : compared;
    }

    private static Expression Ids(BinaryOperatorKind kind, Operand left, string id)
    {
        if (kind is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual)
        {
            return Text(kind, left.Value, Parameter.Of(id, typeof(string)));
        }

        return id.Length == 30 ? Guard(left, Text(kind, left.Value, Parameter.Of(id, typeof(string)))) : throw FeedException.BadRequest($"\"{left.Name}\" is compared with whole ids only (a prefix and 26 characters).", left.Name);
    }

    private static Expression Flags(BinaryOperatorKind kind, Operand left, bool flag) => kind switch
    {
        BinaryOperatorKind.Equal => flag ? left.Value : Expression.Not(left.Value),
        BinaryOperatorKind.NotEqual => flag ? Expression.Not(left.Value) : left.Value,
        _ => throw FeedException.NotImplemented($"{left.Name} {Word(kind)} {(flag ? "true" : "false")}"),
    };

    private static Expression Amounts(BinaryOperatorKind kind, Operand left, object value)
    {
        if (AsDecimal(value) is not { } number)
        {
            if (AsDouble(value) is not { } real)
            {
                throw FeedException.BadRequest($"\"{left.Name}\" cannot be compared with {Show(value)}.", left.Name);
            }

            // Beyond every decimal, INF, or NaN, which nothing compares with.
            number = double.IsNaN(real) ? 0 : real > 0 ? decimal.MaxValue : decimal.MinValue;
            if (double.IsNaN(real))
            {
                return kind == BinaryOperatorKind.NotEqual ? True : False;
            }
        }

        if (left.Of is not null)
        {
            return Units(kind, left, number);
        }

        if (left.Type == FeedType.Money)
        {
            number = Math.Abs(number) > decimal.MaxValue / FeedValues.MoneyScale ? number : number * FeedValues.MoneyScale;
        }

        return Numbers(kind, left, number);
    }

    /// <summary>A day or a year of a time: as a range of the time where that is known.</summary>
    private static Expression Units(BinaryOperatorKind kind, Operand left, decimal unit)
    {
        if (left.Of is not { } calendar)
        {
            return Numbers(kind, left, unit);
        }

        Operand time = left with { Value = calendar.Time, Type = FeedType.Instant, Nullable = calendar.Time.Type == typeof(long?), Of = null };
        decimal whole = Math.Floor(unit);
        if (whole != unit)
        {
            return kind switch
            {
                BinaryOperatorKind.Equal => False,
                BinaryOperatorKind.NotEqual => True,
                BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual => Numbers(BinaryOperatorKind.GreaterThanOrEqual, time, calendar.StartOf(whole + 1)),
                _ => Numbers(BinaryOperatorKind.LessThan, time, calendar.StartOf(whole + 1)),
            };
        }

        decimal start = calendar.StartOf(unit), end = calendar.StartOf(unit + 1);
        Expression Within() => Expression.AndAlso(Numbers(BinaryOperatorKind.GreaterThanOrEqual, time, start), Numbers(BinaryOperatorKind.LessThan, time, end));
        return kind switch
        {
            BinaryOperatorKind.Equal => Within(),
            BinaryOperatorKind.NotEqual => Expression.Not(Within()),
            BinaryOperatorKind.GreaterThan => Numbers(BinaryOperatorKind.GreaterThanOrEqual, time, end),
            BinaryOperatorKind.GreaterThanOrEqual => Numbers(BinaryOperatorKind.GreaterThanOrEqual, time, start),
            BinaryOperatorKind.LessThan => Numbers(BinaryOperatorKind.LessThan, time, start),
            _ => Numbers(BinaryOperatorKind.LessThan, time, end),
        };
    }

    /// <summary>An integer column against any number, exactly.</summary>
    private static Expression Numbers(BinaryOperatorKind kind, Operand left, decimal number)
    {
        Type type = System.Nullable.GetUnderlyingType(left.Value.Type) ?? left.Value.Type;
        (decimal least, decimal most) = type == typeof(int) ? (int.MinValue, int.MaxValue) : ((decimal)long.MinValue, (decimal)long.MaxValue);
        decimal whole = Math.Floor(number);
        if (number > most || number < least)
        {
            bool above = number > most;
            return kind switch
            {
                BinaryOperatorKind.Equal => False,
                BinaryOperatorKind.NotEqual => True,
                BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual => above ? Guard(left, True) : False,
                _ => above ? False : Guard(left, True),
            };
        }

        if (whole != number)
        {
            switch (kind)
            {
                case BinaryOperatorKind.Equal:
                    return False;
                case BinaryOperatorKind.NotEqual:
                    return True;
                case BinaryOperatorKind.LessThan:
                    kind = BinaryOperatorKind.LessThanOrEqual;
                    break;
                case BinaryOperatorKind.GreaterThanOrEqual:
                    kind = BinaryOperatorKind.GreaterThan;
                    break;
            }
        }

        object value = type == typeof(int) ? (object)(int)whole : (long)whole;
        return Ordered(kind, left, Parameter.Of(value, left.Value.Type));
    }

    private static Expression Ordered(BinaryOperatorKind kind, Operand left, Expression right)
    {
        Expression compared = Binary(kind, left.Value, right);
        return kind is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual ? compared : Guard(left, compared);
    }

    private static BinaryExpression Text(BinaryOperatorKind kind, Expression a, Expression b) => kind switch
    {
        BinaryOperatorKind.Equal => Expression.Equal(a, b),
        BinaryOperatorKind.NotEqual => Expression.NotEqual(a, b),
        _ => Binary(kind, Expression.Call(TextCompare, a, b), Expression.Constant(0)),
    };

    private static BinaryExpression Binary(BinaryOperatorKind kind, Expression a, Expression b) => kind switch
    {
        BinaryOperatorKind.Equal => Expression.Equal(a, b),
        BinaryOperatorKind.NotEqual => Expression.NotEqual(a, b),
        BinaryOperatorKind.GreaterThan => Expression.GreaterThan(a, b),
        BinaryOperatorKind.GreaterThanOrEqual => Expression.GreaterThanOrEqual(a, b),
        BinaryOperatorKind.LessThan => Expression.LessThan(a, b),
        BinaryOperatorKind.LessThanOrEqual => Expression.LessThanOrEqual(a, b),
        _ => throw FeedException.NotImplemented(Word(kind)),
    };

    private static Expression To(Expression value, Type type) => value.Type == type ? value : Expression.Convert(value, type);

    private static decimal? AsDecimal(object value)
    {
        try
        {
            return value is string or bool or DateTimeOffset or Date or TimeSpan ? null : Convert.ToDecimal(value, null);
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException)
        {
            return null;
        }
    }

    private static double? AsDouble(object value) => value switch
    {
        double real => real,
        float real => real,
        decimal or int or long or short or byte => Convert.ToDouble(value, null),
        _ => null,
    };

    private static string Show(object value) => value is string text ? $"'{text}'" : value.ToString() ?? "";

    /// <summary>The least text that is greater than all that begin with <paramref name="start"/>, in the order of UTF-8 bytes; null when there is none.</summary>
    private static string? After(string start)
    {
        int[] points = [.. start.EnumerateRunes().Select(static rune => rune.Value)];
        for (int i = points.Length - 1; i >= 0; i--)
        {
            if (points[i] < 0x10FFFF)
            {
                int next = points[i] + 1 == 0xD800 ? 0xE000 : points[i] + 1;
                return string.Concat(points[..i].Append(next).Select(char.ConvertFromUtf32));
            }
        }

        return null;
    }
}
