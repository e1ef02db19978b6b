using System.Globalization;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The functions of <c>timespan</c> and the members of its values.</summary>
internal static class TimeSpanFunctions
{
    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("timespan.from_days", "days", static (in a) => From(a, TimeSpan.TicksPerDay)),
        new("timespan.from_hours", "hours", static (in a) => From(a, TimeSpan.TicksPerHour)),
        new("timespan.from_minutes", "minutes", static (in a) => From(a, TimeSpan.TicksPerMinute)),
        new("timespan.from_seconds", "seconds", static (in a) => From(a, TimeSpan.TicksPerSecond)),
        new("timespan.from_milliseconds", "millis", static (in a) => From(a, TimeSpan.TicksPerMillisecond)),
        new("timespan.parse", "text", Parse),
    ];

    public static Value Member(TimeSpan span, string name) => name switch
    {
        "days" => Value.From(span.Days),
        "hours" => Value.From(span.Hours),
        "minutes" => Value.From(span.Minutes),
        "seconds" => Value.From(span.Seconds),
        "milliseconds" => Value.From(span.Milliseconds),
        "total_days" => Value.From(span.TotalDays),
        "total_hours" => Value.From(span.TotalHours),
        "total_minutes" => Value.From(span.TotalMinutes),
        "total_seconds" => Value.From(span.TotalSeconds),
        "total_milliseconds" => Value.From(span.TotalMilliseconds),
        "ticks" => Value.From(span.Ticks),
        _ => Value.Null,
    };

    private static Value From(in Arguments a, long unit)
    {
        Value number = MathFunctions.Number(a, 0);
        double ticks = number.IsNull ? 0 : Operators.ToDouble(number) * unit;
        return Math.Abs(ticks) < 9.2e18
            ? Value.From(TimeSpan.FromTicks((long)ticks))
            : throw a.Fault(0, "The time span is too long");
    }

    private static Value Parse(in Arguments a)
    {
        if (a.Text(0) is not { Length: > 0 } text)
        {
            return Value.Null;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span)
            ? Value.From(span)
            : throw a.Fault(0, $"{a.Context.Describe(a[0])} is not a time span such as `1.02:03:04`");
    }
}
