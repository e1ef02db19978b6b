using Acornima.Ast;

namespace Acornima.Tests;

/// <summary>What consumers rely on besides the tree: options, callbacks, scopes, locations, errors.</summary>
public sealed class ParserContractTests
{
    [Fact]
    public void ParseScript_PartOfAText_CountsFromTheWholeText()
    {
        const string Text = "((\n\n  a;\n  b))";
        var script = new Parser().ParseScript(Text, 4, 8, "rule.js");
        var second = script.Body[1];
        (second.Start, second.End).ShouldBe((11, 12));
        second.Location.ShouldBe(SourceLocation.From(Position.From(4, 2), Position.From(4, 3), "rule.js"));
        (script.Start, script.End).ShouldBe((4, 12));
    }

    [Fact]
    public void ParseScript_Error_HasLineColumnAndSentence()
    {
        var error = Should.Throw<ParseErrorException>(() => new Parser().ParseScript("a;\r\nlet b = (c;", "rule.js"));
        error.Message.ShouldBe("Expected ')' but found ';' (2:11)");
        (error.LineNumber, error.Column, error.Index).ShouldBe((2, 10, 14));
        error.Description.ShouldBe("Expected ')' but found ';'");
        error.Error.ToString().ShouldBe(error.Message);
        error.Error.SourceFile.ShouldBe("rule.js");
    }

    [Theory]
    [InlineData("const a = await b", "'await' can only stand in an async function or at the top level of a module (1:11)")]
    [InlineData("yield 1", "'yield' can only stand in a generator (1:1)")]
    [InlineData("a(1 2)", "Expected ',' but found number (1:5)")]
    [InlineData("const a", "A 'const' must be given its value where it is declared (1:8)")]
    [InlineData("({ payload }) => payload.a &&", "Unexpected end of the program (1:30)")]
    [InlineData("payload => payload.a = = 1", "Unexpected '=' (1:24)")]
    [InlineData("if (a) { b", "Unexpected end of the program (1:11)")]
    [InlineData("'abc", "This string has no end: the closing quote is missing (1:1)")]
    [InlineData("a.1", "Unexpected number (1:2)")]
    [InlineData("{ a: 1, b: 2 }", "Unexpected ':' (1:10)")]
    [InlineData("break", "'break' can only stand in a loop or switch (1:1)")]
    [InlineData("x => { return 1 } }", "Unexpected '}' (1:19)")]
    [InlineData("let a; let a", "The name 'a' has already been declared here (1:12)")]
    public void ParseScript_CommonMistakes_AreNamedAtTheirPlace(string program, string message)
        => Should.Throw<ParseErrorException>(() => new Parser().ParseScript(program)).Message.ShouldBe(message);

    [Fact]
    public void ParseScript_BadTarget_HasTheCodeThatConsumersAskFor()
        => Should.Throw<ParseErrorException>(() => new Parser().ParseScript("1 = 2")).Error.Code.ShouldBe("InvalidLhsInAssignment");

    [Fact]
    public void ParseScript_AfterAFailure_TheParserStillServes()
    {
        var parser = new Parser();
        Should.Throw<ParseErrorException>(() => parser.ParseScript("function f() { class A { #a; b() { `${ ["));
        parser.ParseScript("let a").Body.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("return 1")]
    [InlineData("new.target")]
    [InlineData("super.a")]
    [InlineData("class A { m() { this.#a } }")]
    public void ParseScript_Options_AllowWhatTheyName(string program)
    {
        var options = new ParserOptions
        {
            AllowReturnOutsideFunction = true,
            AllowNewTargetOutsideFunction = true,
            AllowSuperOutsideMethod = true,
            CheckPrivateFields = false,
        };
        Should.Throw<ParseErrorException>(() => new Parser().ParseScript(program));
        new Parser(options).ParseScript(program).Body.Count.ShouldBe(1);
    }

    [Fact]
    public void Options_EqualValues_AreEqual()
    {
        var options = new ParserOptions { AllowReturnOutsideFunction = true };
        (options with { Tolerant = true } with { Tolerant = false }).ShouldBe(options);
        options.ShouldNotBe(ParserOptions.Default);
    }

    [Fact]
    public void ParseScript_StrictArgument_MakesEverythingStrict()
    {
        Should.Throw<ParseErrorException>(() => new Parser().ParseScript("with (a) b", strict: true));
        var script = new Parser().ParseScript("function f() {}", strict: true);
        script.Strict.ShouldBeTrue();
        ((FunctionDeclaration)script.Body[0]).Body.Strict.ShouldBeTrue();
    }

    [Fact]
    public void ParseScript_EqualNames_AreOneString()
    {
        var script = new Parser().ParseScript("var someName; \\u0073omeName; x.someName; let async; async");
        var names = Walk(script).OfType<Identifier>().Where(i => i.Name == "someName").Select(i => i.Name).ToList();
        names.Count.ShouldBe(3);
        names.ShouldAllBe(name => ReferenceEquals(name, names[0]));
    }

    [Fact]
    public void OnNode_EachNode_ComesAfterItsChildrenAndBeforeTheProgram()
    {
        const string Text = "[a, { b = 1 }] = (c, d) => { for (const e of f) switch (e) { case 1: class G { #h = `${i}` } } }";
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        Node? last = null;
        var options = new ParserOptions
        {
            OnNode = (Node node, in OnNodeContext context) =>
            {
                foreach (var child in node.ChildNodes)
                {
                    seen.ShouldContain(child!);
                    child!.Start.ShouldBeGreaterThanOrEqualTo(node.Start);
                    child.End.ShouldBeLessThanOrEqualTo(node.End);
                }

                seen.Add(node).ShouldBeTrue();
                context.Input.ShouldBeSameAs(Text);
                last = node;
            },
        };
        var script = new Parser(options).ParseScript(Text);
        last.ShouldBeSameAs(script);
        Walk(script).ShouldAllBe(node => seen.Contains(node));
    }

    [Theory]
    [InlineData("var a; let b; const c = 1; function d() {} class E {}", "Script var:a lex:b,c,E fun:d")]
    [InlineData("function f(a, [b, ...c], { d = 1 }) { var g; let h }", "FunctionDeclaration var:a,b,c,d,g lex:h fun:")]
    [InlineData("{ var a; let b; function c() {} }", "NestedBlockStatement var:a lex:b fun:c")]
    [InlineData("{ var a; { var a, b } }", "Script var:a,b lex: fun:")]
    [InlineData("try {} catch ({ a }) { let b; var c }", "CatchClause var:c lex:a,b fun:")]
    [InlineData("for (let a of b) { let c }", "ForOfStatement var: lex:a fun:")]
    [InlineData("switch (a) { case 1: let b; var c; function d() {} }", "SwitchStatement var:c lex:b fun:d")]
    [InlineData("(a, b) => { let c }", "ArrowFunctionExpression var:a,b lex:c fun:")]
    [InlineData("class A { static { var a; let b } }", "StaticBlock var:a lex:b fun:")]
    [InlineData("if (a) function f() {}", "Script var: lex: fun:f")]
    public void OnNode_NodeWithScope_GivesItsNames(string program, string expected)
    {
        var scopes = new List<string>();
        var options = new ParserOptions
        {
            OnNode = (Node node, in OnNodeContext context) =>
            {
                if (context.HasScope)
                {
                    scopes.Add($"{node.GetType().Name} var:{Names(context.Scope.VarVariables)} lex:{Names(context.Scope.LexicalVariables)} fun:{Names(context.Scope.Functions)}");
                }
            },
        };
        new Parser(options).ParseScript(program);
        scopes.ShouldContain(expected);
    }

    [Fact]
    public void OnRegExp_Result_IsKeptOnTheLiteral()
    {
        var mark = new object();
        var options = new ParserOptions
        {
            OnRegExp = (in RegExpParsingContext context) =>
            {
                context.Validate();
                return RegExpParseResult.ForSuccess(null, mark);
            },
        };
        var script = new Parser(options).ParseScript("/a\\/b/gi");
        var literal = (RegExpLiteral)((ExpressionStatement)script.Body[0]).Expression;
        (literal.RegExp.Pattern, literal.RegExp.Flags).ShouldBe(("a\\/b", "gi"));
        literal.ParseResult.Success.ShouldBeTrue();
        literal.ParseResult.AdditionalData.ShouldBeSameAs(mark);
        Should.Throw<ParseErrorException>(() => new Parser(options).ParseScript("\n  /ab(/")).Message
            .ShouldBe("This regular expression is not valid: this opening parenthesis has no closing one (2:6)");
    }

    [Fact]
    public void ChildNodes_ShorthandAndSpecifiers_GiveEachNodeOnce()
    {
        var module = new Parser().ParseModule("import { a, b as c } from 'm'; ({ a, c: 1 }); export { c }; `x${a}y`");
        foreach (var node in Walk(module))
        {
            var children = new List<Node>();
            foreach (var child in node.ChildNodes)
            {
                children.Add(child!);
            }

            children.Distinct(ReferenceEqualityComparer.Instance).Count().ShouldBe(children.Count);
            children.ShouldBe(children.OrderBy(c => c.Start));
            node.ChildNodes.IsEmpty().ShouldBe(children.Count == 0);
        }
    }

    [Fact]
    public void Visitor_Default_ReachesEveryNode()
    {
        var script = new Parser().ParseScript("class A extends B { #x = 1; get y() { return this.#x ?? (() => /a/) } } label: for (const { a = 1, ...b } of [c, , ...d]) { `${a}`; break label }");
        var visitor = new Collector();
        visitor.Visit(script);
        visitor.Names.ShouldBe(["A", "B", "y", "label", "a", "b", "c", "d", "a", "label"]);
    }

    [Fact]
    public void Tokenizer_Text_GivesTheStartsOfItsTokens()
    {
        var tokenizer = new Tokenizer("");
        tokenizer.Reset("static  name() {} / 2", 0, 15);
        tokenizer.Next();
        tokenizer.Next();
        (tokenizer.Current.Kind, tokenizer.Current.Start).ShouldBe((TokenKind.Identifier, 8));
        tokenizer.Reset("a = /b/g / 1n");
        var kinds = new List<TokenKind>();
        do
        {
            tokenizer.Next();
            kinds.Add(tokenizer.Current.Kind);
        }
        while (tokenizer.Current.Kind != TokenKind.EOF);
        kinds.ShouldBe([TokenKind.Identifier, TokenKind.Punctuator, TokenKind.RegExpLiteral, TokenKind.Punctuator, TokenKind.BigIntLiteral, TokenKind.EOF]);
    }

    [Fact]
    public void ValidateRegExp_BadFlags_AreRefused()
    {
        Tokenizer.ValidateRegExp("a", "gg", out var error, EcmaVersion.Latest, ExperimentalESFeatures.None).ShouldBeFalse();
        error!.Description.ShouldBe("This regular expression is not valid: the flag 'g' is given twice");
        Tokenizer.ValidateRegExp("(?<a>b)\\k<a>", "dgimsuy", out error, EcmaVersion.Latest, ExperimentalESFeatures.None).ShouldBeTrue();
        error.ShouldBeNull();
    }

    [Fact]
    public void NodeList_Default_IsEmpty()
    {
        NodeList<Node> list = default;
        list.Count.ShouldBe(0);
        list.AsSpan().Length.ShouldBe(0);
        foreach (var node in list)
        {
            node.ShouldBeNull();
        }
    }

    private static string Names(ReadOnlySpan<Identifier> identifiers)
    {
        var names = new List<string>();
        foreach (var identifier in identifiers)
        {
            names.Add(identifier.Name);
        }

        return string.Join(',', names);
    }

    private static List<Node> Walk(Node root)
    {
        var nodes = new List<Node> { root };
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var child in nodes[i].ChildNodes)
            {
                nodes.Add(child!);
            }
        }

        return nodes;
    }

    private sealed class Collector : AstVisitor
    {
        public List<string> Names { get; } = [];

        protected override object? VisitIdentifier(Identifier node)
        {
            Names.Add(node.Name);
            return base.VisitIdentifier(node);
        }
    }
}
