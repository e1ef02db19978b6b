using System.Globalization;
using System.Text;
using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Additions;

/// <summary><c>iso_date</c> and <c>local_time</c>.</summary>
internal static class Moments
{
    private const string DefaultFormat = "%Y-%m-%d %H:%M";

    /// <summary>Seconds beyond which a number is taken as milliseconds: the year 5138 against 1973.</summary>
    private const decimal LargestSeconds = 99_999_999_999;

    /// <summary>The moment in UTC as ISO 8601 with milliseconds.</summary>
    public static Value IsoDate(in Arguments a) =>
        Read(a, 0) is { } moment
            ? Value.From(moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            : Value.Null;

    /// <summary>The moment on the clocks of a time zone.</summary>
    public static Value LocalTime(in Arguments a)
    {
        if (Read(a, 0) is not { } moment)
        {
            return Value.Null;
        }

        string zoneName = a.TextOrEmpty(1);
        if (zoneName.Length > 60 || !TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out TimeZoneInfo? zone) || !zone.HasIanaId)
        {
            throw a.Fault(1, $"The time zone `{(zoneName.Length > 60 ? zoneName[..60] : zoneName)}` is not known; write it as in Africa/Johannesburg");
        }

        string? localeName = a.Text(3);
        Locale locale = Locale.Find(localeName) ?? throw a.Fault(3, $"The locale is not one of {string.Join(", ", Locale.Known)}");
        string format = a.Text(2) is { Length: > 0 } given ? given : DefaultFormat;
        a.Context.AllocateText(format.Length * 16L);
        return Value.From(Format(TimeZoneInfo.ConvertTime(moment, zone), format, locale));
    }

    /// <summary>Names come from the locale's own table, everything else is the same everywhere.</summary>
    private static string Format(DateTimeOffset moment, string format, Locale locale)
    {
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            char code = format[++i];
            text.Append(code switch
            {
                'a' => locale.ShortDays[(int)moment.DayOfWeek],
                'A' => locale.Days[(int)moment.DayOfWeek],
                'b' or 'h' => locale.ShortMonths[moment.Month - 1],
                'B' => locale.Months[moment.Month - 1],
                _ => Strftime.Format(moment, "%" + code, CultureInfo.InvariantCulture),
            });
        }

        return text.ToString();
    }

    /// <summary>A date, a text that is one, or seconds or milliseconds since 1970.</summary>
    private static DateTimeOffset? Read(in Arguments a, int index)
    {
        Value value = a[index];
        if (value.IsNull || value.TextOrNull is { Length: 0 })
        {
            return null;
        }

        if (value.AsHeap is DateValue date)
        {
            return date.Moment;
        }

        if (value.TextOrNull is { } text && Strptime.TryParseAny(text, CultureInfo.InvariantCulture, out DateTimeOffset read))
        {
            return read;
        }

        if (value.IsNumber && Operators.TryDecimal(value, out decimal number))
        {
            decimal millis = Math.Abs(number) > LargestSeconds ? number : number * 1000;
            if (Math.Abs(millis) < 60_000_000_000_000m)
            {
                return DateTimeOffset.FromUnixTimeMilliseconds((long)millis);
            }
        }

        throw a.Fault(index, $"`{a.Function.Name}` expects a date instead of {a.Context.Describe(value)}");
    }
}
