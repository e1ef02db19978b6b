using System.Buffers;
using System.Runtime.InteropServices;

namespace Acornima;

/// <summary>
/// Cuts the input into tokens, one at a time (ECMA-262 12). The parser says when a slash begins a regular expression
/// and when a template goes on, as the goal symbols of the specification do.
/// </summary>
internal sealed partial class Scanner
{
    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create("\n\r\u2028\u2029");

    private readonly string _text;
    private readonly string? _sourceFile;
    private readonly int _begin;
    private readonly int _end;
    private readonly bool _module;
    private readonly NameTable _names;

    private int _pos;
    private int _line = 1;
    private int _lineStart;

    public Scanner(string text, int start, int length, bool module, string? sourceFile, NameTable names)
    {
        _text = text;
        _sourceFile = sourceFile;
        _module = module;
        _names = names;
        _begin = start;
        _end = start + length;
        for (_pos = 0; _pos < start; _pos++)
        {
            if (Chars.IsLineTerminator(text[_pos]))
            {
                CountLine();
            }
        }

        _pos = start;
        BeginOfText = Here();
        End = start;
        PrevEnd = start;
        PrevEndLine = _line;
        PrevEndLineStart = _lineStart;
    }

    /// <summary>Where the part that is parsed begins.</summary>
    public Mark BeginOfText { get; }

    /// <summary>The kind of the current token.</summary>
    public T Kind { get; private set; }

    /// <summary>What the current word spells, escapes resolved.</summary>
    public T Word { get; private set; }

    /// <summary>The value of a name, private name or string.</summary>
    public string Value { get; private set; } = "";

    /// <summary>The value of a number.</summary>
    public double Number { get; private set; }

    /// <summary>The offset of an octal escape or number in the current token that strict code forbids, or -1.</summary>
    public int OctalAt { get; private set; } = -1;

    /// <summary>True when a line ended between the previous token and this one.</summary>
    public bool NewlineBefore { get; private set; }

    public int Start { get; private set; }

    public int End { get; private set; }

    public int StartLine { get; private set; }

    public int StartLineStart { get; private set; }

    public int PrevEnd { get; private set; }

    public int PrevEndLine { get; private set; }

    public int PrevEndLineStart { get; private set; }

    public string Text => _text;

    public Mark StartMark => new(Start, StartLine, Start - StartLineStart);

    public Mark PrevEndMark => new(PrevEnd, PrevEndLine, PrevEnd - PrevEndLineStart);

    /// <summary>Reads the next token.</summary>
    public void Next()
    {
        PrevEnd = End;
        PrevEndLine = _line;
        PrevEndLineStart = _lineStart;
        OctalAt = -1;
        SkipTrivia();
        Start = _pos;
        StartLine = _line;
        StartLineStart = _lineStart;
        Kind = _pos < _end ? ScanToken(_text[_pos]) : T.EOF;
        End = _pos;
    }

    /// <summary>Everything needed to come back to the current token.</summary>
    public State Save() => new()
    {
        Kind = Kind, Word = Word, Value = Value, Number = Number, OctalAt = OctalAt, NewlineBefore = NewlineBefore,
        Start = Start, End = End, StartLine = StartLine, StartLineStart = StartLineStart,
        PrevEnd = PrevEnd, PrevEndLine = PrevEndLine, PrevEndLineStart = PrevEndLineStart,
        Pos = _pos, Line = _line, LineStart = _lineStart,
    };

    public void Restore(in State state)
    {
        Kind = state.Kind;
        Word = state.Word;
        Value = state.Value;
        Number = state.Number;
        OctalAt = state.OctalAt;
        NewlineBefore = state.NewlineBefore;
        Start = state.Start;
        End = state.End;
        StartLine = state.StartLine;
        StartLineStart = state.StartLineStart;
        PrevEnd = state.PrevEnd;
        PrevEndLine = state.PrevEndLine;
        PrevEndLineStart = state.PrevEndLineStart;
        _pos = state.Pos;
        _line = state.Line;
        _lineStart = state.LineStart;
    }

    /// <summary>An error at an offset of the input.</summary>
    public SyntaxErrorException Fault(int offset, string text, string code = "SyntaxError")
    {
        offset = Math.Clamp(offset, 0, _text.Length);
        int line = 1, lineStart = 0;
        for (var i = 0; i < offset; i++)
        {
            var c = _text[i];
            if (Chars.IsLineTerminator(c) && !(c == '\r' && i + 1 < _text.Length && _text[i + 1] == '\n'))
            {
                line++;
                lineStart = i + 1;
            }
        }

        return new SyntaxErrorException(new ParseError(code, text, offset, new Position(line, offset - lineStart), _sourceFile));
    }

    private Mark Here() => new(_pos, _line, _pos - _lineStart);

    private char Peek(int ahead) => _pos + ahead < _end ? _text[_pos + ahead] : '\0';

    /// <summary>Counts the line terminator at the current position; of CR LF only the second counts.</summary>
    private void CountLine()
    {
        if (_text[_pos] == '\r' && _pos + 1 < _text.Length && _text[_pos + 1] == '\n')
        {
            return;
        }

        _line++;
        _lineStart = _pos + 1;
    }

    private void SkipTrivia()
    {
        NewlineBefore = false;
        var text = _text;
        if (_pos == _begin && Peek(0) == '#' && Peek(1) == '!')
        {
            SkipLineComment(); // ECMA-262 12.5, hashbang
        }

        while (_pos < _end)
        {
            var c = text[_pos];
            switch (c)
            {
                case ' ' or '\t' or '\v' or '\f':
                    _pos++;
                    break;
                case '\n' or '\r' or '\u2028' or '\u2029':
                    CountLine();
                    NewlineBefore = true;
                    _pos++;
                    break;
                case '/' when Peek(1) == '/':
                    SkipLineComment();
                    break;
                case '/' when Peek(1) == '*':
                    SkipBlockComment();
                    break;
                // ECMA-262 B.1.1, comments in the manner of HTML; not in modules
                case '<' when !_module && Peek(1) == '!' && Peek(2) == '-' && Peek(3) == '-':
                    SkipLineComment();
                    break;
                case '-' when !_module && Peek(1) == '-' && Peek(2) == '>' && (NewlineBefore || PrevEnd == _begin):
                    SkipLineComment();
                    break;
                default:
                    if (c < 128 || !Chars.IsOtherSpace(c))
                    {
                        return;
                    }

                    _pos++;
                    break;
            }
        }
    }

    private void SkipLineComment()
    {
        var rest = _text.AsSpan(_pos, _end - _pos);
        var length = rest.IndexOfAny(s_lineEnds);
        _pos = length < 0 ? _end : _pos + length;
    }

    private void SkipBlockComment()
    {
        var open = _pos;
        for (_pos += 2; _pos < _end; _pos++)
        {
            var c = _text[_pos];
            if (c == '*' && Peek(1) == '/')
            {
                _pos += 2;
                return;
            }

            if (c <= '\r' || c >= '\u2028')
            {
                if (Chars.IsLineTerminator(c))
                {
                    CountLine();
                    NewlineBefore = true;
                }
            }
        }

        throw Fault(open, "This comment has no end: */ is missing");
    }

    /// <summary>A snapshot of the scanner.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal struct State
    {
        public T Kind;
        public T Word;
        public string Value;
        public double Number;
        public int OctalAt;
        public bool NewlineBefore;
        public int Start;
        public int End;
        public int StartLine;
        public int StartLineStart;
        public int PrevEnd;
        public int PrevEndLine;
        public int PrevEndLineStart;
        public int Pos;
        public int Line;
        public int LineStart;
    }
}

/// <summary>A place in the input with its line and column.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Mark(int Offset, int Line, int Column)
{
    public Position Position => new(Line, Column);
}
