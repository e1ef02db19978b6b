using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Syntax;

/// <summary>How tightly operators bind; ranges bind tightest of the binary ones.</summary>
internal static class Precedence
{
    public const int Coalesce = 20;
    public const int Or = 30;
    public const int And = 40;
    public const int BitAnd = 60;
    public const int Equality = 70;
    public const int Comparison = 80;
    public const int Sum = 100;
    public const int Product = 110;
    public const int Range = 130;
    public const int Unary = 200;
}

/// <summary>
/// Expressions (language reference 8). Arguments of a call are written behind it without commas, and a binary
/// operator behind an argument belongs to the argument: <c>f a + b</c> is <c>f (a + b)</c>.
/// </summary>
internal sealed partial class Parser
{
    private bool _stopAtLoopOptions;
    private int _conditionalDepth;

    private Expression ParseExpression(int precedence, bool stopAtPipe = false, bool isStatement = false)
    {
        using Nesting nesting = Deeper();
        Expression operand = ParseOperand(precedence);
        Expression? target = null;
        List<Argument>? arguments = null;
        string? argumentName = null;
        int argumentPosition = operand.Position;

        void CloseCall()
        {
            if (target is not null)
            {
                arguments!.Add(new Argument(argumentName, operand, argumentPosition));
                operand = new CallExpression(target, [.. arguments], isExplicit: false, operand.End);
                target = null;
                argumentName = null;
            }
        }

        while (true)
        {
            Token token = Current;
            if (token.Kind == TokenKind.NewLine && precedence == 0 && PipeOnNextLine())
            {
                SkipLineEnds();
                continue;
            }

            if (token.Kind == TokenKind.Pipe)
            {
                CloseCall();
                if (precedence > 0 || stopAtPipe)
                {
                    return operand;
                }

                operand = ParsePipe(operand);
                continue;
            }

            if (token.Kind == TokenKind.Question)
            {
                CloseCall();
                if (precedence > 0 || stopAtPipe)
                {
                    return operand;
                }

                operand = ParseConditional(operand);
                continue;
            }

            if (!isStatement && AssignmentOperator(token.Kind, out _))
            {
                throw Fatal(
                    operand.Position,
                    "Error while parsing assign expression: Expression is only allowed for a top level assignment in: <target_expression> = <value_expression>");
            }

            if (TryBinary(token.Kind, out BinaryOperator binary, out int binds))
            {
                if (binds <= precedence)
                {
                    break;
                }

                operand = ParseBinary(operand, binary, binds);
                continue;
            }

            if (precedence >= Precedence.Unary || !StartsArgument(token))
            {
                break;
            }

            if (target is null)
            {
                target = operand;
                arguments = [];
            }
            else
            {
                arguments!.Add(new Argument(argumentName, operand, argumentPosition));
            }

            argumentPosition = token.Start;
            argumentName = ParseArgumentName();
            operand = ParseOperand(precedence);
            if (Current.Kind == TokenKind.Colon && argumentName is null && _conditionalDepth == 0)
            {
                Report(operand.Position, "Expecting a simple global or local variable before `:` in order to create a named argument");
                break;
            }
        }

        CloseCall();
        return operand;
    }

    private bool PipeOnNextLine()
    {
        int at = _index;
        while (_tokens[at].Kind == TokenKind.NewLine)
        {
            at++;
        }

        return _tokens[at].Kind == TokenKind.Pipe;
    }

    private PipeExpression ParsePipe(Expression from)
    {
        _index++;
        SkipLineEnds();
        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(Current.Start, $"Error while parsing pipe expression: Expecting <expression> instead of `{Shown(Current)}` in: <expression> | <expression>");
        }

        return new PipeExpression(from, ParseExpression(0, stopAtPipe: true));
    }

    private ConditionalExpression ParseConditional(Expression condition)
    {
        _index++;
        SkipLineEnds();
        ExpectOperand("the conditional");
        _conditionalDepth++;
        Expression yes = ParseExpression(0);
        _conditionalDepth--;
        SkipLineEndsBefore(TokenKind.Colon);
        if (Current.Kind != TokenKind.Colon)
        {
            throw Fatal(Current.Start, $"Expecting `:` instead of `{Shown(Current)}` in: <condition> ? <expression> : <expression>");
        }

        _index++;
        SkipLineEnds();
        ExpectOperand("the conditional");
        return new ConditionalExpression(condition, yes, ParseExpression(0));
    }

    private void SkipLineEndsBefore(TokenKind kind)
    {
        int at = _index;
        while (_tokens[at].Kind == TokenKind.NewLine)
        {
            at++;
        }

        if (_tokens[at].Kind == kind)
        {
            _index = at;
        }
    }

    private void ExpectOperand(string where)
    {
        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(Current.Start, $"Expecting an <expression> in {where} instead of `{Shown(Current)}`");
        }
    }

    private BinaryExpression ParseBinary(Expression left, BinaryOperator kind, int binds)
    {
        int operatorPosition = Current.Start;
        _index++;
        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(Current.Start, $"Expecting an <expression> to the right of the operator instead of `{Shown(Current)}`");
        }

        return new BinaryExpression(kind, left, ParseExpression(binds), operatorPosition);
    }

    private string? ParseArgumentName()
    {
        Token name = Current;
        if (name.Kind is not (TokenKind.Identifier or TokenKind.Local) || _tokens[_index + 1].Kind != TokenKind.Colon)
        {
            return null;
        }

        // In the middle of a conditional a colon with space before it separates the two results.
        if (_conditionalDepth > 0 && _tokens[_index + 1].SpaceBefore)
        {
            return null;
        }

        _index += 2;
        ExpectOperand("the named argument");
        return name.Text;
    }

    private bool StartsArgument(Token token)
    {
        if (token.Kind == TokenKind.Identifier && token.Text is "end" or "else" or "when" or "in" && !IsVariableUse())
        {
            return false;
        }

        if (_stopAtLoopOptions && IsLoopOption())
        {
            return false;
        }

        return StartsExpression(token.Kind) && token.Kind is not (TokenKind.Minus or TokenKind.Plus or TokenKind.PlusPlus or TokenKind.MinusMinus);
    }

    private static bool StartsExpression(TokenKind kind) => kind is TokenKind.Identifier or TokenKind.Local or TokenKind.Integer
        or TokenKind.Float or TokenKind.String or TokenKind.InterpolatedStart or TokenKind.OpenParen or TokenKind.OpenBrace
        or TokenKind.OpenBracket or TokenKind.Plus or TokenKind.Minus or TokenKind.PlusPlus or TokenKind.MinusMinus
        or TokenKind.Not or TokenKind.At or TokenKind.Caret;

    private Expression ParseOperand(int precedence)
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Not or TokenKind.Minus or TokenKind.Plus:
                _index++;
                ExpectOperand("the operation");
                Expression operand = ParseExpression(Precedence.Unary);
                UnaryOperator kind = token.Kind switch
                {
                    TokenKind.Not => UnaryOperator.Not,
                    TokenKind.Minus => UnaryOperator.Negate,
                    _ => UnaryOperator.Plus,
                };
                return new UnaryExpression(kind, operand, token.Start);
            case TokenKind.At:
                _index++;
                ExpectOperand("the alias");
                return new AliasExpression(ParseExpression(Precedence.Unary), token.Start);
            case TokenKind.Caret:
                _index++;
                ExpectOperand("the expansion");
                return new ExpandExpression(ParseExpression(Precedence.Unary), token.Start);
            case TokenKind.PlusPlus or TokenKind.MinusMinus:
                _index++;
                ExpectOperand("the operation");
                Expression changed = ParsePrimary();
                return Increment(changed, token, isPrefix: true, token.Start, changed.End);
        }

        Expression primary = ParsePrimary();
        if (Current.Kind is TokenKind.PlusPlus or TokenKind.MinusMinus && !Current.SpaceBefore)
        {
            Token after = Current;
            _index++;
            return Increment(primary, after, isPrefix: false, primary.Position, after.End);
        }

        return primary;
    }

    private IncrementExpression Increment(Expression target, Token by, bool isPrefix, int position, int end)
    {
        if (target is not PathExpression { Root: not PathRoot.Expression } path)
        {
            throw Fatal(position, "The operand of ++ and -- must be a variable, a member or an indexer");
        }

        return new IncrementExpression(path, by.Kind == TokenKind.PlusPlus ? 1 : -1, isPrefix, position, end);
    }

    private static bool TryBinary(TokenKind kind, out BinaryOperator binary, out int binds)
    {
        (binary, binds) = kind switch
        {
            TokenKind.Coalesce => (BinaryOperator.Coalesce, Precedence.Coalesce),
            TokenKind.NotCoalesce => (BinaryOperator.NotCoalesce, Precedence.Coalesce),
            TokenKind.Or => (BinaryOperator.Or, Precedence.Or),
            TokenKind.And => (BinaryOperator.And, Precedence.And),
            TokenKind.Ampersand => (BinaryOperator.BitAnd, Precedence.BitAnd),
            TokenKind.Equal => (BinaryOperator.Equal, Precedence.Equality),
            TokenKind.NotEqual => (BinaryOperator.NotEqual, Precedence.Equality),
            TokenKind.Less => (BinaryOperator.Less, Precedence.Comparison),
            TokenKind.LessEqual => (BinaryOperator.LessEqual, Precedence.Comparison),
            TokenKind.Greater => (BinaryOperator.Greater, Precedence.Comparison),
            TokenKind.GreaterEqual => (BinaryOperator.GreaterEqual, Precedence.Comparison),
            TokenKind.Plus => (BinaryOperator.Add, Precedence.Sum),
            TokenKind.Minus => (BinaryOperator.Subtract, Precedence.Sum),
            TokenKind.Star => (BinaryOperator.Multiply, Precedence.Product),
            TokenKind.Slash => (BinaryOperator.Divide, Precedence.Product),
            TokenKind.DoubleSlash => (BinaryOperator.DivideRound, Precedence.Product),
            TokenKind.Percent => (BinaryOperator.Modulo, Precedence.Product),
            TokenKind.ShiftLeft => (BinaryOperator.ShiftLeft, Precedence.Product),
            TokenKind.ShiftRight => (BinaryOperator.ShiftRight, Precedence.Product),
            TokenKind.Range => (BinaryOperator.Range, Precedence.Range),
            TokenKind.RangeExclusive => (BinaryOperator.RangeExclusive, Precedence.Range),
            _ => (default, 0),
        };
        return binds > 0;
    }
}
