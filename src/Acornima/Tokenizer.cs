using System.Runtime.InteropServices;

namespace Acornima;

/// <summary>A token.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Token
{
    internal Token(TokenKind kind, int start, int end)
    {
        Kind = kind;
        Start = start;
        End = end;
    }

    /// <summary>The kind.</summary>
    public TokenKind Kind { get; }

    /// <summary>The offset of the first character in the whole input.</summary>
    public int Start { get; }

    /// <summary>The offset behind the last character in the whole input.</summary>
    public int End { get; }
}

/// <summary>Hints for <see cref="Tokenizer.Next"/>; this tokenizer needs none.</summary>
public readonly struct TokenizerContext;

/// <summary>
/// Cuts a text into tokens without parsing it. A slash is taken for a division behind a name, literal or closing
/// bracket and for a regular expression elsewhere; templates come as their backticks and what lies between.
/// </summary>
public sealed class Tokenizer
{
    private Scanner _scanner = null!;
    private T _previous;

    /// <summary>Makes a tokenizer that stands before the first token of a script.</summary>
    public Tokenizer(string input) => Reset(input, SourceType.Script);

    /// <summary>The current token; of kind <see cref="TokenKind.Unknown"/> before the first <see cref="Next"/>.</summary>
    public Token Current { get; private set; }

    /// <summary>Starts anew on another text.</summary>
    public void Reset(string input, SourceType sourceType = SourceType.Script, string? sourceFile = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        Reset(input, 0, input.Length, sourceType, sourceFile);
    }

    /// <summary>Starts anew on a part of a text. Offsets count from the beginning of the whole text.</summary>
    public void Reset(string input, int start, int length, SourceType sourceType = SourceType.Script, string? sourceFile = null)
    {
        Parser.CheckPart(input, start, length);
        _scanner = new Scanner(input, start, length, sourceType == SourceType.Module, sourceFile, new NameTable());
        _previous = T.EOF;
        Current = default;
    }

    /// <summary>Reads the next token; at the end of the text it is of kind <see cref="TokenKind.EOF"/>.</summary>
    /// <exception cref="ParseErrorException">What follows is not a token.</exception>
    public void Next(in TokenizerContext context = default)
    {
        _scanner.Next();
        var kind = _scanner.Kind;
        var start = _scanner.Start;
        if (kind is T.Slash or T.SlashAssign && !EndsOperand(_previous))
        {
            _scanner.ScanRegExp(out _, out _);
            Current = new Token(TokenKind.RegExpLiteral, start, _scanner.End);
            _previous = T.String;
            return;
        }

        Current = new Token(KindOf(kind), start, _scanner.End);
        _previous = kind;
    }

    private static bool EndsOperand(T kind)
        => kind is T.Number or T.BigInt or T.String or T.PrivateName or T.RightParen or T.RightBracket or T.RightBrace
            or T.Backtick or T.This or T.Super or T.Null or T.True or T.False
            || (kind >= T.EscapedName && !Words.IsReserved(kind));

    private static TokenKind KindOf(T kind) => kind switch
    {
        T.EOF => TokenKind.EOF,
        T.Number => TokenKind.NumericLiteral,
        T.BigInt => TokenKind.BigIntLiteral,
        T.String => TokenKind.StringLiteral,
        T.PrivateName => TokenKind.Identifier,
        T.Null => TokenKind.NullLiteral,
        T.True or T.False => TokenKind.BooleanLiteral,
        >= T.Break => TokenKind.Keyword,
        >= T.EscapedName => TokenKind.Identifier,
        _ => TokenKind.Punctuator,
    };

    /// <summary>
    /// Would convert a pattern to one of .NET. This parser converts none: the answer is the default value, without
    /// success, and the consumer's own engine takes over.
    /// </summary>
    public static RegExpParseResult AdaptRegExp(
        string pattern,
        string flags,
        bool compiled,
        TimeSpan? matchTimeout,
        bool throwIfNotAdaptable,
        EcmaVersion ecmaVersion,
        ExperimentalESFeatures experimentalESFeatures) => default;

    /// <summary>Checks pattern and flags against the grammar.</summary>
    /// <returns>True when both are valid; else <paramref name="error"/> says what is wrong.</returns>
    public static bool ValidateRegExp(
        string pattern,
        string flags,
        out ParseError? error,
        EcmaVersion ecmaVersion,
        ExperimentalESFeatures experimentalESFeatures)
    {
        error = PatternChecker.Check(pattern, flags) is { } fault
            ? new ParseError("InvalidRegExp", $"This regular expression is not valid: {fault.Text}", fault.Index, new Position(1, fault.Index), null)
            : null;
        return error is null;
    }
}
