using Acornima.Ast;

namespace Acornima;

/// <summary>Object literals and the names of properties (ECMA-262 13.2.5).</summary>
internal sealed partial class ParseRun
{
    private ObjectExpression ParseObject(in Mark start)
    {
        _s.Next();
        var begin = _stackCount;
        var commaAfterSpread = false;
        var hasProto = false;
        while (_s.Kind != T.RightBrace)
        {
            var spread = _s.Kind == T.Ellipsis;
            if (spread)
            {
                Push(ParseSpread(cover: true));
            }
            else
            {
                var property = ParseProperty();
                CheckProto(property, ref hasProto);
                Push(property);
            }

            if (_s.Kind != T.RightBrace)
            {
                commaAfterSpread |= spread;
                Expect(T.Comma);
            }
        }

        _s.Next();
        return Finish(new ObjectExpression(Take<Node>(begin)) { CommaAfterRest = commaAfterSpread }, start);
    }

    /// <summary>Two entries <c>__proto__: value</c> are an error, unless the literal becomes a pattern (B.3.1).</summary>
    private void CheckProto(ObjectProperty property, ref bool seen)
    {
        if (property.Computed || property.Shorthand || property.Method || property.Kind != PropertyKind.Init
            || property.Key is not (Identifier { Name: "__proto__" } or StringLiteral { Value: "__proto__" }))
        {
            return;
        }

        if (seen)
        {
            SetPending(property.Start, "The prototype '__proto__' is given twice");
        }

        seen = true;
    }

    private ObjectProperty ParseProperty()
    {
        var start = _s.StartMark;
        var isAsync = false;
        var generator = false;
        var kind = PropertyKind.Init;
        if (_s.Kind is T.Async or T.Get or T.Set && ModifiesProperty(out var modifier))
        {
            isAsync = modifier == T.Async;
            kind = modifier == T.Get ? PropertyKind.Get : modifier == T.Set ? PropertyKind.Set : PropertyKind.Init;
            generator = isAsync && Eat(T.Star);
        }
        else if (Eat(T.Star))
        {
            generator = true;
        }

        var plain = kind == PropertyKind.Init && !isAsync && !generator;
        if (plain && Words.IsWord(_s.Kind))
        {
            return ParseWordProperty(start);
        }

        var key = ParsePropertyName(out var computed);
        if (plain && Eat(T.Colon))
        {
            return Finish(new ObjectProperty(kind, key, ParseAssignmentCover(), computed, shorthand: false, method: false), start);
        }

        if (_s.Kind != T.LeftParen)
        {
            throw Expected(plain ? "':'" : "'('");
        }

        var value = ParseMethod(kind, isAsync, generator);
        return Finish(new ObjectProperty(kind, key, value, computed, shorthand: false, method: kind == PropertyKind.Init), start);
    }

    /// <summary>Reads a property that begins with a word, which may be shorthand.</summary>
    private ObjectProperty ParseWordProperty(in Mark start)
    {
        var before = _s.Save();
        var key = ParseAnyName();
        if (Eat(T.Colon))
        {
            return Finish(new ObjectProperty(PropertyKind.Init, key, ParseAssignmentCover(), false, shorthand: false, method: false), start);
        }

        if (_s.Kind == T.LeftParen)
        {
            var function = ParseMethod(PropertyKind.Init, isAsync: false, generator: false);
            return Finish(new ObjectProperty(PropertyKind.Init, key, function, false, shorthand: false, method: true), start);
        }

        // Shorthand: the word is a reference, with the rules of one.
        var after = _s.Save();
        _s.Restore(before);
        if (_s.Kind != T.Name)
        {
            CheckNameToken();
            if (_s.Word == T.Arguments && (_ctx & Ctx.NoArguments) != Ctx.None)
            {
                throw Fail("'arguments' must not be used in a field initialiser or static block");
            }
        }

        _s.Restore(after);
        Node value = key;
        if (_s.Kind == T.Assign)
        {
            SetPending(_s.Start, "A default with = is only possible when the object is a pattern; use ':' for a value");
            _s.Next();
            value = Finish(new AssignmentPattern(key, ParseAssignment()), start);
        }
        else if (_s.Kind is not (T.Comma or T.RightBrace))
        {
            throw Expected("',' or '}'");
        }

        return Finish(new ObjectProperty(PropertyKind.Init, key, value, false, shorthand: true, method: false), start);
    }

    /// <summary>
    /// True, with the current token behind it, when the word <c>async</c>, <c>get</c> or <c>set</c> says what the property
    /// is; else the word is the name of the property and stays the current token.
    /// </summary>
    private bool ModifiesProperty(out T modifier)
    {
        modifier = _s.Kind;
        var here = _s.Save();
        _s.Next();
        var modifies = BeginsPropertyName(_s.Kind)
            || (modifier == T.Async && _s.Kind == T.Star);
        if (modifies && !(modifier == T.Async && _s.NewlineBefore))
        {
            return true;
        }

        _s.Restore(here);
        return false;
    }

    private static bool BeginsPropertyName(T kind)
        => Words.IsWord(kind) || kind is T.String or T.Number or T.BigInt or T.LeftBracket or T.PrivateName;

    private Expression ParsePropertyName(out bool computed)
    {
        computed = false;
        switch (_s.Kind)
        {
            case T.String:
                return ParseString();
            case T.Number or T.BigInt:
                return ParsePrimary();
            case T.LeftBracket:
                computed = true;
                _s.Next();
                var key = ParseAssignment();
                Expect(T.RightBracket);
                return key;
            default:
                return Words.IsWord(_s.Kind) ? ParseAnyName() : throw Expected("the name of a property");
        }
    }
}
