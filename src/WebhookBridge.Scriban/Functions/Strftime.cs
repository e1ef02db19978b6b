using System.Globalization;
using System.Text;

namespace WebhookBridge.Scriban.Functions;

/// <summary>Dates as text by the format characters that the language documents for <c>date.to_string</c>.</summary>
internal static class Strftime
{
    public static string Format(DateTimeOffset date, string pattern, CultureInfo culture)
    {
        var text = new StringBuilder(pattern.Length * 2);
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '%' && i + 1 < pattern.Length)
            {
                Append(text, date, pattern[++i], culture);
            }
            else
            {
                text.Append(pattern[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>Week of the year when weeks begin on a day; days before the first such day are in week 0.</summary>
    public static int WeekOfYear(DateTimeOffset date, DayOfWeek first)
    {
        int sinceFirst = ((int)date.DayOfWeek - (int)first + 7) % 7;
        return (date.DayOfYear - 1 - sinceFirst + 7) / 7;
    }

    private static void Append(StringBuilder text, DateTimeOffset date, char code, CultureInfo culture)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        switch (code)
        {
            case 'a':
                text.Append(culture.DateTimeFormat.GetAbbreviatedDayName(date.DayOfWeek));
                break;
            case 'A':
                text.Append(culture.DateTimeFormat.GetDayName(date.DayOfWeek));
                break;
            case 'b' or 'h':
                text.Append(date.ToString("MMM", culture));
                break;
            case 'B':
                text.Append(date.ToString("MMMM", culture));
                break;
            case 'c':
                text.Append(Format(date, "%a %b %e %T %Y", culture));
                break;
            case 'C':
                text.Append(invariant, $"{date.Year / 100:00}");
                break;
            case 'd':
                text.Append(invariant, $"{date.Day:00}");
                break;
            case 'D':
                text.Append(invariant, $"{date.Month:00}/{date.Day:00}/{date.Year % 100:00}");
                break;
            case 'e':
                text.Append(invariant, $"{date.Day,2}");
                break;
            case 'F':
                text.Append(invariant, $"{date.Year:0000}-{date.Month:00}-{date.Day:00}");
                break;
            case 'H':
                text.Append(invariant, $"{date.Hour:00}");
                break;
            case 'I':
                text.Append(invariant, $"{HalfDayHour(date):00}");
                break;
            case 'j':
                text.Append(invariant, $"{date.DayOfYear:000}");
                break;
            case 'k':
                text.Append(invariant, $"{date.Hour,2}");
                break;
            case 'l':
                text.Append(invariant, $"{HalfDayHour(date),2}");
                break;
            case 'L':
                text.Append(invariant, $"{date.Millisecond:000}");
                break;
            case 'm':
                text.Append(invariant, $"{date.Month:00}");
                break;
            case 'M':
                text.Append(invariant, $"{date.Minute:00}");
                break;
            case 'n':
                text.Append('\n');
                break;
            case 'N':
                text.Append(invariant, $"{date.Ticks % TimeSpan.TicksPerSecond * 100:000000000}");
                break;
            case 'p':
                text.Append(date.ToString("tt", culture));
                break;
            case 'P':
                text.Append(date.ToString("tt", culture).ToLower(culture));
                break;
            case 'r':
                text.Append(Format(date, "%I:%M:%S %p", culture));
                break;
            case 'R':
                text.Append(invariant, $"{date.Hour:00}:{date.Minute:00}");
                break;
            case 's':
                text.Append(invariant, $"{date.ToUnixTimeSeconds()}");
                break;
            case 'S':
                text.Append(invariant, $"{date.Second:00}");
                break;
            case 't':
                text.Append('\t');
                break;
            case 'T':
                text.Append(invariant, $"{date.Hour:00}:{date.Minute:00}:{date.Second:00}");
                break;
            case 'u':
                text.Append(date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek);
                break;
            case 'U':
                text.Append(invariant, $"{WeekOfYear(date, DayOfWeek.Sunday):00}");
                break;
            case 'v':
                text.Append(invariant, $"{date.Day,2}-{date.ToString("MMM", invariant).ToUpperInvariant()}-{date.Year:0000}");
                break;
            case 'V':
                text.Append(invariant, $"{ISOWeek.GetWeekOfYear(date.DateTime):00}");
                break;
            case 'W':
                text.Append(invariant, $"{WeekOfYear(date, DayOfWeek.Monday):00}");
                break;
            case 'w':
                text.Append((int)date.DayOfWeek);
                break;
            case 'x':
                text.Append(date.ToString("d", culture));
                break;
            case 'X':
                text.Append(date.ToString("T", culture));
                break;
            case 'y':
                text.Append(invariant, $"{date.Year % 100:00}");
                break;
            case 'Y':
                text.Append(invariant, $"{date.Year:0000}");
                break;
            case 'Z':
                text.Append(date.ToString("zzz", invariant));
                break;
            case '%':
                text.Append('%');
                break;
            default:
                text.Append('%').Append(code);
                break;
        }
    }

    private static int HalfDayHour(DateTimeOffset date) => date.Hour % 12 == 0 ? 12 : date.Hour % 12;
}
