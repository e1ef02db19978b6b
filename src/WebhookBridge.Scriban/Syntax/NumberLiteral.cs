using System.Globalization;
using System.Numerics;
using WebhookBridge.Scriban.Runtime;

namespace WebhookBridge.Scriban.Syntax;

/// <summary>Numbers as a template writes them (language reference 3.2).</summary>
internal static class NumberLiteral
{
    private const int MostDigits = 1000;

    public static bool TryParse(string text, bool isFloat, out Value value)
    {
        value = default;
        if (text.Length > MostDigits)
        {
            return false;
        }

        string plain = text.Replace("_", "", StringComparison.Ordinal);
        if (isFloat)
        {
            return TryParseFloat(plain, out value);
        }

        if (plain.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return TryParseBits(plain, NumberStyles.AllowHexSpecifier, 4, out value);
        }

        return plain.StartsWith("0b", StringComparison.OrdinalIgnoreCase)
            ? TryParseBits(plain, NumberStyles.AllowBinarySpecifier, 1, out value)
            : TryParseInteger(plain, out value);
    }

    private static bool TryParseFloat(string text, out Value value)
    {
        char suffix = char.ToLowerInvariant(text[^1]);
        string digits = suffix is 'f' or 'd' or 'm' ? text[..^1] : text;
        if (suffix == 'm')
        {
            bool exact = decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number);
            value = Value.From(number);
            return exact;
        }

        bool read = double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double floating);
        value = suffix == 'f' ? Value.FromFloat((float)floating) : Value.From(floating);
        return read && double.IsFinite(floating);
    }

    /// <summary>Without u the bits fill an int or long and may come out negative; with u they never do.</summary>
    private static bool TryParseBits(string text, NumberStyles style, int bitsPerDigit, out Value value)
    {
        value = default;
        bool isUnsigned = text[^1] is 'u' or 'U';
        string digits = (isUnsigned ? text[2..^1] : text[2..]).TrimStart('0');
        if (text.Length <= (isUnsigned ? 3 : 2))
        {
            return false;
        }

        if (digits.Length == 0)
        {
            value = Value.From(0);
            return true;
        }

        // A leading zero keeps BigInteger from reading the first bit as a sign.
        if (!BigInteger.TryParse("0" + digits, style, CultureInfo.InvariantCulture, out BigInteger number))
        {
            return false;
        }

        int width = digits.Length * bitsPerDigit;
        value = isUnsigned || width > 64 ? Value.From(number)
            : width > 32 ? Value.From((long)(ulong)number)
            : Value.From((int)(uint)number);
        return true;
    }

    private static bool TryParseInteger(string text, out Value value)
    {
        value = default;
        int e = text.IndexOf('e', StringComparison.OrdinalIgnoreCase);
        int exponent = 0;
        if (e >= 0 && (!int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || exponent > MostDigits))
        {
            return false;
        }

        if (!BigInteger.TryParse(e < 0 ? text : text[..e], NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger number))
        {
            return false;
        }

        value = Value.From(number * BigInteger.Pow(10, exponent));
        return true;
    }
}
