using System.Text.RegularExpressions;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>Every text of the console is a resource, and exists in both languages.</summary>
public sealed partial class TextTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "src", "WebhookBridge.Server", "Console");

    [Fact]
    public void Texts_OfBothLanguages_HaveTheSameKeysAndPlaces()
    {
        Language.English.Texts.Keys.Order(StringComparer.Ordinal).ShouldBe(Language.Portuguese.Texts.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, string english) in Language.English.Texts)
        {
            Places(Language.Portuguese.Texts[key]).ShouldBe(Places(english), key);
            Language.Portuguese.Texts[key].ShouldNotBeNullOrWhiteSpace(key);
        }
    }

    [Fact]
    public void Keys_UsedInPagesAndModels_Exist()
    {
        foreach ((string file, string text) in Sources("*.cshtml").Concat(Sources("*.cs")))
        {
            foreach (Match use in UseOfText().Matches(text))
            {
                string key = use.Groups["key"].Value;
                bool count = use.Groups["count"].Success;
                Language.English.Texts.ShouldContainKey(count ? key + ".one" : key, file);
                if (count)
                {
                    Language.English.Texts.ShouldContainKey(key + ".other", file);
                }
            }
        }
    }

    [Fact]
    public void Pages_HoldNoTextOfTheirOwn()
    {
        foreach ((string file, string text) in Sources("*.cshtml"))
        {
            string[] words = [.. Words().Matches(RazorText.Visible(text)).Select(static m => m.Value).Where(static w => !Allowed.Contains(w))];
            words.ShouldBeEmpty(file);
        }

        foreach ((string file, string text) in Sources("*.cshtml"))
        {
            Attributes().Matches(text).Select(static m => m.Value).ShouldBeEmpty(file + ": attributes that people hear or read");
        }
    }

    [Theory]
    [InlineData("<p class=\"@(x ? \"a\" : null)\">Hello there</p>", true)]
    [InlineData("@page \"/x\"\n@if (a > b)\n{\n  int made = Model.Made[1];\n  <b title=\"@T[\"k\"]\">@T[\"key.one\", Model.Name]</b>\n}\nelse if (x)\n{\n}", false)]
    [InlineData("@{\n  Layout = \"_Door\";\n}\n<h1>@T[\"k\"]</h1> Word", true)]
    public void RazorText_WithAndWithoutLiteralText_TellsThemApart(string razor, bool literal) => Words().IsMatch(RazorText.Visible(razor)).ShouldBe(literal);

    [Fact]
    public void Scripts_OverTheWire_StayBelowTheLimit() =>
        new ConsoleAssets().CompressedSizes.Where(static f => f.Key.EndsWith(".js", StringComparison.Ordinal)).Sum(static f => f.Value).ShouldBeLessThan(300 * 1024);

    [Theory]
    [InlineData("en", 1099, 2, "10.99")]
    [InlineData("pt-BR", 1099, 2, "10,99")]
    [InlineData("en", 123456789, 0, "123,456,789")]
    [InlineData("pt-BR", -5, 3, "-0,005")]
    [InlineData("en", 9223372036854775807, 2, "92,233,720,368,547,758.07")]
    public void Amount_OfMinorUnits_IsWrittenExactly(string language, long minor, int decimals, string expected) =>
        new Texts(Language.Find(language)!, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch).Amount(minor, decimals).ShouldBe(expected);

    // Names that are the same in every language, and what stands for a mark.
    private static readonly HashSet<string> Allowed = new(StringComparer.Ordinal) { "WebhookBridge", "TEST", "webhookbridge", "user", "reset", "else", "SHA" };

    private static IEnumerable<(string File, string Text)> Sources(string pattern) =>
        Directory.EnumerateFiles(Folder, pattern, SearchOption.AllDirectories).Select(static f => (Path.GetFileName(f), File.ReadAllText(f)));

    private static string[] Places(string text) => [.. Place().Matches(text).Select(static m => m.Value).Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\{\d\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();

    [GeneratedRegex(@"\bT(\[|\.Mark\(|(?<count>\.Count)\()""(?<key>[\w.-]+)""[\],)]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UseOfText();

    [GeneratedRegex(@"\p{L}{3,}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();

    [GeneratedRegex(@"\b(aria-label|title|alt|placeholder)=""(?!@)(?!https?://)(?!xxxx)[^""]*\p{L}[^""]*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Attributes();
}
