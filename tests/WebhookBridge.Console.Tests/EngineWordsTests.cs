using System.Text.RegularExpressions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>What the engine says of a mistake is read in Portuguese by those who read Portuguese; the sentences are the engine's own, so that a change there is noticed here.</summary>
public sealed partial class EngineWordsTests
{
    private static readonly Texts Portuguese = new(Language.Portuguese, TimeZoneInfo.Utc, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("payment.amount >", "JavaScript")]
    [InlineData("async () => true", "async")]
    [InlineData("   // nothing", "comentários")]
    public void RuleErrors_OfTheEngine_AreTranslated(string rule, string word)
    {
        RuleError error = Rule.Compile(rule).ShouldBeOfType<RuleCompilation.Refused>().Errors[0];
        string said = EngineWords.In(Portuguese, error.Message);
        said.ShouldNotBe(error.Message);
        said.ShouldContain(word);
    }

    [Theory]
    [InlineData("{ \"a\": {{ payment.amount ")]
    [InlineData("{{ for x in order.items }}{{ x.id }}")]
    [InlineData("{{ payment.amount + }}")]
    public void TemplateErrors_OfTheEngine_AreTranslated(string template)
    {
        CompiledTemplate.Compile(template, OutputMode.Json, null, strict: false, out IReadOnlyList<TemplateProblem> problems).ShouldBeNull();
        EngineWords.In(Portuguese, problems[0].Message).ShouldNotBe(problems[0].Message, problems[0].Message);
    }

    [Fact]
    public void ConditionErrors_OfTheEngine_AreTranslated()
    {
        ConditionsDefinition when = new() { CheckoutIds = new CheckoutCondition.InList("gone", null), All = [new ConditionItem.Comparison("amount", "exists", default)] };
        Conditions.Compile(when, static _ => null, out IReadOnlyList<ConditionError> errors).ShouldBeNull();
        errors.Count.ShouldBe(2);
        foreach (ConditionError error in errors)
        {
            EngineWords.In(Portuguese, error.Message).ShouldNotBe(error.Message);
        }
    }

    [Theory]
    [InlineData("the template failed at line 3, column 5: Unexpected token }", "o modelo falhou na linha 3, coluna 5: Símbolo inesperado }")]
    [InlineData("`amount` was read from something that does not exist: use `?.`. Line 1, column 26: (e) => e.b.amount", "`amount` foi lido de algo que não existe: use `?.`. Linha 1, coluna 26: (e) => e.b.amount")]
    [InlineData("Secret 1 looks like an API key (sk_…), so it is no key for this source.", "O segredo 1 parece ser uma chave de API (sk_…), por isso não serve de chave para esta origem.")]
    [InlineData("Something nobody has translated", "Something nobody has translated")]
    public void Sentences_WithinSentences_AreTranslatedToo(string english, string expected) => EngineWords.In(Portuguese, english).ShouldBe(expected);

    /// <summary>Read out of the sources: a new sentence without its translation is found here, whoever writes it.</summary>
    [Theory]
    [InlineData("WebhookBridge.Engine/Verification", "JwtProof SchemeCheck KeyRing SourceVerifier KeyForm")]
    [InlineData("WebhookBridge.Engine/Receiving", "ReceiveWebhook")]
    [InlineData("WebhookBridge.Server/Receiving", "ReceiveEndpoint")]
    [InlineData("WebhookBridge.Engine/Delivery", "Classification OpenDestination")]
    [InlineData("WebhookBridge.Engine/Filtering", "RuleFaults RuleJudge RuleBuiltIns RuleReader RuleSurvey RuleValues RuleEngine Comparison Conditions FieldPath")]
    [InlineData("WebhookBridge.Engine/Connectors", "RouteFieldCheck TracedHandler")]
    [InlineData("WebhookBridge.Engine/Reshaping", "RouteShape")]
    public void Sentences_ThatPagesShow_AreAllTranslated(string folder, string files)
    {
        int seen = 0;
        foreach (string line in files.Split(' ').SelectMany(f => File.ReadLines(Path.Combine(RepositoryRoot.Path, "src", folder, f + ".cs"))).Where(static l => !NotForPeople.Any(l.Contains)))
        {
            Match? first = null;
            foreach (Match literal in Literal().Matches(line))
            {
                string sentence = Spoken(literal);
                if (first is not null && !Spoken(first).StartsWith('.') && line.AsSpan(0, first.Index).EndsWith("new(") && line[(first.Index + first.Length)..literal.Index] == ", ")
                {
                    // The second of the two languages of a LocalText: told by the command line, so the page says the same.
                    EngineWords.In(Portuguese, Spoken(first)).ShouldBe(sentence, $"{folder}: the engine and the page say the same in Portuguese");
                    continue;
                }

                first = literal;
                if (sentence.Count(static c => c == ' ') >= 2 && Words().IsMatch(sentence))
                {
                    EngineWords.In(Portuguese, sentence).ShouldNotBe(sentence, $"{folder}: give this sentence a key that begins with engine. in both languages");
                    seen++;
                }
            }
        }

        seen.ShouldBeGreaterThan(0, "the sources are read");
    }

    /// <summary>A literal of the source as it is said, an X in place of what is filled in.</summary>
    private static string Spoken(Match literal)
    {
        string sentence = literal.Groups["text"].Value;
        if (literal.Groups["filled"].Length > 0)
        {
            sentence = Hole().Replace(sentence.Replace("{{", "\u0001", StringComparison.Ordinal), "X").Replace('\u0001', '{').Replace("}}", "}", StringComparison.Ordinal);
        }

        return sentence.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The destination \"crm\" is on hold since 2026-11-22T10:02:00.000Z: The connection was refused Nothing is lost: what waits goes out by itself once it is mended.", "12:02", "A conexão foi recusada")]
    [InlineData("The destination \"crm\" cannot be used: the destination is switched off. Nothing is lost: what waits goes out by itself once it is mended.", "“?", "o destino está desligado")]
    [InlineData("The destination \"crm\" takes nothing: ten tries in a row have failed. Nothing is lost: what waits goes out by itself once it is mended.", "crm", "dez tentativas")]
    [InlineData("The destination \"crm\" has taken nothing since 2026-11-22T10:02:00.000Z. Nothing is lost: what waits goes out by itself once it is mended.", "12:02", "não aceitou nada")]
    [InlineData("12 deliveries of the route \"a\" were refused or given up since 2026-11-22T10:02:00.000Z (template_failed). Mend the cause, then replay them.", "12:02", "12 entregas")]
    [InlineData("The source \"a\" has sent nothing new since 2026-11-22T10:02:00.000Z; expected is something every 4h of the watched hours.", "12:02", "não enviou nada")]
    [InlineData("The source \"a\" has never sent anything; expected is something every 4h of the watched hours. Give its address to the sender.", "4h", "nunca enviou")]
    [InlineData("The disk of the data directory fills up: 500 MiB are free. Below 256 MiB no event is taken any more. Make room, or keep less (settings, retention).", "500 MiB", "enchendo")]
    [InlineData("Destination \"sheet\": the access token ends at 2026-11-22T10:02:00.000Z. Enter a new one before.", "12:02", "termina em")]
    public void Alerts_OfEveryKind_AreToldInTheReadersLanguageAndOnTheirClock(string english, string time, string word)
    {
        Texts reader = new(Language.Portuguese, TimeZoneInfo.FindSystemTimeZoneById("Africa/Johannesburg"), new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        string said = WebhookBridge.Server.Alerts.AlertWords.Text(english, reader);
        said.ShouldContain(word);
        said.ShouldNotContain("2026-11-22T");
        said.ShouldNotContain("_");
        if (!time.StartsWith('“'))
        {
            said.ShouldContain(time);
        }
    }

    [Fact]
    public void ReasonsOfRefusedRequests_AllHaveWords()
    {
        string[] codes =
        [
            .. typeof(WebhookBridge.Engine.Verification.RefusalCodes).GetFields().Where(static f => f.IsLiteral).Select(static f => (string)f.GetRawConstantValue()!),
            .. Regex.Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "src", "WebhookBridge.Engine", "Receiving", "ReceiveWebhook.cs")), "Refuse\\(source, request, \\d+, \"(?<code>\\w+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(static m => m.Groups["code"].Value),
            .. Regex.Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "src", "WebhookBridge.Server", "Receiving", "ReceiveEndpoint.cs")), "Refuse\\(source, [^,]+, \\d+, Problems\\.(?<name>\\w+)\\.Code", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
                .Select(static m => ((WebhookBridge.Server.Api.Problem)typeof(WebhookBridge.Server.Api.Problems).GetField(m.Groups["name"].Value)!.GetValue(null)!).Code),
        ];
        codes.Length.ShouldBeGreaterThan(20);
        codes.Where(static c => !Language.English.Texts.ContainsKey("refused." + c)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("500", "en", "500")]
    [InlineData("10.990", "en", "10.990")]
    [InlineData("1.234,50", "pt-BR", "1234.50")]
    [InlineData("BRL", "en", "\"BRL\"")]
    [InlineData("\"500\"", "en", "\"500\"")]
    [InlineData("true", "en", "true")]
    public void ConditionValue_AsPeopleWriteIt_BecomesJson_AndComesBack(string written, string language, string json)
    {
        System.Text.Json.JsonElement value = ConditionValue.Read("=", written, Language.Find(language)!);
        value.GetRawText().ShouldBe(json);
        ConditionValue.Read("=", ConditionValue.Write(value, Language.Find(language)!), Language.Find(language)!).GetRawText().ShouldBe(json);
    }

    [Fact]
    public void ConditionRows_OfADefinition_GiveTheSameDefinition()
    {
        static ConditionItem Item(string field) => new ConditionItem.Comparison(field, "exists", default);
        ConditionsDefinition when = new() { All = [Item("payment.id"), new ConditionItem.AnyOf([Item("order.id"), new ConditionItem.AllOf([Item("cart.id"), Item("refund.id")])])], Any = [Item("customer.email"), Item("customer.phone")] };
        (string match, List<ConditionRow> rows) = ConditionRows.Of(when, Language.English);
        ConditionsDefinition back = ConditionRows.Read(new(), match, rows, Language.English, onlyWhole: false);
        Json(back).ShouldBe(Json(when));
        ConditionRows.Change(rows, "remove", 1);
        rows.Count.ShouldBe(4);

        static string Json(ConditionsDefinition when) => System.Text.Encoding.UTF8.GetString(ConfigurationWriter.WriteItem(new RouteDefinition { Name = "r", Sources = ["*"], Destination = "d", When = when }, null));
    }

    [Fact]
    public void LineDiff_OfTwoTexts_TellsWhatWasAddedAndRemoved() =>
        LineDiff.Of("a\nb\nc", "a\nx\nc\nd").Select(static l => l.Kind + l.Text).ShouldBe(["a", "delb", "addx", "c", "addd"]);

    /// <summary>Marks of lines that speak to programmers or to senders, or that quote the JavaScript engine.</summary>
    private static readonly string[] NotForPeople = ["Exception(", "GeneratedRegex", "//", "The key could not be stored", "There is no such source", "Maximum call stack", "Cannot convert undefined", "Assignment to constant"];

    [GeneratedRegex("(?<![@\"])(?<filled>\\$?)\"(?<text>(?:[^\"\\\\\\n{]|\\\\.|\\{\\{|\\{(?:[^{}\"]|\"(?:[^\"\\\\]|\\\\.)*\")*\\}|\\{)*?)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex("\\{(?:[^{}\"]|\"(?:[^\"\\\\]|\\\\.)*\")*\\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hole();

    [GeneratedRegex("[a-z]{3} [a-z]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();
}
