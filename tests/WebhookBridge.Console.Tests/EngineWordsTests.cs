using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Console.Tests;

/// <summary>What the engine says of a mistake is read in Portuguese by those who read Portuguese; the sentences are the engine's own, so that a change there is noticed here.</summary>
public sealed class EngineWordsTests
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
    [InlineData("Something nobody has translated", "Something nobody has translated")]
    public void Sentences_WithinSentences_AreTranslatedToo(string english, string expected) => EngineWords.In(Portuguese, english).ShouldBe(expected);

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
}
