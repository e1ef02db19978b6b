using System.Globalization;
using System.Numerics;

namespace WebhookBridge.Engine.Platforms;

/// <summary>An exact decimal: <c>Digits × 10^−Scale</c>. Never a double (design invariant 6).</summary>
internal readonly record struct Money(BigInteger Digits, int Scale)
{
    /// <summary>More digits than any amount has; longer texts are no amounts.</summary>
    private const int MaxLength = 60;

    private static readonly BigInteger[] PowersOfTen = [.. Enumerable.Range(0, 20).Select(static e => BigInteger.Pow(10, e))];

    /// <summary>Reads <c>-12.50</c>, <c>1e2</c> and the like (JSON number grammar, leading zeros allowed in texts).</summary>
    public static Money? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length is 0 or > MaxLength)
        {
            return null;
        }

        int exponent = 0;
        int e = text.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!int.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent) || Math.Abs(exponent) > MaxLength)
            {
                return null;
            }

            text = text[..e];
        }

        bool negative = text.StartsWith("-");
        text = negative ? text[1..] : text;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<char> fraction = point < 0 ? default : text[(point + 1)..];
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        BigInteger digits = whole.Length + fraction.Length <= 18
            ? long.Parse(string.Concat(whole, fraction), NumberStyles.None, CultureInfo.InvariantCulture)
            : BigInteger.Parse(string.Concat(whole, fraction), NumberStyles.None, CultureInfo.InvariantCulture);
        int scale = fraction.Length - exponent;
        if (scale < 0)
        {
            digits *= PowerOfTen(-scale);
            scale = 0;
        }

        return new Money(negative ? -digits : digits, scale);
    }

    /// <summary>The integer in units of 10^−<paramref name="decimals"/>; null when it would have to be rounded.</summary>
    public BigInteger? In(int decimals)
    {
        if (decimals == Scale)
        {
            return Digits;
        }

        if (decimals > Scale)
        {
            return Digits * PowerOfTen(decimals - Scale);
        }

        BigInteger whole = BigInteger.DivRem(Digits, PowerOfTen(Scale - decimals), out BigInteger rest);
        return rest.IsZero ? whole : null;
    }

    /// <summary>With exactly <paramref name="decimals"/> decimals where the value has no more; else with all of its own.</summary>
    public string Text(int decimals)
    {
        BigInteger? exact = In(decimals);
        BigInteger digits = exact ?? Digits;
        int scale = exact is null ? Scale : decimals;
        string text = BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture);
        if (scale > 0)
        {
            text = text.PadLeft(scale + 1, '0');
            text = string.Concat(text.AsSpan(0, text.Length - scale), ".", text.AsSpan(text.Length - scale));
        }

        return digits.Sign < 0 ? "-" + text : text;
    }

    private static BigInteger PowerOfTen(int exponent) => exponent < PowersOfTen.Length ? PowersOfTen[exponent] : BigInteger.Pow(10, exponent);
}
