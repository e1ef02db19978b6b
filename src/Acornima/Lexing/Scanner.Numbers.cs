using System.Globalization;
using System.Numerics;

namespace Acornima;

internal sealed partial class Scanner
{
    /// <summary>The value of the current BigInt token.</summary>
    public BigInteger BigInt
    {
        get
        {
            var digits = WithoutSeparators(_text.AsSpan(Start, End - Start - 1));
            return digits.Length > 2 && digits[0] == '0' && !char.IsAsciiDigit(digits[1])
                ? BigFromDigits(digits.AsSpan(2), BitsPerDigit(digits[1]))
                : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }
    }

    private static int BitsPerDigit(char prefix) => (prefix | 0x20) switch { 'x' => 4, 'o' => 3, 'b' => 1, _ => 0 };

    private T ScanNumber(char first)
    {
        var begin = _pos;
        T kind;
        if (first == '0' && BitsPerDigit(Peek(1)) is > 0 and var bits)
        {
            kind = ScanRadixNumber(bits);
        }
        else if (first == '0' && (char.IsAsciiDigit(Peek(1)) || Peek(1) == '_'))
        {
            kind = ScanLegacyNumber();
        }
        else
        {
            kind = ScanDecimalNumber(begin);
        }

        if (_pos < _end && (char.IsAsciiDigit(_text[_pos]) || _text[_pos] == '\\' || Chars.IsNameStart(CodePointAt(_pos))))
        {
            throw Fault(_pos, "A number must not be followed directly by a name or digit");
        }

        return kind;
    }

    private T ScanRadixNumber(int bits)
    {
        _pos += 2;
        var digits = _pos;
        ScanDigits(1 << bits);
        if (_pos == digits)
        {
            throw Fault(digits, $"Here a digit of base {1 << bits} is expected");
        }

        if (Peek(0) == 'n')
        {
            _pos++;
            return T.BigInt;
        }

        Number = FromDigits(WithoutSeparators(_text.AsSpan(digits, _pos - digits)), bits);
        return T.Number;
    }

    /// <summary>A number with a superfluous zero in front (ECMA-262 B.1 of older editions, now 12.9.3): sloppy code only.</summary>
    private T ScanLegacyNumber()
    {
        var begin = _pos;
        OctalAt = begin;
        var octal = true;
        for (; _pos < _end && char.IsAsciiDigit(_text[_pos]); _pos++)
        {
            octal &= _text[_pos] < '8';
        }

        if (Peek(0) == '_')
        {
            throw Fault(_pos, "A number that begins with 0 must not hold a separator");
        }

        if (octal)
        {
            Number = FromDigits(_text.Substring(begin + 1, _pos - begin - 1), 3);
            return T.Number;
        }

        _pos = begin;
        var kind = ScanDecimalNumber(begin);
        return kind == T.BigInt ? throw Fault(begin, "A BigInt must not begin with a superfluous 0") : kind;
    }

    private T ScanDecimalNumber(int begin)
    {
        ScanDigits(10);
        var integer = true;
        if (Peek(0) == 'n' && _text[begin] != '.')
        {
            _pos++;
            return T.BigInt;
        }

        if (Peek(0) == '.')
        {
            integer = false;
            _pos++;
            if (Peek(0) == '_')
            {
                throw Fault(_pos, "A separator must stand between two digits");
            }

            ScanDigits(10);
        }

        if (Peek(0) is 'e' or 'E')
        {
            integer = false;
            _pos++;
            if (Peek(0) is '+' or '-')
            {
                _pos++;
            }

            var digits = _pos;
            ScanDigits(10);
            if (_pos == digits)
            {
                throw Fault(digits, "The exponent of this number has no digits");
            }
        }

        if (integer && _pos - begin <= 9 && TrySmallInteger(begin, out var value))
        {
            Number = value;
        }
        else
        {
            Number = double.Parse(WithoutSeparators(_text.AsSpan(begin, _pos - begin)), NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return T.Number;
    }

    private bool TrySmallInteger(int begin, out int value)
    {
        value = 0;
        for (var i = begin; i < _pos; i++)
        {
            if (_text[i] == '_')
            {
                return false;
            }

            value = (value * 10) + (_text[i] - '0');
        }

        return true;
    }

    private void ScanDigits(int radix)
    {
        var begin = _pos;
        for (; _pos < _end; _pos++)
        {
            var c = _text[_pos];
            if (c == '_')
            {
                if (_pos == begin || _text[_pos - 1] == '_' || !IsDigit(Peek(1), radix))
                {
                    throw Fault(_pos, "A separator must stand between two digits");
                }
            }
            else if (!IsDigit(c, radix))
            {
                return;
            }
        }
    }

    private static bool IsDigit(char c, int radix) => Chars.HexValue(c) is var value && value >= 0 && value < radix;

    private static string WithoutSeparators(ReadOnlySpan<char> digits)
        => digits.Contains('_') ? digits.ToString().Replace("_", "", StringComparison.Ordinal) : digits.ToString();

    private static BigInteger BigFromDigits(ReadOnlySpan<char> digits, int bits)
    {
        // One hexadecimal parse is linear enough; octal digits are first written out in binary.
        if (bits == 4)
        {
            return BigInteger.Parse("0" + digits.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        var binary = new char[1 + (digits.Length * bits)];
        binary[0] = '0';
        for (var i = 0; i < digits.Length; i++)
        {
            var value = digits[i] - '0';
            for (var bit = 0; bit < bits; bit++)
            {
                binary[1 + (i * bits) + bit] = ((value >> (bits - 1 - bit)) & 1) == 0 ? '0' : '1';
            }
        }

        return BigInteger.Parse(binary, NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture);
    }

    /// <summary>The double nearest to the digits, ties to even.</summary>
    private static double FromDigits(string digits, int bits)
    {
        if (digits.Length * bits <= 53)
        {
            long value = 0;
            foreach (var c in digits)
            {
                value = (value << bits) + Chars.HexValue(c);
            }

            return value;
        }

        var big = BigFromDigits(digits, bits);
        var excess = (int)Math.Min(int.MaxValue, big.GetBitLength() - 53);
        if (excess <= 0)
        {
            return (double)big;
        }

        var kept = big >> excess;
        var rest = big - (kept << excess);
        var half = BigInteger.One << (excess - 1);
        if (rest > half || (rest == half && !kept.IsEven))
        {
            kept += 1;
        }

        return Math.ScaleB((double)kept, excess);
    }
}
