using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Syntax;

/// <summary>The parts that expressions are made of: literals, variables with their members, lists, objects.</summary>
internal sealed partial class Parser
{
    private Expression ParsePrimary()
    {
        Token token = Current;
        Expression start;
        switch (token.Kind)
        {
            case TokenKind.Integer or TokenKind.Float:
                _index++;
                if (!NumberLiteral.TryParse(token.Text!, token.Kind == TokenKind.Float, out Value number))
                {
                    throw Fatal(token.Start, $"The number `{Shown(token)}` cannot be read");
                }

                return new LiteralExpression(number, token.Start, token.End);
            case TokenKind.String:
                _index++;
                start = new LiteralExpression(Value.From(token.Text), token.Start, token.End);
                break;
            case TokenKind.InterpolatedStart:
                start = ParseInterpolated();
                break;
            case TokenKind.Identifier or TokenKind.Local:
                return ParseVariable(token);
            case TokenKind.OpenParen:
                start = ParseNested();
                break;
            case TokenKind.OpenBracket:
                start = ParseArray();
                break;
            case TokenKind.OpenBrace:
                start = ParseObject();
                break;
            default:
                throw Fatal(token.Start, $"Unexpected token `{Shown(token)}` while parsing expression");
        }

        Step[] steps = ParseSteps();
        return steps.Length == 0 ? start : WithCall(new PathExpression(PathRoot.Expression, "", start, steps, start.Position, steps[^1].End));
    }

    private Expression ParseVariable(Token token)
    {
        if (token.Kind == TokenKind.Identifier)
        {
            switch (token.Text)
            {
                case "true" or "false" or "null":
                    _index++;
                    Value constant = token.Text switch
                    {
                        "true" => Value.True,
                        "false" => Value.False,
                        _ => Value.Null,
                    };
                    return new LiteralExpression(constant, token.Start, token.End);
                case "do":
                    return ParseAnonymous(token);
            }
        }

        _index++;
        PathRoot root = token.Kind == TokenKind.Local ? PathRoot.Local : token.Text switch
        {
            "this" => PathRoot.This,
            "empty" => PathRoot.Empty,
            _ => PathRoot.Global,
        };
        Step[] steps = ParseSteps();
        var path = new PathExpression(root, token.Text!, null, steps, token.Start, steps.Length == 0 ? token.End : steps[^1].End);
        return WithCall(path);
    }

    private AnonymousFunctionExpression ParseAnonymous(Token keyword)
    {
        _index++;
        int position = Current.Start;
        ExpectEndOfStatement();
        BlockStatement body = ParseFunctionBody(position);
        return new AnonymousFunctionExpression(body, _source, keyword.Start, _tokens[_index - 1].End);
    }

    /// <summary>Members and indexers; white space in front of <c>[</c> makes it a list of its own (language reference 6).</summary>
    private Step[] ParseSteps()
    {
        List<Step>? steps = null;
        while (true)
        {
            Token token = Current;
            switch (token.Kind)
            {
                case TokenKind.Dot or TokenKind.OptionalDot:
                    _index++;
                    (steps ??= []).Add(ParseMember(token));
                    break;
                case TokenKind.OpenBracket when !token.SpaceBefore:
                    _index++;
                    SkipLineEnds();
                    ExpectOperand("the indexer");
                    Expression index = ParseExpression(0);
                    SkipLineEnds();
                    if (Current.Kind != TokenKind.CloseBracket)
                    {
                        throw Fatal(Current.Start, $"Unexpected token found `{Shown(Current)}` while expecting `]`.");
                    }

                    (steps ??= []).Add(new Step(null, index, false, token.Start, Current.End));
                    _index++;
                    break;
                default:
                    return steps is null ? [] : [.. steps];
            }
        }
    }

    private Step ParseMember(Token dot)
    {
        Token name = Current;
        if (name.Kind != TokenKind.Identifier)
        {
            throw Fatal(name.Start, $"Invalid token `{Shown(name)}`. The dot operator is expected to be followed by a plain identifier");
        }

        _index++;
        string text = name.Text!;
        int end = name.End;
        if (text == "empty" && Current is { Kind: TokenKind.Question, SpaceBefore: false })
        {
            end = Current.End;
            text = "empty?";
            _index++;
        }

        return new Step(text, null, dot.Kind == TokenKind.OptionalDot, dot.Start, end);
    }

    /// <summary>A call with parentheses directly behind its target, and what follows it.</summary>
    private Expression WithCall(PathExpression target)
    {
        Expression result = target;
        while (Current is { Kind: TokenKind.OpenParen, SpaceBefore: false })
        {
            _index++;
            var arguments = new List<Argument>();
            int conditional = _conditionalDepth;
            bool options = _stopAtLoopOptions;
            _conditionalDepth = 0;
            _stopAtLoopOptions = false;
            SkipLineEnds();
            while (Current.Kind != TokenKind.CloseParen)
            {
                int position = Current.Start;
                string? name = ParseArgumentName();
                ExpectOperand("the arguments");
                arguments.Add(new Argument(name, ParseExpression(0), position));
                SkipLineEnds();
                if (Current.Kind == TokenKind.Comma)
                {
                    _index++;
                    SkipLineEnds();
                }
                else if (Current.Kind != TokenKind.CloseParen)
                {
                    throw Fatal(Current.Start, $"Unexpected token `{Shown(Current)}` in the arguments. Expecting a comma or a closing `)`.");
                }
            }

            _conditionalDepth = conditional;
            _stopAtLoopOptions = options;
            int end = Current.End;
            _index++;
            result = new CallExpression(result, [.. arguments], isExplicit: true, end);
            Step[] steps = ParseSteps();
            if (steps.Length > 0)
            {
                result = new PathExpression(PathRoot.Expression, "", result, steps, result.Position, steps[^1].End);
            }
        }

        return result;
    }

    private NestedExpression ParseNested()
    {
        Token open = Current;
        _index++;
        int conditional = _conditionalDepth;
        bool options = _stopAtLoopOptions;
        _conditionalDepth = 0;
        _stopAtLoopOptions = false;
        SkipLineEnds();
        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(Current.Start, $"Unexpected token `{Shown(Current)}` while parsing the expression in parentheses");
        }

        Expression inner = ParseExpression(0);
        SkipLineEndsBefore(TokenKind.CloseParen);
        if (Current.Kind != TokenKind.CloseParen)
        {
            throw Fatal(Current.Start, $"Invalid token `{Shown(Current)}`. Expecting a closing `)`.");
        }

        _conditionalDepth = conditional;
        _stopAtLoopOptions = options;
        int end = Current.End;
        _index++;
        return new NestedExpression(inner, open.Start, end);
    }

    private ArrayExpression ParseArray()
    {
        Token open = Current;
        _index++;
        int conditional = _conditionalDepth;
        bool options = _stopAtLoopOptions;
        _conditionalDepth = 0;
        _stopAtLoopOptions = false;
        var items = new List<Expression>();
        SkipLineEnds();
        while (Current.Kind != TokenKind.CloseBracket)
        {
            if (!StartsExpression(Current.Kind))
            {
                if (items.Count > 0)
                {
                    Report(Current.Start, $"Error while parsing array initializer: Expecting <expression> instead of `{Shown(Current)}` in: [item1, item2,...]");
                }

                throw Fatal(Current.Start, $"Unexpected token found `{Shown(Current)}` while expecting `]`.");
            }

            items.Add(ParseExpression(0));
            SkipLineEnds();
            if (Current.Kind == TokenKind.Comma)
            {
                _index++;
                SkipLineEnds();
            }
            else if (Current.Kind != TokenKind.CloseBracket)
            {
                throw Fatal(Current.Start, $"Unexpected token found `{Shown(Current)}` while expecting `]`.");
            }
        }

        _conditionalDepth = conditional;
        _stopAtLoopOptions = options;
        int end = Current.End;
        _index++;
        return new ArrayExpression([.. items], open.Start, end);
    }

    private ObjectExpression ParseObject()
    {
        Token open = Current;
        _index++;
        int conditional = _conditionalDepth;
        bool options = _stopAtLoopOptions;
        _conditionalDepth = 0;
        _stopAtLoopOptions = false;
        var members = new List<KeyValuePair<string, Expression>>();
        SkipLineEnds();
        while (Current.Kind != TokenKind.CloseBrace)
        {
            Token name = Current;
            if (name.Kind is not (TokenKind.Identifier or TokenKind.String))
            {
                // The text goes on as if the braces were closed, as in Scriban: the next error is about what follows.
                Report(name.Start, $"Unexpected token `{Shown(name)}` while parsing object initializer. Expecting a simple identifier for the member name.");
                return new ObjectExpression([], open.Start, open.End);
            }

            _index++;
            if (Current.Kind != TokenKind.Colon)
            {
                throw Fatal(Current.Start, $"Unexpected token `{Shown(Current)}` Expecting a colon : after identifier `{name.Text}` for object initializer member name");
            }

            _index++;
            SkipLineEnds();
            if (!StartsExpression(Current.Kind))
            {
                throw Fatal(Current.Start, $"Unexpected token `{Shown(Current)}`. Expecting an expression for the value of the member instead of `{Shown(Current)}`");
            }

            members.Add(KeyValuePair.Create(name.Text!, ParseExpression(0)));
            SkipLineEnds();
            if (Current.Kind == TokenKind.Comma)
            {
                _index++;
                SkipLineEnds();
            }
            else if (Current.Kind != TokenKind.CloseBrace)
            {
                throw Fatal(Current.Start, $"Unexpected token `{Shown(Current)}` while expecting `}}` or a comma in the object initializer");
            }
        }

        _conditionalDepth = conditional;
        _stopAtLoopOptions = options;
        int end = Current.End;
        _index++;
        return new ObjectExpression([.. members], open.Start, end);
    }

    private InterpolatedExpression ParseInterpolated()
    {
        Token start = Current;
        _index++;
        var parts = new List<Expression>();
        while (true)
        {
            Token token = Current;
            switch (token.Kind)
            {
                case TokenKind.InterpolatedText:
                    _index++;
                    if (token.Text!.Length > 0)
                    {
                        parts.Add(new LiteralExpression(Value.From(token.Text), token.Start, token.End));
                    }

                    break;
                case TokenKind.InterpolatedEnd:
                    _index++;
                    return new InterpolatedExpression([.. parts], start.Start, token.End);
                case TokenKind.OpenBrace:
                    _index++;
                    ExpectOperand("the interpolation");
                    int conditional = _conditionalDepth;
                    _conditionalDepth = 0;
                    parts.Add(ParseExpression(0));
                    _conditionalDepth = conditional;
                    if (Current.Kind == TokenKind.CloseBrace)
                    {
                        _index++;
                        break;
                    }

                    if (Current.Kind == TokenKind.NewLine)
                    {
                        Report(Current.Start, "Opened interpolated expression not closed on the same line.");
                    }

                    throw Fatal(Current.Start, $"Unexpected token `{Shown(Current)}` while parsing expression");
                default:
                    Report(token.Start, $"Unexpected token `{Shown(token)}` while parsing expression");
                    throw Fatal(token.Start, $"Invalid token found `{Shown(token)}`. Expecting <EOL>/end of line.");
            }
        }
    }
}
