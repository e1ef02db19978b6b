using System.Globalization;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Durations as people write them: <c>^\d+(ms|s|m|h|d)$</c> (contract section 1).</summary>
public static class Durations
{
    /// <summary>What a duration looks like, for messages.</summary>
    public const string Shape = "a whole number and a unit: 500ms, 10s, 5m, 2h or 7d";

    private static readonly (string Unit, long Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    /// <summary>Reads a duration; false when the text is none, or when it is longer than ten years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        string unit = text[digits..];
        foreach ((string name, long milliseconds) in Units)
        {
            if (name == unit && digits is > 0 and <= 12
                && long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture) is var count
                && count <= 3_650L * 86_400_000 / milliseconds)
            {
                duration = TimeSpan.FromMilliseconds(count * milliseconds);
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a duration in its largest unit that needs no fraction.</summary>
    public static string Format(TimeSpan duration)
    {
        long milliseconds = (long)duration.TotalMilliseconds;
        for (int i = Units.Length - 1; i >= 0; i--)
        {
            (string unit, long length) = Units[i];
            if (milliseconds % length == 0 && (milliseconds != 0 || unit == "s"))
            {
                return (milliseconds / length).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return "0s";
    }
}
