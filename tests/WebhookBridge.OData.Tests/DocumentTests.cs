using System.Text.RegularExpressions;
using WebhookBridge.Server.Feed;
using WebhookBridge.Testing;

namespace WebhookBridge.OData.Tests;

/// <summary>docs/odata.md says what the feed has and what it has not; the code has the same lists.</summary>
public sealed partial class DocumentTests(ShopLog log) : IClassFixture<ShopLog>
{
    private static readonly string Text = File.ReadAllText(RepositoryRoot.Of("docs/odata.md"));

    [Fact]
    public void NotImplemented_Names_AreThoseOfTheDocument()
    {
        string section = Text[Text.IndexOf("## Answered with 501", StringComparison.Ordinal)..];

        Words(section).ShouldBe(FeedNames.OtherFunctions.Concat(FeedNames.OtherOperators).Concat(FeedNames.OtherOptions).Concat(FeedNames.OtherTransformations), ignoreOrder: true);
    }

    [Fact]
    public void EntitySets_Properties_AreThoseOfTheDocument()
    {
        foreach (FeedSet set in FeedSets.All)
        {
            string row = Text.Split('\n').First(line => line.StartsWith($"| `{set.Name}` |", StringComparison.Ordinal));
            row.Split('|')[2].Split(',', StringSplitOptions.TrimEntries).ShouldBe(set.Properties.Select(static property => property.Name));
            Words(row.Split('|')[3]).ShouldBe(set.Navigations.Select(static way => way.Name));
        }
    }

    public static TheoryData<string, string> EveryName()
    {
        TheoryData<string, string> data = [];
        foreach (string function in FeedNames.OtherFunctions)
        {
            data.Add(function, $"Events?$filter={function}(kind,'x') eq 'x'");
            data.Add(function, $"Events?$orderby={function}(kind)");
        }

        foreach (string operation in FeedNames.OtherOperators.Where(static name => name != "-"))
        {
            data.Add(operation, $"Events?$filter=amount {operation} 2 gt 5");
        }

        data.Add("-", "Events?$filter=-amount gt 5");
        foreach (string option in FeedNames.OtherOptions)
        {
            data.Add(option, $"Events?{option}=x");
        }

        foreach (string transformation in FeedNames.OtherTransformations)
        {
            data.Add(transformation, $"Events?$apply={transformation}(amount)");
        }

        data.Add("soundslike", "Events?$filter=soundslike(kind,'x')");
        return data;
    }

    [Theory]
    [MemberData(nameof(EveryName))]
    public async Task NotImplemented_EveryName_IsAnsweredWith501AndItsName(string name, string path)
    {
        FeedResponse answer = await log.Gateway.GetAsync(path);

        answer.Status.ShouldBe(501, answer.Text);
        answer.Json.GetProperty("error").GetProperty("target").GetString().ShouldBe(name);
    }

    [Theory]
    [InlineData("Events?$filter=kind eq 'round(x) mul 2'&$top=1")]
    [InlineData("Events?$filter=contains(customerName,'it''s now() add 1')")]
    [InlineData("Events?$apply=groupby((kind),aggregate($count as now))")]
    public async Task Implemented_NamesWithinTexts_AreNoNames(string path) => (await log.Gateway.GetAsync(path)).Status.ShouldBe(200);

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(static match => match.Groups["word"].Value);

    [GeneratedRegex("`(?<word>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
