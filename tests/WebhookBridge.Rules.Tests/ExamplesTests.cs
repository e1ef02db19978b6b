using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Rules.Tests;

/// <summary>The twenty rules of docs/rules.md.</summary>
public sealed partial class ExamplesTests
{
    public static TheoryData<string, string, string, string> Examples()
    {
        var examples = new TheoryData<string, string, string, string>();
        foreach (Match example in Example().Matches(File.ReadAllText(RepositoryRoot.Of("docs", "rules.md"))))
        {
            examples.Add(example.Groups["title"].Value, example.Groups["event"].Value, example.Groups["rule"].Value, example.Groups["answer"].Value);
        }

        return examples;
    }

    [Fact]
    public void Examples_AreTwenty() => Examples().Count.ShouldBe(20);

    [Theory]
    [MemberData(nameof(Examples))]
    public void Judge_Example_AnswersAsThePageSays(string title, string body, string rule, string answer)
    {
        GatewayEvent of = Read(body);
        using EventView view = EventView.Open(of, "paid", "dlv_01");
        RuleVerdict verdict = Sample.Judge.Judge(Sample.Rule(rule.TrimEnd('\n')), view, RuleContext.Of(of, "dlv_01", timeOuts: 3));
        string said = verdict switch
        {
            RuleVerdict.Send => "send",
            RuleVerdict.Skip { Reason: null } => "skip",
            RuleVerdict.Skip skip => $"skip: {skip.Reason}",
            RuleVerdict.Failed failed => $"error: {failed.Text.Replace("`", "", StringComparison.Ordinal)}",
            _ => verdict.ToString(),
        };
        said.ShouldStartWith(answer, Case.Sensitive, title);
        (said.Length == answer.Length || verdict is RuleVerdict.Failed).ShouldBeTrue(said);
    }

    /// <summary>A text is a form; the members <c>normal</c> and <c>headers</c> stand for what the platform's description and the request would give.</summary>
    private static GatewayEvent Read(string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind == JsonValueKind.String)
        {
            return Sample.Event(document.RootElement.GetString()!) with { Format = BodyFormat.Form };
        }

        string normal = document.RootElement.TryGetProperty("normal", out JsonElement groups) ? groups.GetRawText().Trim()[1..] : "}";
        KeyValuePair<string, string>[] headers = document.RootElement.TryGetProperty("headers", out JsonElement given)
            ? [.. given.EnumerateObject().Select(header => KeyValuePair.Create(header.Name, header.Value.GetString()!))]
            : [];
        return Sample.Event(body, "{\"meta\":{\"source\":\"yoco\"}" + (normal.TrimStart() == "}" ? "}" : $",{normal}"), headers) with { Body = Encoding.UTF8.GetBytes(body) };
    }

    [GeneratedRegex(@"^### \d+\. (?<title>[^\n]*)\n\n```event\n(?<event>.*?)```\n```js\n(?<rule>.*?)```\nAnswer: `(?<answer>[^\n]*)`$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Example();
}
