using Acornima.Ast;

namespace Acornima;

/// <summary>Names, and where which words may be names (ECMA-262 13.1.1).</summary>
internal sealed partial class ParseRun
{
    private bool IsName => Words.IsWord(_s.Kind) && !Words.IsReserved(_s.Word);

    /// <summary>True when the current token is the given contextual word, written without escapes.</summary>
    private bool IsWord(T word) => _s.Kind == word;

    /// <summary>Reads a name that refers to something.</summary>
    private Identifier ParseReference()
    {
        if (_s.Kind != T.Name)
        {
            CheckNameToken();
            if (_s.Word == T.Arguments && (_ctx & Ctx.NoArguments) != Ctx.None)
            {
                throw Fail("'arguments' must not be used in a field initialiser or static block");
            }

            if (_s.Kind is T.Await or T.Yield)
            {
                return ParseMisplacedKeyword();
            }
        }

        return ParseAnyName();
    }

    /// <summary>
    /// Reads <c>await</c> or <c>yield</c> as a name. When an operand follows, which can never be right behind a name, the
    /// error says what was meant.
    /// </summary>
    private Identifier ParseMisplacedKeyword()
    {
        var kind = _s.Kind;
        var id = ParseAnyName();
        if (!_s.NewlineBefore && _s.Kind is T.Name or T.Number or T.String or T.This or T.New or T.Function or T.Async or T.Import
            or T.Null or T.True or T.False)
        {
            throw FailAt(id.Start, kind == T.Await
                ? "'await' can only stand in an async function or at the top level of a module"
                : "'yield' can only stand in a generator");
        }

        return id;
    }

    /// <summary>Reads a name that is bound here.</summary>
    private Identifier ParseBindingName()
    {
        if (_s.Kind != T.Name)
        {
            CheckNameToken();
            if (Strict && (_s.Word is T.Eval or T.Arguments))
            {
                throw Fail($"In strict code '{_s.Value}' must not be bound", "StrictEvalArguments");
            }
        }

        return ParseAnyName();
    }

    /// <summary>Reads any word as a name, reserved ones too: after a dot, as a key.</summary>
    private Identifier ParseAnyName()
    {
        if (!Words.IsWord(_s.Kind))
        {
            throw Expected("a name");
        }

        var start = _s.StartMark;
        var id = new Identifier(_s.Value);
        _s.Next();
        return Finish(id, start);
    }

    /// <summary>Refuses the current token when it cannot be a name in this context.</summary>
    private void CheckNameToken()
    {
        if (!Words.IsWord(_s.Kind))
        {
            throw Unexpected();
        }

        var word = _s.Word;
        if (word < T.Await)
        {
            return;
        }

        if (Words.IsReserved(word))
        {
            throw _s.Kind == T.EscapedName
                ? Fail($"The reserved word '{_s.Value}' must not be written with an escape")
                : Unexpected();
        }

        switch (word)
        {
            case T.Await when _module || (_ctx & (Ctx.Async | Ctx.StaticBlock)) != Ctx.None:
                throw Fail("'await' must not be a name here");
            case T.Await:
                Note(ref _awaitNameAt);
                break;
            case T.Yield when (_ctx & (Ctx.Generator | Ctx.Strict)) != Ctx.None:
                throw Fail("'yield' must not be a name here");
            case T.Let or T.Static or T.StrictReserved or T.Yield when Strict:
                throw Fail($"In strict code '{_s.Value}' is a reserved word", "StrictReserved");
        }
    }

    /// <summary>Checks a name again that was read before its code turned out to be strict.</summary>
    private void CheckStrictName(Identifier id)
    {
        var word = Words.Classify(id.Name, out _);
        if (word is T.Eval or T.Arguments)
        {
            throw FailAt(id.Start, $"In strict code '{id.Name}' must not be bound", "StrictEvalArguments");
        }

        if (word is T.Yield or T.Let or T.Static or T.StrictReserved)
        {
            throw FailAt(id.Start, $"In strict code '{id.Name}' is a reserved word", "StrictReserved");
        }
    }

    private void Note(ref int at)
    {
        if (at < 0)
        {
            at = _s.Start;
        }
    }
}
