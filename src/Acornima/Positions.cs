using System.Runtime.InteropServices;

namespace Acornima;

/// <summary>A place in the input.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Position : IEquatable<Position>
{
    /// <summary>The line, from 1.</summary>
    public readonly int Line;

    /// <summary>The column in UTF-16 units, from 0.</summary>
    public readonly int Column;

    internal Position(int line, int column)
    {
        Line = line;
        Column = column;
    }

    /// <summary>Makes a position.</summary>
    public static Position From(int line, int column) => new(line, column);

    /// <inheritdoc />
    public bool Equals(Position other) => Line == other.Line && Column == other.Column;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Position other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Line, Column);

    /// <summary>Equality by value.</summary>
    public static bool operator ==(Position left, Position right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(Position left, Position right) => !left.Equals(right);

    /// <summary>The position as <c>(line,column)</c>.</summary>
    public override string ToString() => $"({Line},{Column})";
}

/// <summary>Offsets in UTF-16 units, the end exclusive.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Range : IEquatable<Range>
{
    /// <summary>The offset of the first character.</summary>
    public readonly int Start;

    /// <summary>The offset behind the last character.</summary>
    public readonly int End;

    internal Range(int start, int end)
    {
        Start = start;
        End = end;
    }

    /// <summary>Takes the range apart.</summary>
    public void Deconstruct(out int start, out int end)
    {
        start = Start;
        end = End;
    }

    /// <inheritdoc />
    public bool Equals(Range other) => Start == other.Start && End == other.End;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Range other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Start, End);

    /// <summary>Equality by value.</summary>
    public static bool operator ==(Range left, Range right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(Range left, Range right) => !left.Equals(right);

    /// <summary>The range as <c>[start..end)</c>.</summary>
    public override string ToString() => $"[{Start}..{End})";
}

/// <summary>A stretch of a source file in lines and columns.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct SourceLocation : IEquatable<SourceLocation>
{
    /// <summary>Where it begins.</summary>
    public readonly Position Start;

    /// <summary>Where it ends, exclusive.</summary>
    public readonly Position End;

    /// <summary>The name of the source as given to the parser, or null.</summary>
    public readonly string? SourceFile;

    internal SourceLocation(Position start, Position end, string? sourceFile)
    {
        Start = start;
        End = end;
        SourceFile = sourceFile;
    }

    /// <summary>Makes a location.</summary>
    public static SourceLocation From(Position start, Position end, string? sourceFile = null) => new(start, end, sourceFile);

    /// <summary>The same stretch under another source name.</summary>
    public SourceLocation WithSourceFile(string? sourceFile) => new(Start, End, sourceFile);

    /// <inheritdoc />
    public bool Equals(SourceLocation other) => Start == other.Start && End == other.End && SourceFile == other.SourceFile;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is SourceLocation other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Start, End, SourceFile);

    /// <summary>Equality by value.</summary>
    public static bool operator ==(in SourceLocation left, in SourceLocation right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(in SourceLocation left, in SourceLocation right) => !left.Equals(right);

    /// <summary>The location as <c>[start..end)</c> with the source name.</summary>
    public override string ToString() => $"[{Start}..{End}){(SourceFile is null ? "" : ": " + SourceFile)}";
}
