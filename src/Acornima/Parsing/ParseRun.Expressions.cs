using Acornima.Ast;

namespace Acornima;

/// <summary>Expressions from the comma down to the unary operators (ECMA-262 13.4 to 13.16).</summary>
internal sealed partial class ParseRun
{
    /// <summary>The offset at which an arrow function may begin: the start of the innermost assignment expression.</summary>
    private int _arrowAt = -1;

    /// <summary>Whether the expression at <see cref="_arrowAt"/> may hold the operator <c>in</c>.</summary>
    private bool _arrowNoIn;

    /// <summary>What is an error unless the literal around it turns out to be a pattern: its offset, or -1.</summary>
    private int _pendingAt = -1;
    private string _pendingText = "";

    // The first use of each since the start of what may be a parameter list, or -1.
    private int _yieldAt = -1;
    private int _awaitAt = -1;
    private int _awaitNameAt = -1;

    private Expression ParseExpression(bool noIn = false)
    {
        var start = _s.StartMark;
        var first = ParseAssignment(noIn);
        return _s.Kind == T.Comma ? ParseSequence(first, start, noIn) : first;
    }

    private SequenceExpression ParseSequence(Expression first, in Mark start, bool noIn)
    {
        var begin = _stackCount;
        Push(first);
        while (Eat(T.Comma))
        {
            Push(ParseAssignment(noIn));
        }

        return Finish(new SequenceExpression(Take<Expression>(begin)), start);
    }

    /// <summary>Reads an assignment expression that is final: nothing in it may wait to become a pattern.</summary>
    private Expression ParseAssignment(bool noIn = false)
    {
        var outer = _pendingAt;
        _pendingAt = -1;
        var expression = ParseAssignmentCover(noIn);
        CheckPending();
        _pendingAt = outer;
        return expression;
    }

    private void CheckPending()
    {
        if (_pendingAt >= 0)
        {
            throw FailAt(_pendingAt, _pendingText);
        }
    }

    private void SetPending(int at, string text)
    {
        if (_pendingAt < 0)
        {
            _pendingAt = at;
            _pendingText = text;
        }
    }

    /// <summary>Reads an assignment expression that may yet become part of a pattern.</summary>
    private Expression ParseAssignmentCover(bool noIn = false)
    {
        if (_s.Kind == T.Yield && (_ctx & Ctx.Generator) != Ctx.None)
        {
            return ParseYield(noIn);
        }

        Enter();
        var outer = _pendingAt;
        _pendingAt = -1;
        var start = _s.StartMark;
        _arrowAt = start.Offset;
        _arrowNoIn = noIn;
        var left = ParseConditional(start, noIn);
        if (_s.Kind is >= T.Assign and <= T.PowerAssign)
        {
            left = ParseAssignmentRest(left, start, noIn);
        }

        if (_pendingAt >= 0 && left.Type is not (NodeType.ObjectExpression or NodeType.ArrayExpression))
        {
            CheckPending();
        }

        if (outer >= 0)
        {
            _pendingAt = outer;
        }

        Leave();
        return left;
    }

    private AssignmentExpression ParseAssignmentRest(Expression left, in Mark start, bool noIn)
    {
        if (left is ArrowFunctionExpression { Parenthesized: false })
        {
            throw Unexpected();
        }

        Node target = left;
        var kind = _s.Kind;
        if (kind == T.Assign)
        {
            target = ToTarget(left);
            if (target != left)
            {
                _pendingAt = -1;
            }
        }
        else
        {
            CheckSimpleTarget(left, "Only a name or a member can be assigned to with a compound operator");
        }

        _s.Next();
        var right = ParseAssignment(noIn);
        var op = Operator.Assignment + (kind - T.Assign);
        return Finish(new AssignmentExpression(op, target, right), start);
    }

    private Expression ParseConditional(in Mark start, bool noIn)
    {
        var test = ParseBinary(noIn);
        if (_s.Kind != T.Question || IsBareArrow(test))
        {
            return test;
        }

        _s.Next();
        var consequent = ParseAssignment();
        Expect(T.Colon);
        var alternate = ParseAssignment(noIn);
        return Finish(new ConditionalExpression(test, consequent, alternate), start);
    }

    /// <summary>An arrow function ends the assignment expression: no operator may follow it.</summary>
    private static bool IsBareArrow(Expression expression) => expression is ArrowFunctionExpression { Parenthesized: false };

    private Expression ParseBinary(bool noIn)
    {
        var start = _s.StartMark;
        var left = ParseOperand(0, noIn);
        return Precedence(_s.Kind, noIn) == 0 || IsBareArrow(left) ? left : ParseBinaryRest(left, start, 0, noIn);
    }

    private Expression ParseBinaryRest(Expression left, in Mark start, int minimum, bool noIn)
    {
        while (true)
        {
            var kind = _s.Kind;
            var precedence = Precedence(kind, noIn);
            if (precedence <= minimum)
            {
                return left;
            }

            _s.Next();
            var rightStart = _s.StartMark;
            var right = ParseOperand(precedence, noIn);
            if (IsBareArrow(right))
            {
                throw FailAt(right.Start, "An arrow function cannot be an operand without parentheses");
            }

            right = ParseBinaryRest(right, rightStart, precedence, noIn);
            left = Finish(MakeBinary(kind, left, right), start);
        }
    }

    private Expression ParseOperand(int minimum, bool noIn)
    {
        if (_s.Kind != T.PrivateName)
        {
            return ParseExponentiation();
        }

        // `#name in object` is the only place of a private name in an expression (13.10)
        var id = ParsePrivateName();
        if (_s.Kind != T.In || noIn || Precedence(T.In, noIn) <= minimum)
        {
            throw FailAt(id.Start, $"The private name '#{id.Name}' can only stand after a dot or before 'in'");
        }

        return id;
    }

    private BinaryExpression MakeBinary(T kind, Expression left, Expression right)
    {
        var op = kind switch
        {
            T.In => Operator.In,
            T.InstanceOf => Operator.InstanceOf,
            <= T.GreaterOrEqual => Operator.NullishCoalescing + (kind - T.Nullish),
            _ => Operator.LeftShift + (kind - T.ShiftLeft),
        };
        if (op > Operator.LogicalAnd)
        {
            return new NonLogicalBinaryExpression(op, left, right);
        }

        var nullish = op == Operator.NullishCoalescing;
        if (MixesWith(left, nullish) || MixesWith(right, nullish))
        {
            throw FailAt(right.Start, "?? cannot be mixed with || and && without parentheses");
        }

        return new LogicalExpression(op, left, right);
    }

    private static bool MixesWith(Expression operand, bool nullish)
        => operand is LogicalExpression { Parenthesized: false } logical
            && (logical.Operator == Operator.NullishCoalescing) != nullish;

    private static int Precedence(T kind, bool noIn) => kind switch
    {
        T.Nullish => 1,
        T.Or => 2,
        T.And => 3,
        T.BitOr => 4,
        T.BitXor => 5,
        T.BitAnd => 6,
        >= T.Equal and <= T.StrictNotEqual => 7,
        >= T.Less and <= T.GreaterOrEqual or T.InstanceOf => 8,
        T.In => noIn ? 0 : 8,
        >= T.ShiftLeft and <= T.ShiftRightUnsigned => 9,
        T.Plus or T.Minus => 10,
        T.Star or T.Slash or T.Percent => 11,
        _ => 0,
    };

    private Expression ParseUnary()
    {
        Enter();
        var expression = ParseUnaryInner();
        Leave();
        return expression;
    }

    private Expression ParseUnaryInner()
    {
        var start = _s.StartMark;
        var kind = _s.Kind;
        switch (kind)
        {
            case T.Not or T.Tilde or T.Plus or T.Minus or T.TypeOf or T.Void or T.Delete:
                return ParsePrefix(kind, start);
            case T.Increment or T.Decrement:
                _s.Next();
                var argument = ParseUnary();
                CheckSimpleTarget(argument, "Only a name or a member can be incremented or decremented");
                return Finish(new UpdateExpression(UpdateOperator(kind), argument, prefix: true), start);
            case T.Await when AwaitIsKeyword():
                return ParseAwait(start);
            default:
                return ParsePostfix(start);
        }
    }

    /// <summary>Reads a unary expression and what ** makes of it, from right to left (13.6).</summary>
    private Expression ParseExponentiation()
    {
        var start = _s.StartMark;
        var expression = ParseUnary();
        if (_s.Kind != T.Power || IsBareArrow(expression))
        {
            return expression;
        }

        if (expression is NonUpdateUnaryExpression or AwaitExpression && !expression.Parenthesized)
        {
            throw Fail("The left side of ** must not be a unary expression without parentheses");
        }

        Enter();
        _s.Next();
        var right = ParseExponentiation();
        if (IsBareArrow(right))
        {
            throw FailAt(right.Start, "An arrow function cannot be an operand without parentheses");
        }

        Leave();
        return Finish(new NonLogicalBinaryExpression(Operator.Exponentiation, expression, right), start);
    }

    private NonUpdateUnaryExpression ParsePrefix(T kind, in Mark start)
    {
        _s.Next();
        var argument = ParseUnary();
        if (IsBareArrow(argument))
        {
            throw FailAt(argument.Start, "An arrow function cannot be an operand without parentheses");
        }

        if (kind == T.Delete)
        {
            if (Strict && argument is Identifier)
            {
                throw FailAt(start.Offset, "In strict code a name cannot be deleted");
            }

            if (EndsInPrivateName(argument))
            {
                throw FailAt(start.Offset, "A private member cannot be deleted");
            }
        }

        var op = kind switch
        {
            T.Not => Operator.LogicalNot,
            T.Tilde => Operator.BitwiseNot,
            T.Plus => Operator.UnaryPlus,
            T.Minus => Operator.UnaryNegation,
            T.TypeOf => Operator.TypeOf,
            T.Void => Operator.Void,
            _ => Operator.Delete,
        };
        return Finish(new NonUpdateUnaryExpression(op, argument), start);
    }

    private static bool EndsInPrivateName(Expression expression) => expression switch
    {
        MemberExpression member => member.Property is PrivateIdentifier,
        ChainExpression chain => EndsInPrivateName(chain.Expression),
        _ => false,
    };

    private Expression ParsePostfix(in Mark start)
    {
        var expression = ParseLeftHandSide(start);
        if (_s.Kind is not (T.Increment or T.Decrement) || _s.NewlineBefore || IsBareArrow(expression))
        {
            return expression;
        }

        CheckSimpleTarget(expression, "Only a name or a member can be incremented or decremented");
        var op = UpdateOperator(_s.Kind);
        _s.Next();
        return Finish(new UpdateExpression(op, expression, prefix: false), start);
    }

    private static Operator UpdateOperator(T kind) => kind == T.Increment ? Operator.Increment : Operator.Decrement;

    private bool AwaitIsKeyword() => (_ctx & Ctx.Async) != Ctx.None;

    private AwaitExpression ParseAwait(in Mark start)
    {
        Note(ref _awaitAt);
        _s.Next();
        var argument = ParseUnary();
        if (IsBareArrow(argument))
        {
            throw FailAt(argument.Start, "An arrow function cannot be an operand without parentheses");
        }

        return Finish(new AwaitExpression(argument), start);
    }

    private YieldExpression ParseYield(bool noIn)
    {
        Enter();
        Note(ref _yieldAt);
        var start = _s.StartMark;
        _s.Next();
        Expression? argument = null;
        var isDelegate = false;
        if (!_s.NewlineBefore)
        {
            isDelegate = Eat(T.Star);
            if (isDelegate || !EndsYield(_s.Kind))
            {
                argument = ParseAssignment(noIn);
            }
        }

        Leave();
        return Finish(new YieldExpression(argument, isDelegate), start);
    }

    /// <summary>What cannot begin an expression and may follow a bare <c>yield</c>.</summary>
    private static bool EndsYield(T kind) => kind is T.RightParen or T.RightBracket or T.RightBrace or T.Comma or T.Semicolon
        or T.Colon or T.EOF or T.In;
}
