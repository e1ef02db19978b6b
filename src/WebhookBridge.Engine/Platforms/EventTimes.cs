using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Times as senders write them in bodies.</summary>
internal static class EventTimes
{
    private static readonly string[] ZonelessFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd", "dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy",
    ];

    /// <summary>The time at that place, and its text where it is none that can be read. The two usual forms (a UTC time that ends in Z, whole Unix seconds) are read without making a text of them.</summary>
    public static DateTimeOffset? Read(EventValue value, in EventScope scope, TimeSpan? zone, out string? text)
    {
        text = null;
        if (value.TryElement(scope, out JsonElement element))
        {
            if (element.ValueKind == JsonValueKind.String && JsonMarshal.GetRawUtf8Value(element).EndsWith("Z\""u8) && element.TryGetDateTimeOffset(out DateTimeOffset utc))
            {
                return utc;
            }

            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long seconds) && seconds is > 10_000_000 and < 100_000_000_000)
            {
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
            }
        }

        text = value.Text(scope);
        return text is null ? null : Read(text, zone);
    }

    /// <summary>Reads Unix seconds or milliseconds (told apart by size), RFC 3339, RFC 1123; a time without a zone only where the platform's zone is known. Null when it is none of these.</summary>
    public static DateTimeOffset? Read(string text, TimeSpan? zone)
    {
        if (text.Length is < 8 or > 64)
        {
            return null;
        }

        if (!text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return Timestamps.TryRead(text, TimestampUnit.Auto, out DateTimeOffset? unix) ? unix : null;
        }

        if (text.Length >= 17 && Timestamps.TryIso(text, out DateTimeOffset iso))
        {
            return iso;
        }

        if (DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset rfc))
        {
            return rfc;
        }

        if (zone is TimeSpan offset && DateTime.TryParseExact(text, ZonelessFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime local)
            && local.Year is > 1 and < 9999)
        {
            return new DateTimeOffset(local, offset).ToUniversalTime();
        }

        return null;
    }
}
