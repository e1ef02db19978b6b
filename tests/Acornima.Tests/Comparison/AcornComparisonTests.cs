using System.Diagnostics;
using System.Text;
using Acornima.Ast;
using Xunit.Abstractions;

namespace Acornima.Tests.Comparison;

/// <summary>The trees of real programs equal those of acorn: types, offsets, lines, columns and every field.</summary>
public sealed class AcornComparisonTests(ITestOutputHelper output)
{
    private const int NormalFiles = 500;
    private const int LargestNormalFile = 120_000;

    [Fact]
    [Trait("Pace", "normal")]
    public void Parse_FiveHundredRealFiles_GivesTheTreesOfAcorn()
    {
        var files = RealFiles().Where(f => new FileInfo(f).Length is > 400 and < LargestNormalFile).ToList();
        var step = files.Count / (double)NormalFiles;
        Compare([.. Enumerable.Range(0, NormalFiles).Select(i => files[(int)(i * step)])]).ShouldBe(NormalFiles);
    }

    [Fact]
    [Trait("Pace", "long")]
    public void Parse_AllRealFiles_GivesTheTreesOfAcorn() => Compare(RealFiles()).ShouldBeGreaterThan(10_000);

    /// <summary>Every program in the packages, except the collections of deliberate oddities.</summary>
    private static List<string> RealFiles()
        => [.. Directory.EnumerateFiles(Path.Combine(Acorn.Folder, "node_modules"), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".js" or ".mjs" or ".cjs")
            .Where(f => !f.Contains("test262-parser-tests", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    private int Compare(List<string> files)
    {
        using var acorn = new Acorn();
        var different = new List<string>();
        var i = 0;
        long characters = 0;
        var clock = Stopwatch.StartNew();
        foreach (var answer in acorn.Ask("hash", files))
        {
            var file = files[i++];
            var text = Encoding.UTF8.GetString(File.ReadAllBytes(file));
            characters += text.Length;
            var (kind, program) = Parse(text);
            if (kind != answer.Kind)
            {
                different.Add($"{file}: {kind} instead of {answer.Kind}");
            }
            else if (program is not null && EstreeText.HashOf(program) != answer.Detail)
            {
                different.Add(file);
            }
        }

        output.WriteLine($"{files.Count} files, {characters / 1e6:F1} million characters, {different.Count} different, {clock.Elapsed.TotalSeconds:F1} s");
        different.Select(d => File.Exists(d) ? FirstDifference(acorn, d) : d).Take(20).ShouldBeEmpty();
        return files.Count - different.Count;
    }

    private static (string Kind, Program? Program) Parse(string text)
    {
        try
        {
            return ("script", new Parser().ParseScript(text));
        }
        catch (ParseErrorException)
        {
            try
            {
                return ("module", new Parser().ParseModule(text));
            }
            catch (ParseErrorException)
            {
                return ("error", null);
            }
        }
    }

    private static string FirstDifference(Acorn acorn, string file)
    {
        var ours = EstreeText.Of(Parse(Encoding.UTF8.GetString(File.ReadAllBytes(file))).Program!);
        var theirs = acorn.Text(file);
        var at = ours.AsSpan().CommonPrefixLength(theirs);
        var from = Math.Max(0, at - 160);
        return $"{file}\n  ours:  {ours[from..Math.Min(ours.Length, at + 80)]}\n  acorn: {theirs[from..Math.Min(theirs.Length, at + 80)]}";
    }
}
