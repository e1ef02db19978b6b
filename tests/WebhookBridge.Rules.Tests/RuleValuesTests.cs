using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Rules.Tests;

public sealed class RuleValuesTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("10.99", "number", "10.99")]
    [InlineData("10.990", "number", "10.99")]
    [InlineData("-0.5", "number", "-0.5")]
    [InlineData("1e2", "number", "100")]
    [InlineData("1.50E+1", "number", "15")]
    [InlineData("9007199254740992", "number", "9007199254740992")]
    [InlineData("9007199254740993", "string", "9007199254740993")]
    [InlineData("-9007199254740993", "string", "-9007199254740993")]
    [InlineData("12345678901234567890", "string", "12345678901234567890")]
    [InlineData("1e20", "string", "1e20")]
    [InlineData("0.1", "number", "0.1")]
    [InlineData("0.1000000000000000055511151231257827", "string", "0.1000000000000000055511151231257827")]
    [InlineData("10.990000000000000213", "string", "10.990000000000000213")]
    [InlineData("123456789012.123456", "string", "123456789012.123456")]
    [InlineData("123456789.123456", "number", "123456789.123456")]
    [InlineData("1e400", "string", "1e400")]
    [InlineData("1e-400", "string", "1e-400")]
    [InlineData("0e5", "number", "0")]
    public void Read_Number_IsANumberWhenItSurvivesAndElseItsText(string text, string type, string shown) =>
        Sample.Ask($"typeof event.n === '{type}' && String(event.n) === '{shown}'", $"{{\"n\":{text}}}").ShouldBe(RuleVerdict.Send.Instance);

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "event.a === 2 && Object.keys(event).length === 1")]
    [InlineData("""{"b":1,"2":2,"1":3,"a":4}""", "Object.keys(event).join() === '1,2,b,a' && event[1] === 3 && event['2'] === 2")]
    [InlineData("""{"":1," ":2}""", "event[''] === 1 && event[' '] === 2")]
    [InlineData("""{"__proto__":{"x":1},"constructor":2}""", "Object.getPrototypeOf(event) === Object.prototype && event.x === undefined && Object.hasOwn(event, '__proto__') && event.constructor === 2")]
    [InlineData("""{"toString":1,"hasOwnProperty":2}""", "event.toString === 1 && event.hasOwnProperty === 2")]
    [InlineData("""{"a":"\ud800x","\udc00":1,"\u0061b":2}""", "event.a === '\\ufffdx' && event['\\ufffd'] === 1 && event.ab === 2")]
    [InlineData("""{"a":"\ud83d\ude00\n\t\"\\\/\b\f\r\u0000"}""", "event.a === '😀\\n\\t\"\\\\/\\b\\f\\r\\0'")]
    [InlineData("""[1,"a",null,true,[2,[3]],{"b":4}]""", "Array.isArray(event) && event.length === 6 && event[4][1][0] === 3 && event.at(-1).b === 4")]
    [InlineData("\"just text\"", "event === 'just text'")]
    [InlineData("5", "event === 5")]
    [InlineData("null", "event === null")]
    [InlineData("{}", "Object.keys(event).length === 0 && JSON.stringify(event) === '{}'")]
    [InlineData("<xml/>", "event === '<xml/>'")]
    public void Read_OddBodies_AreWhatJavaScriptMakesOfThem(string body, string rule) => Sample.Ask(rule, body).ShouldBe(RuleVerdict.Send.Instance);

    [Theory]
    [InlineData("'payload' in event && !('x' in event) && event.hasOwnProperty('id') && Object.hasOwn(event, 'type')")]
    [InlineData("Object.keys(event).join() === 'id,type,createdDate,payload'")]
    [InlineData("Object.values(event).length === 4 && Object.entries(event)[0].join() === 'id,evt_1'")]
    [InlineData("const names = []; for (const name in event) names.push(name); return names.length === 4")]
    [InlineData("const { id, ...rest } = event; return id === 'evt_1' && Object.keys(rest).length === 3 && rest.payload.id === 'p_1'")]
    [InlineData("const copy = { ...event, id: 1 }; return copy.id === 1 && event.id === 'evt_1' && copy.payload === event.payload")]
    [InlineData("event.payload === event.payload && event.payload.items === event.payload.items")]
    [InlineData("const { payload: { items: [first, ...others], metadata: { none = 'd' } } } = event; return first.sku === 'a' && others.length === 1 && none === 'd'")]
    [InlineData("event.payload.items.map(i => i.sku).join('') === 'ab' && event.payload.items.reduce((s, i) => s + i.n, 0) === 3")]
    [InlineData("[...event.payload.items].reverse()[0].sku === 'b' && event.payload.items.find(i => i.n === 1).sku === 'b'")]
    [InlineData("JSON.stringify(event.payload.items) === '[{\"sku\":\"a\",\"n\":2},{\"sku\":\"b\",\"n\":1}]'")]
    [InlineData("JSON.stringify(event, ['payload', 'id']) === '{\"payload\":{\"id\":\"p_1\"},\"id\":\"evt_1\"}'")]
    [InlineData("JSON.stringify(event, (k, v) => k === 'payload' ? undefined : v).length < 90 && JSON.stringify({ a: [1] }, null, 2) === '{\\n  \"a\": [\\n    1\\n  ]\\n}'")]
    [InlineData("JSON.parse(JSON.stringify(event)).payload.metadata.checkoutId === 'ch_123'")]
    [InlineData("event.payload.items.sort((a, b) => a.n - b.n)[0].sku === 'b'")]
    [InlineData("delete event.payload.items; return !('items' in event.payload) && event.payload.id === 'p_1'")]
    [InlineData("event.payload.extra = 1; return event.payload.extra === 1 && Object.keys(event.payload).at(-1) === 'extra'")]
    [InlineData("event.id = 'x'; return event.id === 'x' && meta.id === 'evt_1'")]
    [InlineData("Object.freeze(event); return Object.isFrozen(event) && event.payload.amount === 10990")]
    [InlineData("Object.assign({}, event).payload.amount === 10990 && Object.getOwnPropertyDescriptor(event, 'id').value === 'evt_1'")]
    [InlineData("Object.defineProperty(event, 'double', { get() { return this.payload.amount * 2 } }).double === 21980")]
    [InlineData("event.__proto__ === Object.prototype && event instanceof Object && Array.isArray(event.payload.items)")]
    [InlineData("payment.amount === 109.9 && payment.amount_minor === 10990 && refund.id === null && order.items === null && payment.pix === undefined")]
    [InlineData("Object.fromEntries(Object.entries(event.payload.metadata)).name === 'Ana' && structured(event) === 4; function structured(o) { return Object.keys(o).length }")]
    public void Read_Event_BehavesAsAnOrdinaryObject(string source) => Sample.Ask(source.Contains("; function", StringComparison.Ordinal) ? $"return {source}" : source).ShouldBe(RuleVerdict.Send.Instance);

    [Fact]
    public void Read_Form_IsAnObjectOfTexts()
    {
        var of = Sample.Event("a=1&b=x%20y") with { Format = WebhookBridge.Engine.Model.BodyFormat.Form };
        using var view = WebhookBridge.Engine.Model.EventView.Open(of);
        Sample.Judge.Judge(Sample.Rule("event.a === '1' && event.b === 'x y'"), view, RuleContext.Of(of, "dlv_1", 3)).ShouldBe(RuleVerdict.Send.Instance);
    }

    [Fact]
    public void Read_ManyShapes_StayRight()
    {
        // More shapes than layouts are kept, some of them met again.
        for (int i = 0; i < 700; i++)
        {
            int shape = i % 600;
            Sample.Ask($"event.k{shape} === {shape} && event.b.c{shape} === 'x' && Object.keys(event).length === 2", $$$"""{"k{{{shape}}}":{{{shape}}},"b":{"c{{{shape}}}":"x"}}""").ShouldBe(RuleVerdict.Send.Instance);
        }
    }

    [Fact]
    public void Read_LargeObject_IsReadMemberByMember()
    {
        string body = $"{{{string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"\"k{i}\":{{\"v\":{i}}}"))}}}";
        Sample.Ask("event.k1999.v === 1999 && Object.keys(event).length === 2000 && event.k0.v === 0", body).ShouldBe(RuleVerdict.Send.Instance);
    }

    [Fact]
    public void Read_ListBeyondTheLimit_FailsInPlainWords()
    {
        string body = $"{{\"items\":[{string.Join(',', Enumerable.Repeat("1", 100_001))}],\"id\":1}}";
        Sample.Ask("event.id === 1", body).ShouldBe(RuleVerdict.Send.Instance);
        Sample.Ask("event.items.length > 5", body).ShouldBeOfType<RuleVerdict.Failed>().Text.ShouldContain("the event has a list of 100001 entries, and a rule can handle 100000");
    }

    [Fact]
    public void Read_RandomDocuments_ComeBackAsTheyWere()
    {
        int seed = TestPace.Seed();
        output.WriteLine($"seed: {seed}");
        var random = new Random(seed);
        for (int i = 0; i < TestPace.Pick(100, 400, 20_000); i++)
        {
            string document = Document(random, 0);
            string body = $"{{\"a\":{document},\"b\":{JsonSerializer.Serialize(document)}}}";
            Sample.Ask("JSON.stringify(event.a) === event.b && JSON.stringify(JSON.parse(event.b)) === event.b", body).ShouldBe(RuleVerdict.Send.Instance, body);
        }
    }

    private static string Document(Random random, int depth)
    {
        switch (random.Next(depth > 3 ? 4 : 7))
        {
            case 0: return random.Next(-1000, 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case 1: return $"\"{string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => (char)random.Next('a', 'z')))}é\"";
            case 2: return random.Next(2) == 0 ? "true" : "null";
            case 3: return $"{random.Next(100)}.{random.Next(1, 10)}";
            case 4: return $"[{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => Document(random, depth + 1)))}]";
            default:
                var made = new StringBuilder("{");
                int count = random.Next(random.Next(10) == 0 ? 90 : 6);
                for (int i = 0; i < count; i++)
                {
                    made.Append(i == 0 ? "" : ",").Append('"').Append((char)('a' + (i % 26))).Append(i).Append("\":").Append(Document(random, depth + (count > 10 ? 4 : 1)));
                }

                return made.Append('}').ToString();
        }
    }
}
