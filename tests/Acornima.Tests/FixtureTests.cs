namespace Acornima.Tests;

/// <summary>
/// Small programs with the tree or error they must give. In <c>Fixtures/*.txt</c> a line <c>&gt; program</c> (a module
/// after <c>M:</c>) is followed by <c>= tree</c> or <c>! error</c>; ␤, ␍, &lt;LS&gt; and &lt;PS&gt; stand for line ends.
/// </summary>
public sealed class FixtureTests
{
    public static TheoryData<string> Files
        => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Fixtures");

    [Theory]
    [MemberData(nameof(Files))]
    public void Parse_EveryFixture_GivesItsTreeOrError(string file)
    {
        var lines = File.ReadAllText(Path.Combine(Folder, file)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var wrong = new List<string>();
        for (var i = 0; i < lines.Length; i += 2)
        {
            lines[i].ShouldStartWith("> ");
            var result = Escape(Result(Unescape(lines[i][2..])));
            if (result != lines[i + 1])
            {
                wrong.Add($"{lines[i]}\n  expected {lines[i + 1]}\n  got      {result}");
            }
        }

        wrong.ShouldBeEmpty();
        lines.Length.ShouldBeGreaterThan(50);
    }

    internal static string Result(string program)
    {
        try
        {
            return "= " + (program.StartsWith("M:", StringComparison.Ordinal)
                ? CompactText.Of(new Parser().ParseModule(program[2..]))
                : CompactText.Of(new Parser().ParseScript(program)));
        }
        catch (ParseErrorException e)
        {
            return "! " + e.Message;
        }
    }

    private static string Escape(string text)
        => text.Replace("\n", "␤", StringComparison.Ordinal).Replace("\r", "␍", StringComparison.Ordinal)
            .Replace("\u2028", "<LS>", StringComparison.Ordinal).Replace("\u2029", "<PS>", StringComparison.Ordinal)
            .Replace("\0", "␀", StringComparison.Ordinal);

    private static string Unescape(string text)
        => text.Replace("␤", "\n", StringComparison.Ordinal).Replace("␍", "\r", StringComparison.Ordinal)
            .Replace("<LS>", "\u2028", StringComparison.Ordinal).Replace("<PS>", "\u2029", StringComparison.Ordinal);
}
