using Acornima.Ast;

namespace Acornima;

/// <summary>Primary expressions (ECMA-262 13.2).</summary>
internal sealed partial class ParseRun
{
    private Expression ParsePrimary()
    {
        var start = _s.StartMark;
        switch (_s.Kind)
        {
            case T.Name:
                return ParseNameOrArrow(start);
            case T.String:
                return ParseString();
            case T.Number:
                CheckOctal();
                var number = new NumericLiteral(_s.Number, _input);
                _s.Next();
                return Finish(number, start);
            case T.BigInt:
                var big = new BigIntLiteral(_s.BigInt, _input);
                _s.Next();
                return Finish(big, start);
            case T.LeftParen:
                return ParseParenthesized(start);
            case T.LeftBracket:
                return ParseArray(start);
            case T.LeftBrace:
                return ParseObject(start);
            case T.Backtick:
                return ParseTemplate(tagged: false);
            case T.Slash or T.SlashAssign:
                return ParseRegExp(start);
            case T.This:
                _s.Next();
                return Finish(new ThisExpression(), start);
            case T.Null:
                _s.Next();
                return Finish(new NullLiteral(_input), start);
            case T.True or T.False:
                var truth = _s.Kind == T.True;
                _s.Next();
                return Finish(new BooleanLiteral(truth, _input), start);
            case T.Function:
                return ParseFunctionExpression(start, isAsync: false);
            case T.Class:
                return ParseClassExpression(start);
            case T.New:
                return ParseNew();
            case T.Super:
                return ParseSuper();
            case T.Import:
                return ParseImportExpression();
            case T.Async:
                return ParseAsync(start);
            default:
                if (!Words.IsWord(_s.Kind))
                {
                    throw Unexpected();
                }

                return ParseNameOrArrow(start);
        }
    }

    private Expression ParseNameOrArrow(in Mark start)
    {
        var mayBeArrow = _arrowAt == start.Offset;
        var id = ParseReference();
        return mayBeArrow && _s.Kind == T.Arrow && !_s.NewlineBefore ? ParseArrowOfName(id, start, isAsync: false) : id;
    }

    private Expression ParseAsync(in Mark start)
    {
        var mayBeArrow = _arrowAt == start.Offset;
        var ahead = _s.Save();
        _s.Next();
        if (_s.Kind == T.Function && !_s.NewlineBefore)
        {
            return ParseFunctionExpression(start, isAsync: true);
        }

        if (mayBeArrow && IsName && !_s.NewlineBefore && NextIs(T.Arrow))
        {
            if (_s.Word == T.Await)
            {
                throw Fail("'await' cannot be a parameter of an async function");
            }

            var noIn = _arrowNoIn;
            var parameter = ParseReference();
            if (_s.NewlineBefore)
            {
                throw Unexpected();
            }

            _arrowNoIn = noIn;
            return ParseArrowOfName(parameter, start, isAsync: true);
        }

        _s.Restore(ahead);
        return ParseNameOrArrow(start);
    }

    /// <summary>True when the token behind the current one is of the given kind.</summary>
    private bool NextIs(T kind)
    {
        var here = _s.Save();
        _s.Next();
        var found = _s.Kind == kind;
        _s.Restore(here);
        return found;
    }

    private StringLiteral ParseString()
    {
        if (_s.Kind != T.String)
        {
            throw Expected("a string");
        }

        CheckOctal();
        var start = _s.StartMark;
        var literal = new StringLiteral(_s.Value, _input);
        _s.Next();
        return Finish(literal, start);
    }

    private void CheckOctal()
    {
        if (Strict && _s.OctalAt >= 0)
        {
            throw FailAt(_s.OctalAt, _s.Kind == T.Number
                ? "In strict code a number must not begin with a superfluous 0"
                : "In strict code a string must not hold an octal escape");
        }
    }

    private RegExpLiteral ParseRegExp(in Mark start)
    {
        _s.ScanRegExp(out var pattern, out var flags);
        var context = new RegExpParsingContext(_s, start.Offset + 1, pattern, flags);
        RegExpParseResult result = default;
        if (_options.OnRegExp is { } handler)
        {
            result = handler(context);
        }
        else
        {
            context.Validate();
        }

        _s.Next();
        return Finish(new RegExpLiteral(new RegExpValue(pattern, flags), result, _input), start);
    }

    private ArrayExpression ParseArray(in Mark start)
    {
        _s.Next();
        var begin = _stackCount;
        var commaAfterSpread = false;
        while (_s.Kind != T.RightBracket)
        {
            if (Eat(T.Comma))
            {
                Push(null);
                continue;
            }

            var spread = _s.Kind == T.Ellipsis;
            Push(spread ? ParseSpread(cover: true) : ParseAssignmentCover());
            if (_s.Kind != T.RightBracket)
            {
                commaAfterSpread |= spread;
                Expect(T.Comma);
            }
        }

        _s.Next();
        return Finish(new ArrayExpression(Take<Expression?>(begin)) { CommaAfterRest = commaAfterSpread }, start);
    }

    /// <summary>Reads parentheses: around an expression, or around the parameters of an arrow function.</summary>
    private Expression ParseParenthesized(in Mark start)
    {
        var mayBeArrow = _arrowAt == start.Offset;
        var noIn = _arrowNoIn;
        var cover = BeginCover();
        var begin = _stackCount;
        _s.Next();
        var innerStart = _s.StartMark;
        int restAt = -1, trailingCommaAt = -1;
        while (_s.Kind != T.RightParen)
        {
            if (_s.Kind == T.Ellipsis)
            {
                restAt = _s.Start;
                Push(ParseBindingRest());
                break;
            }

            Push(ParseAssignmentCover());
            if (_s.Kind != T.Comma)
            {
                break;
            }

            trailingCommaAt = _s.Start;
            _s.Next();
            if (_s.Kind != T.RightParen)
            {
                trailingCommaAt = -1;
            }
        }

        var innerEnd = _s.PrevEndMark;
        if (restAt >= 0 && _s.Kind == T.Comma)
        {
            throw Fail("A rest parameter must be the last");
        }

        Expect(T.RightParen);
        if (mayBeArrow && _s.Kind == T.Arrow && !_s.NewlineBefore)
        {
            return ParseArrow(start, begin, cover, isAsync: false, noIn);
        }

        if (_stackCount == begin)
        {
            throw _s.Kind == T.Arrow ? Unexpected() : FailAt(innerStart.Offset, "Between these parentheses an expression is missing");
        }

        if (restAt >= 0 || trailingCommaAt >= 0)
        {
            throw FailAt(Math.Max(restAt, trailingCommaAt), "This is only possible in the parameters of a function: '=>' is missing");
        }

        CheckPending();
        EndCover(cover);
        var expression = _stackCount - begin == 1
            ? Take<Expression>(begin)[0]
            : FinishAt(new SequenceExpression(Take<Expression>(begin)), innerStart, innerEnd);
        expression.Parenthesized = true;
        return expression;
    }
}
