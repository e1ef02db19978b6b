using Acornima.Ast;

namespace Acornima;

/// <summary>Loops, <c>break</c> and <c>continue</c> (ECMA-262 14.7 to 14.9).</summary>
internal sealed partial class ParseRun
{
    private Statement ParseLoopBody()
    {
        _loopDepth++;
        _breakDepth++;
        var body = ParseSubStatement();
        _loopDepth--;
        _breakDepth--;
        return body;
    }

    /// <summary>Reads a statement that must not be a labelled function (14.13.1, IsLabelledFunction).</summary>
    private Statement ParseSubStatement()
    {
        var statement = ParseStatement();
        var inner = statement;
        while (inner is LabeledStatement labeled)
        {
            inner = labeled.Body;
        }

        return inner is FunctionDeclaration
            ? throw FailAt(inner.Start, "A declaration can only stand in a block or at the top level")
            : statement;
    }

    private WhileStatement ParseWhile(in Mark start)
    {
        _s.Next();
        var test = ParseCondition();
        return Finish(new WhileStatement(test, ParseLoopBody()), start);
    }

    private DoWhileStatement ParseDoWhile(in Mark start)
    {
        _s.Next();
        var body = ParseLoopBody();
        Expect(T.While);
        var test = ParseCondition();
        Eat(T.Semicolon); // 12.10: a semicolon is always inserted here
        return Finish(new DoWhileStatement(body, test), start);
    }

    private ContinueStatement ParseContinue(in Mark start)
    {
        _s.Next();
        var label = ParseJumpLabel(mustBeLoop: true);
        if (label is null && _loopDepth == 0)
        {
            throw FailAt(start.Offset, "'continue' can only stand in a loop");
        }

        EndStatement();
        return Finish(new ContinueStatement(label), start);
    }

    private BreakStatement ParseBreak(in Mark start)
    {
        _s.Next();
        var label = ParseJumpLabel(mustBeLoop: false);
        if (label is null && _breakDepth == 0)
        {
            throw FailAt(start.Offset, "'break' can only stand in a loop or switch");
        }

        EndStatement();
        return Finish(new BreakStatement(label), start);
    }

    private Identifier? ParseJumpLabel(bool mustBeLoop)
    {
        if (_s.Kind == T.Semicolon || CanInsertSemicolon())
        {
            return null;
        }

        CheckNameToken();
        var label = ParseAnyName();
        for (var i = _labels.Count - 1; i >= _labelBase; i--)
        {
            if (_labels[i].Name == label.Name)
            {
                return !mustBeLoop || _labels[i].Loop
                    ? label
                    : throw FailAt(label.Start, $"The label '{label.Name}' is not that of a loop");
            }
        }

        throw FailAt(label.Start, $"No statement around this has the label '{label.Name}'");
    }

    private Statement ParseFor(in Mark start)
    {
        _s.Next();
        var isAwait = IsWord(T.Await) && AwaitIsKeyword();
        if (isAwait)
        {
            _s.Next();
        }

        PushScope(ScopeKind.Block);
        Expect(T.LeftParen);
        switch (_s.Kind)
        {
            case T.Semicolon:
                return ParseForRest(null, start, isAwait);
            case T.Var:
                return ParseForDeclaration(VariableDeclarationKind.Var, start, isAwait);
            case T.Const:
                return ParseForDeclaration(VariableDeclarationKind.Const, start, isAwait);
            case T.Let when LetBeginsDeclaration():
                return ParseForDeclaration(VariableDeclarationKind.Let, start, isAwait);
            case T.Using when UsingBeginsDeclaration(inFor: true):
                return ParseForDeclaration(VariableDeclarationKind.Using, start, isAwait);
            case T.Await when AwaitUsingBeginsDeclaration():
                return ParseForDeclaration(VariableDeclarationKind.AwaitUsing, start, isAwait);
            default:
                return ParseForExpression(start, isAwait);
        }
    }

    private Statement ParseForDeclaration(VariableDeclarationKind kind, in Mark start, bool isAwait)
    {
        var declarationStart = _s.StartMark;
        SkipKeyword(kind);
        var begin = _stackCount;
        ParseDeclarators(kind, noIn: true);
        if (_s.Kind is not (T.In or T.Of))
        {
            CheckInitializers(begin, kind);
            return ParseForRest(Finish(new VariableDeclaration(kind, Take<VariableDeclarator>(begin)), declarationStart), start, isAwait);
        }

        if (_s.Kind == T.In && kind >= VariableDeclarationKind.Using)
        {
            throw FailAt(declarationStart.Offset, "A 'using' declaration cannot stand in a for-in loop");
        }

        var declarators = Take<VariableDeclarator>(begin);
        if (declarators.Count != 1)
        {
            throw FailAt(declarators[1].Start, "A for-in or for-of loop can declare only one variable");
        }

        // B.3.5: only sloppy `for (var name = value in object)` may have an initialiser
        if (declarators[0].Init is { } init
            && (_s.Kind == T.Of || Strict || kind != VariableDeclarationKind.Var || declarators[0].Id is not Identifier))
        {
            throw FailAt(init.Start, "The variable of a for-in or for-of loop cannot have an initialiser");
        }

        return ParseForInOf(Finish(new VariableDeclaration(kind, declarators), declarationStart), start, isAwait);
    }

    private Statement ParseForExpression(in Mark start, bool isAwait)
    {
        var beginsWithLet = _s.Kind == T.Let;
        var beginsWithAsync = _s.Kind == T.Async;
        var initStart = _s.StartMark;
        var outer = _pendingAt;
        _pendingAt = -1;
        Expression init = isAwait ? ParseForAwaitHead(initStart) : ParseAssignmentCover(noIn: true);
        if (_s.Kind is not (T.In or T.Of))
        {
            CheckPending();
            _pendingAt = outer;
            if (_s.Kind == T.Comma)
            {
                init = ParseSequence(init, initStart, noIn: true);
            }

            return ParseForRest(init, start, isAwait);
        }

        if (_s.Kind == T.Of && (beginsWithLet || (beginsWithAsync && !isAwait && init is Identifier { Parenthesized: false })))
        {
            throw FailAt(initStart.Offset, "The target of a for-of loop must not begin with 'let' nor be 'async'");
        }

        var target = ToTarget(init);
        if (target == init)
        {
            CheckPending();
        }

        _pendingAt = outer;
        return ParseForInOf(target, start, isAwait);
    }

    private Expression ParseForAwaitHead(in Mark start)
    {
        _arrowAt = -1;
        return ParseLeftHandSide(start);
    }

    private ForStatement ParseForRest(StatementOrExpression? init, in Mark start, bool isAwait)
    {
        if (isAwait)
        {
            throw Expected("'of'");
        }

        Expect(T.Semicolon);
        var test = _s.Kind == T.Semicolon ? null : ParseExpression();
        Expect(T.Semicolon);
        var update = _s.Kind == T.RightParen ? null : ParseExpression();
        Expect(T.RightParen);
        return FinishScoped(new ForStatement(init, test, update, ParseLoopBody()), start);
    }

    private Statement ParseForInOf(Node left, in Mark start, bool isAwait)
    {
        if (_s.Kind == T.In)
        {
            if (isAwait)
            {
                throw Expected("'of'");
            }

            _s.Next();
            var target = ParseExpression();
            Expect(T.RightParen);
            return FinishScoped(new ForInStatement(left, target, ParseLoopBody()), start);
        }

        _s.Next();
        var iterable = ParseAssignment();
        Expect(T.RightParen);
        return FinishScoped(new ForOfStatement(left, iterable, ParseLoopBody(), isAwait), start);
    }
}
