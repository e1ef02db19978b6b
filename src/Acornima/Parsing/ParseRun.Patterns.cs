using Acornima.Ast;

namespace Acornima;

/// <summary>Patterns: read where the grammar knows them, or made from literals (ECMA-262 13.15.5, 14.3.3).</summary>
internal sealed partial class ParseRun
{
    private const string BadTarget = "This cannot be assigned to";
    private const string BadTargetCode = "InvalidLhsInAssignment";

    /// <summary>Reads an identifier or pattern that binds names.</summary>
    private Node ParseBindingTarget()
    {
        Enter();
        Node target = _s.Kind switch
        {
            T.LeftBracket => ParseArrayPattern(),
            T.LeftBrace => ParseObjectPattern(),
            _ => ParseBindingName(),
        };
        Leave();
        return target;
    }

    private Node ParseBindingElement()
    {
        var start = _s.StartMark;
        return ParseDefault(ParseBindingTarget(), start);
    }

    private Node ParseDefault(Node target, in Mark start)
        => Eat(T.Assign) ? Finish(new AssignmentPattern(target, ParseAssignment()), start) : target;

    private RestElement ParseBindingRest()
    {
        var start = _s.StartMark;
        _s.Next();
        var target = ParseBindingTarget();
        if (_s.Kind == T.Assign)
        {
            throw Fail("A rest element cannot have a default");
        }

        return Finish(new RestElement(target), start);
    }

    private ArrayPattern ParseArrayPattern()
    {
        var start = _s.StartMark;
        _s.Next();
        var begin = _stackCount;
        while (_s.Kind != T.RightBracket)
        {
            if (Eat(T.Comma))
            {
                Push(null);
                continue;
            }

            var rest = _s.Kind == T.Ellipsis;
            Push(rest ? ParseBindingRest() : ParseBindingElement());
            if (_s.Kind != T.RightBracket)
            {
                if (rest)
                {
                    throw Fail("A rest element must be the last");
                }

                Expect(T.Comma);
            }
        }

        _s.Next();
        return Finish(new ArrayPattern(Take<Node?>(begin)), start);
    }

    private ObjectPattern ParseObjectPattern()
    {
        var start = _s.StartMark;
        _s.Next();
        var begin = _stackCount;
        while (_s.Kind != T.RightBrace)
        {
            var rest = _s.Kind == T.Ellipsis;
            Push(rest ? ParseObjectRest() : ParseBindingProperty());
            if (_s.Kind != T.RightBrace)
            {
                if (rest)
                {
                    throw Fail("A rest element must be the last");
                }

                Expect(T.Comma);
            }
        }

        _s.Next();
        return Finish(new ObjectPattern(Take<Node>(begin)), start);
    }

    private RestElement ParseObjectRest()
    {
        var start = _s.StartMark;
        _s.Next();
        return Finish(new RestElement(ParseBindingName()), start);
    }

    private AssignmentProperty ParseBindingProperty()
    {
        var start = _s.StartMark;
        if (Words.IsWord(_s.Kind) && !NextIs(T.Colon))
        {
            var name = ParseBindingName();
            return Finish(new AssignmentProperty(name, ParseDefault(name, start), computed: false, shorthand: true), start);
        }

        var key = ParsePropertyName(out var computed);
        Expect(T.Colon);
        var value = ParseBindingElement();
        return Finish(new AssignmentProperty(key, value, computed, shorthand: false), start);
    }

    /// <summary>Checks the operand of a compound assignment or of ++ and --.</summary>
    private void CheckSimpleTarget(Expression expression, string text)
    {
        if (expression is Identifier id)
        {
            CheckAssignableName(id);
        }
        else if (expression is not MemberExpression)
        {
            throw FailAt(expression.Start, text, BadTargetCode);
        }
    }

    private void CheckAssignableName(Identifier id)
    {
        if (Strict && (id.Name is "eval" or "arguments"))
        {
            throw FailAt(id.Start, $"In strict code '{id.Name}' must not be assigned to", "StrictEvalArguments");
        }
    }

    /// <summary>Makes the left side of <c>=</c>, or the head of for-in and for-of, from an expression.</summary>
    private Node ToTarget(Expression expression)
    {
        switch (expression)
        {
            case Identifier id:
                CheckAssignableName(id);
                return id;
            case MemberExpression:
                return expression;
            case ArrayExpression { Parenthesized: false } array:
                return ToArrayPattern(array, binding: false);
            case ObjectExpression { Parenthesized: false } literal:
                return ToObjectPattern(literal, binding: false);
            case ArrayExpression or ObjectExpression:
                throw FailAt(expression.Start, "A pattern must not stand in parentheses", BadTargetCode);
            default:
                throw FailAt(expression.Start, BadTarget, BadTargetCode);
        }
    }

    /// <summary>Makes a parameter of an arrow function.</summary>
    private Node ToParameter(Node node, bool last)
    {
        if (node is SpreadElement spread)
        {
            return last
                ? FinishLike(new RestElement(ToRestTarget(spread.Argument, binding: true)), spread)
                : throw FailAt(spread.Start, "A rest parameter must be the last");
        }

        return ToElement(node, binding: true);
    }

    private Node ToRestTarget(Node node, bool binding)
        => node is AssignmentExpression
            ? throw FailAt(node.Start, "A rest element cannot have a default", BadTargetCode)
            : ToElement(node, binding);

    /// <summary>Makes an element of a pattern: a target with or without default.</summary>
    private Node ToElement(Node node, bool binding)
    {
        switch (node)
        {
            case AssignmentExpression { Operator: Operator.Assignment, Parenthesized: false } assignment:
                // Its left side was made a pattern when the = was read, by the wider rules of assignment.
                var left = binding ? CheckBinds(assignment.Left) : assignment.Left;
                return FinishLike(new AssignmentPattern(left, assignment.Right), assignment);
            case AssignmentPattern pattern:
                // `{ a = 1 }`: the name was read as a reference
                CheckTargetName((Identifier)pattern.Left, binding);
                return pattern;
            case Identifier id:
                CheckTargetName(id, binding);
                return id;
            case RestElement:
                return node;
            case Expression expression when !binding:
                return ToTarget(expression);
            case ArrayExpression { Parenthesized: false } array:
                return ToArrayPattern(array, binding);
            case ObjectExpression { Parenthesized: false } literal:
                return ToObjectPattern(literal, binding);
            default:
                throw FailAt(node.Start, binding ? "This cannot be a parameter" : BadTarget, BadTargetCode);
        }
    }

    private void CheckTargetName(Identifier id, bool binding)
    {
        if (binding && id.Parenthesized)
        {
            throw FailAt(id.Start, "A parameter must not stand in parentheses of its own");
        }

        CheckAssignableName(id);
    }

    private ArrayPattern ToArrayPattern(ArrayExpression array, bool binding)
    {
        if (array.CommaAfterRest)
        {
            throw FailAt(array.End - 1, "A rest element must be the last, without a comma");
        }

        var begin = _stackCount;
        var elements = array.Elements;
        for (var i = 0; i < elements.Count; i++)
        {
            Push(elements[i] switch
            {
                null => null,
                SpreadElement spread when i == elements.Count - 1
                    => FinishLike(new RestElement(ToRestTarget(spread.Argument, binding)), spread),
                SpreadElement spread => throw FailAt(spread.Start, "A rest element must be the last"),
                { } element => ToElement(element, binding),
            });
        }

        return FinishLike(new ArrayPattern(Take<Node?>(begin)), array);
    }

    private ObjectPattern ToObjectPattern(ObjectExpression literal, bool binding)
    {
        if (literal.CommaAfterRest)
        {
            throw FailAt(literal.End - 1, "A rest element must be the last, without a comma");
        }

        var begin = _stackCount;
        var properties = literal.Properties;
        for (var i = 0; i < properties.Count; i++)
        {
            switch (properties[i])
            {
                case SpreadElement spread when i < properties.Count - 1:
                    throw FailAt(spread.Start, "A rest element must be the last");
                case SpreadElement { Argument: ArrayExpression or ObjectExpression } spread:
                    throw FailAt(spread.Argument.Start, "The rest of an object cannot be taken apart by a pattern", BadTargetCode);
                case SpreadElement spread:
                    Push(FinishLike(new RestElement(ToRestTarget(spread.Argument, binding)), spread));
                    break;
                case ObjectProperty { Kind: PropertyKind.Init, Method: false } property:
                    var value = ToElement(property.Value, binding);
                    Push(FinishLike(new AssignmentProperty(property.Key, value, property.Computed, property.Shorthand), property));
                    break;
                case { } other:
                    throw FailAt(other.Start, "A method cannot stand in a pattern", BadTargetCode);
            }
        }

        return FinishLike(new ObjectPattern(Take<Node>(begin)), literal);
    }

    /// <summary>Checks that a pattern made by the rules of assignment also obeys those of binding.</summary>
    private Node CheckBinds(Node target)
    {
        switch (target)
        {
            case Identifier id:
                CheckTargetName(id, binding: true);
                break;
            case AssignmentPattern assignment:
                CheckBinds(assignment.Left);
                break;
            case Property property:
                CheckBinds(property.Value);
                break;
            case RestElement rest:
                CheckBinds(rest.Argument);
                break;
            case ArrayPattern array:
                foreach (var element in array.Elements)
                {
                    if (element is not null)
                    {
                        CheckBinds(element);
                    }
                }

                break;
            case ObjectPattern pattern:
                foreach (var property in pattern.Properties)
                {
                    CheckBinds(property);
                }

                break;
            default:
                throw FailAt(target.Start, "This cannot be a parameter", BadTargetCode);
        }

        return target;
    }
}
