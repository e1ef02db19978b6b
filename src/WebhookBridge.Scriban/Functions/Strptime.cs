using System.Globalization;

namespace WebhookBridge.Scriban.Functions;

/// <summary>Texts as dates: by a pattern of the same characters as <see cref="Strftime"/>, or by whatever form is usual.</summary>
internal static class Strptime
{
    /// <summary>Reads any usual form; the culture decides whether day or month comes first.</summary>
    public static bool TryParseAny(string text, CultureInfo culture, out DateTimeOffset date)
    {
        date = default;
        return text.Length <= 100
            && DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out date);
    }

    /// <summary>Reads by pattern; the whole text must be used up.</summary>
    public static bool TryParse(string text, string pattern, CultureInfo culture, out DateTimeOffset date)
    {
        date = default;
        if (text.Length > 1000 || pattern.Length > 1000)
        {
            return false;
        }

        var parts = new Parts(culture);
        int at = 0;
        return Read(text, ref at, pattern, parts) && at == text.Length && parts.TryBuild(out date);
    }

    private static bool Read(string text, ref int at, string pattern, Parts parts)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '%' && i + 1 < pattern.Length)
            {
                if (!ReadCode(text, ref at, pattern[++i], parts))
                {
                    return false;
                }
            }
            else if (char.IsWhiteSpace(pattern[i]))
            {
                SkipSpace(text, ref at);
            }
            else if (at < text.Length && text[at] == pattern[i])
            {
                at++;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static bool ReadCode(string text, ref int at, char code, Parts parts)
    {
        DateTimeFormatInfo names = parts.Culture.DateTimeFormat;
        switch (code)
        {
            case 'a':
                return ReadName(text, ref at, names.AbbreviatedDayNames, out _) || ReadName(text, ref at, names.DayNames, out _);
            case 'A':
                return ReadName(text, ref at, names.DayNames, out _) || ReadName(text, ref at, names.AbbreviatedDayNames, out _);
            case 'b' or 'h' or 'B':
                bool named = ReadName(text, ref at, names.MonthNames, out int month)
                    || ReadName(text, ref at, names.MonthGenitiveNames, out month)
                    || ReadName(text, ref at, names.AbbreviatedMonthNames, out month);
                parts.Month = month + 1;
                return named;
            case 'c':
                return Read(text, ref at, "%a %b %e %T %Y", parts);
            case 'd' or 'e':
                return ReadNumber(text, ref at, 2, out parts.Day);
            case 'D':
                return Read(text, ref at, "%m/%d/%y", parts);
            case 'F':
                return Read(text, ref at, "%Y-%m-%d", parts);
            case 'H' or 'k':
                return ReadNumber(text, ref at, 2, out parts.Hour);
            case 'I' or 'l':
                parts.IsHalfDay = true;
                return ReadNumber(text, ref at, 2, out parts.Hour);
            case 'j':
                return ReadNumber(text, ref at, 3, out parts.DayOfYear);
            case 'L':
                bool thousandths = ReadNumber(text, ref at, 3, out int millis);
                parts.Ticks = millis * TimeSpan.TicksPerMillisecond;
                return thousandths;
            case 'm':
                return ReadNumber(text, ref at, 2, out parts.Month);
            case 'M':
                return ReadNumber(text, ref at, 2, out parts.Minute);
            case 'n' or 't':
                SkipSpace(text, ref at);
                return true;
            case 'N':
                bool fraction = ReadNumber(text, ref at, 9, out int nanos);
                parts.Ticks = nanos / 100;
                return fraction;
            case 'p' or 'P':
                return ReadHalf(text, ref at, parts, names);
            case 'r':
                return Read(text, ref at, "%I:%M:%S %p", parts);
            case 'R':
                return Read(text, ref at, "%H:%M", parts);
            case 's':
                return ReadSeconds(text, ref at, parts);
            case 'S':
                return ReadNumber(text, ref at, 2, out parts.Second);
            case 'T':
                return Read(text, ref at, "%H:%M:%S", parts);
            case 'u' or 'w':
                return ReadNumber(text, ref at, 1, out _);
            case 'U' or 'V' or 'W':
                return ReadNumber(text, ref at, 2, out _);
            case 'v':
                return Read(text, ref at, "%e-%b-%Y", parts);
            case 'y':
                bool shortYear = ReadNumber(text, ref at, 2, out int year);
                parts.Year = year < 50 ? 2000 + year : 1900 + year;
                return shortYear;
            case 'Y':
                return ReadNumber(text, ref at, 4, out parts.Year);
            case 'Z':
                return ReadZone(text, ref at, parts);
            case '%':
                return at < text.Length && text[at++] == '%';
            default:
                return false;
        }
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }

    private static bool ReadNumber(string text, ref int at, int most, out int number)
    {
        SkipSpace(text, ref at);
        int from = at;
        number = 0;
        while (at < text.Length && at - from < most && char.IsAsciiDigit(text[at]))
        {
            number = (number * 10) + (text[at++] - '0');
        }

        return at > from;
    }

    private static bool ReadName(string text, ref int at, string[] names, out int index)
    {
        index = -1;
        for (int i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0 && string.Compare(text, at, names[i], 0, names[i].Length, StringComparison.OrdinalIgnoreCase) == 0
                && (index < 0 || names[i].Length > names[index].Length))
            {
                index = i;
            }
        }

        at += index < 0 ? 0 : names[index].Length;
        return index >= 0;
    }

    private static bool ReadHalf(string text, ref int at, Parts parts, DateTimeFormatInfo names)
    {
        string[] morning = [names.AMDesignator, "AM"];
        string[] evening = [names.PMDesignator, "PM"];
        parts.IsHalfDay = true;
        if (ReadName(text, ref at, evening, out _))
        {
            parts.IsEvening = true;
            return true;
        }

        return ReadName(text, ref at, morning, out _);
    }

    private static bool ReadSeconds(string text, ref int at, Parts parts)
    {
        int from = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || (at == from && text[at] == '-')))
        {
            at++;
        }

        bool read = long.TryParse(text.AsSpan(from, at - from), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            && seconds is > -62_000_000_000 and < 253_000_000_000;
        parts.Unix = seconds;
        return read;
    }

    private static bool ReadZone(string text, ref int at, Parts parts)
    {
        if (at < text.Length && text[at] is 'Z' or 'z')
        {
            at++;
            return true;
        }

        if (at >= text.Length || text[at] is not ('+' or '-'))
        {
            return false;
        }

        int sign = text[at++] == '-' ? -1 : 1;
        bool read = ReadNumber(text, ref at, 2, out int hours);
        if (at < text.Length && text[at] == ':')
        {
            at++;
        }

        if (ReadNumber(text, ref at, 2, out int minutes) && read && hours <= 14 && minutes < 60)
        {
            parts.Offset = TimeSpan.FromMinutes(sign * ((hours * 60) + minutes));
            return true;
        }

        return false;
    }

    private sealed class Parts(CultureInfo culture)
    {
        public int Year = 1;
        public int Month = 1;
        public int Day = 1;
        public int DayOfYear;
        public int Hour;
        public int Minute;
        public int Second;
        public long Ticks;
        public bool IsHalfDay;
        public bool IsEvening;
        public long? Unix;
        public TimeSpan Offset;

        public CultureInfo Culture { get; } = culture;

        public bool TryBuild(out DateTimeOffset date)
        {
            date = default;
            if (Unix is { } seconds)
            {
                date = DateTimeOffset.FromUnixTimeSeconds(seconds);
                return true;
            }

            int hour = IsHalfDay ? (Hour % 12) + (IsEvening ? 12 : 0) : Hour;
            if (Year is < 1 or > 9998 || Month is < 1 or > 12 || Day < 1 || Day > DateTime.DaysInMonth(Year, Month) || hour > 23 || Minute > 59 || Second > 59)
            {
                return false;
            }

            // One day of room at either end, so that no zone can leave the range of dates.
            if (Year == 1 && Offset > TimeSpan.Zero)
            {
                return false;
            }

            date = new DateTimeOffset(Year, Month, Day, hour, Minute, Second, Offset).AddTicks(Ticks);
            if (DayOfYear > 0)
            {
                date = new DateTimeOffset(Year, 1, 1, hour, Minute, Second, Offset).AddDays(DayOfYear - 1).AddTicks(Ticks);
            }

            return true;
        }
    }
}
