using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WebhookBridge.Scriban.Tests;

/// <summary>Every example of docs/templates.md runs: a template block, the data in force, and the output block behind it.</summary>
public sealed partial class GuideTests
{
    private const int FewestExamples = 35;

    [Fact]
    public void Guide_EveryExample_GivesTheOutputItShows()
    {
        string data = "{}";
        string? template = null;
        TemplateOptions options = TemplateOptions.Default;
        int examples = 0;
        var wrong = new List<string>();
        foreach (Match block in Block().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "templates.md")).ReplaceLineEndings("\n")))
        {
            string[] info = block.Groups["info"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string body = block.Groups["body"].Value;
            switch (info)
            {
                case ["json", "data"]:
                    data = body;
                    break;
                case ["scriban", .. var words]:
                    template.ShouldBeNull("two templates follow each other without an output");
                    template = body;
                    options = new TemplateOptions
                    {
                        Mode = words.Contains("json") ? TemplateMode.Json : words.Contains("html") ? TemplateMode.Html : TemplateMode.Text,
                        Strict = words.Contains("strict"),
                        Loader = static name => name == "footer" ? "Yours, {{ $0 }}" : null,
                    };
                    break;
                case ["output" or "error"]:
                    examples++;
                    (string? output, IReadOnlyList<TemplateError> errors) = Rendering.Run(template.ShouldNotBeNull(), data, options);
                    string got = info[0] == "output" ? Plain(output ?? string.Join('\n', errors)) : string.Join('\n', errors);
                    if (got.TrimEnd() != body.TrimEnd())
                    {
                        int line = block.Index;
                        wrong.Add(string.Create(CultureInfo.InvariantCulture, $"at {line}:\n{template}\n--- shown\n{body}\n--- got\n{got}\n"));
                    }

                    template = null;
                    break;
            }
        }

        string.Join('\n', wrong).ShouldBeEmpty();
        examples.ShouldBeGreaterThanOrEqualTo(FewestExamples);
    }

    [Fact]
    public void Guide_Data_IsJson()
    {
        foreach (Match block in Block().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "templates.md")).ReplaceLineEndings("\n")))
        {
            if (block.Groups["info"].Value.StartsWith("json", StringComparison.Ordinal))
            {
                JsonDocument.Parse(block.Groups["body"].Value).Dispose();
            }
        }
    }

    /// <summary>The guide shows the no-break spaces of amounts as plain ones.</summary>
    private static string Plain(string text) => text.Replace('\u00A0', ' ');

    [GeneratedRegex("^```(?<info>[a-z ]*)\n(?<body>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Block();
}
