using System.Text.RegularExpressions;

namespace Acornima;

/// <summary>The text of a piece of a template.</summary>
public readonly struct TemplateValue
{
    internal TemplateValue(string? cooked, string raw)
    {
        Cooked = cooked;
        Raw = raw;
    }

    /// <summary>The text with escapes resolved; null when one is malformed, which only a tagged template may have.</summary>
    public string? Cooked { get; }

    /// <summary>The text as written, line ends as LF.</summary>
    public string Raw { get; }
}

/// <summary>The text of a regular expression literal.</summary>
public readonly struct RegExpValue
{
    internal RegExpValue(string pattern, string flags)
    {
        Pattern = pattern;
        Flags = flags;
    }

    /// <summary>What stands between the slashes.</summary>
    public string Pattern { get; }

    /// <summary>What stands behind the second slash.</summary>
    public string Flags { get; }
}

/// <summary>What a handler of regular expressions made of a literal. The default value stands for no success.</summary>
public readonly struct RegExpParseResult
{
    private RegExpParseResult(object? conversionResult, object? additionalData)
    {
        Success = true;
        ConversionResult = conversionResult;
        AdditionalData = additionalData;
    }

    /// <summary>True when the handler accepted the expression.</summary>
    public bool Success { get; }

    /// <summary>What the expression was converted to, if anything.</summary>
    public object? ConversionResult { get; }

    /// <summary>Anything else the handler wants to find again.</summary>
    public object? AdditionalData { get; }

    /// <summary>The .NET expression, if <see cref="ConversionResult"/> is one.</summary>
    public Regex? Regex => ConversionResult as Regex;

    /// <summary>The number of groups of <see cref="Regex"/>, the whole match included; 0 without one.</summary>
    public int ActualRegexGroupCount => Regex is { } regex ? regex.GetGroupNumbers().Length : 0;

    /// <summary>The name of a named group of <see cref="Regex"/>; null for a numbered one or without a .NET expression.</summary>
    public string? GetRegexGroupName(int number)
        => Regex is { } regex && regex.GroupNameFromNumber(number) is { Length: > 0 } name && !char.IsAsciiDigit(name[0]) ? name : null;

    /// <summary>Makes the result of a success.</summary>
    public static RegExpParseResult ForSuccess(object? conversionResult = null, object? additionalData = null)
        => new(conversionResult, additionalData);
}

/// <summary>A regular expression literal on its way to the handler.</summary>
public readonly ref struct RegExpParsingContext
{
    private readonly Scanner _scanner;
    private readonly int _patternStart;

    internal RegExpParsingContext(Scanner scanner, int patternStart, string pattern, string flags)
    {
        _scanner = scanner;
        _patternStart = patternStart;
        Pattern = pattern;
        Flags = flags;
    }

    /// <summary>What stands between the slashes.</summary>
    public string Pattern { get; }

    /// <summary>What stands behind the second slash.</summary>
    public string Flags { get; }

    /// <summary>Checks pattern and flags against the grammar.</summary>
    /// <exception cref="ParseErrorException">The expression is not valid.</exception>
    public void Validate()
    {
        if (PatternChecker.Check(Pattern, Flags) is { } fault)
        {
            throw _scanner.Fault(_patternStart + fault.Index, $"This regular expression is not valid: {fault.Text}", "InvalidRegExp");
        }
    }
}
