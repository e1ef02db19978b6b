namespace WebhookBridge.Engine.Filtering;

/// <summary>Compares JSON numbers (RFC 8259 §6) by their text, exactly and at any length: money is never put through a double (design invariant 6).</summary>
public static class ExactNumber
{
    /// <summary>An exponent beyond this is cut off: it only decides which number is the larger.</summary>
    private const long ExponentLimit = 1_000_000_000_000;

    /// <summary>Whether the text is one JSON number and nothing else.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text) => Parts.TryRead(text, out _);

    /// <summary>Less than, equal to or greater than zero as <paramref name="left"/> compares with <paramref name="right"/>; false when one of them is no JSON number.</summary>
    public static bool TryCompare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, out int order)
    {
        order = 0;
        if (!Parts.TryRead(left, out Parts a) || !Parts.TryRead(right, out Parts b))
        {
            return false;
        }

        if (a.IsZero || b.IsZero)
        {
            order = a.Sign - b.Sign;
            return true;
        }

        if (a.Sign != b.Sign)
        {
            order = a.Sign;
            return true;
        }

        int magnitude = a.Scale != b.Scale ? a.Scale.CompareTo(b.Scale) : Parts.CompareDigits(a, b);
        order = a.Sign * magnitude;
        return true;
    }

    /// <summary>A number taken apart: sign, the text's digits, and the power of ten that its first significant digit stands at.</summary>
    private readonly ref struct Parts
    {
        private readonly ReadOnlySpan<byte> _digits; // from the first significant digit on; may hold one '.'

        private Parts(int sign, ReadOnlySpan<byte> digits, long scale)
        {
            Sign = sign;
            _digits = digits;
            Scale = scale;
        }

        /// <summary>-1, 0 or 1.</summary>
        public int Sign { get; }

        public long Scale { get; }

        public bool IsZero => Sign == 0;

        public static bool TryRead(ReadOnlySpan<byte> text, out Parts parts)
        {
            parts = default;
            int at = 0;
            bool negative = text.Length > 0 && text[0] == '-';
            if (negative)
            {
                at++;
            }

            int whole = CountDigits(text[at..]);
            if (whole == 0 || (whole > 1 && text[at] == '0'))
            {
                return false;
            }

            int start = at;
            at += whole;
            int fraction = 0;
            if (at < text.Length && text[at] == '.')
            {
                fraction = CountDigits(text[(at + 1)..]);
                if (fraction == 0)
                {
                    return false;
                }

                at += 1 + fraction;
            }

            ReadOnlySpan<byte> mantissa = text[start..at];
            long exponent = 0;
            if (at < text.Length && (text[at] | 0x20) == 'e')
            {
                at++;
                bool down = at < text.Length && text[at] == '-';
                if (at < text.Length && text[at] is (byte)'-' or (byte)'+')
                {
                    at++;
                }

                int count = CountDigits(text[at..]);
                if (count == 0)
                {
                    return false;
                }

                for (int i = 0; i < count; i++)
                {
                    exponent = Math.Min((exponent * 10) + (text[at + i] - '0'), ExponentLimit);
                }

                exponent = down ? -exponent : exponent;
                at += count;
            }

            if (at != text.Length)
            {
                return false;
            }

            int first = mantissa.IndexOfAnyInRange((byte)'1', (byte)'9');
            if (first < 0)
            {
                return true; // zero: default has sign 0
            }

            long scale = (first < whole ? whole - 1 - first : whole - first) + exponent;
            parts = new Parts(negative ? -1 : 1, mantissa[first..], scale);
            return true;
        }

        /// <summary>Digit by digit; the shorter one goes on with zeros.</summary>
        public static int CompareDigits(Parts a, Parts b)
        {
            int i = 0, j = 0;
            while (true)
            {
                int x = Next(a._digits, ref i);
                int y = Next(b._digits, ref j);
                if (x < 0 && y < 0)
                {
                    return 0;
                }

                int order = Math.Max(x, 0).CompareTo(Math.Max(y, 0));
                if (order != 0)
                {
                    return order;
                }
            }
        }

        private static int Next(ReadOnlySpan<byte> digits, ref int at)
        {
            if (at < digits.Length && digits[at] == '.')
            {
                at++;
            }

            return at < digits.Length ? digits[at++] - '0' : -1;
        }

        private static int CountDigits(ReadOnlySpan<byte> text)
        {
            int end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            return end < 0 ? text.Length : end;
        }
    }
}
