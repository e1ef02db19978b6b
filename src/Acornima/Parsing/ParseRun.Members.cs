using Acornima.Ast;

namespace Acornima;

/// <summary>Member accesses, calls, <c>new</c>, optional chains, templates and imports as expressions (ECMA-262 13.2.8, 13.3).</summary>
internal sealed partial class ParseRun
{
    private Expression ParseLeftHandSide(in Mark start)
    {
        var mayBeArrow = _arrowAt == start.Offset;
        var isAsync = _s.Kind == T.Async;
        var expression = ParsePrimary();
        if (IsBareArrow(expression))
        {
            return expression;
        }

        return ParseSubscripts(expression, start, mayBeArrow && isAsync && expression is Identifier);
    }

    private Expression ParseSubscripts(Expression expression, in Mark start, bool mayBeAsyncArrow)
    {
        var inChain = false;
        while (true)
        {
            var optional = false;
            if (_s.Kind == T.QuestionDot)
            {
                if (expression is Super)
                {
                    throw Unexpected();
                }

                optional = true;
                inChain = true;
                _s.Next();
                if (_s.Kind == T.Backtick)
                {
                    throw Fail("A template cannot be tagged with an optional chain");
                }
            }

            switch (_s.Kind)
            {
                case T.Dot:
                    if (optional)
                    {
                        throw Unexpected();
                    }

                    _s.Next();
                    expression = ParseMember(expression, start, optional: false);
                    break;
                case T.LeftBracket:
                    expression = ParseComputedMember(expression, start, optional);
                    break;
                case T.LeftParen:
                    if (mayBeAsyncArrow && !optional && !_s.NewlineBefore && _s.PrevEnd == expression.End)
                    {
                        expression = ParseAsyncCallOrArrow(expression, start);
                        if (IsBareArrow(expression))
                        {
                            return expression;
                        }
                    }
                    else
                    {
                        _s.Next();
                        expression = Finish(new CallExpression(expression, ParseArguments(), optional), start);
                    }

                    break;
                case T.Backtick:
                    if (inChain)
                    {
                        throw Fail("A template cannot be tagged with an optional chain");
                    }

                    var quasi = ParseTemplate(tagged: true);
                    expression = Finish(new TaggedTemplateExpression(expression, quasi), start);
                    break;
                default:
                    if (optional)
                    {
                        expression = ParseMember(expression, start, optional: true);
                        break;
                    }

                    return inChain ? Finish(new ChainExpression(expression), start) : expression;
            }

            mayBeAsyncArrow = false;
        }
    }

    private MemberExpression ParseMember(Expression expression, in Mark start, bool optional)
    {
        if (_s.Kind != T.PrivateName)
        {
            return Finish(new MemberExpression(expression, ParseAnyName(), computed: false, optional), start);
        }

        if (expression is Super)
        {
            throw Fail("A private member cannot be read from 'super'");
        }

        var name = ParsePrivateName();
        return Finish(new MemberExpression(expression, name, computed: false, optional), start);
    }

    private MemberExpression ParseComputedMember(Expression expression, in Mark start, bool optional)
    {
        _s.Next();
        var property = ParseExpression();
        Expect(T.RightBracket);
        return Finish(new MemberExpression(expression, property, computed: true, optional), start);
    }

    private NodeList<Expression> ParseArguments()
    {
        var begin = _stackCount;
        while (_s.Kind != T.RightParen)
        {
            Push(_s.Kind == T.Ellipsis ? ParseSpread(cover: false) : ParseAssignment());
            if (_s.Kind != T.RightParen)
            {
                Expect(T.Comma);
            }
        }

        _s.Next();
        return Take<Expression>(begin);
    }

    private SpreadElement ParseSpread(bool cover)
    {
        var start = _s.StartMark;
        _s.Next();
        var argument = cover ? ParseAssignmentCover() : ParseAssignment();
        return Finish(new SpreadElement(argument), start);
    }

    private Expression ParseNew()
    {
        Enter();
        var start = _s.StartMark;
        var meta = ParseAnyName();
        Expression result;
        if (_s.Kind == T.Dot)
        {
            _s.Next();
            if (_s.Kind != T.Name || _s.Value != "target")
            {
                throw Fail("After 'new.' only 'target' can follow");
            }

            if ((_ctx & Ctx.NewTarget) == Ctx.None)
            {
                throw FailAt(start.Offset, "'new.target' can only stand in a function");
            }

            var property = ParseAnyName();
            result = Finish(new MetaProperty(meta, property), start);
        }
        else
        {
            var calleeStart = _s.StartMark;
            if (_s.Kind == T.Import && !NextIs(T.Dot))
            {
                throw Fail("'import()' cannot be used with 'new'");
            }

            if (_s.Kind == T.Super && NextIs(T.LeftParen))
            {
                throw Fail("'super()' cannot be used with 'new'");
            }

            var callee = ParseNewCallee(calleeStart);
            NodeList<Expression> arguments = default;
            if (Eat(T.LeftParen))
            {
                arguments = ParseArguments();
            }

            result = Finish(new NewExpression(callee, arguments), start);
        }

        Leave();
        return result;
    }

    private Expression ParseNewCallee(in Mark start)
    {
        _arrowAt = -1;
        var expression = ParsePrimary();
        while (true)
        {
            switch (_s.Kind)
            {
                case T.Dot:
                    _s.Next();
                    expression = ParseMember(expression, start, optional: false);
                    break;
                case T.LeftBracket:
                    expression = ParseComputedMember(expression, start, optional: false);
                    break;
                case T.Backtick:
                    expression = Finish(new TaggedTemplateExpression(expression, ParseTemplate(tagged: true)), start);
                    break;
                case T.QuestionDot:
                    throw Fail("An optional chain cannot be the callee of 'new'");
                default:
                    return expression;
            }
        }
    }

    private Super ParseSuper()
    {
        var start = _s.StartMark;
        _s.Next();
        var needed = _s.Kind switch
        {
            T.LeftParen => Ctx.SuperCall,
            T.Dot or T.LeftBracket => Ctx.SuperProperty,
            _ => throw FailAt(start.Offset, "'super' can only be called or read from"),
        };
        if ((_ctx & needed) == Ctx.None)
        {
            throw FailAt(start.Offset, needed == Ctx.SuperCall
                ? "'super()' can only stand in the constructor of a class that extends another"
                : "'super' can only stand in a method");
        }

        return Finish(new Super(), start);
    }

    private Expression ParseImportExpression()
    {
        var start = _s.StartMark;
        var meta = ParseAnyName();
        if (Eat(T.Dot))
        {
            if (_s.Kind != T.Name || _s.Value != "meta")
            {
                throw Fail("After 'import.' only 'meta' can follow");
            }

            if (!_module)
            {
                throw FailAt(start.Offset, "'import.meta' can only stand in a module");
            }

            var property = ParseAnyName();
            return Finish(new MetaProperty(meta, property), start);
        }

        Expect(T.LeftParen);
        var source = ParseAssignment();
        Expression? options = null;
        if (Eat(T.Comma) && _s.Kind != T.RightParen)
        {
            options = ParseAssignment();
            Eat(T.Comma);
        }

        Expect(T.RightParen);
        return Finish(new ImportExpression(source, options, ImportPhase.None), start);
    }

    private TemplateLiteral ParseTemplate(bool tagged)
    {
        var start = _s.StartMark;
        var open = _s.Start;
        var expressions = _stackCount;
        var quasis = new List<TemplateElement>();
        while (true)
        {
            _s.ScanTemplatePiece(open);
            if (_s.TemplateFaultAt >= 0 && !tagged)
            {
                throw FailAt(_s.TemplateFaultAt, "This escape is malformed, or octal and thus not allowed in a template");
            }

            var tail = _s.TemplateTail;
            var value = new TemplateValue(_s.TemplateCooked, _s.TemplateRaw);
            quasis.Add(FinishAt(new TemplateElement(value, tail), _s.TemplateStart, _s.TemplateEnd));
            _s.Next();
            if (tail)
            {
                var list = new NodeList<TemplateElement>([.. quasis]);
                return Finish(new TemplateLiteral(list, Take<Expression>(expressions)), start);
            }

            Push(ParseExpression());
            if (_s.Kind != T.RightBrace)
            {
                throw Expected("'}'");
            }
        }
    }
}
