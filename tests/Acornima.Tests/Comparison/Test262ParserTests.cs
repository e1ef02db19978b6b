using System.Text;
using Xunit.Abstractions;

namespace Acornima.Tests.Comparison;

/// <summary>The verdicts of the published collection test262-parser-tests: programs to accept and programs to refuse.</summary>
public sealed class Test262ParserTests(ITestOutputHelper output)
{
    /// <summary>Programs that the collection, made for ECMAScript 2016, refuses and later editions or Annex B allow.</summary>
    private static readonly Dictionary<string, string> s_outdated = new(StringComparer.Ordinal)
    {
        ["fail/0d5e450f1da8a92a.js"] = "\\8 and \\9 in sloppy strings: B.1.2 since 2021",
        ["fail/748656edbfb2d0bb.js"] = "\\8 and \\9 in sloppy strings: B.1.2 since 2021",
        ["fail/79f882da06f88c9f.js"] = "\\8 and \\9 in sloppy strings: B.1.2 since 2021",
        ["fail/92b6af54adef3624.js"] = "\\8 and \\9 in sloppy strings: B.1.2 since 2021",
        ["fail/647e21f8f157c338.js"] = "U+2028 and U+2029 in strings: since 2019",
        ["fail/8af69d8f15295ed2.js"] = "U+2028 and U+2029 in strings: since 2019",
        ["fail/98204d734f8c72b3.js"] = "class fields: since 2022",
        ["fail/ef81b93cf9bdb4ec.js"] = "class fields: since 2022",
        ["fail/c060a3014ad24dfd.js"] = "U+2B81E in a name: a letter since Unicode 17",
        ["fail/e3fbcf63d7e43ead.js"] = "initialiser in for-in: B.3.5 since 2017",
        ["early/0f5f47108da5c34e.js"] = "var in for-of under the name of a catch clause: B.3.4 since 2020",
        ["early/12a74c60f52a60de.js"] = "a function twice in a sloppy block: B.3.2",
        ["early/1aff49273f3e3a98.js"] = "a function twice in a sloppy block: B.3.2",
        ["early/be7329119eaa3d47.js"] = "a function twice in a sloppy block: B.3.2",
        ["early/ec31fa5e521c5df4.js"] = "a function twice in a sloppy block: B.3.2",
    };

    [Fact]
    [Trait("Pace", "normal")]
    public void Parse_PublishedCollection_AgreesButForItsAge()
    {
        var root = Path.Combine(Acorn.Folder, "node_modules", "test262-parser-tests");
        var differences = new List<string>();
        var count = 0;
        foreach (var (folder, accept) in ((string, bool)[])[("pass", true), ("pass-explicit", true), ("fail", false), ("early", false)])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(root, folder), "*.js").Order(StringComparer.Ordinal))
            {
                count++;
                var text = Encoding.UTF8.GetString(File.ReadAllBytes(file));
                var name = $"{folder}/{Path.GetFileName(file)}";
                var error = Verdict(text, file.EndsWith(".module.js", StringComparison.Ordinal));
                if ((error is null) != accept)
                {
                    differences.Add(name);
                    output.WriteLine($"{name}: {(error ?? "accepted")}: {s_outdated.GetValueOrDefault(name, "not explained")}");
                }
            }
        }

        output.WriteLine($"{count} programs, {count - differences.Count} verdicts agree ({100.0 * (count - differences.Count) / count:F2} %)");
        differences.ShouldBe(s_outdated.Keys, ignoreOrder: true);
    }

    private static string? Verdict(string text, bool module)
    {
        try
        {
            if (module)
            {
                new Parser().ParseModule(text);
            }
            else
            {
                new Parser().ParseScript(text);
            }

            return null;
        }
        catch (ParseErrorException e)
        {
            return e.Message;
        }
    }
}
