using System.Linq.Expressions;

namespace WebhookBridge.Server.Feed;

/// <summary>One side of a comparison: a column or something made of one.</summary>
/// <param name="Value">Of the column's CLR type.</param>
/// <param name="Name">What messages call it.</param>
internal sealed record Operand(Expression Value, FeedType Type, bool Nullable, string Name)
{
    public bool Personal { get; init; }

    public bool FreeText { get; init; }

    public IReadOnlyCollection<string> Words { get; init; } = [];

    public IReadOnlyCollection<RareWords> Rare { get; init; } = [];

    public bool LowerCase { get; init; }

    /// <summary>Set where the value grows with a time, so that it can be compared as a range of that time, which an index serves.</summary>
    public Calendar? Of { get; init; }

    public static Operand Column(FeedProperty property, Expression row)
    {
        Expression value = Inline.Body(property.Read, row);
        return new(value, property.Type, property.Nullable, property.Name)
        {
            Personal = property.Personal,
            FreeText = property.FreeText,
            Words = property.Words,
            Rare = property.Rare,
            LowerCase = property.LowerCase,
            // The day column is defined as the time divided by a day: the time itself is the left side.
            Of = property.Type == FeedType.Day && value is BinaryExpression { NodeType: ExpressionType.Divide } divide ? new Calendar(divide.Left, Years: false) : null,
        };
    }
}

/// <summary>A day or a year of a time in milliseconds.</summary>
internal sealed record Calendar(Expression Time, bool Years)
{
    /// <summary>The first millisecond of a day (counted from 1970) or of a year.</summary>
    public decimal StartOf(decimal unit)
    {
        if (!Years)
        {
            return unit * FeedValues.Day;
        }

        int year = (int)Math.Clamp(unit, 1, 9999);
        decimal start = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return unit > 9999 ? decimal.MaxValue : unit < 1 ? decimal.MinValue : start;
    }
}

/// <summary>Values as parameters of a query, so that EF Core compiles it once and not for every value.</summary>
internal static class Parameter
{
    public static Expression Of(object? value, Type type)
    {
        object holder = Activator.CreateInstance(typeof(Holder<>).MakeGenericType(type), value)!;
        return Expression.Property(Expression.Constant(holder), nameof(Holder<int>.Value));
    }

    private static long _made;

    private sealed class Holder<T>(T value)
    {
        private readonly string _text = "parameter " + Interlocked.Increment(ref _made);

        public T Value { get; } = value;

        /// <summary>One of its kind: expressions are compared by their text.</summary>
        public override string ToString() => _text;
    }
}
