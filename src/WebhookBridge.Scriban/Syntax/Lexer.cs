using System.Globalization;

namespace WebhookBridge.Scriban.Syntax;

/// <summary>
/// Cuts a template into tokens in one pass: text and escape blocks with whitespace control (language reference 1),
/// and the code between <c>{{</c> and <c>}}</c> (literals are in Lexer.Literals.cs). Stops at the first fault.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>For every open interpolation the quote that closes its string and the brace depth inside it.</summary>
    private readonly Stack<(char Quote, int Depth)> _interpolations = new();
    private int _pos;
    private int _braceDepth;

    private Lexer(string text) => _text = text;

    public List<SyntaxFault> Faults { get; } = [];

    public List<Token> Tokens => _tokens;

    /// <param name="text">The template, or bare script when <paramref name="scriptOnly"/> is set (<c>object.eval</c>).</param>
    /// <param name="scriptOnly">The text is code without <c>{{ }}</c>.</param>
    public static Lexer Run(string text, bool scriptOnly)
    {
        var lexer = new Lexer(text);
        if (scriptOnly)
        {
            lexer.ScanCode(scriptOnly: true);
        }
        else
        {
            lexer.ScanTemplate();
        }

        lexer._tokens.Add(new Token(TokenKind.EndOfFile, text.Length, text.Length));
        return lexer;
    }

    private void ScanTemplate()
    {
        int rawStart = 0;
        while (true)
        {
            int brace = _text.IndexOf('{', _pos);
            if (brace < 0 || brace + 1 >= _text.Length)
            {
                AddRaw(rawStart, _text.Length);
                _pos = _text.Length;
                return;
            }

            if (_text[brace + 1] == '{')
            {
                _pos = brace + 2;
                char strip = ReadStripMark();
                int rawEnd = StripRight(rawStart, brace, strip);
                AddRaw(rawStart, rawEnd);
                string? indent = strip == '\0' ? IndentBefore(rawStart, brace) : null;
                _tokens.Add(new Token(TokenKind.CodeEnter, brace, _pos, indent));
                if (!ScanCode(scriptOnly: false))
                {
                    return;
                }

                rawStart = _pos;
            }
            else if (_text[brace + 1] == '%' && EscapeLevel(brace, out int level))
            {
                rawStart = ScanEscapeBlock(rawStart, brace, level);
            }
            else
            {
                _pos = brace + 1;
            }
        }
    }

    /// <summary>Escape block <c>{%{ … }%}</c> with any number of % (language reference 1.3); gives where text goes on.</summary>
    private int ScanEscapeBlock(int rawStart, int brace, int level)
    {
        _pos = brace + level + 2;
        char strip = ReadStripMark();
        AddRaw(rawStart, StripRight(rawStart, brace, strip));
        string closing = string.Concat("}", new string('%', level), "}");
        int close = _text.IndexOf(closing, _pos, StringComparison.Ordinal);
        if (close < 0)
        {
            Faults.Add(new SyntaxFault(brace, $"The escape block is not closed: {closing} is missing"));
            _pos = _text.Length;
            return _pos;
        }

        int end = close;
        char after = '\0';
        if (end > _pos && _text[end - 1] is '-' or '~')
        {
            after = _text[--end];
        }

        AddRaw(_pos, end);
        _pos = close + closing.Length;
        StripLeft(after);
        return _pos;
    }

    private bool EscapeLevel(int brace, out int level)
    {
        level = 0;
        while (brace + 1 + level < _text.Length && _text[brace + 1 + level] == '%')
        {
            level++;
        }

        return brace + 1 + level < _text.Length && _text[brace + 1 + level] == '{';
    }

    private char ReadStripMark()
    {
        if (_pos < _text.Length && _text[_pos] is '-' or '~')
        {
            return _text[_pos++];
        }

        return '\0';
    }

    /// <summary>End of the text before a block: <c>-</c> takes all white space, <c>~</c> only that of the same line.</summary>
    private int StripRight(int start, int end, char strip)
    {
        if (strip == '\0')
        {
            return end;
        }

        while (end > start && char.IsWhiteSpace(_text[end - 1]) && (strip == '-' || _text[end - 1] is not ('\n' or '\r')))
        {
            end--;
        }

        return end;
    }

    /// <summary>Moves past the white space after a block: <c>-</c> all, <c>~</c> up to and with the first line end.</summary>
    private void StripLeft(char strip)
    {
        if (strip == '\0')
        {
            return;
        }

        while (_pos < _text.Length && char.IsWhiteSpace(_text[_pos]))
        {
            char c = _text[_pos++];
            if (strip == '~' && c == '\n')
            {
                return;
            }
        }
    }

    /// <summary>White space in front of <c>{{</c> when nothing else stands before it on its line (1.5), else null.</summary>
    private string? IndentBefore(int rawStart, int brace)
    {
        int i = brace;
        while (i > rawStart && _text[i - 1] is ' ' or '\t')
        {
            i--;
        }

        bool atLineStart = i == 0 || _text[i - 1] == '\n';
        return atLineStart && i < brace ? _text[i..brace] : null;
    }

    private void AddRaw(int start, int end)
    {
        if (end > start)
        {
            _tokens.Add(new Token(TokenKind.Raw, start, end));
        }
    }

    private string Intern(ReadOnlySpan<char> name)
    {
        var lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(name, out string? known))
        {
            known = name.ToString();
            _names.Add(known, known);
        }

        return known;
    }

    private void Add(TokenKind kind, int length, bool space)
    {
        _tokens.Add(new Token(kind, _pos, _pos + length, SpaceBefore: space));
        _pos += length;
    }

    /// <summary>Scans code up to the closing braces; false when the text ended or a fault stopped it.</summary>
    private bool ScanCode(bool scriptOnly)
    {
        _braceDepth = 0;
        bool space = false;
        while (_pos < _text.Length)
        {
            char c = _text[_pos];
            bool isPair = c == '\r' && _pos + 1 < _text.Length && _text[_pos + 1] == '\n';
            if (c == '\n' || isPair)
            {
                LeaveInterpolations();
                Add(TokenKind.NewLine, isPair ? 2 : 1, space);
                space = true;
                continue;
            }

            if (char.IsWhiteSpace(c) || c == '\uFEFF')
            {
                _pos++;
                space = true;
                continue;
            }

            if (c == '#')
            {
                SkipComment();
                space = true;
                continue;
            }

            if (!scriptOnly && _interpolations.Count == 0 && _braceDepth == 0 && TryCodeExit(space))
            {
                return true;
            }

            if (!ScanToken(c, space))
            {
                return false;
            }

            space = false;
        }

        return false;
    }

    private bool TryCodeExit(bool space)
    {
        char c = _text[_pos];
        int at = c is '-' or '~' ? 1 : 0;
        if (_pos + at + 1 >= _text.Length || _text[_pos + at] != '}' || _text[_pos + at + 1] != '}')
        {
            return false;
        }

        _tokens.Add(new Token(TokenKind.CodeExit, _pos, _pos + at + 2, SpaceBefore: space));
        _pos += at + 2;
        StripLeft(at == 1 ? c : '\0');
        return true;
    }

    /// <summary>An interpolation ends with its line; the parser says so when it meets the line end.</summary>
    private void LeaveInterpolations()
    {
        if (_interpolations.Count > 0)
        {
            _interpolations.Clear();
            _braceDepth = 0;
        }
    }

    /// <summary># to the end of the line, ## to the next ##; both end before }} (language reference 2).</summary>
    private void SkipComment()
    {
        bool many = _pos + 1 < _text.Length && _text[_pos + 1] == '#';
        _pos += many ? 2 : 1;
        while (_pos < _text.Length)
        {
            char c = _text[_pos];
            if (c == '}' && _pos + 1 < _text.Length && _text[_pos + 1] == '}')
            {
                // A strip mark in front of the closing braces belongs to them and not to the comment.
                if (_text[_pos - 1] is '-' or '~')
                {
                    _pos--;
                }

                return;
            }

            if (!many && (c == '\n' || (c == '\r' && _pos + 1 < _text.Length && _text[_pos + 1] == '\n')))
            {
                return;
            }

            if (many && c == '#' && _pos + 1 < _text.Length && _text[_pos + 1] == '#')
            {
                _pos += 2;
                return;
            }

            _pos++;
        }
    }

    private bool ScanToken(char c, bool space)
    {
        if (char.IsAsciiDigit(c))
        {
            return ScanNumber(space);
        }

        if (char.IsLetter(c) || c == '_')
        {
            int end = NameEnd(_pos);
            _tokens.Add(new Token(TokenKind.Identifier, _pos, end, Intern(_text.AsSpan(_pos, end - _pos)), space));
            _pos = end;
            return true;
        }

        switch (c)
        {
            case '"' or '\'':
                return ScanString(c, space);
            case '`':
                return ScanVerbatim(space);
            case '$':
                return ScanDollar(space);
            case '{':
                _braceDepth++;
                Add(TokenKind.OpenBrace, 1, space);
                return true;
            case '}':
                return ScanCloseBrace(space);
            default:
                return ScanOperator(c, space);
        }
    }

    private int NameEnd(int from)
    {
        int end = from;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] == '_'))
        {
            end++;
        }

        return end;
    }

    private bool ScanDollar(bool space)
    {
        if (_pos + 1 < _text.Length && _text[_pos + 1] is '"' or '\'')
        {
            char quote = _text[_pos + 1];
            Add(TokenKind.InterpolatedStart, 2, space);
            return ScanInterpolatedText(quote);
        }

        int end = _pos + 1 < _text.Length && _text[_pos + 1] == '$' ? _pos + 2 : NameEnd(_pos + 1);
        _tokens.Add(new Token(TokenKind.Local, _pos, end, Intern(_text.AsSpan(_pos, end - _pos)), space));
        _pos = end;
        return true;
    }

    private bool ScanCloseBrace(bool space)
    {
        if (_braceDepth > 0)
        {
            _braceDepth--;
            Add(TokenKind.CloseBrace, 1, space);
            return true;
        }

        if (_interpolations.Count > 0)
        {
            (char quote, int depth) = _interpolations.Pop();
            _braceDepth = depth;
            Add(TokenKind.CloseBrace, 1, space);
            return ScanInterpolatedText(quote);
        }

        return Fail(_pos, "Unexpected token }");
    }

    private bool ScanOperator(char c, bool space)
    {
        foreach ((string text, TokenKind kind) in Operators)
        {
            if (text[0] == c && string.CompareOrdinal(_text, _pos, text, 0, text.Length) == 0)
            {
                Add(kind, text.Length, space);
                return true;
            }
        }

        return Fail(_pos, $"Unexpected character `{c.ToString(CultureInfo.InvariantCulture)}`");
    }

    private bool Fail(int position, string message)
    {
        Faults.Add(new SyntaxFault(position, message));
        _tokens.Add(new Token(TokenKind.Invalid, position, Math.Min(position + 1, _text.Length)));
        return false;
    }

    /// <summary>Longest first, so that the first match is the right one.</summary>
    private static readonly (string Text, TokenKind Kind)[] Operators =
    [
        ("//=", TokenKind.DoubleSlashAssign), ("..<", TokenKind.RangeExclusive),
        ("..", TokenKind.Range), ("?.", TokenKind.OptionalDot), ("??", TokenKind.Coalesce), ("?!", TokenKind.NotCoalesce),
        ("//", TokenKind.DoubleSlash), ("++", TokenKind.PlusPlus), ("--", TokenKind.MinusMinus),
        ("+=", TokenKind.PlusAssign), ("-=", TokenKind.MinusAssign), ("*=", TokenKind.StarAssign),
        ("/=", TokenKind.SlashAssign), ("%=", TokenKind.PercentAssign), ("==", TokenKind.Equal),
        ("!=", TokenKind.NotEqual), ("<=", TokenKind.LessEqual), (">=", TokenKind.GreaterEqual),
        ("<<", TokenKind.ShiftLeft), (">>", TokenKind.ShiftRight), ("&&", TokenKind.And), ("||", TokenKind.Or),
        (";", TokenKind.SemiColon), ("(", TokenKind.OpenParen), (")", TokenKind.CloseParen),
        ("[", TokenKind.OpenBracket), ("]", TokenKind.CloseBracket), (",", TokenKind.Comma), (":", TokenKind.Colon),
        (".", TokenKind.Dot), ("?", TokenKind.Question), ("+", TokenKind.Plus), ("-", TokenKind.Minus),
        ("*", TokenKind.Star), ("/", TokenKind.Slash), ("%", TokenKind.Percent), ("=", TokenKind.Assign),
        ("<", TokenKind.Less), (">", TokenKind.Greater), ("&", TokenKind.Ampersand), ("|", TokenKind.Pipe),
        ("!", TokenKind.Not), ("@", TokenKind.At), ("^", TokenKind.Caret),
    ];
}
