using System.Globalization;

namespace WebhookBridge.Engine.Verification;

/// <summary>Timestamps in the forms that senders use. Digits only: no sign, no blanks, no fraction.</summary>
internal static class Timestamps
{
    private const long MillisecondsFrom = 100_000_000_000;
    private const long MaxSeconds = 253_402_300_799; // the year 9999

    public static bool TryRead(ReadOnlySpan<char> text, TimestampUnit unit, out DateTimeOffset? time)
    {
        time = null;
        if (unit == TimestampUnit.Iso)
        {
            bool ok = TryIso(text, out DateTimeOffset iso);
            time = ok ? iso : null;
            return ok;
        }

        if (text.Length is 0 or > 15 || text.ContainsAnyExceptInRange('0', '9') || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }

        bool milliseconds = unit == TimestampUnit.Milliseconds || (unit == TimestampUnit.Auto && number > MillisecondsFrom);
        if ((milliseconds ? number / 1000 : number) > MaxSeconds)
        {
            return false;
        }

        time = milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(number) : DateTimeOffset.FromUnixTimeSeconds(number);
        return true;
    }

    /// <summary>RFC 3339 with a zone; more than seven decimals are cut (Twitch sends nine).</summary>
    public static bool TryIso(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length is < 17 or > 64 || !char.IsAsciiDigit(text[0]) || text[4] != '-' || text[10] is not ('T' or 't' or ' '))
        {
            return false;
        }

        bool zone = text[^1] is 'Z' or 'z' || (text.Length > 19 && text[16..].ContainsAny('+', '-'));
        int point = text.IndexOf('.');
        if (point > 0)
        {
            int end = point + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            if (end - point > 8)
            {
                text = string.Concat(text[..(point + 8)], text[end..]);
            }
        }

        return zone && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }
}
