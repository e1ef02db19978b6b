using System.Globalization;

namespace WebhookBridge.Scriban.Tests;

/// <summary>
/// The project's own cases: files of lines <c>template ==&gt; output</c>, or <c>template ==&gt; !! line,column words</c> when
/// an error is expected. ¶ stands for a line end; lines that begin with @ set data, mode or strictness for what follows.
/// </summary>
public sealed class CaseTests
{
    private const int Promised = 300;

    public static TheoryData<string> Files => [.. FileNames];

    private static IEnumerable<string> FileNames => Directory.GetFiles(Folder, "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    [Theory]
    [MemberData(nameof(Files))]
    public void Cases_OfOneFile_GiveWhatTheySay(string file)
    {
        var wrong = new List<string>();
        foreach (Case one in Read(file))
        {
            (string? output, IReadOnlyList<TemplateError> errors) = Rendering.Run(one.Template, one.Data, one.Options);
            if (one.IsWrong(output, errors))
            {
                string got = output?.Replace("\n", "¶", StringComparison.Ordinal) ?? "!! " + string.Join("; ", errors);
                wrong.Add($"{file}:{one.Line}\n  {one.Template.Replace("\n", "¶", StringComparison.Ordinal)}\n  expected {one.Expected.Replace("\n", "¶", StringComparison.Ordinal)}\n  got      {got}");
            }
        }

        string.Join('\n', wrong).ShouldBeEmpty();
    }

    [Fact]
    public void Cases_OfAllFiles_AreAsManyAsPromised() =>
        FileNames.Sum(static f => Read(f).Count()).ShouldBeGreaterThanOrEqualTo(Promised);

    private static IEnumerable<Case> Read(string file)
    {
        string data = "{}";
        TemplateOptions options = TemplateOptions.Default;
        int number = 0;
        foreach (string line in File.ReadLines(Path.Combine(Folder, file)))
        {
            number++;
            if (line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal))
            {
                continue;
            }

            if (line.StartsWith('@'))
            {
                string[] parts = line[1..].Split(' ', 2);
                (data, options) = parts[0] switch
                {
                    "data" => (parts[1], options),
                    "mode" => (data, options with { Mode = Enum.Parse<TemplateMode>(parts[1], ignoreCase: true) }),
                    "strict" => (data, options with { Strict = parts[1] == "on" }),
                    _ => throw new InvalidOperationException($"{file}:{number}: unknown setting"),
                };
                continue;
            }

            int arrow = line.LastIndexOf(" ==>", StringComparison.Ordinal);
            if (arrow < 0)
            {
                throw new InvalidOperationException($"{file}:{number}: no ==>");
            }

            string expected = line[(arrow + 4)..];
            yield return new Case(number, Unfold(line[..arrow]), Unfold(expected.Length > 0 ? expected[1..] : ""), data, options);
        }
    }

    private static string Unfold(string text) => text.Replace('¶', '\n');

    private sealed record Case(int Line, string Template, string Expected, string Data, TemplateOptions Options)
    {
        public bool IsWrong(string? output, IReadOnlyList<TemplateError> errors)
        {
            if (!Expected.StartsWith("!! ", StringComparison.Ordinal))
            {
                return !string.Equals(output, Expected, StringComparison.Ordinal);
            }

            string[] parts = Expected[3..].Split(' ', 2);
            return errors.Count == 0
                || parts[0] != string.Create(CultureInfo.InvariantCulture, $"{errors[0].Line},{errors[0].Column}")
                || (parts.Length > 1 && !errors[0].ToString().Contains(parts[1], StringComparison.Ordinal));
        }
    }
}
