using System.Buffers;
using System.Text;

namespace Acornima;

internal sealed partial class Scanner
{
    private static readonly SearchValues<char> s_doubleStops = SearchValues.Create("\"\\\n\r\u2028\u2029");
    private static readonly SearchValues<char> s_singleStops = SearchValues.Create("'\\\n\r\u2028\u2029");
    private static readonly SearchValues<char> s_templateStops = SearchValues.Create("`$\\\n\r\u2028\u2029");

    private const int LongestPooledString = 24;

    /// <summary>The text of the last template piece as written, line ends as LF.</summary>
    public string TemplateRaw { get; private set; } = "";

    /// <summary>The text of the last template piece, escapes resolved; null when an escape is malformed.</summary>
    public string? TemplateCooked { get; private set; }

    /// <summary>The offset of the first malformed escape of the last template piece, or -1.</summary>
    public int TemplateFaultAt { get; private set; } = -1;

    /// <summary>True when the last template piece ends its template.</summary>
    public bool TemplateTail { get; private set; }

    public Mark TemplateStart { get; private set; }

    public Mark TemplateEnd { get; private set; }

    private T ScanString(char quote)
    {
        var open = _pos++;
        var stops = quote == '"' ? s_doubleStops : s_singleStops;
        StringBuilder? value = null;
        while (true)
        {
            var length = _text.AsSpan(_pos, _end - _pos).IndexOfAny(stops);
            if (length < 0)
            {
                throw Fault(open, "This string has no end: the closing quote is missing");
            }

            var from = _pos;
            _pos += length;
            var c = _text[_pos];
            if (c == quote)
            {
                Value = value is null ? PlainString(from, length) : value.Append(_text, from, length).ToString();
                _pos++;
                return T.String;
            }

            value = (value ?? new StringBuilder()).Append(_text, from, length);
            if (c == '\\')
            {
                ScanStringEscape(value);
            }
            else if (c is '\n' or '\r')
            {
                throw Fault(open, "This string has no end: the closing quote is missing on its line");
            }
            else
            {
                // U+2028 and U+2029 may stand in a string, yet they end a line (ECMA-262 12.9.4)
                value.Append(c);
                CountLine();
                _pos++;
            }
        }
    }

    private string PlainString(int from, int length)
    {
        var text = _text.AsSpan(from, length);
        return length > LongestPooledString ? text.ToString() : _names.Find(text, NameTable.Hash(text), out _);
    }

    private void ScanStringEscape(StringBuilder value)
    {
        var at = _pos;
        if (!ReadEscape(value, out var octal))
        {
            throw Fault(at, "This escape is malformed");
        }

        if (octal && OctalAt < 0)
        {
            OctalAt = at;
        }
    }

    /// <summary>
    /// Reads the escape at the current backslash (ECMA-262 12.9.4.1). False when it is malformed; <paramref name="octal"/>
    /// marks those that only sloppy strings may hold.
    /// </summary>
    private bool ReadEscape(StringBuilder value, out bool octal)
    {
        octal = false;
        _pos++;
        if (_pos >= _end)
        {
            return false;
        }

        var c = _text[_pos];
        if (Chars.IsLineTerminator(c))
        {
            CountLine();
            _pos++;
            if (c == '\r' && Peek(0) == '\n')
            {
                CountLine();
                _pos++;
            }

            return true;
        }

        _pos++;
        switch (c)
        {
            case 'n': value.Append('\n'); return true;
            case 't': value.Append('\t'); return true;
            case 'r': value.Append('\r'); return true;
            case 'b': value.Append('\b'); return true;
            case 'v': value.Append('\v'); return true;
            case 'f': value.Append('\f'); return true;
            case 'x': return AppendCodePoint(value, ReadHex(2));
            case 'u': return AppendCodePoint(value, ReadUnicodeEscape());
            case >= '0' and <= '7':
                octal = c != '0' || char.IsAsciiDigit(Peek(0));
                var code = c - '0';
                for (var digits = 1; digits < 3 && Peek(0) is >= '0' and <= '7' && (code * 8) + Peek(0) - '0' <= 255; digits++)
                {
                    code = (code * 8) + _text[_pos++] - '0';
                }

                value.Append((char)code);
                return true;
            case '8' or '9':
                octal = true;
                value.Append(c);
                return true;
            default:
                value.Append(c);
                return true;
        }
    }

    private static bool AppendCodePoint(StringBuilder value, int codePoint)
    {
        if (codePoint < 0)
        {
            return false;
        }

        if (codePoint > 0xFFFF)
        {
            value.Append(char.ConvertFromUtf32(codePoint));
        }
        else
        {
            value.Append((char)codePoint);
        }

        return true;
    }

    /// <summary>
    /// Reads the piece of a template that begins behind the current token, which is a backtick or the brace that ends a
    /// substitution. The current token is stale afterwards: call <see cref="Next"/>.
    /// </summary>
    public void ScanTemplatePiece(int templateStart)
    {
        TemplateStart = Here();
        TemplateFaultAt = -1;
        var cooked = new StringBuilder();
        StringBuilder? raw = null;
        var rawFrom = _pos;
        while (true)
        {
            var length = _text.AsSpan(_pos, _end - _pos).IndexOfAny(s_templateStops);
            if (length < 0)
            {
                throw Fault(templateStart, "This template has no end: the closing ` is missing");
            }

            cooked.Append(_text, _pos, length);
            _pos += length;
            var c = _text[_pos];
            if (c == '`' || (c == '$' && Peek(1) == '{'))
            {
                break;
            }

            if (c == '\r')
            {
                // CR and CR LF count as LF in a template (ECMA-262 12.9.6)
                raw = (raw ?? new StringBuilder()).Append(_text, rawFrom, _pos - rawFrom).Append('\n');
                cooked.Append('\n');
                CountLine();
                _pos++;
                if (Peek(0) == '\n')
                {
                    CountLine();
                    _pos++;
                }

                rawFrom = _pos;
            }
            else if (c == '\\')
            {
                raw = ScanTemplateEscape(cooked, raw, ref rawFrom);
            }
            else
            {
                if (c != '$')
                {
                    CountLine();
                }

                cooked.Append(c);
                _pos++;
            }
        }

        TemplateRaw = raw is null ? _text.Substring(rawFrom, _pos - rawFrom) : raw.Append(_text, rawFrom, _pos - rawFrom).ToString();
        TemplateCooked = TemplateFaultAt >= 0 ? null : cooked.ToString();
        TemplateEnd = Here();
        TemplateTail = _text[_pos] == '`';
        _pos += TemplateTail ? 1 : 2;
        End = _pos;
    }

    private StringBuilder? ScanTemplateEscape(StringBuilder cooked, StringBuilder? raw, ref int rawFrom)
    {
        var at = _pos;
        if (Peek(1) == '\r')
        {
            raw = (raw ?? new StringBuilder()).Append(_text, rawFrom, at + 1 - rawFrom).Append('\n');
            rawFrom = Peek(2) == '\n' ? at + 3 : at + 2;
        }

        if (!ReadEscape(cooked, out var octal) || octal)
        {
            if (TemplateFaultAt < 0)
            {
                TemplateFaultAt = at;
            }

            // Only the backslash and its follower are skipped: what comes then may be the end of the piece.
            _pos = Math.Min(at + 2, _end);
        }

        return raw;
    }

    /// <summary>Reads the regular expression that begins at the current slash token; its text is given out.</summary>
    public void ScanRegExp(out string pattern, out string flags)
    {
        _pos = Start + 1;
        var inClass = false;
        for (; ; _pos++)
        {
            if (_pos >= _end || Chars.IsLineTerminator(_text[_pos]))
            {
                throw Fault(Start, "This regular expression has no end: the closing / is missing");
            }

            var c = _text[_pos];
            if (c == '\\')
            {
                _pos++;
                if (_pos >= _end || Chars.IsLineTerminator(_text[_pos]))
                {
                    throw Fault(Start, "This regular expression has no end: the closing / is missing");
                }
            }
            else if (c == '[')
            {
                inClass = true;
            }
            else if (c == ']')
            {
                inClass = false;
            }
            else if (c == '/' && !inClass)
            {
                break;
            }
        }

        pattern = _text.Substring(Start + 1, _pos - Start - 1);
        var flagsFrom = ++_pos;
        flags = "";
        if (_pos < _end && ReadName(out var escaped))
        {
            if (escaped)
            {
                throw Fault(flagsFrom, "The flags of a regular expression must not hold an escape");
            }

            flags = Value;
        }
        else if (_pos < _end && char.IsAsciiDigit(_text[_pos]))
        {
            throw Fault(_pos, "A digit cannot be a flag of a regular expression");
        }

        End = _pos;
    }
}
