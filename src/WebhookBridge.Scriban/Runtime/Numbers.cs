using System.Globalization;
using System.Numerics;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Exact decimals and the conversions between the kinds of numbers.</summary>
internal static class Numbers
{
    private const int MostDigits = 29;

    /// <summary>Parses a JSON number; false when decimal cannot hold it without loss.</summary>
    public static bool TryParseExact(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        if (!Split(text, out bool negative, out ReadOnlySpan<char> whole, out ReadOnlySpan<char> fraction, out int exponent))
        {
            return false;
        }

        // Zeros at either end carry no value; a fraction keeps its written zeros as long as they fit.
        if (exponent == 0 && whole.Length + fraction.Length <= 28)
        {
            return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
        }

        string digits = string.Concat(whole.TrimStart('0'), fraction);
        int scale = fraction.Length - exponent;
        string kept = digits.TrimEnd('0');
        scale -= digits.Length - kept.Length;
        kept = kept.TrimStart('0');
        if (kept.Length == 0)
        {
            return true;
        }

        if (kept.Length > MostDigits || scale > 28 || scale < -28)
        {
            return false;
        }

        BigInteger mantissa = BigInteger.Parse(kept, NumberStyles.None, CultureInfo.InvariantCulture);
        if (scale < 0)
        {
            mantissa *= BigInteger.Pow(10, -scale);
            scale = 0;
        }

        return TryMake(mantissa, scale, negative, out number);
    }

    /// <summary>Orders two JSON numbers of any length by their value, exactly.</summary>
    public static int CompareTexts(string left, string right)
    {
        Normal a = Normalize(left);
        Normal b = Normalize(right);
        if (a.Sign != b.Sign)
        {
            return a.Sign.CompareTo(b.Sign);
        }

        int magnitude = a.Point != b.Point ? a.Point.CompareTo(b.Point) : string.CompareOrdinal(a.Digits, b.Digits);
        return a.Sign < 0 ? -magnitude : magnitude;
    }

    /// <summary>A double as the shortest decimal that stands for it; false when out of range.</summary>
    public static bool TryToDecimal(double value, out decimal number)
    {
        number = 0;
        return double.IsFinite(value) && Math.Abs(value) < 7.9e28
            && decimal.TryParse(value.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Sum or difference, or false when decimal would have to round or overflow.</summary>
    public static bool TryAdd(decimal left, decimal right, out decimal sum)
    {
        sum = 0;
        try
        {
            sum = left + right;
        }
        catch (OverflowException)
        {
            return false;
        }

        return sum.Scale >= Math.Max(left.Scale, right.Scale) || (sum - right == left && sum - left == right);
    }

    private static bool TryMake(BigInteger mantissa, int scale, bool negative, out decimal number)
    {
        number = 0;
        if (mantissa.GetBitLength() > 96)
        {
            return false;
        }

        uint low = (uint)(mantissa & uint.MaxValue);
        uint mid = (uint)((mantissa >> 32) & uint.MaxValue);
        uint high = (uint)((mantissa >> 64) & uint.MaxValue);
        number = new decimal((int)low, (int)mid, (int)high, negative, (byte)scale);
        return true;
    }

    private static bool Split(ReadOnlySpan<char> text, out bool negative, out ReadOnlySpan<char> whole, out ReadOnlySpan<char> fraction, out int exponent)
    {
        negative = text.StartsWith("-");
        text = negative ? text[1..] : text;
        fraction = default;
        exponent = 0;
        int e = text.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!int.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || Math.Abs((long)exponent) > 1_000_000)
            {
                whole = default;
                return false;
            }

            text = text[..e];
        }

        int point = text.IndexOf('.');
        whole = point < 0 ? text : text[..point];
        fraction = point < 0 ? default : text[(point + 1)..];
        return true;
    }

    private static Normal Normalize(string text)
    {
        if (!Split(text, out bool negative, out ReadOnlySpan<char> whole, out ReadOnlySpan<char> fraction, out int exponent))
        {
            // An exponent beyond a million: the sign of the exponent decides.
            bool tiny = text.Contains("e-", StringComparison.OrdinalIgnoreCase);
            return new Normal(text[0] == '-' ? -1 : 1, tiny ? int.MinValue : int.MaxValue, text);
        }

        string digits = string.Concat(whole, fraction);
        string kept = digits.TrimStart('0');
        int point = whole.Length - (digits.Length - kept.Length) + exponent;
        kept = kept.TrimEnd('0');
        return kept.Length == 0 ? new Normal(0, 0, "") : new Normal(negative ? -1 : 1, point, kept);
    }

    private readonly record struct Normal(int Sign, int Point, string Digits);
}
