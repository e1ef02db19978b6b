namespace Acornima;

/// <summary>What is wrong with the input, and where.</summary>
public sealed class ParseError
{
    internal ParseError(string code, string description, int index, Position position, string? sourceFile)
    {
        Code = code;
        Description = description;
        Index = index;
        Position = position;
        SourceFile = sourceFile;
    }

    /// <summary>A short name of the kind of error.</summary>
    public string Code { get; }

    /// <summary>The sentence without the place.</summary>
    public string Description { get; }

    /// <summary>The offset in the whole input.</summary>
    public int Index { get; }

    /// <summary>The line (from 1) and column (from 0).</summary>
    public Position Position { get; }

    /// <summary>The name of the source as given to the parser, or null.</summary>
    public string? SourceFile { get; }

    /// <summary>The line, from 1.</summary>
    public int LineNumber => Position.Line;

    /// <summary>The column, from 0.</summary>
    public int Column => Position.Column;

    /// <summary>The sentence, then <c>(line:column)</c> with the column counted from 1.</summary>
    public override string ToString() => $"{Description} ({LineNumber}:{Column + 1})";
}

/// <summary>The input is not a valid program.</summary>
public abstract class ParseErrorException : Exception
{
    private protected ParseErrorException(ParseError error)
        : base(error.ToString()) => Error = error;

    /// <summary>The error.</summary>
    public ParseError Error { get; }

    /// <summary>The sentence without the place.</summary>
    public string Description => Error.Description;

    /// <summary>The offset in the whole input.</summary>
    public int Index => Error.Index;

    /// <summary>The line, from 1.</summary>
    public int LineNumber => Error.LineNumber;

    /// <summary>The column, from 0.</summary>
    public int Column => Error.Column;
}

/// <summary>The input breaks a rule of the grammar.</summary>
public sealed class SyntaxErrorException : ParseErrorException
{
    internal SyntaxErrorException(ParseError error)
        : base(error)
    {
    }
}
