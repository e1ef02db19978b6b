using System.Text.Json;
using WebhookBridge.Engine.Filtering;

namespace WebhookBridge.Rules.Tests;

/// <summary>The language as a whole, over parser, engine and box: <c>behaviour.txt</c>.</summary>
public sealed class BehaviourTests
{
    public static TheoryData<string, string> Programs()
    {
        var programs = new TheoryData<string, string>();
        var lines = new List<string>();
        foreach (string line in Resource.Lines("behaviour.txt"))
        {
            if (line.StartsWith("=> \"", StringComparison.Ordinal))
            {
                programs.Add(string.Join('\n', lines), JsonSerializer.Deserialize<string>(line[3..])!);
                lines.Clear();
            }
            else if (!line.StartsWith("# ", StringComparison.Ordinal) && (line.Length > 0 || lines.Count > 0))
            {
                lines.Add(line);
            }
        }

        return programs;
    }

    [Fact]
    public void Programs_AreAtLeast250() => Programs().Count.ShouldBeGreaterThanOrEqualTo(250);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Judge_Program_GivesWhatTheLanguageSays(string program, string expected)
    {
        // The answer travels as a skip reason, as JSON so that nothing in it is trimmed or cut.
        bool expression = Rule.Compile($"(\n{program}\n)") is RuleCompilation.Ready;
        string body = expression ? $"return (\n{program}\n)" : program;
        RuleVerdict verdict = Sample.Ask($"return skip(JSON.stringify(String((() => {{\n{body}\n}})())).replaceAll('\u2028', '\\\\u2028'))");
        string reason = verdict.ShouldBeOfType<RuleVerdict.Skip>(program).Reason.ShouldNotBeNull(program);
        JsonSerializer.Deserialize<string>(reason).ShouldBe(expected, program);
    }
}
