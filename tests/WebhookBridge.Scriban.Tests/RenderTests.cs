using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Scriban.Tests;

public sealed class RenderTests
{
    [Fact]
    public void Render_OneTemplateByManyThreads_GivesEachItsOwnOutput()
    {
        const string Template = """
            {{ func twice(v); ret v * 2; end; date.format = "%Y"; total = 0 }}{ "n": {{ n }}, "twice": {{ twice n }}, "list": [{{ for i in 1..n }}{{ total += i }}{{ i }}{{ if !for.last }},{{ end }}{{ end }}], "total": {{ total }}, "cycle": "{{ array.cycle ["a", "b"] }}" }
            """;
        ScribanTemplate template = ((ParseResult.Ok)ScribanTemplate.Parse(Template, Rendering.Json)).Template;
        var wrong = new ConcurrentQueue<string>();
        Parallel.For(1, 200, n =>
        {
            using JsonDocument data = JsonDocument.Parse($$"""{"n":{{n % 20 + 1}}}""");
            var output = new ArrayBufferWriter<byte>();
            RenderResult result = template.Render([TemplateRoot.Members(data.RootElement)], output, null, Rendering.Now);
            int count = n % 20 + 1;
            string expected = $$"""{ "n": {{count}}, "twice": {{count * 2}}, "list": [{{string.Join(',', Enumerable.Range(1, count))}}], "total": {{count * (count + 1) / 2}}, "cycle": "a" }""";
            string got = Encoding.UTF8.GetString(output.WrittenSpan);
            if (got != expected)
            {
                wrong.Enqueue($"{result} {got}");
            }
        });

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Render_SeveralRoots_FindsNamesAndMembersInOrder()
    {
        ScribanTemplate template = ((ParseResult.Ok)ScribanTemplate.Parse("{{ event.id }} {{ meta.kind }} {{ event2 }} {{ payment?.x }}")).Template;
        using JsonDocument body = JsonDocument.Parse("""{"id":"from the body","meta":"not this one"}""");
        using JsonDocument names = JsonDocument.Parse("""{"meta":{"kind":"payment.succeeded"},"event":"not this one","event2":7,"payment":null}""");
        var output = new ArrayBufferWriter<byte>();

        template.Render([new("event", body.RootElement), TemplateRoot.Members(names.RootElement)], output, null, Rendering.Now).ShouldBeOfType<RenderResult.Ok>();

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("from the body payment.succeeded 7 ");
    }

    [Fact]
    public void Render_DataChangedByTheTemplate_LeavesTheInputAlone()
    {
        using JsonDocument data = JsonDocument.Parse("""{"a":{"b":[1,2]}}""");
        ScribanTemplate template = ((ParseResult.Ok)ScribanTemplate.Parse("{{ a.b[0] = 9; a.c = 3; a }}")).Template;
        for (int i = 0; i < 2; i++)
        {
            var output = new ArrayBufferWriter<byte>();
            template.Render([TemplateRoot.Members(data.RootElement)], output, null, Rendering.Now);
            Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe("{b: [9, 2], c: 3}");
        }

        data.RootElement.GetRawText().ShouldBe("""{"a":{"b":[1,2]}}""");
    }

    [Fact]
    public void Render_Failure_WritesNothing()
    {
        ScribanTemplate template = ((ParseResult.Ok)ScribanTemplate.Parse("some text {{ missing.x }}")).Template;
        var output = new ArrayBufferWriter<byte>();

        template.Render([], output, null, Rendering.Now).ShouldBeOfType<RenderResult.Failed>();

        output.WrittenCount.ShouldBe(0);
    }

    [Fact]
    public void Render_Includes_RunOnceReadWithTheirOwnArguments()
    {
        int loaded = 0;
        var options = new TemplateOptions
        {
            Loader = name =>
            {
                loaded++;
                return name switch
                {
                    "greet" => "Hello {{ $0 }}{{ y = y + 1 }}",
                    "count" => "{{ y }}",
                    "early" => "a{{ ret }}b",
                    "broken" => "\n{{ if }}",
                    "comma" => ", ",
                    "fails" => throw new IOException("secret path"),
                    _ => null,
                };
            },
        };

        Rendering.Text("{{ y = 1; include 'greet' 'Ana'; x = include 'greet' 'Eva'; ' ' + x + ' '; include 'count' }}", options: options).ShouldBe("Hello Ana Hello Eva 3");
        loaded.ShouldBe(2);
        Rendering.Text("{{ include 'early' }}c", options: options).ShouldBe("ac");
        Rendering.Text("{{ include_join ['early', 'early'] 'tpl:comma' '<' '>' }}", options: options).ShouldBe("<a, a>");
        Rendering.Text("{{ include_join [] ',' '<' '>' }}.", options: options).ShouldBe(".");
        Rendering.Text("  {{ include 'multi' }}", options: new TemplateOptions { Loader = static _ => "a\nb" }).ShouldBe("  a\n  b");
        Rendering.Error("{{ include 'nowhere' }}", options: options).ToString().ShouldContain("(1,12)");
        Rendering.Error("{{ include 'fails' }}", options: options).ToString().ShouldNotContain("secret");
        TemplateError broken = Rendering.Error("{{ include 'broken' }}", options: options);
        (broken.Include, broken.Line, broken.Column).ShouldBe(("broken", 2, 7));
    }

    [Fact]
    public void Render_IncludeInJsonMode_WritesValuesForTheirPlace()
    {
        var options = new TemplateOptions { Mode = TemplateMode.Json, Loader = static _ => "{ \"v\": {{ $0 }}, \"t\": \"{{ $0 }}\" }" };

        Rendering.Text("[{{ include 'part' name }}]", """{"name":"a\"b"}""", options).ShouldBe("[{ \"v\": \"a\\\"b\", \"t\": \"a\\\"b\" }]");
    }

    [Fact]
    public void Error_InTheOutput_NamesTheTemplateAndShowsTheOutput()
    {
        TemplateError error = Rendering.Error("{\n  \"a\": \"{{ name }}\",\n  \"b\": {{ amount }}{{ name }}\n}", """{"name":"Ana","amount":5}""", Rendering.Json);

        error.Kind.ShouldBe(TemplateErrorKind.OutputNotJson);
        (error.Line, error.Column).ShouldBe((3, 23));
        error.Message.ShouldContain("\"b\": 5\"Ana\"");
    }

    [Fact]
    public void Render_TwelveFields_AllocatesLessThanTwoKilobytes()
    {
        const string Data = """{"id":"evt_1","type":"payment.succeeded","payload":{"id":"p_1","amount":109.90,"currency":"ZAR","metadata":{"checkoutId":"ch_1"},"customer":{"name":"A \"B\" C"}}}""";
        string fields = string.Join(", ", Enumerable.Range(0, 3).Select(static i =>
            $"\"a{i}\": \"{{{{ event.id }}}}\", \"b{i}\": {{{{ event.payload.amount }}}}, \"c{i}\": \"{{{{ event.payload.customer.name }}}}\", \"d{i}\": {{{{ event.payload.metadata }}}}"));
        ScribanTemplate template = ((ParseResult.Ok)ScribanTemplate.Parse("{ " + fields + " }", Rendering.Json)).Template;
        using JsonDocument data = JsonDocument.Parse(Data);
        TemplateRoot[] roots = [new("event", data.RootElement)];
        var output = new ArrayBufferWriter<byte>(4096);
        const int Runs = 200;
        long allocated = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Runs; i++)
            {
                output.ResetWrittenCount();
                Assert.Same(RenderResult.Ok.Instance, template.Render(roots, output, null, Rendering.Now));
            }

            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;
        }

        allocated.ShouldBeLessThan(2048);
    }

    [Fact]
    public void Parse_WindowsLineEnds_MakeNoDifference()
    {
        Rendering.Text("a\r\n{{ 1 # one\r\n2 ~}}\r\nb\r\n{{~ 3 -}}\r\n c").ShouldBe("a\r\n12b\r\n3c");
        TemplateError error = Rendering.Error("a\r\n{{\r\nwhile # no condition\r\nend }}");
        (error.Line, error.Column).ShouldBe((3, 21));
    }

    [Fact]
    public void Parse_ByteOrderMark_IsNoPartOfTheTemplate() => Rendering.Text("\uFEFF{{ 1 }}").ShouldBe("1");

    [Fact]
    public void Parse_SeveralErrors_GivesThemInTheOrderOfTheLanguage()
    {
        var failed = ScribanTemplate.Parse("{{ {5: 1} }}").ShouldBeOfType<ParseResult.Failed>();

        failed.Errors.Count.ShouldBeGreaterThan(1);
        failed.Errors.ShouldAllBe(static e => e.Kind == TemplateErrorKind.Syntax && e.Line == 1);
    }

    [Fact]
    public void Render_LoneSurrogates_AreReplacedOrKeptEscaped()
    {
        Rendering.Text("{{ a }}", """{"a":"x\ud800y"}""").ShouldBe("x\uFFFDy");
        Rendering.Text("{\"a\": \"{{ a | string.upcase }}\"}", """{"a":"x\ud800y"}""", Rendering.Json).ShouldBe("{\"a\": \"X\uFFFDY\"}");
    }
}
