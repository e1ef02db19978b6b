using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace WebhookBridge.Scriban.Tests;

/// <summary>
/// Scriban's own published test data, used when the facts folder lies beside the checkout. It is not part of the
/// project: where it is absent the tests say so and the project's own cases stand alone.
/// </summary>
public sealed partial class ConformanceTests(ITestOutputHelper log)
{
    /// <summary>What cannot run here, and why.</summary>
    private static readonly Dictionary<string, string> LeftOut = new(StringComparer.Ordinal)
    {
        ["100-expressions__190-func-call-named-arguments"] = "calls special_concat_strings, a .NET method of the original's test program",
        ["100-expressions__190-func-call-params-arguments"] = "calls special_concat_params, a .NET method of the original's test program",
        ["math.uuid#1"] = "the expected output is one random value",
        ["math.random#1"] = "the expected output is one random value",
    };

    /// <summary>The objects that the original's test program hands to every case.</summary>
    private const string Products = """
        {
          "product": { "title": "Orange", "type": "fruit" },
          "products": [
            { "title": "Orange", "type": "fruit" }, { "title": "Banana", "type": "fruit" }, { "title": "Apple", "type": "fruit" },
            { "title": "Computer", "type": "electronics" }, { "title": "Mobile Phone", "type": "electronics" },
            { "title": "Table", "type": "furniture" }, { "title": "Sofa", "type": "furniture" }
          ]
        }
        """;

    [Fact]
    public void Cases_AsPublished_GiveTheSameOutputOrTheSameErrorPositions()
    {
        if (Folder() is not { } folder)
        {
            log.WriteLine("The published cases are absent: nothing was compared.");
            return;
        }

        var wrong = new List<string>();
        int compared = 0;
        foreach (string path in Directory.GetFiles(Path.Combine(folder, "cases"), "*.txt").Where(f => !f.EndsWith(".out.txt", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            if (LeftOut.TryGetValue(name, out string? reason))
            {
                log.WriteLine($"{name}: left out, {reason}");
                continue;
            }

            compared++;
            string expected = Lines(File.ReadAllText(path[..^4] + ".out.txt"));
            (string? output, IReadOnlyList<TemplateError> errors) = Rendering.Run(Lines(File.ReadAllText(path)), Products);
            string got = output ?? Positions(errors);
            string wanted = ErrorLine().IsMatch(expected) ? Positions(expected) : expected;
            if (!string.Equals(got, wanted, StringComparison.Ordinal))
            {
                wrong.Add($"{name}\n--- expected\n{expected}\n--- got\n{output ?? string.Join('\n', errors)}\n");
            }
        }

        log.WriteLine($"{compared} cases compared.");
        compared.ShouldBeGreaterThan(0);
        string.Join('\n', wrong).ShouldBeEmpty();
    }

    [Fact]
    public void BuiltinExamples_AsPublished_GiveTheSameOutput()
    {
        if (Folder() is not { } folder)
        {
            log.WriteLine("The published examples are absent: nothing was compared.");
            return;
        }

        var wrong = new List<string>();
        using JsonDocument examples = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "builtins.json")));
        foreach (JsonElement example in examples.RootElement.EnumerateArray())
        {
            string name = example.GetProperty("name").GetString()!;
            if (LeftOut.TryGetValue(name, out string? reason))
            {
                log.WriteLine($"{name}: left out, {reason}");
                continue;
            }

            (string? output, IReadOnlyList<TemplateError> errors) = Rendering.Run(example.GetProperty("input").GetString()!, Products);

            // The documentation prints a line end behind every output.
            string expected = example.GetProperty("output").GetString()!.TrimEnd();
            if (!string.Equals(output?.TrimEnd(), expected, StringComparison.Ordinal))
            {
                wrong.Add($"{name}\n--- expected\n{expected}\n--- got\n{output ?? string.Join('\n', errors)}\n");
            }
        }

        string.Join('\n', wrong).ShouldBeEmpty();
    }

    private static string Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string Positions(IEnumerable<TemplateError> errors) =>
        string.Join(' ', errors.Select(e => string.Create(CultureInfo.InvariantCulture, $"({e.Line},{e.Column})")));

    private static string Positions(string expected) => string.Join(' ', ErrorLine().Matches(expected).Select(m => m.Groups["at"].Value));

    private static string? Folder()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "WebhookBridge.sln")))
            {
                string folder = Path.Combine(at.Parent?.FullName ?? "", "shared", "conformance", "scriban");
                return Directory.Exists(folder) ? folder : null;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^text(?<at>\(\d+,\d+\)) : error", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorLine();
}
