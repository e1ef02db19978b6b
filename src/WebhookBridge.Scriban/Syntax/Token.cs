namespace WebhookBridge.Scriban.Syntax;

internal enum TokenKind : byte
{
    EndOfFile, Invalid, Raw, CodeEnter, CodeExit, NewLine, SemiColon,
    Identifier, Local, Integer, Float, String, InterpolatedStart, InterpolatedText, InterpolatedEnd,
    OpenParen, CloseParen, OpenBrace, CloseBrace, OpenBracket, CloseBracket,
    Comma, Colon, Dot, OptionalDot, Question, Coalesce, NotCoalesce, Range, RangeExclusive,
    Plus, Minus, Star, Slash, DoubleSlash, Percent, PlusPlus, MinusMinus,
    PlusAssign, MinusAssign, StarAssign, SlashAssign, DoubleSlashAssign, PercentAssign, Assign,
    Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, And, Or, Ampersand, Pipe, ShiftLeft, ShiftRight,
    Not, At, Caret,
}

/// <summary>
/// One token. For <see cref="TokenKind.Raw"/> the range is what is left after whitespace control. <c>Text</c> is
/// the name of an identifier or the decoded text of a string; <c>Indent</c> of a code enter is the whitespace in
/// front of it on its line when it indents its output (language reference 1.5).
/// </summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End, string? Text = null, bool SpaceBefore = false);

/// <summary>What the lexer found wrong; the parser adds it after its own findings, as Scriban does.</summary>
internal readonly record struct SyntaxFault(int Position, string Message);
