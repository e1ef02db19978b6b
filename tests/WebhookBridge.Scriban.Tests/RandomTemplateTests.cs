using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace WebhookBridge.Scriban.Tests;

/// <summary>
/// Random templates: whatever their text, reading and rendering end in time, without an exception, and with whole
/// output or none. In JSON mode the output is JSON and no value changes the shape around it.
/// </summary>
[Collection(Alone.Name)]
public sealed class RandomTemplateTests(ITestOutputHelper log)
{
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{{-", "-}}", "{{~", "~}}", "{%{", "}%}", " ", "\n", ";", "if ", "else ", "else if ", "end", "for x in ", "while ", "break", "continue",
        "func f", "func f(a, b = 1)", "ret ", "do ", "capture y", "with o", "wrap f", "case x", "when 1", "import o", "readonly x", "$0", "$", "$x", "$$", "this",
        "empty", "true", "false", "null", "1", "2.5", "1e3", "0xff", "1m", "\"text\"", "'t'", "`v`", "$\"{x}\"", "x", "y", "o", "o.a", "o[\"a\"]", "l", "l[0]", "l[-1]",
        "x = ", "o.a = ", "l[2] = ", "x += 1", "x++", "+", "-", "*", "/", "//", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "??", "?!", "?.", "..", "..<",
        "? 1 : 2", "|", "&", "<<", ">>", "!", "@", "^", "(", ")", "[", "]", "{", "}", ",", ":", ".", "#", "##", "\\", "\"", "'", "`", "é", "😀", "\u0000",
        "array.sort ", "array.join \",\" ", "array.each @string.upcase ", "array.cycle [1, 2] ", "string.upcase ", "string.slice 1 2 ", "string.replace \"a\" \"b\" ",
        "math.round 1 ", "math.plus ", "object.keys ", "object.eval ", "object.eval_template ", "object.to_json ", "regex.match \"(a+)+b\" ", "date.parse ",
        "date.to_string \"%c\" ", "timespan.from_days ", "money \"ZAR\" \"en-ZA\" ", "raw", "include 'a' ", "for.index", "\"", "{\"a\": ", "[", ", ",
    ];

    private static readonly string[] Statements =
    [
        "{{ x }}", "{{ o.a }}", "{{ l }}", "{{ o }}", "{{ if x }}1{{ else }}2{{ end }}", "{{ for i in l }}{{ i }},{{ end }}null", "{{ x | string.upcase }}", "{{ o.a + x }}",
        "{{ missing }}", "{{ l | array.first }}", "{{ [x, o] }}", "{{ y = x; y }}", "{{ func g(v) }}{\"g\": \"{{ v }}\"}{{ end }}{{ g x }}", "{{ 1 + 2.5 }}", "{{ true ? x : o }}",
    ];

    [Fact]
    public void Render_RandomPieces_EndsInTimeWithoutAnException()
    {
        int seed = Seed();
        var random = new Random(seed);
        var budget = new RenderBudget
        {
            Time = TimeSpan.FromMilliseconds(200), RegexTime = TimeSpan.FromMilliseconds(20), OutputBytes = 50_000, TextLength = 50_000, LoopSteps = 1_000_000,
        };
        using JsonDocument data = JsonDocument.Parse("""{"x":"text","o":{"a":1.50,"b":null},"l":[3,"a",{"n":[]}]}""");
        int rendered = 0;
        int runs = Runs(quick: 1_500, normal: 15_000, @long: 300_000);
        for (int run = 0; run < runs; run++)
        {
            string template = Random(random);
            var options = new TemplateOptions { Mode = (TemplateMode)random.Next(3), Strict = random.Next(2) == 0, Loader = static n => "{{ x }}" + n };
            var effort = new Effort();
            if (ScribanTemplate.Parse(template, options) is not ParseResult.Ok(var parsed))
            {
                continue;
            }

            rendered++;
            var output = new ArrayBufferWriter<byte>();
            RenderResult result = parsed.Render([TemplateRoot.Members(data.RootElement)], output, budget, Rendering.Now);
            string shown = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, run {run}: {template}");
            effort.Taken.ShouldBeLessThan(budget.Time * 2, shown);
            if (result is RenderResult.Failed(var error))
            {
                output.WrittenCount.ShouldBe(0, shown);
                error.Message.ShouldNotContain("Exception", customMessage: shown);
                error.Line.ShouldBeGreaterThan(0, shown);
                error.Column.ShouldBeGreaterThan(0, shown);
            }
            else if (options.Mode == TemplateMode.Json)
            {
                JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { MaxDepth = 256 }).Dispose();
            }
        }

        log.WriteLine($"seed {seed}: {rendered} of {runs} texts were templates.");
        rendered.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Render_JsonWithAnyValues_KeepsItsShape()
    {
        int seed = Seed();
        var random = new Random(seed);
        int runs = Runs(quick: 500, normal: 3_000, @long: 50_000);
        for (int run = 0; run < runs; run++)
        {
            string value = NastyText(random);
            var template = new StringBuilder("{\"fixed\": 1");
            int fields = random.Next(1, 6);
            for (int i = 0; i < fields; i++)
            {
                string statement = Statements[random.Next(Statements.Length)];
                bool quoted = random.Next(2) == 0 && !statement.Contains("func", StringComparison.Ordinal);
                bool list = statement.Contains("for i", StringComparison.Ordinal);
                template.Append(CultureInfo.InvariantCulture, $", \"f{i}\": {(quoted ? "\"a" : list ? "[" : "")}{statement}{(quoted ? "z\"" : list ? "]" : "")}");
            }

            template.Append(", \"last\": \"{{ x }}\"}");
            string data = JsonSerializer.Serialize(new { x = value, o = new { a = value, b = 1.50m }, l = new object[] { value, 2 } });
            string shown = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, run {run}: {template} over {data}");

            (string? output, IReadOnlyList<TemplateError> errors) = Rendering.Run(template.ToString(), data, Rendering.Json);

            errors.ShouldBeEmpty(shown);
            using JsonDocument document = JsonDocument.Parse(output!);
            document.RootElement.EnumerateObject().Count().ShouldBe(fields + 2, shown);
            document.RootElement.GetProperty("fixed").GetInt32().ShouldBe(1, shown);
            document.RootElement.GetProperty("last").GetString().ShouldBe(value, shown);
        }

        log.WriteLine($"seed {seed}: {runs} payloads kept their shape.");
    }

    private static string Random(Random random)
    {
        var text = new StringBuilder(random.Next(3) == 0 ? "" : "{{ ");
        int count = random.Next(1, 25);
        for (int i = 0; i < count; i++)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]).Append(random.Next(3) == 0 ? " " : "");
        }

        return text.Append(random.Next(3) == 0 ? "" : " }}").ToString();
    }

    private static string NastyText(Random random)
    {
        string[] nasty = ["\"", "\\", "\n", "\u0000", "\u2028", "</script>", "{{ x }}", "}", "]", "\",\"admin\":true,\"", "é", "😀", "\\u0022", "'", "\t", "//", "a", " ", "\u007f", "null"];
        return string.Concat(Enumerable.Range(0, random.Next(0, 8)).Select(_ => nasty[random.Next(nasty.Length)]));
    }

    private static int Seed() => Environment.TickCount;

    private static int Runs(int quick, int normal, int @long) => Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_PACE") switch
    {
        "quick" => quick,
        "long" => @long,
        _ => normal,
    };
}
