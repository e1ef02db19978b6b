using Acornima.Ast;

namespace Acornima;

/// <summary>
/// Parses ECMAScript 2024 scripts and modules into ESTree-shaped trees. A parser holds nothing but its options: it may
/// serve any number of parses, also after a failed one and from several threads.
/// </summary>
public sealed class Parser
{
    /// <summary>Makes a parser with the default options.</summary>
    public Parser()
        : this(ParserOptions.Default)
    {
    }

    /// <summary>Makes a parser.</summary>
    public Parser(ParserOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
    }

    /// <summary>The options of every parse.</summary>
    public ParserOptions Options { get; }

    /// <summary>Parses a script.</summary>
    /// <param name="input">The text.</param>
    /// <param name="sourceFile">A name for locations and errors, or null.</param>
    /// <param name="strict">Parses the text as strict code from the start.</param>
    /// <exception cref="ParseErrorException">The text is not a valid script, or nested too deeply for the stack.</exception>
    public Script ParseScript(string input, string? sourceFile = null, bool strict = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        return ParseScript(input, 0, input.Length, sourceFile, strict);
    }

    /// <summary>Parses a part of a text as a script. Offsets and lines count from the beginning of the whole text.</summary>
    /// <param name="input">The whole text.</param>
    /// <param name="start">The offset of the part.</param>
    /// <param name="length">The length of the part.</param>
    /// <param name="sourceFile">A name for locations and errors, or null.</param>
    /// <param name="strict">Parses the text as strict code from the start.</param>
    /// <exception cref="ParseErrorException">The text is not a valid script, or nested too deeply for the stack.</exception>
    public Script ParseScript(string input, int start, int length, string? sourceFile = null, bool strict = false)
    {
        CheckPart(input, start, length);
        return new ParseRun(Options, input, start, length, sourceFile, module: false).ParseScript(strict);
    }

    /// <summary>Parses a module.</summary>
    /// <param name="input">The text.</param>
    /// <param name="sourceFile">A name for locations and errors, or null.</param>
    /// <exception cref="ParseErrorException">The text is not a valid module, or nested too deeply for the stack.</exception>
    public Module ParseModule(string input, string? sourceFile = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ParseRun(Options, input, 0, input.Length, sourceFile, module: true).ParseModule();
    }

    internal static void CheckPart(string input, int start, int length)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, input.Length - start);
    }
}
