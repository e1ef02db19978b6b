using System.Text;

namespace Acornima;

internal sealed partial class Scanner
{
    private T ScanToken(char c)
    {
        switch (c)
        {
            case '{': return Take(1, T.LeftBrace);
            case '}': return Take(1, T.RightBrace);
            case '(': return Take(1, T.LeftParen);
            case ')': return Take(1, T.RightParen);
            case '[': return Take(1, T.LeftBracket);
            case ']': return Take(1, T.RightBracket);
            case ';': return Take(1, T.Semicolon);
            case ',': return Take(1, T.Comma);
            case ':': return Take(1, T.Colon);
            case '~': return Take(1, T.Tilde);
            case '`': return Take(1, T.Backtick);
            case '@': return Take(1, T.At);
            case '.': return ScanDot();
            case '"' or '\'': return ScanString(c);
            case '#': return ScanPrivateName();
            case '?': return ScanQuestion();
            case '=': return Peek(1) switch
            {
                '=' => Peek(2) == '=' ? Take(3, T.StrictEqual) : Take(2, T.Equal),
                '>' => Take(2, T.Arrow),
                _ => Take(1, T.Assign),
            };
            case '!':
                return Peek(1) != '=' ? Take(1, T.Not) : Peek(2) == '=' ? Take(3, T.StrictNotEqual) : Take(2, T.NotEqual);
            case '+':
                return Peek(1) switch { '+' => Take(2, T.Increment), '=' => Take(2, T.PlusAssign), _ => Take(1, T.Plus) };
            case '-':
                return Peek(1) switch { '-' => Take(2, T.Decrement), '=' => Take(2, T.MinusAssign), _ => Take(1, T.Minus) };
            case '*':
                if (Peek(1) == '*')
                {
                    return Peek(2) == '=' ? Take(3, T.PowerAssign) : Take(2, T.Power);
                }

                return Peek(1) == '=' ? Take(2, T.StarAssign) : Take(1, T.Star);
            case '/': return Peek(1) == '=' ? Take(2, T.SlashAssign) : Take(1, T.Slash);
            case '%': return Peek(1) == '=' ? Take(2, T.PercentAssign) : Take(1, T.Percent);
            case '^': return Peek(1) == '=' ? Take(2, T.BitXorAssign) : Take(1, T.BitXor);
            case '&':
                if (Peek(1) == '&')
                {
                    return Peek(2) == '=' ? Take(3, T.AndAssign) : Take(2, T.And);
                }

                return Peek(1) == '=' ? Take(2, T.BitAndAssign) : Take(1, T.BitAnd);
            case '|':
                if (Peek(1) == '|')
                {
                    return Peek(2) == '=' ? Take(3, T.OrAssign) : Take(2, T.Or);
                }

                return Peek(1) == '=' ? Take(2, T.BitOrAssign) : Take(1, T.BitOr);
            case '<':
                if (Peek(1) == '<')
                {
                    return Peek(2) == '=' ? Take(3, T.ShiftLeftAssign) : Take(2, T.ShiftLeft);
                }

                return Peek(1) == '=' ? Take(2, T.LessOrEqual) : Take(1, T.Less);
            case '>': return ScanGreater();
            default:
                if (char.IsAsciiDigit(c))
                {
                    return ScanNumber(c);
                }

                return ScanWord();
        }
    }

    private T Take(int length, T kind)
    {
        _pos += length;
        return kind;
    }

    private T ScanDot()
    {
        var next = Peek(1);
        if (char.IsAsciiDigit(next))
        {
            return ScanNumber('.');
        }

        return next == '.' && Peek(2) == '.' ? Take(3, T.Ellipsis) : Take(1, T.Dot);
    }

    private T ScanQuestion()
    {
        if (Peek(1) == '?')
        {
            return Peek(2) == '=' ? Take(3, T.NullishAssign) : Take(2, T.Nullish);
        }

        // `a?.5:b` is a conditional (ECMA-262 12.8, OptionalChainingPunctuator)
        return Peek(1) == '.' && !char.IsAsciiDigit(Peek(2)) ? Take(2, T.QuestionDot) : Take(1, T.Question);
    }

    private T ScanGreater()
    {
        if (Peek(1) != '>')
        {
            return Peek(1) == '=' ? Take(2, T.GreaterOrEqual) : Take(1, T.Greater);
        }

        if (Peek(2) != '>')
        {
            return Peek(2) == '=' ? Take(3, T.ShiftRightAssign) : Take(2, T.ShiftRight);
        }

        return Peek(3) == '=' ? Take(4, T.ShiftRightUnsignedAssign) : Take(3, T.ShiftRightUnsigned);
    }

    private T ScanPrivateName()
    {
        var at = _pos++;
        if (_pos >= _end || !ReadName(out _))
        {
            throw Fault(at, "A # must be followed directly by the name of a private member");
        }

        return T.PrivateName;
    }

    private T ScanWord()
    {
        var at = _pos;
        if (ReadName(out var escaped))
        {
            return escaped ? T.EscapedName : Word;
        }

        var c = CodePointAt(at);
        throw Fault(at, c > 0x20 && c != 0x7F
            ? $"The character {char.ConvertFromUtf32(c is >= 0xD800 and <= 0xDFFF ? 0xFFFD : c)} cannot stand here"
            : $"The character U+{c:X4} cannot stand here");
    }

    /// <summary>Reads a name into <see cref="Value"/> and <see cref="Word"/>; false, without moving, when none begins here.</summary>
    private bool ReadName(out bool escaped)
    {
        escaped = false;
        var text = _text;
        var begin = _pos;
        if (char.IsAsciiDigit(text[begin]))
        {
            return false;
        }

        uint hash = 0;
        var i = begin;
        while (i < _end && Chars.IsAsciiNamePart(text[i]))
        {
            hash = NameTable.Hash(hash, text[i]);
            i++;
        }

        if (i >= _end || (text[i] < 128 && text[i] != '\\'))
        {
            if (i == begin)
            {
                return false;
            }

            _pos = i;
            Value = _names.Find(text.AsSpan(begin, i - begin), hash, out var word);
            Word = word;
            return true;
        }

        return ReadUnusualName(begin, i, out escaped);
    }

    private bool ReadUnusualName(int begin, int firstUnusual, out bool escaped)
    {
        escaped = false;
        var name = new StringBuilder().Append(_text, begin, firstUnusual - begin);
        _pos = firstUnusual;
        while (_pos < _end)
        {
            var at = _pos;
            int c;
            if (_text[_pos] == '\\')
            {
                if (Peek(1) != 'u')
                {
                    throw Fault(at, "In a name only \\u escapes are allowed");
                }

                _pos += 2;
                c = ReadUnicodeEscape();
                if (c < 0 || !(name.Length == 0 ? Chars.IsNameStart(c) : Chars.IsNamePart(c)))
                {
                    throw Fault(at, "This escape does not stand for a character that a name may have");
                }

                escaped = true;
            }
            else
            {
                c = CodePointAt(_pos);
                if (!(name.Length == 0 ? Chars.IsNameStart(c) : Chars.IsNamePart(c)))
                {
                    break;
                }

                _pos += c > 0xFFFF ? 2 : 1;
            }

            name.Append(char.ConvertFromUtf32(c));
        }

        if (name.Length == 0)
        {
            _pos = begin;
            return false;
        }

        var chars = name.ToString();
        Value = _names.Find(chars, NameTable.Hash(chars), out var word);
        Word = word;
        return true;
    }

    private int CodePointAt(int index)
    {
        var c = _text[index];
        return char.IsHighSurrogate(c) && index + 1 < _end && char.IsLowSurrogate(_text[index + 1])
            ? char.ConvertToUtf32(c, _text[index + 1])
            : c;
    }

    /// <summary>Reads <c>XXXX</c> or <c>{X…}</c> behind <c>\u</c>; -1 when it is malformed.</summary>
    private int ReadUnicodeEscape()
    {
        if (Peek(0) != '{')
        {
            return ReadHex(4);
        }

        _pos++;
        var value = 0;
        var digits = 0;
        for (; _pos < _end && Chars.HexValue(_text[_pos]) is >= 0 and var digit; _pos++, digits++)
        {
            value = (value << 4) + digit;
            if (value > 0x10FFFF)
            {
                return -1;
            }
        }

        if (digits == 0 || Peek(0) != '}')
        {
            return -1;
        }

        _pos++;
        return value;
    }

    private int ReadHex(int digits)
    {
        var value = 0;
        for (var i = 0; i < digits; i++, _pos++)
        {
            var digit = _pos < _end ? Chars.HexValue(_text[_pos]) : -1;
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) + digit;
        }

        return value;
    }
}
