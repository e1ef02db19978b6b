using System.Runtime.InteropServices;
using Acornima.Ast;

namespace Acornima;

/// <summary>Functions, methods and arrow functions (ECMA-262 15.1 to 15.6, 15.8, 15.9).</summary>
internal sealed partial class ParseRun
{
    private FunctionDeclaration ParseFunctionDeclaration(in Mark start, bool isAsync, bool nameIsOptional = false)
    {
        _s.Next();
        var generator = Eat(T.Star);
        Identifier? id = null;
        if (!nameIsOptional || _s.Kind != T.LeftParen)
        {
            id = ParseBindingName();
            DeclareFunction(id, plain: !generator && !isAsync);
        }

        var outer = EnterFunction(FunctionContext(isAsync, generator));
        var parameters = ParseParameters(out var list);
        var body = ParseFunctionBody(list, parameters, id, unique: false);
        LeaveFunction(outer);
        return FinishScoped(new FunctionDeclaration(id, parameters, body, generator, isAsync), start);
    }

    private FunctionExpression ParseFunctionExpression(in Mark start, bool isAsync)
    {
        Enter();
        _s.Next();
        var generator = Eat(T.Star);
        var outer = EnterFunction(FunctionContext(isAsync, generator));
        var id = _s.Kind == T.LeftParen ? null : ParseBindingName();
        var parameters = ParseParameters(out var list);
        var body = ParseFunctionBody(list, parameters, id, unique: false);
        LeaveFunction(outer);
        Leave();
        return FinishScoped(new FunctionExpression(id, parameters, body, generator, isAsync), start);
    }

    /// <summary>Reads a method from its parameters on.</summary>
    private FunctionExpression ParseMethod(PropertyKind kind, bool isAsync, bool generator, Ctx extra = Ctx.None)
    {
        Enter();
        var start = _s.StartMark;
        var outer = EnterFunction(FunctionContext(isAsync, generator) | Ctx.SuperProperty | extra);
        var parameters = ParseParameters(out var list);
        if (kind == PropertyKind.Get && parameters.Count != 0)
        {
            throw FailAt(start.Offset, "A getter must not have parameters");
        }

        if (kind == PropertyKind.Set && (parameters.Count != 1 || parameters[0] is RestElement))
        {
            throw FailAt(start.Offset, "A setter must have exactly one parameter, and not a rest parameter");
        }

        var body = ParseFunctionBody(list, parameters, null, unique: true);
        LeaveFunction(outer);
        Leave();
        return FinishScoped(new FunctionExpression(null, parameters, body, generator, isAsync), start);
    }

    private Ctx FunctionContext(bool isAsync, bool generator)
        => (_ctx & Ctx.Strict) | Ctx.Function | Ctx.NewTarget | (isAsync ? Ctx.Async : Ctx.None) | (generator ? Ctx.Generator : Ctx.None);

    private Outer EnterFunction(Ctx inner)
    {
        var outer = new Outer(_ctx, _yieldAt, _awaitAt, _awaitNameAt, _labelBase, _loopDepth, _breakDepth, _duplicateAt);
        _ctx = inner;
        _yieldAt = _awaitAt = _awaitNameAt = -1;
        _labelBase = _labels.Count;
        _loopDepth = _breakDepth = 0;
        _duplicateAt = -1;
        PushScope(ScopeKind.Function);
        return outer;
    }

    /// <summary>Comes back to the code around a function; its scope stays until the node is finished.</summary>
    private void LeaveFunction(in Outer outer)
    {
        _ctx = outer.Ctx;
        _yieldAt = outer.YieldAt;
        _awaitAt = outer.AwaitAt;
        _awaitNameAt = outer.AwaitNameAt;
        _labelBase = outer.LabelBase;
        _loopDepth = outer.LoopDepth;
        _breakDepth = outer.BreakDepth;
        _duplicateAt = outer.DuplicateAt;
    }

    private NodeList<Node> ParseParameters(out ParameterList list)
    {
        Expect(T.LeftParen);
        var begin = _stackCount;
        var simple = true;
        while (_s.Kind != T.RightParen)
        {
            Node parameter;
            if (_s.Kind == T.Ellipsis)
            {
                parameter = ParseBindingRest();
                if (_s.Kind == T.Comma)
                {
                    throw Fail("A rest parameter must be the last");
                }
            }
            else
            {
                parameter = ParseBindingElement();
            }

            simple &= parameter is Identifier;
            Declare(parameter, Binding.Parameter);
            Push(parameter);
            if (_s.Kind != T.RightParen)
            {
                Expect(T.Comma);
            }
        }

        _s.Next();
        CheckNoYieldOrAwait();
        list = new ParameterList(simple, _duplicateAt);
        return Take<Node>(begin);
    }

    private void CheckNoYieldOrAwait()
    {
        if (_yieldAt >= 0)
        {
            throw FailAt(_yieldAt, "'yield' must not stand in the parameters of a function");
        }

        if (_awaitAt >= 0)
        {
            throw FailAt(_awaitAt, "'await' must not stand in the parameters of a function");
        }
    }

    private FunctionBody ParseFunctionBody(in ParameterList list, in NodeList<Node> parameters, Identifier? name, bool unique)
    {
        var start = _s.StartMark;
        Expect(T.LeftBrace);
        var begin = _stackCount;
        var inherited = Strict;
        ParseDirectives(list);
        if (Strict && !inherited)
        {
            if (name is not null)
            {
                CheckStrictName(name);
            }

            foreach (var parameter in parameters)
            {
                CheckStrictName((Identifier)parameter); // the directive demands a simple list
            }
        }

        if (list.DuplicateAt >= 0 && (unique || Strict || !list.Simple))
        {
            throw FailAt(list.DuplicateAt, "Two parameters have the same name");
        }

        while (_s.Kind != T.RightBrace)
        {
            Push(ParseStatementListItem());
        }

        _s.Next();
        return Finish(new FunctionBody(Take<Statement>(begin), Strict), start);
    }

    /// <summary>Reads the directive prologue (ECMA-262 11.2.1) and pushes its statements.</summary>
    private void ParseDirectives(ParameterList? parameters)
    {
        var octalAt = -1;
        while (_s.Kind == T.String)
        {
            if (octalAt < 0)
            {
                octalAt = _s.OctalAt;
            }

            var start = _s.StartMark;
            var expression = ParseExpression();
            EndStatement();
            if (expression is not StringLiteral { Parenthesized: false } literal)
            {
                Push(Finish(new NonSpecialExpressionStatement(expression), start));
                return;
            }

            var value = _input.Substring(literal.Start + 1, literal.End - literal.Start - 2);
            Push(Finish(new Directive(literal, value), start));
            if (value == "use strict")
            {
                if (parameters is { Simple: false })
                {
                    throw FailAt(start.Offset, "A function with a default, pattern or rest parameter cannot turn strict by a directive");
                }

                _ctx |= Ctx.Strict;
                if (octalAt >= 0)
                {
                    throw FailAt(octalAt, "In strict code a string must not hold an octal escape");
                }
            }
        }
    }

    private ArrowFunctionExpression ParseArrowOfName(Identifier parameter, in Mark start, bool isAsync)
    {
        var begin = _stackCount;
        var noIn = _arrowNoIn;
        Push(parameter);
        return ParseArrow(start, begin, BeginCover(), isAsync, noIn);
    }

    /// <summary>Reads an arrow function from its arrow on; its parameters wait on the stack as expressions.</summary>
    private ArrowFunctionExpression ParseArrow(in Mark start, int begin, in Cover cover, bool isAsync, bool noIn)
    {
        CheckNoYieldOrAwait();
        if (isAsync && _awaitNameAt >= 0)
        {
            throw FailAt(_awaitNameAt, "'await' must not stand in the parameters of an async function");
        }

        EndCover(cover);
        Enter();
        var inherited = _ctx & (Ctx.Strict | Ctx.SuperProperty | Ctx.SuperCall | Ctx.NewTarget | Ctx.NoArguments);
        var outer = EnterFunction(inherited | Ctx.Function | (isAsync ? Ctx.Async : Ctx.None));
        var simple = true;
        for (var i = begin; i < _stackCount; i++)
        {
            var parameter = ToParameter(_stack[i]!, last: i == _stackCount - 1);
            simple &= parameter is Identifier;
            Declare(parameter, Binding.Parameter);
            _stack[i] = parameter;
        }

        var parameters = Take<Node>(begin);
        var list = new ParameterList(simple, _duplicateAt);
        Expect(T.Arrow);
        var expression = _s.Kind != T.LeftBrace;
        StatementOrExpression body;
        if (expression)
        {
            if (list.DuplicateAt >= 0)
            {
                throw FailAt(list.DuplicateAt, "Two parameters have the same name");
            }

            body = ParseAssignment(noIn);
        }
        else
        {
            body = ParseFunctionBody(list, parameters, null, unique: true);
        }

        LeaveFunction(outer);
        Leave();
        return FinishScoped(new ArrowFunctionExpression(parameters, body, expression, isAsync), start);
    }

    /// <summary>Reads the arguments of <c>async(…)</c>, which may turn out to be the parameters of an arrow function.</summary>
    private Expression ParseAsyncCallOrArrow(Expression callee, in Mark start)
    {
        var noIn = _arrowNoIn;
        var cover = BeginCover();
        var begin = _stackCount;
        var commaAfterSpread = false;
        _s.Next();
        while (_s.Kind != T.RightParen)
        {
            var spread = _s.Kind == T.Ellipsis;
            Push(spread ? ParseSpread(cover: true) : ParseAssignmentCover());
            if (_s.Kind != T.RightParen)
            {
                commaAfterSpread |= spread;
                Expect(T.Comma);
            }
        }

        _s.Next();
        if (_s.Kind == T.Arrow && !_s.NewlineBefore)
        {
            if (commaAfterSpread)
            {
                throw Fail("A rest parameter must be the last");
            }

            return ParseArrow(start, begin, cover, isAsync: true, noIn);
        }

        CheckPending();
        EndCover(cover);
        return Finish(new CallExpression(callee, Take<Expression>(begin), optional: false), start);
    }

    private Cover BeginCover()
    {
        var cover = new Cover(_pendingAt, _pendingText, _yieldAt, _awaitAt, _awaitNameAt);
        _pendingAt = _yieldAt = _awaitAt = _awaitNameAt = -1;
        return cover;
    }

    private void EndCover(in Cover cover)
    {
        _pendingAt = cover.PendingAt;
        _pendingText = cover.PendingText;
        _yieldAt = cover.YieldAt >= 0 ? cover.YieldAt : _yieldAt;
        _awaitAt = cover.AwaitAt >= 0 ? cover.AwaitAt : _awaitAt;
        _awaitNameAt = cover.AwaitNameAt >= 0 ? cover.AwaitNameAt : _awaitNameAt;
    }

    /// <summary>What was noted before what may be a parameter list.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Cover(int PendingAt, string PendingText, int YieldAt, int AwaitAt, int AwaitNameAt);

    /// <summary>The state of the code around a function.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Outer(
        Ctx Ctx, int YieldAt, int AwaitAt, int AwaitNameAt, int LabelBase, int LoopDepth, int BreakDepth, int DuplicateAt);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct ParameterList(bool Simple, int DuplicateAt);
}
