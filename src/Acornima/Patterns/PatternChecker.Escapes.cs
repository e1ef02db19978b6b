using System.Text;

namespace Acornima;

internal sealed partial class PatternChecker
{
    /// <summary>Reads an escape outside a class; false for an assertion.</summary>
    private bool Escape()
    {
        var at = _pos++;
        if (AtEnd)
        {
            throw FailAt(at, "a backslash stands at the end");
        }

        switch (Peek())
        {
            case 'b' or 'B':
                _pos++;
                return false;
            case >= '1' and <= '9':
                Reference(at);
                return true;
            case 'k':
                NamedReference(at);
                return true;
            default:
                if (!ClassEscape(out _))
                {
                    CharacterEscape(at);
                }

                return true;
        }
    }

    private void Reference(int at)
    {
        if (!_unicode)
        {
            // B.1.2: a number without such a group is an octal escape or the digit itself; nothing can be wrong.
            Digits();
            return;
        }

        var digits = Digits();
        var number = digits.Length > 9 ? int.MaxValue : int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
        if (number > _largestReference)
        {
            _largestReference = number;
            _largestReferenceAt = at;
        }
    }

    private void NamedReference(int at)
    {
        _pos++;
        var after = _pos;
        if (GroupName() is { } name)
        {
            _namedReferences.Add((name, at));
            return;
        }

        // Without named groups \k is the letter, and what follows stands for itself.
        _pos = after;
        NoteBareNameEscape(at);
    }

    private void NoteBareNameEscape(int at)
    {
        if (_bareNameEscapeAt < 0)
        {
            _bareNameEscapeAt = at;
        }
    }

    /// <summary>Reads <c>&lt;name&gt;</c>; null when there is none.</summary>
    private string? GroupName()
    {
        if (!Eat('<'))
        {
            return null;
        }

        var name = new StringBuilder();
        while (!Eat('>'))
        {
            if (AtEnd)
            {
                return null;
            }

            int c = _pattern[_pos++];
            if (c == '\\')
            {
                c = Eat('u') ? UnicodeEscape(pairs: true) : -1;
            }
            else if (char.IsHighSurrogate((char)c) && char.IsLowSurrogate(Peek()))
            {
                c = char.ConvertToUtf32((char)c, _pattern[_pos++]);
            }

            if (c < 0 || !(name.Length == 0 ? Chars.IsNameStart(c) : Chars.IsNamePart(c)))
            {
                return null;
            }

            name.Append(char.ConvertFromUtf32(c));
        }

        return name.Length == 0 ? null : name.ToString();
    }

    /// <summary>Reads <c>d D s S w W p P</c>; false when the escape is another.</summary>
    private bool ClassEscape(out bool mayHoldStrings)
    {
        mayHoldStrings = false;
        switch (Peek())
        {
            case 'd' or 'D' or 's' or 'S' or 'w' or 'W':
                _pos++;
                return true;
            case 'p' or 'P' when _unicode:
                var negated = Peek() == 'P';
                _pos++;
                Property(negated, out mayHoldStrings);
                return true;
            default:
                return false;
        }
    }

    private void Property(bool negated, out bool mayHoldStrings)
    {
        mayHoldStrings = false;
        var at = _pos;
        var close = Peek() == '{' ? _pattern.IndexOf('}', _pos) : -1;
        if (close < 0)
        {
            throw FailAt(at, "\\p must be followed by the name of a property in braces");
        }

        var text = _pattern.Substring(_pos + 1, close - _pos - 1);
        _pos = close + 1;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0
            ? UnicodeProperties.IsValue(text[..equals], text[(equals + 1)..])
            : UnicodeProperties.IsBinary(text) || UnicodeProperties.IsCategory(text))
        {
            return;
        }

        mayHoldStrings = _sets && UnicodeProperties.IsOfStrings(text);
        if (!mayHoldStrings || negated)
        {
            throw FailAt(at, mayHoldStrings ? "a property of strings cannot be negated" : $"the property '{text}' is unknown");
        }
    }

    /// <summary>Reads an escape that stands for one character, the current character behind the backslash; gives that character.</summary>
    private int CharacterEscape(int at)
    {
        var c = NextCodePoint();
        switch (c)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'v': return '\v';
            case 'f': return '\f';
            case 'r': return '\r';
            case 'c':
                if (char.IsAsciiLetter(Peek()))
                {
                    return _pattern[_pos++] % 32;
                }

                // B.1.2: the backslash stands for itself, the c follows
                _pos--;
                return _unicode ? throw FailAt(at, "\\c must be followed by a letter") : '\\';
            case 'x':
                var hex = Hex(2);
                return hex >= 0 ? hex : _unicode ? throw FailAt(at, "this escape is not complete") : 'x';
            case 'u':
                var after = _pos;
                var point = UnicodeEscape(_unicode);
                if (point < 0)
                {
                    _pos = after;
                    return _unicode ? throw FailAt(at, "this escape is not complete") : 'u';
                }

                return point;
            case '0' when !char.IsAsciiDigit(Peek()):
                return 0;
            case >= '0' and <= '9':
                if (_unicode)
                {
                    throw FailAt(at, "a digit must not be escaped here");
                }

                return c > '7' ? c : Octal(c - '0');
            default:
                if (_unicode ? !"^$\\.*+?()[]{}|/".Contains((char)c, StringComparison.Ordinal) || c > 127 : false)
                {
                    throw FailAt(at, "this character must not be escaped");
                }

                return c;
        }
    }

    private int Octal(int value)
    {
        for (var digits = 1; digits < 3 && Peek() is >= '0' and <= '7' && (value * 8) + Peek() - '0' <= 255; digits++)
        {
            value = (value * 8) + _pattern[_pos++] - '0';
        }

        return value;
    }

    /// <summary>Reads what follows <c>\u</c>, with braces and surrogate pairs when the flags allow them; -1 when malformed.</summary>
    private int UnicodeEscape(bool pairs)
    {
        if (!pairs || Peek() != '{')
        {
            var unit = Hex(4);
            if (pairs && unit is >= 0xD800 and <= 0xDBFF && Peek() == '\\' && Peek(1) == 'u')
            {
                var after = _pos;
                _pos += 2;
                var low = Hex(4);
                if (low is >= 0xDC00 and <= 0xDFFF)
                {
                    return char.ConvertToUtf32((char)unit, (char)low);
                }

                _pos = after;
            }

            return unit;
        }

        _pos++;
        var value = 0;
        var begin = _pos;
        for (; Chars.HexValue(Peek()) is >= 0 and var digit; _pos++)
        {
            value = (value << 4) + digit;
            if (value > 0x10FFFF)
            {
                return -1;
            }
        }

        return _pos > begin && Eat('}') ? value : -1;
    }

    private int Hex(int digits)
    {
        var value = 0;
        for (var i = 0; i < digits; i++)
        {
            var digit = Chars.HexValue(Peek(i));
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) + digit;
        }

        _pos += digits;
        return value;
    }
}
