using System.Runtime.InteropServices;
using Acornima.Ast;

namespace Acornima;

/// <summary>Statements (ECMA-262 14) except loops.</summary>
internal sealed partial class ParseRun
{
    private readonly List<Label> _labels = [];
    private int _labelBase;
    private int _loopDepth;
    private int _breakDepth;

    /// <summary>Reads a statement or declaration where both may stand.</summary>
    private Statement ParseStatementListItem(bool inCase = false)
    {
        switch (_s.Kind)
        {
            case T.Function:
                return ParseNestedFunction(isAsync: false);
            case T.Async when IsAsyncFunction():
                return ParseNestedFunction(isAsync: true);
            case T.Class:
                Enter();
                var declaration = ParseClassDeclaration(_s.StartMark);
                Leave();
                return declaration;
            case T.Const:
                return ParseVariableStatement(VariableDeclarationKind.Const);
            case T.Let when LetBeginsDeclaration():
                return ParseVariableStatement(VariableDeclarationKind.Let);
            case T.Using when UsingBeginsDeclaration():
                return ParseUsing(VariableDeclarationKind.Using, inCase);
            case T.Await when AwaitUsingBeginsDeclaration():
                return ParseUsing(VariableDeclarationKind.AwaitUsing, inCase);
            default:
                return ParseStatement();
        }
    }

    private FunctionDeclaration ParseNestedFunction(bool isAsync)
    {
        Enter();
        var start = _s.StartMark;
        if (isAsync)
        {
            _s.Next();
        }

        var function = ParseFunctionDeclaration(start, isAsync);
        Leave();
        return function;
    }

    private bool IsAsyncFunction()
    {
        var here = _s.Save();
        _s.Next();
        var found = _s.Kind == T.Function && !_s.NewlineBefore;
        _s.Restore(here);
        return found;
    }

    /// <summary>Whether <c>let</c> begins a declaration: a name, <c>[</c> or <c>{</c> follows (14.3.1, 14.5).</summary>
    private bool LetBeginsDeclaration()
    {
        var here = _s.Save();
        _s.Next();
        var found = _s.Kind is T.LeftBracket or T.LeftBrace
            || (Words.IsWord(_s.Kind) && !Words.IsReserved(_s.Kind));
        _s.Restore(here);
        return found;
    }

    private Statement ParseStatement()
    {
        Enter();
        var statement = ParseStatementInner();
        Leave();
        return statement;
    }

    private Statement ParseStatementInner()
    {
        var start = _s.StartMark;
        switch (_s.Kind)
        {
            case T.LeftBrace: return ParseBlock();
            case T.Semicolon:
                _s.Next();
                return Finish(new EmptyStatement(), start);
            case T.Var: return ParseVariableStatement(VariableDeclarationKind.Var);
            case T.If: return ParseIf();
            case T.For: return ParseFor(start);
            case T.While: return ParseWhile(start);
            case T.Do: return ParseDoWhile(start);
            case T.Continue: return ParseContinue(start);
            case T.Break: return ParseBreak(start);
            case T.Return: return ParseReturn(start);
            case T.With: return ParseWith(start);
            case T.Switch: return ParseSwitch(start);
            case T.Throw: return ParseThrow(start);
            case T.Try: return ParseTry(start);
            case T.Debugger:
                _s.Next();
                EndStatement();
                return Finish(new DebuggerStatement(), start);
            case T.Function or T.Class or T.Const:
                throw Fail("A declaration can only stand in a block or at the top level");
            case T.Async when IsAsyncFunction():
                throw Fail("A declaration can only stand in a block or at the top level");
            case T.Let when NextIs(T.LeftBracket):
            case T.Using when UsingBeginsDeclaration():
            case T.Await when AwaitUsingBeginsDeclaration():
                throw Fail("A declaration can only stand in a block or at the top level");
            case T.Import when !NextIs(T.LeftParen) && !NextIs(T.Dot):
                throw Fail("'import' can only stand at the top level of a module");
            case T.Export:
                throw Fail("'export' can only stand at the top level of a module");
            default: return ParseExpressionStatement(start);
        }
    }

    private Statement ParseExpressionStatement(in Mark start)
    {
        var mayBeLabel = Words.IsWord(_s.Kind);
        var expression = ParseExpression();
        if (mayBeLabel && _s.Kind == T.Colon && expression is Identifier { Parenthesized: false } label)
        {
            return ParseLabeled(label, start);
        }

        EndStatement();
        return Finish(new NonSpecialExpressionStatement(expression), start);
    }

    private LabeledStatement ParseLabeled(Identifier name, in Mark start)
    {
        for (var i = _labelBase; i < _labels.Count; i++)
        {
            if (_labels[i].Name == name.Name)
            {
                throw FailAt(name.Start, $"The label '{name.Name}' is already in use around this");
            }
        }

        _s.Next();
        var loop = _s.Kind is T.For or T.While or T.Do;

        // Of `a: b: for` both labels may be continued: they label one statement.
        for (var i = _labels.Count - 1; i >= _labelBase && _labels[i].StatementAt == start.Offset; i--)
        {
            _labels[i] = _labels[i] with { Loop = loop, StatementAt = _s.Start };
        }

        _labels.Add(new Label(name.Name, loop, _s.Start));
        Statement body;
        if (_s.Kind == T.Function && !Strict)
        {
            // B.3.1, labelled function declarations
            body = ParsePlainFunctionOnly();
        }
        else
        {
            body = ParseStatement();
        }

        _labels.RemoveAt(_labels.Count - 1);
        body.LabelSet = name;
        return Finish(new LabeledStatement(name, body), start);
    }

    private FunctionDeclaration ParsePlainFunctionOnly()
    {
        if (NextIs(T.Star))
        {
            throw Fail("A generator can only be declared in a block or at the top level");
        }

        return ParseNestedFunction(isAsync: false);
    }

    private NestedBlockStatement ParseBlock(bool ownScope = true)
    {
        var start = _s.StartMark;
        Expect(T.LeftBrace);
        if (ownScope)
        {
            PushScope(ScopeKind.Block);
        }

        var begin = _stackCount;
        while (_s.Kind != T.RightBrace)
        {
            Push(ParseStatementListItem());
        }

        _s.Next();
        var block = new NestedBlockStatement(Take<Statement>(begin));
        return ownScope ? FinishScoped(block, start) : Finish(block, start);
    }

    private VariableDeclaration ParseUsing(VariableDeclarationKind kind, bool inCase)
    {
        if (inCase || (_scopeCount == 1 && !_module && !_options.AllowTopLevelUsing))
        {
            throw Fail("A 'using' declaration can only stand in a block, a function or a module");
        }

        return ParseVariableStatement(kind);
    }

    /// <summary>Whether <c>using</c> begins a declaration: a name follows on the same line (14.3.1).</summary>
    private bool UsingBeginsDeclaration(bool inFor = false)
    {
        var here = _s.Save();
        _s.Next();
        var found = IsName && !_s.NewlineBefore;
        if (found && inFor && _s.Kind == T.Of)
        {
            // `for (using of …` is a loop over a variable named `using`
            _s.Next();
            found = _s.Kind == T.Assign;
        }

        _s.Restore(here);
        return found;
    }

    private bool AwaitUsingBeginsDeclaration()
    {
        if (!AwaitIsKeyword())
        {
            return false;
        }

        var here = _s.Save();
        _s.Next();
        var found = _s.Kind == T.Using && !_s.NewlineBefore && UsingBeginsDeclaration();
        _s.Restore(here);
        return found;
    }

    private VariableDeclaration ParseVariableStatement(VariableDeclarationKind kind)
    {
        var start = _s.StartMark;
        SkipKeyword(kind);
        var begin = _stackCount;
        ParseDeclarators(kind, noIn: false);
        CheckInitializers(begin, kind);
        EndStatement();
        return Finish(new VariableDeclaration(kind, Take<VariableDeclarator>(begin)), start);
    }

    private void SkipKeyword(VariableDeclarationKind kind)
    {
        _s.Next();
        if (kind == VariableDeclarationKind.AwaitUsing)
        {
            _s.Next();
        }
    }

    /// <summary>Reads and pushes the declarators of a declaration.</summary>
    private void ParseDeclarators(VariableDeclarationKind kind, bool noIn)
    {
        do
        {
            var start = _s.StartMark;
            var id = kind >= VariableDeclarationKind.Using ? ParseBindingName() : ParseBindingTarget();
            Declare(id, kind == VariableDeclarationKind.Var ? Binding.Var : Binding.Lexical);
            var init = Eat(T.Assign) ? ParseAssignment(noIn) : null;
            Push(Finish(new VariableDeclarator(id, init), start));
        }
        while (Eat(T.Comma));
    }

    private void CheckInitializers(int begin, VariableDeclarationKind kind)
    {
        for (var i = begin; i < _stackCount; i++)
        {
            var declarator = (VariableDeclarator)_stack[i]!;
            if (declarator.Init is not null)
            {
                continue;
            }

            if (kind >= VariableDeclarationKind.Const)
            {
                throw FailAt(declarator.End, $"A '{(kind == VariableDeclarationKind.Const ? "const" : "using")}' must be given its value where it is declared");
            }

            if (declarator.Id is not Identifier)
            {
                throw FailAt(declarator.End, "A pattern in a declaration must be given a value");
            }
        }
    }

    private IfStatement ParseIf()
    {
        // A chain of `else if` is read in a loop, so that a long one cannot exhaust the stack.
        var links = new List<(Mark Start, Expression Test, Statement Consequent)>();
        Statement? alternate = null;
        while (true)
        {
            var start = _s.StartMark;
            _s.Next();
            var test = ParseCondition();
            links.Add((start, test, ParseBranch()));
            if (!Eat(T.Else))
            {
                break;
            }

            if (_s.Kind != T.If)
            {
                alternate = ParseBranch();
                break;
            }
        }

        for (var i = links.Count - 1; ; i--)
        {
            var (start, test, consequent) = links[i];
            var statement = Finish(new IfStatement(test, consequent, alternate), start);
            if (i == 0)
            {
                return statement;
            }

            alternate = statement;
        }
    }

    private Expression ParseCondition()
    {
        Expect(T.LeftParen);
        var test = ParseExpression();
        Expect(T.RightParen);
        return test;
    }

    private Statement ParseBranch()
    {
        if (_s.Kind != T.Function || Strict)
        {
            return ParseSubStatement();
        }

        // B.3.3: a function declaration as a branch counts as if it stood in a block of its own
        PushScope(ScopeKind.Block);
        var function = ParsePlainFunctionOnly();
        PopScope();
        if (_onNode is not null)
        {
            TopScope.Functions.Add(function.Id!);
        }

        return function;
    }

    private ReturnStatement ParseReturn(in Mark start)
    {
        if ((_ctx & Ctx.Function) == Ctx.None)
        {
            throw Fail("'return' can only stand in a function");
        }

        _s.Next();
        var argument = _s.Kind == T.Semicolon || CanInsertSemicolon() ? null : ParseExpression();
        EndStatement();
        return Finish(new ReturnStatement(argument), start);
    }

    private WithStatement ParseWith(in Mark start)
    {
        if (Strict)
        {
            throw Fail("In strict code 'with' is not allowed");
        }

        _s.Next();
        var target = ParseCondition();
        return Finish(new WithStatement(target, ParseSubStatement()), start);
    }

    private SwitchStatement ParseSwitch(in Mark start)
    {
        _s.Next();
        var discriminant = ParseCondition();
        Expect(T.LeftBrace);
        PushScope(ScopeKind.Block);
        _breakDepth++;
        var cases = _stackCount;
        var hasDefault = false;
        while (_s.Kind != T.RightBrace)
        {
            var caseStart = _s.StartMark;
            Expression? test = null;
            if (Eat(T.Case))
            {
                test = ParseExpression();
            }
            else if (_s.Kind == T.Default)
            {
                if (hasDefault)
                {
                    throw Fail("A switch can have only one 'default'");
                }

                hasDefault = true;
                _s.Next();
            }
            else
            {
                throw Expected("'case', 'default' or '}'");
            }

            Expect(T.Colon);
            var begin = _stackCount;
            while (_s.Kind is not (T.Case or T.Default or T.RightBrace))
            {
                Push(ParseStatementListItem(inCase: true));
            }

            Push(Finish(new SwitchCase(test, Take<Statement>(begin)), caseStart));
        }

        _s.Next();
        _breakDepth--;
        return FinishScoped(new SwitchStatement(discriminant, Take<SwitchCase>(cases)), start);
    }

    private ThrowStatement ParseThrow(in Mark start)
    {
        _s.Next();
        if (_s.NewlineBefore)
        {
            throw FailAt(_s.PrevEnd, "After 'throw' an expression must follow on the same line");
        }

        var argument = ParseExpression();
        EndStatement();
        return Finish(new ThrowStatement(argument), start);
    }

    private TryStatement ParseTry(in Mark start)
    {
        _s.Next();
        var block = ParseBlock();
        var handler = _s.Kind == T.Catch ? ParseCatch() : null;
        var finalizer = Eat(T.Finally) ? ParseBlock() : null;
        if (handler is null && finalizer is null)
        {
            throw Expected("'catch' or 'finally'");
        }

        return Finish(new TryStatement(block, handler, finalizer), start);
    }

    private CatchClause ParseCatch()
    {
        var start = _s.StartMark;
        _s.Next();
        PushScope(ScopeKind.Block);
        Node? parameter = null;
        if (Eat(T.LeftParen))
        {
            parameter = ParseBindingTarget();
            if (parameter is Identifier id)
            {
                DeclareSimpleCatch(id);
            }
            else
            {
                Declare(parameter, Binding.Lexical);
            }

            Expect(T.RightParen);
        }

        var body = ParseBlock(ownScope: false);
        return FinishScoped(new CatchClause(parameter, body), start);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Label(string Name, bool Loop, int StatementAt);
}
