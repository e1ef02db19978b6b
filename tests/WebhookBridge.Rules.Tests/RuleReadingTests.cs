using WebhookBridge.Engine.Filtering;

namespace WebhookBridge.Rules.Tests;

public sealed class RuleReadingTests
{
    [Theory]
    [InlineData("payment.amount > 100", RuleForm.Expression)]
    [InlineData("payment.amount > 100;", RuleForm.Expression)]
    [InlineData("// paid\n(payment.amount > 100) // more", RuleForm.Expression)]
    [InlineData("({ payload }) => payload.amount > 1", RuleForm.Function)]
    [InlineData("(event, ctx) => ctx.payment.amount > 1;", RuleForm.Function)]
    [InlineData("((event) => { return event.payload.amount > 1 })", RuleForm.Function)]
    [InlineData("function (event) { return event.payload.amount > 1 }", RuleForm.Function)]
    [InlineData("function judge({ payload: { amount } }) { return amount > 1 }", RuleForm.Function)]
    [InlineData("function judge(...all) { return all[1].payment.amount > 1 }", RuleForm.Function)]
    [InlineData("function judge() { return arguments[1].payment.amount > 1 }", RuleForm.Function)]
    [InlineData("return payment.amount > 1", RuleForm.Statements)]
    [InlineData("const payment = { amount: 5 }; return payment.amount > 1", RuleForm.Statements)]
    [InlineData("if (payment.amount > 1) return true\nreturn false", RuleForm.Statements)]
    [InlineData("function big(x) { return x > 1 }\nreturn big(payment.amount)", RuleForm.Statements)]
    [InlineData("#! a hashbang\npayment.amount > 1", RuleForm.Expression)]
    [InlineData("'use strict'; return payment.amount > 1", RuleForm.Statements)]
    [InlineData("payment.amount > 1\r\n", RuleForm.Expression)]
    public void Compile_EachForm_IsToldApartByParsingAndSends(string source, RuleForm form)
    {
        Sample.Rule(source).Form.ShouldBe(form);
        Sample.Ask(source).ShouldBe(RuleVerdict.Send.Instance);
    }

    [Theory]
    [InlineData("\"return\" === event.type || /function|=>/.test(event.type)", RuleForm.Expression)]
    [InlineData("`=> return function`.length > 99", RuleForm.Expression)]
    [InlineData("/* return */ false", RuleForm.Expression)]
    public void Compile_WordsInTextsAndComments_DoNotDecide(string source, RuleForm form)
    {
        Sample.Rule(source).Form.ShouldBe(form);
        Sample.Ask(source).ShouldBe(new RuleVerdict.Skip(null));
    }

    [Theory]
    [InlineData("", 1, 1, "empty")]
    [InlineData("  \n ", 1, 1, "empty")]
    [InlineData("// later", 1, 1, "comments")]
    [InlineData("async () => true", 1, 1, "async")]
    [InlineData("async function (event) { return true }", 1, 1, "async")]
    [InlineData("return [1].map(async x => x)", 1, 16, "async")]
    [InlineData("function* (event) { yield true }", 1, 1, "generator")]
    [InlineData("function* judge(event) { yield true }", 1, 1, "generator")]
    [InlineData("import('fs')", 1, 1, "import")]
    [InlineData("payment.amount >", 1, 17, "end")]
    [InlineData("let a = 1;\nlet b = ;\nreturn a", 2, 9, "JavaScript")]
    [InlineData("function (event) {\n  return event.payload..amount\n}", 2, 24, "JavaScript")]
    [InlineData("} + {", 1, 1, "JavaScript")]
    [InlineData("true }) || (function () { return true", 1, 6, "JavaScript")]
    [InlineData("return true }); (function () {", 1, 13, "JavaScript")]
    [InlineData("with (event) { return payload }", 1, 1, "JavaScript")]
    [InlineData("2n * 3n > 5n", 1, 1, "BigInt")]
    [InlineData("const a = BigInt(3); return a << 5 > 1", 1, 29, "BigInt")]
    public void Compile_WhatCannotWork_IsRefusedWithLineColumnAndTheLineItself(string source, int line, int column, string word)
    {
        RuleError error = Sample.Refused(source);
        error.Message.ShouldContain(word, Case.Insensitive);
        (error.Line, error.Column).ShouldBe((line, column), error.ToString());
        error.SourceLine.ShouldBe(source.Split('\n')[line - 1]);
    }

    [Fact]
    public void Compile_TooLong_IsRefused() => Sample.Refused($"true //{new string('x', 70_000)}").Message.ShouldContain("70007 characters");

    [Theory]
    [InlineData('(')]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('!')]
    public void Compile_NestedWithoutEnd_IsRefusedAndDoesNotCrash(char open) => Sample.Refused(new string(open, 60_000)).Line.ShouldBe(1);

    [Fact]
    public void TryOn_RuleThatFailsOnTheSample_AnswersTheError()
    {
        using var view = WebhookBridge.Engine.Model.EventView.Open(Sample.Event());
        Sample.Judge.TryOn(Sample.Rule("payment.amount > 1"), view).ShouldBeNull();
        RuleError error = Sample.Judge.TryOn(Sample.Rule("const a = 1;\nreturn event.nothing.here"), view).ShouldNotBeNull();
        (error.Line, error.Column, error.SourceLine).ShouldBe((2, 22, "return event.nothing.here"));
    }

    [Fact]
    public void TryOn_TreeTooDeepForTheEngine_IsAnErrorAndNoCrash()
    {
        using var view = WebhookBridge.Engine.Model.EventView.Open(Sample.Event());
        Rule rule = Sample.Rule($"{string.Join(" + ", Enumerable.Repeat("1", 5_000))} > 1");
        Sample.Judge.TryOn(rule, view).ShouldNotBeNull();
        Sample.Ask("true").ShouldBe(RuleVerdict.Send.Instance);
    }
}
