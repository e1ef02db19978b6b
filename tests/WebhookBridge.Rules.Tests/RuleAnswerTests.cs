using WebhookBridge.Engine.Filtering;

namespace WebhookBridge.Rules.Tests;

public sealed class RuleAnswerTests
{
    [Theory]
    [InlineData("true")]
    [InlineData("1 < 2")]
    public void Judge_True_Sends(string source) => Sample.Ask(source).ShouldBe(RuleVerdict.Send.Instance);

    [Theory]
    [InlineData("false", null)]
    [InlineData("null", null)]
    [InlineData("undefined", null)]
    [InlineData("payment.order_id", null)]
    [InlineData("refund.id", null)]
    [InlineData("const a = 1", null)]
    [InlineData("event => {}", null)]
    [InlineData("skip('too small')", "too small")]
    [InlineData("payment.amount > 500 || skip('too small')", "too small")]
    [InlineData("if (payment.amount < 500) return skip('too small'); return true", "too small")]
    [InlineData("if (payment.amount < 500) skip('too small'); return true", "too small")]
    [InlineData("skip('first'); skip('second'); return event.nothing.here", "first")]
    [InlineData("try { skip('kept') } catch {} return true", "kept")]
    [InlineData("(event, { skip: s }) => { skip(42) }", "42")]
    [InlineData("skip()", null)]
    [InlineData("skip({ toString() { for (;;); } })", null)]
    [InlineData("skip('two\\nlines')", "two lines")]
    public void Judge_NothingOrSkip_SkipsWithItsReason(string source, string? reason) => Sample.Ask(source).ShouldBe(new RuleVerdict.Skip(reason));

    [Theory]
    [InlineData("payment.amount", "a number")]
    [InlineData("0", "a number")]
    [InlineData("NaN", "a number")]
    [InlineData("'true'", "a text")]
    [InlineData("''", "a text")]
    [InlineData("5n", "a BigInt")]
    [InlineData("Symbol.iterator", "a symbol")]
    [InlineData("[true]", "a list")]
    [InlineData("new Boolean(true)", "an object")]
    [InlineData("({ send: true })", "an object")]
    [InlineData("isNaN", "a function")]
    [InlineData("new Proxy({}, { get() { for (;;); } })", "an object")]
    [InlineData("'x'.repeat(200000) + 'y'.repeat(200000)", "a text")]
    public void Judge_AnythingElse_FailsAndSaysHowToMend(string source, string kind) =>
        Sample.Fails(source).Text.ShouldBe($"The rule answered {kind}, and the rule must answer true or false: write `!!x`.");

    [Theory]
    [InlineData("event.nothing.checkoutId", 1, 15, "`checkoutId` was read from something that does not exist: use `?.`.")]
    [InlineData("return event\n  .nothing\n  .deeper", 3, 4, "`deeper` was read from something that does not exist: use `?.`.")]
    [InlineData("payment.order_id.length", 1, 18, "`length` was read from something that does not exist: use `?.`.")]
    [InlineData("event.nothing[0]", 1, 15, "`0` was read from something that does not exist: use `?.`.")]
    [InlineData("({ payload: { none: { id } } }) => id", 1, 1, "was taken apart")]
    [InlineData("payload.amount > 1", 1, 1, "`payload` is not a name that a rule knows. It knows: event, headers, meta, payment")]
    [InlineData("event.payload.startsWith('x')", 1, 1, "`startsWith` is not a function here")]
    [InlineData("event.payload()", 1, 1, "`payload` is not a function here")]
    [InlineData("const a = 1; a = 2; return true", 1, 14, "declare it with `let`")]
    [InlineData("throw new Error('no such shop')", 1, 7, "The rule threw an error: no such shop.")]
    [InlineData("throw 'text'", 1, 7, "The rule threw \"text\"")]
    [InlineData("throw { message: 'object' }", 1, 7, "something that is no error")]
    [InlineData("JSON.parse('{')", 1, 1, "The rule threw an error")]
    [InlineData("'x'.repeat(-1)", 1, 1, "The rule threw an error")]
    [InlineData("null.x", 1, 6, "`x` was read from something that does not exist")]
    [InlineData("x; let x = 1; return true", 1, 1, "`x` is used before it is declared")]
    public void Judge_Error_SaysLineColumnTheLineAndAPlainSentence(string source, int line, int column, string sentence)
    {
        RuleVerdict.Failed failed = Sample.Fails(source);
        failed.Text.ShouldContain(sentence);
        failed.Text.ShouldEndWith($"Line {failed.Line}, column {failed.Column}: {source.Split('\n')[line - 1].Trim()}");
        (failed.Line, failed.Column).ShouldBe((line, column), failed.Text);
    }

    [Fact]
    public void Judge_Clock_IsTheEventsTime()
    {
        Sample.Ask("Date.now() === Date.parse('2026-11-20T10:00:00Z') && new Date().toISOString() === '2026-11-20T10:00:00.000Z'").ShouldBe(RuleVerdict.Send.Instance);
        Sample.Ask("new Date(2026, 10, 20, 10).getTime() === Date.now() && new Date().getTimezoneOffset() === 0").ShouldBe(RuleVerdict.Send.Instance);
        Sample.Ask("new Date('2026-11-20T12:00:00+02:00').getTime() === Date.now()").ShouldBe(RuleVerdict.Send.Instance);
    }

    [Fact]
    public void Judge_Random_IsTheSameForADeliveryAndDiffersBetweenThem()
    {
        const string rule = "skip([Math.random(), Math.random(), Math.random()].join())";
        string? first = ((RuleVerdict.Skip)Sample.Ask(rule, delivery: "dlv_a")).Reason;
        ((RuleVerdict.Skip)Sample.Ask(rule, delivery: "dlv_a")).Reason.ShouldBe(first);
        ((RuleVerdict.Skip)Sample.Ask(rule, delivery: "dlv_b")).Reason.ShouldNotBe(first);
        double[] values = [.. first!.Split(',').Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];
        values.ShouldAllBe(value => value >= 0 && value < 1);
        values.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Judge_Headers_ShowsAllowedOnesInLowerCase()
    {
        KeyValuePair<string, string>[] headers = [new("Content-Type", "application/json"), new("X-GitHub-Event", "push"), new("Authorization", "Bearer x"), new("X-Hub-Signature-256", "y"), new("x-topic", "a"), new("X-Topic", "b")];
        Sample.Ask("Object.keys(headers).join() === 'content-type,x-github-event,x-topic' && headers['x-topic'] === 'a, b'", headers: headers).ShouldBe(RuleVerdict.Send.Instance);
        Sample.Ask("(e, { headers }) => headers['content-type'] === 'application/json' && headers.authorization === undefined", headers: headers).ShouldBe(RuleVerdict.Send.Instance);
    }

    [Fact]
    public void Judge_Context_HoldsTheNamesWithoutTheEvent() =>
        Sample.Ask("(event, ctx) => Object.keys(ctx).join() === 'headers,meta,payment,refund,dispute,payout,customer,order,subscription,cart' && ctx.meta.route === 'paid' && ctx.meta.delivery_id === 'dlv_01' && ctx.meta.late === false")
            .ShouldBe(RuleVerdict.Send.Instance);
}
