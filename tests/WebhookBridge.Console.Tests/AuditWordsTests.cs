using System.Text.RegularExpressions;
using WebhookBridge.Server.WebConsole.Overview;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Config;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>The audit is read by people: whatever is written down has words in both languages.</summary>
public sealed partial class AuditWordsTests
{
    /// <summary>Read out of the sources: a deed that somebody adds without words is found here.</summary>
    [Fact]
    public void Deeds_ThatAreWrittenDown_AllHaveWords()
    {
        string[] deeds =
        [
            .. new[] { "WebhookBridge.Server", "WebhookBridge.Storage" }
                .SelectMany(static p => Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src", p), "*.cs", SearchOption.AllDirectories))
                .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal))
                .SelectMany(static f => Deed().Matches(File.ReadAllText(f)))
                .Select(static m => m.Groups["deed"].Value).Distinct(),
        ];
        deeds.ShouldContain("user.signIn");
        deeds.ShouldContain("list.put");
        deeds.ShouldContain("repin");
        foreach (Language language in Language.All)
        {
            deeds.Where(d => !language.Texts.ContainsKey("audit.do." + d)).ShouldBeEmpty(language.Code);
        }
    }

    [Theory]
    [InlineData("set", "setting/alerts", "Changed: who is told of problems")]
    [InlineData("put", "route/paid", "Saved: route paid")]
    [InlineData("platform.reload", "platforms", "Read again: the platforms")]
    [InlineData("list.put", "list/shop", "Put values in: list shop")]
    [InlineData("user.signIn", "user/ana@loja.example", "Signed in")]
    [InlineData("resume", "dlv_01", "Let go on: dlv_01")]
    public void Say_ADeed_NamesItsSubject(string action, string subject, string expected) =>
        AuditWords.Say(new AuditRow { Actor = "ana@loja.example", Action = action, Subject = subject }, new Texts(Language.English, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch)).ShouldBe(expected);

    [GeneratedRegex("(RecordAsync\\([\\w.!\"]+|AuditStore\\.Add\\(context, \\w+, actor|AuditAsync\\(actor|Audited\\(context, now, actor|Audit\\(context, (now, )?[\\w.]+(, now)?), \"(?<deed>[\\w.]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Deed();
}
