using System.Globalization;
using System.Text;

namespace WebhookBridge.Scriban.Syntax;

/// <summary>Numbers and the three kinds of strings (language reference 3).</summary>
internal sealed partial class Lexer
{
    private bool ScanNumber(bool space)
    {
        int start = _pos;
        TokenKind kind = TokenKind.Integer;
        if (_text[_pos] == '0' && _pos + 1 < _text.Length && _text[_pos + 1] is 'x' or 'X')
        {
            _pos += 2;
            SkipDigits(char.IsAsciiHexDigit);
            SkipOne('u', 'U');
        }
        else if (_text[_pos] == '0' && _pos + 1 < _text.Length && _text[_pos + 1] is 'b' or 'B')
        {
            _pos += 2;
            SkipDigits(static c => c is '0' or '1');
            SkipOne('u', 'U');
        }
        else
        {
            SkipDigits(char.IsAsciiDigit);
            if (_pos + 1 < _text.Length && _text[_pos] == '.' && char.IsAsciiDigit(_text[_pos + 1]))
            {
                kind = TokenKind.Float;
                _pos++;
                SkipDigits(char.IsAsciiDigit);
            }

            kind = ScanExponent(kind);
            if (_pos < _text.Length && _text[_pos] is 'f' or 'F' or 'd' or 'D' or 'm' or 'M'
                && (_pos + 1 >= _text.Length || !(char.IsLetterOrDigit(_text[_pos + 1]) || _text[_pos + 1] == '_')))
            {
                kind = TokenKind.Float;
                _pos++;
            }
        }

        _tokens.Add(new Token(kind, start, _pos, _text[start.._pos], space));
        return true;
    }

    /// <summary>A positive exponent leaves an integer an integer (<c>1e3</c> is 1000); a negative one does not.</summary>
    private TokenKind ScanExponent(TokenKind kind)
    {
        if (_pos >= _text.Length || _text[_pos] is not ('e' or 'E'))
        {
            return kind;
        }

        int at = _pos + 1;
        bool negative = at < _text.Length && _text[at] == '-';
        if (at < _text.Length && _text[at] is '+' or '-')
        {
            at++;
        }

        if (at >= _text.Length || !char.IsAsciiDigit(_text[at]))
        {
            return kind;
        }

        _pos = at;
        SkipDigits(char.IsAsciiDigit);
        return negative ? TokenKind.Float : kind;
    }

    private void SkipDigits(Func<char, bool> isDigit)
    {
        while (_pos < _text.Length && (isDigit(_text[_pos]) || _text[_pos] == '_'))
        {
            _pos++;
        }
    }

    private void SkipOne(char lower, char upper)
    {
        if (_pos < _text.Length && (_text[_pos] == lower || _text[_pos] == upper))
        {
            _pos++;
        }
    }

    private bool ScanString(char quote, bool space)
    {
        int start = _pos++;
        var decoded = new StringBuilder();
        while (_pos < _text.Length)
        {
            char c = _text[_pos++];
            if (c == quote)
            {
                _tokens.Add(new Token(TokenKind.String, start, _pos, decoded.ToString(), space));
                return true;
            }

            if (c != '\\')
            {
                decoded.Append(c);
            }
            else if (!ScanEscape(decoded))
            {
                return false;
            }
        }

        return Fail(start, $"Unexpected end of file while parsing a string not terminated by a {quote.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>Text of an interpolated string up to the next expression or the closing quote.</summary>
    private bool ScanInterpolatedText(char quote)
    {
        int start = _pos;
        var decoded = new StringBuilder();
        while (_pos < _text.Length)
        {
            char c = _text[_pos++];
            if (c == quote)
            {
                _tokens.Add(new Token(TokenKind.InterpolatedText, start, _pos - 1, decoded.ToString()));
                _tokens.Add(new Token(TokenKind.InterpolatedEnd, _pos - 1, _pos));
                return true;
            }

            if (c == '{')
            {
                _tokens.Add(new Token(TokenKind.InterpolatedText, start, _pos - 1, decoded.ToString()));
                _tokens.Add(new Token(TokenKind.OpenBrace, _pos - 1, _pos));
                _interpolations.Push((quote, _braceDepth));
                _braceDepth = 0;
                return true;
            }

            if (c != '\\')
            {
                decoded.Append(c);
            }
            else if (_pos < _text.Length && _text[_pos] is '{' or '}')
            {
                decoded.Append(_text[_pos++]);
            }
            else if (!ScanEscape(decoded))
            {
                return false;
            }
        }

        return Fail(start, $"Unexpected end of file while parsing a string not terminated by a {quote.ToString(CultureInfo.InvariantCulture)}");
    }

    private bool ScanVerbatim(bool space)
    {
        int start = _pos++;
        var decoded = new StringBuilder();
        while (_pos < _text.Length)
        {
            char c = _text[_pos++];
            if (c != '`')
            {
                decoded.Append(c);
            }
            else if (_pos < _text.Length && _text[_pos] == '`')
            {
                decoded.Append('`');
                _pos++;
            }
            else
            {
                _tokens.Add(new Token(TokenKind.String, start, _pos, decoded.ToString(), space));
                return true;
            }
        }

        return Fail(start, "Unexpected end of file while parsing a verbatim string not terminated by a `");
    }

    /// <summary>One escape sequence after its backslash (language reference 3.1).</summary>
    private bool ScanEscape(StringBuilder decoded)
    {
        int at = _pos;
        char c = at < _text.Length ? _text[_pos++] : '\0';
        switch (c)
        {
            case '\'' or '"' or '\\':
                decoded.Append(c);
                return true;
            case 'n':
                decoded.Append('\n');
                return true;
            case 'r':
                decoded.Append('\r');
                return true;
            case 't':
                decoded.Append('\t');
                return true;
            case 'b':
                decoded.Append('\b');
                return true;
            case 'f':
                decoded.Append('\f');
                return true;
            case '0':
                decoded.Append('\0');
                return true;
            case '\n':
                return true;
            case '\r' when _pos < _text.Length && _text[_pos] == '\n':
                _pos++;
                return true;
            case 'u':
                return ScanHex(decoded, 4);
            case 'x':
                return ScanHex(decoded, 2);
            default:
                return Fail(at, "Unexpected escape character in string: only \\\\ \\' \\\" \\n \\r \\t \\b \\f \\0 \\uXXXX and \\xXX are known");
        }
    }

    private bool ScanHex(StringBuilder decoded, int digits)
    {
        if (_pos + digits <= _text.Length
            && ushort.TryParse(_text.AsSpan(_pos, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
        {
            decoded.Append((char)code);
            _pos += digits;
            return true;
        }

        return Fail(_pos, $"Expecting {digits} hexadecimal digits in the escape");
    }
}
