using System.Globalization;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Functions;

/// <summary>
/// The functions of <c>date</c> and the members of its values. A text without a time zone is UTC, one with a zone
/// keeps it, so that the output is the same on every machine; the clock is the host's.
/// </summary>
internal static class DateFunctions
{
    public const string DefaultFormat = "%d %b %Y";

    public static IReadOnlyList<BuiltinFunction> All { get; } =
    [
        new("date.now", "", static (in a) => Value.From(a.Context.Now)),
        new("date.utc_now", "", static (in a) => Value.From(a.Context.Now.ToUniversalTime())),
        new("date.add_days", "date days", static (in a) => Add(a, static (d, n) => d.AddDays(n))),
        new("date.add_months", "date months", static (in a) => Add(a, static (d, n) => d.AddMonths((int)Math.Clamp(n, -120_000, 120_000)))),
        new("date.add_years", "date years", static (in a) => Add(a, static (d, n) => d.AddYears((int)Math.Clamp(n, -10_000, 10_000)))),
        new("date.add_hours", "date hours", static (in a) => Add(a, static (d, n) => d.AddHours(n))),
        new("date.add_minutes", "date minutes", static (in a) => Add(a, static (d, n) => d.AddMinutes(n))),
        new("date.add_seconds", "date seconds", static (in a) => Add(a, static (d, n) => d.AddSeconds(n))),
        new("date.add_milliseconds", "date millis", static (in a) => Add(a, static (d, n) => d.AddMilliseconds(n))),
        new("date.parse", "text pattern? culture?", static (in a) => Parse(a, a.Text(1), a.Text(2), 2)),
        new("date.parse_to_string", "text output_pattern? output_culture? input_pattern? input_culture?", ParseToString),
        new("date.to_string", "datetime pattern? culture?", ToText),
    ];

    public static Value Member(DateTimeOffset date, string name) => name switch
    {
        "year" => Value.From(date.Year),
        "month" => Value.From(date.Month),
        "day" => Value.From(date.Day),
        "day_of_year" => Value.From(date.DayOfYear),
        "hour" => Value.From(date.Hour),
        "minute" => Value.From(date.Minute),
        "second" => Value.From(date.Second),
        "millisecond" => Value.From(date.Millisecond),
        "day_of_week" => Value.From(date.DayOfWeek.ToString()),
        "ticks" => Value.From(date.Ticks),
        _ => Value.Null,
    };

    /// <summary>A date as it prints: by <c>date.format</c>, which a template may change.</summary>
    public static string Print(RenderContext context, DateTimeOffset date) =>
        Strftime.Format(date, CurrentFormat(context), CultureInfo.InvariantCulture);

    private static string CurrentFormat(RenderContext context)
    {
        var space = (BuiltinNamespace)Builtins.Find("date").AsHeap!;
        return context.NamespaceMember(space, "format").TextOrNull ?? DefaultFormat;
    }

    private static Value Add(in Arguments a, Func<DateTimeOffset, double, DateTimeOffset> add)
    {
        if (DateOf(a, 0) is not { } date)
        {
            return Value.Null;
        }

        Value number = MathFunctions.Number(a, 1);
        try
        {
            return Value.From(add(date, number.IsNull ? 0 : Operators.ToDouble(number)));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or ArgumentException)
        {
            throw a.Fault(1, "The result is outside the range of dates");
        }
    }

    /// <summary>A date argument; a text is read as one.</summary>
    private static DateTimeOffset? DateOf(in Arguments a, int index)
    {
        Value value = a[index];
        return value.AsHeap is DateValue date ? date.Moment
            : value.IsNull ? null
            : value.TextOrNull is { } text && Strptime.TryParseAny(text, CultureInfo.InvariantCulture, out DateTimeOffset read) ? read
            : throw a.Fault(index, $"`{a.Function.Name}` expects a date for `{a.Function.Parameters[index]}` instead of {a.Context.Describe(value)}");
    }

    private static Value Parse(in Arguments a, string? pattern, string? cultureName, int cultureIndex)
    {
        if (a[0].AsHeap is DateValue)
        {
            return a[0];
        }

        if (a.Text(0) is not { Length: > 0 } text)
        {
            return Value.Null;
        }

        CultureInfo culture = Formatting.Culture(a, cultureName, cultureIndex);
        bool read = string.IsNullOrEmpty(pattern)
            ? Strptime.TryParseAny(text, culture, out DateTimeOffset date)
            : Strptime.TryParse(text, pattern, culture, out date);
        return read
            ? Value.From(date)
            : throw a.Fault(0, string.IsNullOrEmpty(pattern)
                ? $"{a.Context.Describe(a[0])} is not a date"
                : $"{a.Context.Describe(a[0])} is not a date of the form `{(pattern.Length > 40 ? pattern[..40] : pattern)}`");
    }

    private static Value ParseToString(in Arguments a)
    {
        Value date = Parse(a, a.Text(3), a.Text(4), 4);
        return date.AsHeap is DateValue { Moment: var moment } ? Format(a, moment, a.Text(1), a.Text(2)) : Value.Null;
    }

    private static Value ToText(in Arguments a) =>
        DateOf(a, 0) is { } date ? Format(a, date, a.Text(1), a.Text(2)) : Value.Null;

    private static Value Format(in Arguments a, DateTimeOffset date, string? pattern, string? cultureName)
    {
        CultureInfo culture = Formatting.Culture(a, cultureName, 2);
        string format = string.IsNullOrEmpty(pattern) ? CurrentFormat(a.Context) : pattern;

        // %g asks for the invariant culture; alone it means the default format.
        if (format.StartsWith("%g", StringComparison.Ordinal))
        {
            culture = CultureInfo.InvariantCulture;
            format = format[2..].TrimStart();
            format = format.Length == 0 ? CurrentFormat(a.Context) : format;
        }

        a.Context.AllocateText(format.Length * 16L);
        return Value.From(Strftime.Format(date, format, culture));
    }
}
