using System.Buffers;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.Scriban.Tests;

/// <summary>Templates that try to run for ever, to take all memory or to overflow the stack: each ends with an error, in time.</summary>
[Collection(Alone.Name)]
public sealed class HostileTemplateTests
{
    private static readonly RenderBudget Small = new()
    {
        Time = TimeSpan.FromMilliseconds(250),
        RegexTime = TimeSpan.FromMilliseconds(100),
        OutputBytes = 100_000,
        TextLength = 100_000,
        ArraySize = 10_000,
        LoopSteps = 10_000_000,
        AllocatedBytes = 32 * 1024 * 1024,
    };

    /// <summary>What a rendering may hold on to at its worst, beside the budget itself.</summary>
    private const long MemoryAllowed = 256L * 1024 * 1024;

    public static TheoryData<string> Templates =>
    [
        "{{ while true; end }}",
        "{{ while true; x = 1; end }}",
        "{{ for a in 1..9999; for b in 1..9999; for c in 1..9999; end; end; end }}",
        "{{ func f; f; end; f }}",
        "{{ func f(x); g x; end; func g(x); f x; end; f 1 }}",
        "{{ f(x) = f(x) + 1; f 1 }}",
        "{{ f = do; f; end; f }}",
        "{{ x = 'a'; while true; x = x + x; end }}",
        "{{ x = 'a'; while true; x = x * 100; end }}",
        "{{ 'a' * 2000000000 }}",
        "{{ 'a' | string.pad_left 2000000000 }}",
        "{{ [1] * 2000000000 }}",
        "{{ x = [1]; while true; x = x + x; end }}",
        "{{ x = []; while true; x[x.size] = 1; end }}",
        "{{ x = []; x[2000000000] = 1 }}",
        "{{ [] | array.insert_at 2000000000 1 }}",
        "{{ x = {}; i = 0; while true; i++; x['k' + i] = i; end }}",
        "{{ 1..2000000000 | array.size }}",
        "{{ 0..9223372036854775807 }}",
        "{{ x = 2; while true; x = x * x; end }}",
        "{{ x = 1; while true; x = x << 4000; end }}",
        "{{ 1e999 }}{{ x = 1e999 * 1e999; x = x * x; x = x * x; x = x * x; x }}",
        "{{ ('a' * 30) | regex.match '(a+)+b' }}",
        "{{ ('a' * 50000) | regex.match '(a|a)*b' }}",
        "{{ while true; ('a' * 30) | regex.match '(a|aa)+b'; end }}",
        "{{ i = 0; while true; i++; 'a' | regex.match ('a{' + i + '}'); end }}",
        "{{ ('a' * 90000) | regex.replace 'a' ('b' * 90000) }}",
        "{{ ('a' * 90000) | string.replace 'a' ('b' * 90000) }}",
        "{{ ('a,' * 49000) | string.split ',' }}",
        "{{ while true; 'some text that is written out'; end }}",
        "{{ capture x }}{{ while true; 'some text that is captured'; end }}{{ end }}",
        "{{ a = []; a[0] = a; a }}",
        "{{ a = []; a[0] = a; a == a; b = []; b[0] = b; a == b }}",
        "{{ a = {}; a.a = a; a | object.to_json }}",
        "{{ a = [1]; b = [a, a]; c = [b, b]; d = [c, c]; e = [d, d]; f = [e, e, e, e, e, e]; g = [f, f, f, f, f, f]; h = [g, g, g, g, g, g]; i = [h, h, h, h, h, h]; j = [i, i, i, i, i]; k = [j, j, j, j, j]; k == k; k }}",
        "{{ a = [1]; while true; a = [a, a]; end }}",
        "{{ a = [1]; while true; a = [a]; end }}",
        "{{ '{{ object.eval_template this.t }}' | object.eval_template }}{{ t = '{{ object.eval_template t }}'; object.eval_template t }}",
        "{{ e = 'object.eval e'; object.eval e }}",
        "{{ while true; object.eval ('1 + ' * 1000 + '1'); end }}",
        "{{ (1..9999) | array.sort | array.each do; (1..9999) | array.sort; end }}",
        "{{ while true; (1..9999) | array.uniq | array.size; end }}",
        "{{ x = (1..9999) | array.each do; [$0]; end; x | array.uniq | array.size }}",
        "{{ include 'self' }}",
        "{{ include 'other' }}",
        "{{ func w; $$; end; wrap w; wrap w; end; end; func v; $$; v; end; wrap v; 'x'; end }}",
        "{{ with this; with this; a = this; end; end; a }}",
        "{{ for x in this; for y in this; for z in this; this[x.key + y.key + z.key + 'x'] = this; end; end; end; this }}",
        "{{ i = 0; while true; i++; array.cycle [1] ('group' + i); end }}",
        "{{ 5 | math.format ('0' * 90000) }}",
        "{{ 5.0 | math.format 'F999999999' }}",
        "{{ date.parse '2016/01/05' | date.add_days 1e300 }}",
        "{{ date.parse '2016/01/05' | date.to_string ('%c' * 45000) }}",
        "{{ timespan.from_days 1e300 }}",
        "{{ x = 5; while true; x = x + 0.1; end }}",
        "{{ `[` * 90000 | object.from_json }}",
        "{{ t = ('a' * 49999 + 'b') * 2; while true; t | string.contains ('a' * 50000); end }}",
        "{{ t = ('a' * 49999 + 'b') * 2; while true; t | string.replace ('a' * 50000) 'x'; t | string.remove_last ('a' * 50000); end }}",
        "{{ t = ('a' * 49999 + 'b') * 2; while true; t | string.split ('a' * 50000); t | string.index_of ('a' * 50000); end }}",
        "{{ t = 'a' * 9999; while true; t | string.index_of (t + 'b') 0 9999 'InvariantCultureIgnoreCase'; end }}",
        "{{ ('<script' * 14000) | html.strip }}",
        "{{ ('<!--' * 20000) | html.strip }}",
        "{{ l = []; i = 0; while true; l[i] = long; i++; end }}",
        "{{ l = []; i = 0; while true; l[i] = t; i++; end }}",
        "{{ l = []; while true; l = l << (long + l.size); end }}",
        "{{ x = [long, long, long, long] * 2000; while true; x | array.uniq; end }}",
        "{{ while true; long < (long + 'a'); end }}",
        "{{ while true; long | string.upcase | string.capitalizewords | string.handleize | html.escape | html.url_encode; end }}",
        "{{ x = `[` * 60 + `]` * 60; y = x | object.from_json; y }}",
    ];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Render_HostileTemplate_EndsWithinTwiceTheTime(string template)
    {
        foreach (TemplateMode mode in new[] { TemplateMode.Text, TemplateMode.Json })
        {
            var options = new TemplateOptions
            {
                Mode = mode,
                Loader = static name => name == "self" ? "{{ include 'self' }}" : "{{ for i in 1..1000 }}{{ include 'self' }}{{ end }}",
            };
            ScribanTemplate parsed = ScribanTemplate.Parse(template, options).ShouldBeOfType<ParseResult.Ok>().Template;
            using JsonDocument data = JsonDocument.Parse($$"""{"t":"{{"{{ object.eval_template t }}"}}","long":"{{new string('x', 90_000)}}"}""");
            var output = new ArrayBufferWriter<byte>();
            Warm(parsed, data);
            long before = GC.GetTotalMemory(forceFullCollection: false);
            var effort = new Effort();

            RenderResult result = parsed.Render([TemplateRoot.Members(data.RootElement)], output, Small, Rendering.Now);

            effort.Taken.ShouldBeLessThan(Small.Time * 2, $"{result}");
            (GC.GetTotalMemory(forceFullCollection: false) - before).ShouldBeLessThan(MemoryAllowed);
            (result is RenderResult.Ok ? output.WrittenCount <= Small.OutputBytes : output.WrittenCount == 0).ShouldBeTrue();
            if (result is RenderResult.Failed(var error))
            {
                error.Message.ShouldNotContain("Exception");
            }
        }
    }

    [Theory]
    [InlineData("(", ")", "1")]
    [InlineData("[", "]", "1")]
    [InlineData("{a:", "}", "1")]
    [InlineData("-(", ")", "1")]
    [InlineData("!", "", "true")]
    [InlineData("@", "", "x")]
    [InlineData("1 + (", ")", "1")]
    [InlineData("x[", "]", "1")]
    [InlineData("f(", ")", "1")]
    [InlineData("true ? ", " : 1", "1")]
    [InlineData("true ? 1 : ", "", "1")]
    [InlineData("if true; ", "; end", "1")]
    [InlineData("for x in [1]; ", "; end", "1")]
    [InlineData("do; ", "; end", "1")]
    [InlineData("$\"{", "}\"", "1")]
    [InlineData("1 + ", "", "1")]
    [InlineData("a.", "", "b")]
    [InlineData("a | ", "", "b")]
    [InlineData("1 .. ", "", "2")]
    [InlineData("a ?? ", "", "b")]
    [InlineData("a && ", "", "b")]
    [InlineData("if false; else ", " end", "if false;")]
    public void Parse_DeepNesting_NeverOverflowsTheStack(string open, string close, string middle)
    {
        foreach (int depth in new[] { 100, 10_000, 150_000 })
        {
            string template = "{{ " + Repeat(open, depth) + middle + Repeat(close, depth) + " }}";
            if (template.Length > ScribanTemplate.MaxTextLength)
            {
                continue;
            }

            if (ScribanTemplate.Parse(template) is ParseResult.Ok(var parsed))
            {
                parsed.Render([], new ArrayBufferWriter<byte>(), Small, Rendering.Now).ShouldNotBeNull();
            }
        }
    }

    [Fact]
    public void Parse_TextThatIsTooLong_IsAnError() =>
        ScribanTemplate.Parse(new string('a', ScribanTemplate.MaxTextLength + 1)).ShouldBeOfType<ParseResult.Failed>();

    [Fact]
    public void Render_OnASmallStack_EndsWithAnErrorInsteadOfOverflowing()
    {
        string template = "{{ func f(n); ret " + Repeat("(1 + ", 80) + "f(n + 1)" + Repeat(")", 80) + "; end; f 1 }}";
        ScribanTemplate parsed = ((ParseResult.Ok)ScribanTemplate.Parse(template)).Template;
        RenderResult? result = null;
        var thread = new Thread(
            () => result = parsed.Render([], new ArrayBufferWriter<byte>(), RenderBudget.Default with { RecursionDepth = 200 }, Rendering.Now),
            maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();

        result.ShouldBeOfType<RenderResult.Failed>().Error.Kind.ShouldBe(TemplateErrorKind.Budget);
    }

    [Fact]
    public void Render_Cancelled_EndsWithThatKind()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        ScribanTemplate parsed = ((ParseResult.Ok)ScribanTemplate.Parse("{{ while true; end }}")).Template;

        RenderResult result = parsed.Render([], new ArrayBufferWriter<byte>(), null, Rendering.Now, source.Token);

        result.ShouldBeOfType<RenderResult.Failed>().Error.Kind.ShouldBe(TemplateErrorKind.Cancelled);
    }

    [Fact]
    public void Budget_OfEveryKind_EndsTheRenderingWithThatKind()
    {
        (string Template, RenderBudget Budget, string Words)[] limits =
        [
            ("{{ while true; end }}", new() { LoopSteps = 1000 }, "steps"),
            ("{{ while true; end }}", new() { LoopSteps = int.MaxValue, Time = TimeSpan.FromMilliseconds(20) }, "ms"),
            ("{{ func f; f; end; f }}", new() { RecursionDepth = 10 }, "depth"),
            ("{{ for i in 1..100; 'aaaaaaaaaa'; end }}", new() { OutputBytes = 500 }, "output"),
            ("{{ 'a' * 1000 }}", new() { TextLength = 999 }, "text"),
            ("{{ [1] * 1000 }}", new() { ArraySize = 999 }, "list"),
            ("{{ x = []; for i in 1..1000; x = x + [i]; end }}", new() { AllocatedBytes = 100_000 }, "bytes"),
            ("{{ ('a' * 40) | regex.match '(a+)+b' }}", new() { RegexTime = TimeSpan.FromMilliseconds(5) }, "regular"),
        ];
        foreach ((string template, RenderBudget budget, string words) in limits)
        {
            TemplateError error = Rendering.Error(template, budget: budget);
            error.Kind.ShouldBe(TemplateErrorKind.Budget, template);
            error.Message.ShouldContain(words, Case.Insensitive);
            error.Line.ShouldBe(1);
        }
    }

    [Fact]
    public void Budget_WithoutLimits_CannotBeMade()
    {
        var budget = new RenderBudget
        {
            Time = TimeSpan.MaxValue,
            RegexTime = Timeout.InfiniteTimeSpan,
            LoopSteps = 0,
            RecursionDepth = int.MaxValue,
            OutputBytes = int.MaxValue,
            TextLength = int.MaxValue,
            ArraySize = int.MaxValue,
            AllocatedBytes = long.MaxValue,
        };

        budget.Time.ShouldBe(TimeSpan.FromSeconds(10));
        budget.RegexTime.ShouldBe(TimeSpan.FromMilliseconds(1));
        budget.LoopSteps.ShouldBe(1);
        budget.RecursionDepth.ShouldBe(200);
        budget.OutputBytes.ShouldBe(64 * 1024 * 1024);
        budget.TextLength.ShouldBe(16 * 1024 * 1024);
        budget.ArraySize.ShouldBe(1_000_000);
        budget.AllocatedBytes.ShouldBe(512L * 1024 * 1024);
    }

    private static string Repeat(string piece, int times) => new StringBuilder(piece.Length * times).Insert(0, piece, times).ToString();

    /// <summary>One tiny rendering first: the time is that of the template, not of the just-in-time compiler.</summary>
    private static void Warm(ScribanTemplate template, JsonDocument data) =>
        template.Render(
            [TemplateRoot.Members(data.RootElement)], new ArrayBufferWriter<byte>(), Small with { Time = TimeSpan.FromMilliseconds(1) }, Rendering.Now);
}
