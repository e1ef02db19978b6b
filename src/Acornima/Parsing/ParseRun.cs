using System.Runtime.CompilerServices;
using Acornima.Ast;

namespace Acornima;

/// <summary>What the code around the current place allows.</summary>
[Flags]
internal enum Ctx
{
    None = 0,
    Strict = 1,
    Function = 2,
    Async = 4,
    Generator = 8,
    SuperProperty = 16,
    SuperCall = 32,
    NewTarget = 64,

    /// <summary>In a field initialiser or static block, where <c>arguments</c> is an error.</summary>
    NoArguments = 128,

    /// <summary>In a static block, where <c>await</c> is reserved.</summary>
    StaticBlock = 256,
}

/// <summary>
/// One parse of one text: a recursive descent over the grammar of ECMA-262. Literals that may turn out to be patterns
/// are parsed as expressions and converted (the cover grammars of 13.2 and 15.3); what only a pattern allows is noted
/// as pending and reported when the expression turns out to be final.
/// </summary>
internal sealed partial class ParseRun
{
    private const int MaxDepth = 10_000;

    private readonly ParserOptions _options;
    private readonly OnNodeHandler? _onNode;
    private readonly Scanner _s;
    private readonly string _input;
    private readonly string? _sourceFile;
    private readonly bool _module;

    private Ctx _ctx;
    private int _depth;
    private Node?[] _stack = new Node?[64];
    private int _stackCount;

    public ParseRun(ParserOptions options, string input, int start, int length, string? sourceFile, bool module)
    {
        _options = options;
        _onNode = options.OnNode;
        _input = input;
        _sourceFile = sourceFile;
        _module = module;
        _s = new Scanner(input, start, length, module, sourceFile, new NameTable());
    }

    private bool Strict => (_ctx & Ctx.Strict) != Ctx.None;

    public Script ParseScript(bool strict)
    {
        _ctx = TopLevelContext() | (strict ? Ctx.Strict : Ctx.None);
        PushScope(ScopeKind.Function);
        _s.Next();
        var begin = _stackCount;
        ParseDirectives(null);
        var body = ParseProgramBody(begin);
        return FinishProgram(new Script(body, Strict));
    }

    public Module ParseModule()
    {
        _ctx = TopLevelContext() | Ctx.Strict | Ctx.Async;
        PushScope(ScopeKind.Module);
        _s.Next();
        var begin = _stackCount;
        ParseDirectives(null);
        var body = ParseProgramBody(begin);
        CheckExports();
        return FinishProgram(new Module(body));
    }

    private Ctx TopLevelContext()
        => (_options.AllowReturnOutsideFunction ? Ctx.Function : Ctx.None)
            | (_options.AllowNewTargetOutsideFunction ? Ctx.NewTarget : Ctx.None)
            | (_options.AllowSuperOutsideMethod ? Ctx.SuperProperty | Ctx.SuperCall : Ctx.None);

    private NodeList<Statement> ParseProgramBody(int begin)
    {
        while (_s.Kind != T.EOF)
        {
            Push(_module ? ParseModuleItem() : ParseStatementListItem());
        }

        return Take<Statement>(begin);
    }

    private TProgram FinishProgram<TProgram>(TProgram program)
        where TProgram : Program
    {
        // The program takes in the comments around it: from the first to the last character of the text.
        var begin = _s.BeginOfText;
        program.Place(new Range(begin.Offset, _s.End), new SourceLocation(begin.Position, _s.StartMark.Position, _sourceFile));
        PopScope(program);
        return program;
    }

    /// <summary>Completes a node that ends with the previous token.</summary>
    private TNode Finish<TNode>(TNode node, in Mark start)
        where TNode : Node
        => FinishAt(node, start, _s.PrevEndMark);

    private TNode FinishAt<TNode>(TNode node, in Mark start, in Mark end)
        where TNode : Node
    {
        node.Place(new Range(start.Offset, end.Offset), new SourceLocation(start.Position, end.Position, _sourceFile));
        Announce(node);
        return node;
    }

    /// <summary>Completes a node that takes the place of another.</summary>
    private TNode FinishLike<TNode>(TNode node, Node other)
        where TNode : Node
    {
        node.Place(other.Range, other.LocationRef);
        Announce(node);
        return node;
    }

    private void Announce(Node node) => _onNode?.Invoke(node, new OnNodeContext(_input));

    private void Push(Node? node)
    {
        if (_stackCount == _stack.Length)
        {
            Array.Resize(ref _stack, _stackCount * 2);
        }

        _stack[_stackCount++] = node;
    }

    /// <summary>Takes what was pushed since the stack had the given height.</summary>
    private NodeList<TNode> Take<TNode>(int begin)
        where TNode : Node?
    {
        var count = _stackCount - begin;
        if (count == 0)
        {
            return default;
        }

        var items = new TNode[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = Unsafe.As<TNode>(_stack[begin + i])!;
            _stack[begin + i] = null;
        }

        _stackCount = begin;
        return new NodeList<TNode>(items);
    }

    /// <summary>Guards the recursion; each call is paired with <see cref="Leave"/>.</summary>
    private void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail("The program is nested too deeply", "TooDeep");
        }
    }

    private void Leave() => _depth--;

    private bool Eat(T kind)
    {
        if (_s.Kind != kind)
        {
            return false;
        }

        _s.Next();
        return true;
    }

    private void Expect(T kind)
    {
        if (_s.Kind != kind)
        {
            throw Expected(Spelling(kind));
        }

        _s.Next();
    }

    /// <summary>Ends a statement: a semicolon, or what ECMA-262 12.10 takes for one.</summary>
    private void EndStatement()
    {
        if (!Eat(T.Semicolon) && !CanInsertSemicolon())
        {
            throw Unexpected();
        }
    }

    private bool CanInsertSemicolon() => _s.Kind is T.RightBrace or T.EOF || _s.NewlineBefore;

    private SyntaxErrorException Fail(string text, string code = "SyntaxError") => FailAt(_s.Start, text, code);

    private SyntaxErrorException FailAt(int offset, string text, string code = "SyntaxError") => _s.Fault(offset, text, code);

    private SyntaxErrorException Unexpected() => Fail("Unexpected " + Describe(), "UnexpectedToken");

    private SyntaxErrorException Expected(string what) => Fail($"Expected {what} but found {Describe()}", "UnexpectedToken");

    private string Describe() => _s.Kind switch
    {
        T.EOF => "end of the program",
        T.String => "string",
        T.Number or T.BigInt => "number",
        T.Backtick => "template",
        T.PrivateName => $"private name '#{_s.Value}'",
        >= T.Break => $"word '{_s.Value}'",
        >= T.EscapedName => $"name '{_s.Value}'",
        _ => $"'{_input.AsSpan(_s.Start, _s.End - _s.Start)}'",
    };

    private static string Spelling(T kind) => kind switch
    {
        T.LeftBrace => "'{'",
        T.RightBrace => "'}'",
        T.LeftParen => "'('",
        T.RightParen => "')'",
        T.LeftBracket => "'['",
        T.RightBracket => "']'",
        T.Semicolon => "';'",
        T.Comma => "','",
        T.Colon => "':'",
        T.Arrow => "'=>'",
        T.Assign => "'='",
        T.String => "a string",
        _ => $"'{kind.ToString().ToLowerInvariant()}'",
    };
}
