using System.Runtime.ExceptionServices;

namespace Acornima.Tests;

/// <summary>Deep and long input ends in an error or a tree, never in a stack overflow; also on a small stack.</summary>
[Trait("Pace", "normal")]
public sealed class DepthTests
{
    private const int Megabyte = 1 << 20;

    public static TheoryData<string, string> DeepInputs => new()
    {
        { "", "(" }, { "", "[" }, { "", "{" }, { "x = ", "{a:" }, { "", "a=>" }, { "", "(a)=>" }, { "", "async a=>" }, { "", "`${" },
        { "", "!" }, { "", "-" }, { "", "typeof " }, { "", "++" }, { "", "new " }, { "", "a?" }, { "", "a?b:" }, { "", "a=" },
        { "", "a**" }, { "", "f(" }, { "", "a[" }, { "", "function f(){" }, { "x = ", "function(){" }, { "", "class A{m(){" },
        { "x = ", "class extends " }, { "", "if(a)" }, { "", "while(a)" }, { "", "for(;;)" }, { "", "do " }, { "", "with(a)" },
        { "", "try{" }, { "", "switch(a){case 1:" }, { "var ", "[" }, { "var ", "{a:" }, { "var [", "a=[" }, { "function f(", "a=function(" },
        { "(", "{a=" }, { "", "async(" }, { "", "import(" }, { "", "a`${" }, { "class A{", "static{" }, { "class A{", "a=class{" },
        { "", "(async()=>{" }, { "async function f(){", "await " }, { "function* f(){", "yield " }, { "", "delete " }, { "", "...[" },
        { "[", "...[" }, { "x = /", "(" }, { "x = /", "(?:" }, { "x = /[", "[" }, { "", "a?.[" }, { "", "return " }, { "", "throw " },
    };

    [Theory]
    [MemberData(nameof(DeepInputs))]
    public void Parse_AMegabyteOfNesting_IsAnError(string prefix, string unit)
    {
        var text = Repeat(prefix, unit, Megabyte);
        OnSmallStack(() => Should.Throw<ParseErrorException>(() => new Parser().ParseScript(text)));
    }

    [Fact]
    public void Parse_AMegabyteOfNestedSets_IsAnError()
    {
        var text = "x = /" + Repeat("[", "[", Megabyte) + "/v";
        OnSmallStack(() => Should.Throw<ParseErrorException>(() => new Parser().ParseScript(text)));
    }

    [Fact]
    public void Parse_AMegabyteOfLabels_IsAnError()
    {
        var text = string.Concat(Enumerable.Range(0, 150_000).Select(i => $"a{i}:"));
        OnSmallStack(() => Should.Throw<ParseErrorException>(() => new Parser().ParseScript(text)));
    }

    [Theory]
    [InlineData("a", ".b", "")]
    [InlineData("a", "+a", "")]
    [InlineData("a", "&&a", "")]
    [InlineData("a", "??a", "")]
    [InlineData("a", ",a", "")]
    [InlineData("a", "()", "")]
    [InlineData("a", "[0]", "")]
    [InlineData("a", "?.b", "")]
    [InlineData("a", "`b`", "")]
    [InlineData("", "a;", "")]
    [InlineData("", "function f(){}", "")]
    [InlineData("[", "a,", "]")]
    [InlineData("[", ",", "]")]
    [InlineData("x={", "a,", "}")]
    [InlineData("f(", "a,", ")")]
    [InlineData("var a", ",b", "")]
    [InlineData("class A{", "m(){}", "}")]
    [InlineData("`", "${a}", "`")]
    [InlineData("switch(a){", "case 1:", "}")]
    [InlineData("", "if(a);else ", ";")]
    [InlineData("x=/", "a|", "/")]
    [InlineData("x=/[", "a", "]/u")]
    public void Parse_AMegabyteOfLength_GivesATree(string prefix, string unit, string suffix)
    {
        var text = Repeat(prefix, unit, Megabyte) + suffix;
        OnSmallStack(() => new Parser().ParseScript(text).End.ShouldBe(text.Length));
    }

    [Fact]
    public void Parse_ManyDistinctNames_GivesATree()
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"let n{i};"));
        new Parser().ParseScript(text).Body.Count.ShouldBe(60_000);
    }

    [Fact]
    public void Parse_AHundredLevels_GivesATreeOnASmallStack()
    {
        foreach (var (open, close) in ((string, string)[])[("(", ")"), ("[", "]"), ("function f(){", "}"), ("x=>{", "}"), ("{", "}")])
        {
            var text = string.Concat(Enumerable.Repeat(open, 100)) + (open is "(" ? "a" : "") + string.Concat(Enumerable.Repeat(close, 100));
            OnSmallStack(() => new Parser().ParseScript(text).Body.Count.ShouldBe(1));
        }
    }

    private static string Repeat(string prefix, string unit, int length)
        => prefix + string.Concat(Enumerable.Repeat(unit, length / unit.Length));

    private static void OnSmallStack(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            maxStackSize: Megabyte);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
