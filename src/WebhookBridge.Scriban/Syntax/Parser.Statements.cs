using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Syntax;

/// <summary>Statements (language reference 9).</summary>
internal sealed partial class Parser
{
    private Statement ParseStatement()
    {
        Token token = Current;
        if (token.Kind == TokenKind.Identifier && !IsVariableUse() && !IsAssigned())
        {
            switch (token.Text)
            {
                case "if":
                    return ParseIf();
                case "case":
                    return ParseCase();
                case "for" or "tablerow":
                    return ParseFor();
                case "while":
                    return ParseWhile();
                case "break" or "continue":
                    return ParseLoopControl();
                case "capture":
                    return ParseCapture();
                case "readonly":
                    return ParseReadOnly();
                case "import":
                    return ParseImport();
                case "with":
                    return ParseWith();
                case "wrap":
                    return ParseWrap();
                case "ret":
                    return ParseReturn();
                case "func":
                    return ParseFunction();
                case "else" or "when" or "end":
                    throw Fatal(token.Start, token.Text == "end"
                        ? "Unexpected <end>: there is no statement that it could close"
                        : $"Unexpected <{token.Text}>: there is no statement that it could belong to");
            }
        }

        return ParseExpressionStatement();
    }

    private bool IsAssigned() => _tokens[_index + 1].Kind is TokenKind.Assign;

    private Statement ParseExpressionStatement()
    {
        if (!StartsExpression(Current.Kind))
        {
            if (Current.Kind == TokenKind.Invalid)
            {
                throw new ParseAbort();
            }

            throw Fatal(Current.Start, $"Unexpected token `{Shown(Current)}`");
        }

        Expression expression = ParseExpression(0, isStatement: true);
        Statement statement = new PrintStatement(expression);
        if (AssignmentOperator(Current.Kind, out BinaryOperator? compound))
        {
            statement = ParseAssignment(expression, compound);
        }

        ExpectEndOfStatement();
        return statement;
    }

    private Statement ParseAssignment(Expression target, BinaryOperator? compound)
    {
        int operatorPosition = Current.Start;
        _index++;
        if (target is CallExpression { IsExplicit: true, Target: PathExpression { IsVariable: true } name } call && compound is null)
        {
            return ParseInlineFunction(name, call);
        }

        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(Current.Start, $"Error while parsing assign expression: Expecting <expression> instead of `{Shown(Current)}` in: <target_expression> = <value_expression>");
        }

        Expression value = ParseExpression(0);
        return new AssignStatement(target, compound, value, operatorPosition);
    }

    private Expression ExpectValue(string statement, string syntax)
    {
        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(Current.Start, $"Error while parsing {statement} statement: Expecting <expression> instead of `{Shown(Current)}` in: {syntax}");
        }

        return ParseExpression(0);
    }

    /// <summary><c>f(x, y) = expression</c> (language reference 7.4).</summary>
    private FunctionStatement ParseInlineFunction(PathExpression name, CallExpression call)
    {
        var parameters = new List<Parameter>();
        foreach (Argument argument in call.Arguments)
        {
            if (argument.Name is not null || argument.Value is not PathExpression { IsVariable: true } parameter)
            {
                throw Fatal(argument.Position, "Expecting a parameter name in the declaration of the function");
            }

            parameters.Add(new Parameter(parameter.Name, parameter.Position, null, false));
        }

        SkipLineEnds();
        Expression result = ParseExpression(0);
        return new FunctionStatement(name, new UserFunction(name.Name, [.. parameters], null, result, _source), call.Position);
    }

    private IfStatement ParseIf()
    {
        int position = Current.Start;
        var branches = new List<(Expression, Statement)>();
        Statement? otherwise = null;
        _index++;
        Expression condition = ExpectValue("if", "if <expression> ... end|else|else if");
        ExpectEndOfStatement();
        while (true)
        {
            Statement body = ParseBlock(static t => t.Text is "end" or "else");
            branches.Add((condition, body));
            if (Current.Text != "else" || Current.Kind != TokenKind.Identifier)
            {
                break;
            }

            _index++;
            if (Current.Kind == TokenKind.Identifier && Current.Text == "if")
            {
                _index++;
                condition = ExpectValue("if", "else if <expression> ... end|else|else if");
                ExpectEndOfStatement();
                continue;
            }

            ExpectEndOfStatement();
            otherwise = ParseBlock(static t => t.Text is "end");
            break;
        }

        ExpectEnd(position, "if <expression> ... end|else|else if");
        return new IfStatement([.. branches], otherwise, position);
    }

    private CaseStatement ParseCase()
    {
        int position = Current.Start;
        _index++;
        Expression subject = ExpectValue("case", "case <expression> ... end|when|else");
        ExpectEndOfStatement();
        BlockStatement before = ParseBlock(static t => t.Text is "when" or "else" or "end");
        var branches = new List<(Expression[], Statement)>();
        Statement? otherwise = null;
        while (Current is { Kind: TokenKind.Identifier, Text: "when" })
        {
            _index++;
            var matches = new List<Expression>();
            do
            {
                if (matches.Count > 0)
                {
                    _index++;
                    SkipLineEnds();
                }

                if (!StartsExpression(Current.Kind))
                {
                    throw Fatal(Current.Start, $"Error while parsing when statement: Expecting <expression> instead of `{Shown(Current)}` in: when <expression> ... end|when|else");
                }

                // The precedence keeps || as a separator of matches.
                matches.Add(ParseExpression(Precedence.And - 1));
            }
            while (Current.Kind is TokenKind.Comma or TokenKind.Or);

            ExpectEndOfStatement();
            branches.Add(([.. matches], ParseBlock(static t => t.Text is "when" or "else" or "end")));
        }

        if (Current is { Kind: TokenKind.Identifier, Text: "else" })
        {
            _index++;
            ExpectEndOfStatement();
            otherwise = ParseBlock(static t => t.Text is "end");
        }

        ExpectEnd(position, "case <expression> ... end|when|else");
        return new CaseStatement(subject, before, [.. branches], otherwise, position);
    }

    private ForStatement ParseFor()
    {
        Token keyword = Current;
        bool isTable = keyword.Text == "tablerow";
        string syntax = isTable ? "tablerow <variable> in <expression> ... end" : "for <variable> in <expression> ... end";
        _index++;
        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(keyword.Start, $"Error while parsing {keyword.Text} statement: Expecting a variable instead of `{Shown(Current)}` in: {syntax}");
        }

        Token named = Current;
        if (ParsePrimary() is not PathExpression { IsVariable: true } variable)
        {
            throw Fatal(keyword.Start, $"Error while parsing {keyword.Text} statement: Expecting a variable instead of `{Shown(named)}` in: {syntax}");
        }

        if (Current is not { Kind: TokenKind.Identifier, Text: "in" })
        {
            throw Fatal(keyword.Start, $"Error while parsing {keyword.Text} statement: Expecting 'in' word instead of `{Shown(Current)}` in: {syntax}");
        }

        _index++;
        if (!StartsExpression(Current.Kind))
        {
            throw Fatal(Current.Start, $"Error while parsing {keyword.Text} statement: Expecting <expression> instead of `{Shown(Current)}` in: {syntax}");
        }

        bool outerOptions = _stopAtLoopOptions;
        _stopAtLoopOptions = true;
        Expression list = ParseExpression(0);
        LoopOptions options = ParseLoopOptions();
        _stopAtLoopOptions = outerOptions;
        ExpectEndOfStatement();
        _loopDepth++;
        BlockStatement body = ParseBlock(static t => t.Text is "end" or "else");
        _loopDepth--;
        Statement? otherwise = null;
        if (Current is { Kind: TokenKind.Identifier, Text: "else" })
        {
            _index++;
            ExpectEndOfStatement();
            otherwise = ParseBlock(static t => t.Text is "end");
        }

        ExpectEnd(keyword.Start, syntax);
        return new ForStatement(variable, list, options, body, otherwise, isTable, keyword.Start);
    }

    private LoopOptions ParseLoopOptions()
    {
        var options = new LoopOptions(null, null, false, null);
        while (IsLoopOption())
        {
            string name = Current.Text!;
            _index++;
            if (name == "reversed")
            {
                options = options with { Reversed = true };
                continue;
            }

            _index++;
            Expression value = ParseExpression(1);
            options = name switch
            {
                "offset" => options with { Offset = value },
                "limit" => options with { Limit = value },
                _ => options with { Columns = value },
            };
        }

        return options;
    }

    private bool IsLoopOption() =>
        Current.Kind == TokenKind.Identifier
        && (Current.Text == "reversed" || (Current.Text is "offset" or "limit" or "cols" && _tokens[_index + 1].Kind == TokenKind.Colon));

    private WhileStatement ParseWhile()
    {
        int position = Current.Start;
        _index++;
        Expression condition = ExpectValue("while", "while <expression> ... end");
        ExpectEndOfStatement();
        _loopDepth++;
        BlockStatement body = ParseBlock(static t => t.Text is "end");
        _loopDepth--;
        ExpectEnd(position, "while <expression> ... end");
        return new WhileStatement(condition, body, position);
    }

    private LoopControlStatement ParseLoopControl()
    {
        Token token = Current;
        _index++;
        if (_loopDepth == 0)
        {
            throw Fatal(token.Start, $"The <{token.Text}> statement can only be used inside for/while loops");
        }

        ExpectEndOfStatement();
        return new LoopControlStatement(token.Text == "break" ? Flow.Break : Flow.Continue, token.Start);
    }

    private CaptureStatement ParseCapture()
    {
        int position = Current.Start;
        _index++;
        Expression target = ExpectValue("capture", "capture <variable> ... end");
        if (target is not PathExpression path)
        {
            throw Fatal(target.Position, "Error while parsing capture statement: Expecting a variable in: capture <variable> ... end");
        }

        ExpectEndOfStatement();
        BlockStatement body = ParseBlock(static t => t.Text is "end");
        ExpectEnd(position, "capture <variable> ... end");
        return new CaptureStatement(path, body, position);
    }

    private ReadOnlyStatement ParseReadOnly()
    {
        int position = Current.Start;
        _index++;
        if (!StartsExpression(Current.Kind) || ParsePrimary() is not PathExpression { IsVariable: true } variable)
        {
            throw Fatal(position, "Error while parsing readonly statement: Expecting a variable in: readonly <variable>");
        }

        ExpectEndOfStatement();
        return new ReadOnlyStatement(variable, position);
    }

    private ImportStatement ParseImport()
    {
        int position = Current.Start;
        _index++;
        Expression source = ExpectValue("import", "import <expression>");
        ExpectEndOfStatement();
        return new ImportStatement(source, position);
    }

    private WithStatement ParseWith()
    {
        int position = Current.Start;
        _index++;
        Expression target = ExpectValue("with", "with <variable> ... end");
        ExpectEndOfStatement();
        BlockStatement body = ParseBlock(static t => t.Text is "end");
        ExpectEnd(position, "with <variable> ... end");
        return new WithStatement(target, body, position);
    }

    private WrapStatement ParseWrap()
    {
        int position = Current.Start;
        _index++;
        Expression target = ExpectValue("wrap", "wrap <function> <arg1...argn> ... end");
        ExpectEndOfStatement();
        BlockStatement body = ParseBlock(static t => t.Text is "end");
        ExpectEnd(position, "wrap <function> <arg1...argn> ... end");
        return new WrapStatement(target, body, _source, position);
    }

    private ReturnStatement ParseReturn()
    {
        int position = Current.Start;
        _index++;
        Expression? value = StartsExpression(Current.Kind) ? ParseExpression(0) : null;
        ExpectEndOfStatement();
        return new ReturnStatement(value, position);
    }

    private FunctionStatement ParseFunction()
    {
        _index++;
        int position = Current.Start;
        Token named = Current;
        if (named.Kind is not (TokenKind.Identifier or TokenKind.Local))
        {
            throw Fatal(position, $"Error while parsing function statement: Expecting a variable instead of `{Shown(named)}` in: func <variable> ... end");
        }

        _index++;
        var target = new PathExpression(named.Kind == TokenKind.Local ? PathRoot.Local : PathRoot.Global, named.Text!, null, [], position, named.End);
        Parameter[]? parameters = Current.Kind == TokenKind.OpenParen ? ParseParameters() : null;
        try
        {
            ExpectEndOfStatement();
        }
        catch (ParseAbort)
        {
            Report(position, "Error while parsing function statement: The <end> statement was not found in: func <variable> ... end");
            throw;
        }

        BlockStatement body = ParseFunctionBody(position);
        ExpectEndOfStatement();
        return new FunctionStatement(target, new UserFunction(named.Text, parameters, body, null, _source), position);
    }

    private BlockStatement ParseFunctionBody(int position)
    {
        int loops = _loopDepth;
        bool options = _stopAtLoopOptions;
        _loopDepth = 0;
        _stopAtLoopOptions = false;
        BlockStatement body = ParseBlock(static t => t.Text is "end");
        _loopDepth = loops;
        _stopAtLoopOptions = options;
        if (Current is not { Kind: TokenKind.Identifier, Text: "end" })
        {
            throw Fatal(position, "Error while parsing function statement: The <end> statement was not found in: func <variable> ... end");
        }

        _index++;
        return body;
    }

    private Parameter[] ParseParameters()
    {
        _index++;
        var parameters = new List<Parameter>();
        SkipLineEnds();
        while (Current.Kind != TokenKind.CloseParen)
        {
            Token named = Current;
            if (named.Kind != TokenKind.Identifier)
            {
                throw Fatal(named.Start, $"Expecting the name of a parameter instead of `{Shown(named)}`");
            }

            _index++;
            Expression? value = null;
            bool isVariadic = false;
            if (Current.Kind == TokenKind.Assign)
            {
                _index++;
                value = ParseExpression(0);
            }
            else if (Current.Kind == TokenKind.Range && _tokens[_index + 1] is { Kind: TokenKind.Dot, SpaceBefore: false })
            {
                _index += 2;
                isVariadic = true;
            }

            if (parameters.Count == MostParameters)
            {
                throw Fatal(named.Start, $"A function cannot have more than {MostParameters} parameters");
            }

            if (value is null && !isVariadic && parameters.Exists(static p => p.Default is not null))
            {
                throw Fatal(named.Start, "Cannot declare a normal parameter after an optional parameter.");
            }

            if (parameters.Exists(static p => p.IsVariadic))
            {
                throw Fatal(named.Start, "Cannot declare a parameter after a parameter that takes all arguments");
            }

            parameters.Add(new Parameter(named.Text!, named.Start, value, isVariadic));
            SkipLineEnds();
            if (Current.Kind == TokenKind.Comma)
            {
                _index++;
                SkipLineEnds();
            }
            else if (Current.Kind != TokenKind.CloseParen)
            {
                throw Fatal(Current.Start, $"Expecting a closing `)` for the function parameters instead of `{Shown(Current)}`");
            }
        }

        _index++;
        return [.. parameters];
    }

    private static bool AssignmentOperator(TokenKind kind, out BinaryOperator? compound)
    {
        compound = kind switch
        {
            TokenKind.PlusAssign => BinaryOperator.Add,
            TokenKind.MinusAssign => BinaryOperator.Subtract,
            TokenKind.StarAssign => BinaryOperator.Multiply,
            TokenKind.SlashAssign => BinaryOperator.Divide,
            TokenKind.DoubleSlashAssign => BinaryOperator.DivideRound,
            TokenKind.PercentAssign => BinaryOperator.Modulo,
            _ => null,
        };
        return compound is not null || kind == TokenKind.Assign;
    }
}
