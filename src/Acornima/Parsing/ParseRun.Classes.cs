using Acornima.Ast;

namespace Acornima;

/// <summary>Classes and their private names (ECMA-262 15.7).</summary>
internal sealed partial class ParseRun
{
    private PrivateNames? _privateNames;

    private ClassDeclaration ParseClassDeclaration(in Mark start, bool nameIsOptional = false)
    {
        var outer = _ctx;
        _s.Next();
        _ctx |= Ctx.Strict;
        Identifier? id = null;
        if (IsName && !(nameIsOptional && IsWord(T.Extends)))
        {
            id = ParseBindingName();
            DeclareName(id, Binding.Lexical);
        }
        else if (!nameIsOptional)
        {
            throw Expected("the name of the class");
        }

        PushScope(ScopeKind.Block);
        var superClass = ParseHeritage();
        var body = ParseClassBody(superClass is not null);
        _ctx = outer;
        return FinishScoped(new ClassDeclaration(id, superClass, body), start);
    }

    private ClassExpression ParseClassExpression(in Mark start)
    {
        Enter();
        var outer = _ctx;
        _s.Next();
        _ctx |= Ctx.Strict;
        var id = IsName ? ParseBindingName() : null;
        PushScope(ScopeKind.Block);
        var superClass = ParseHeritage();
        var body = ParseClassBody(superClass is not null);
        _ctx = outer;
        Leave();
        return FinishScoped(new ClassExpression(id, superClass, body), start);
    }

    private Expression? ParseHeritage()
    {
        if (!Eat(T.Extends))
        {
            return null;
        }

        _arrowAt = -1;
        var outer = _pendingAt;
        _pendingAt = -1;
        var superClass = ParseLeftHandSide(_s.StartMark);
        CheckPending();
        _pendingAt = outer;
        return superClass;
    }

    private ClassBody ParseClassBody(bool derived)
    {
        var start = _s.StartMark;
        Expect(T.LeftBrace);
        _privateNames = new PrivateNames(_privateNames);
        var begin = _stackCount;
        var hasConstructor = false;
        while (_s.Kind != T.RightBrace)
        {
            if (Eat(T.Semicolon))
            {
                continue;
            }

            var element = ParseClassElement(derived);
            if (element is MethodDefinition { Kind: PropertyKind.Constructor })
            {
                if (hasConstructor)
                {
                    throw FailAt(element.Start, "A class can have only one constructor");
                }

                hasConstructor = true;
            }

            Push(element);
        }

        _s.Next();
        ClosePrivateNames();
        return Finish(new ClassBody(Take<Node>(begin)), start);
    }

    private Node ParseClassElement(bool derived)
    {
        var start = _s.StartMark;
        var isStatic = false;
        if (IsWord(T.Static))
        {
            var here = _s.Save();
            _s.Next();
            if (_s.Kind == T.LeftBrace)
            {
                return ParseStaticBlock(start);
            }

            isStatic = BeginsPropertyName(_s.Kind) || _s.Kind == T.Star;
            if (!isStatic)
            {
                _s.Restore(here);
            }
        }

        var isAsync = false;
        var generator = false;
        var kind = PropertyKind.Method;
        if (_s.Kind is T.Async or T.Get or T.Set && ModifiesProperty(out var modifier))
        {
            isAsync = modifier == T.Async;
            kind = modifier == T.Get ? PropertyKind.Get : modifier == T.Set ? PropertyKind.Set : PropertyKind.Method;
            generator = isAsync && Eat(T.Star);
        }
        else if (Eat(T.Star))
        {
            generator = true;
        }

        var keyOffset = _s.Start;
        var computed = false;
        var key = _s.Kind == T.PrivateName ? ReadPrivateName() : ParsePropertyName(out computed);
        var plain = kind == PropertyKind.Method && !isAsync && !generator;
        if (plain && _s.Kind != T.LeftParen)
        {
            return ParseField(start, key, computed, isStatic);
        }

        CheckMethodName(key, keyOffset, computed, isStatic, plain, ref kind);
        DeclarePrivate(key, kind, isStatic);
        var extra = kind == PropertyKind.Constructor && derived ? Ctx.SuperCall : Ctx.None;
        var value = ParseMethod(kind, isAsync, generator, extra);
        return Finish(new MethodDefinition(kind, key, value, computed, isStatic), start);
    }

    private void CheckMethodName(Expression key, int offset, bool computed, bool isStatic, bool plain, ref PropertyKind kind)
    {
        if (computed)
        {
            return;
        }

        if (isStatic)
        {
            if (IsNamed(key, "prototype"))
            {
                throw FailAt(offset, "A class cannot have a static member named 'prototype'");
            }
        }
        else if (IsNamed(key, "constructor"))
        {
            if (!plain)
            {
                throw FailAt(offset, "The constructor of a class cannot be a getter, setter, generator or async");
            }

            kind = PropertyKind.Constructor;
        }
    }

    private static bool IsNamed(Expression key, string name) => key switch
    {
        Identifier id => id.Name == name,
        StringLiteral literal => literal.Value == name,
        _ => false,
    };

    private PropertyDefinition ParseField(in Mark start, Expression key, bool computed, bool isStatic)
    {
        if (!computed && (IsNamed(key, "constructor") || (isStatic && IsNamed(key, "prototype"))))
        {
            throw FailAt(key.Start, "A field cannot be named 'constructor', nor a static one 'prototype'");
        }

        DeclarePrivate(key, PropertyKind.Property, isStatic);
        Expression? value = null;
        if (Eat(T.Assign))
        {
            // The initialiser is a method of its own: this, super and new.target as in one, no arguments.
            var outer = EnterFunction(Ctx.Strict | Ctx.SuperProperty | Ctx.NewTarget | Ctx.NoArguments);
            value = ParseAssignment();
            LeaveFunction(outer);
            PopScope();
        }

        EndStatement();
        return Finish(new PropertyDefinition(key, value, computed, isStatic), start);
    }

    private StaticBlock ParseStaticBlock(in Mark start)
    {
        _s.Next();
        var outer = EnterFunction(Ctx.Strict | Ctx.SuperProperty | Ctx.NewTarget | Ctx.NoArguments | Ctx.StaticBlock);
        var begin = _stackCount;
        while (_s.Kind != T.RightBrace)
        {
            Push(ParseStatementListItem());
        }

        _s.Next();
        LeaveFunction(outer);
        return FinishScoped(new StaticBlock(Take<Statement>(begin)), start);
    }

    /// <summary>Reads a private name where one is used.</summary>
    private PrivateIdentifier ParsePrivateName()
    {
        var offset = _s.Start;
        var id = ReadPrivateName();
        if (_privateNames is not null)
        {
            _privateNames.Used.Add((id.Name, offset));
        }
        else if (_options.CheckPrivateFields)
        {
            throw UnknownPrivate(id.Name, offset);
        }

        return id;
    }

    private PrivateIdentifier ReadPrivateName()
    {
        var start = _s.StartMark;
        var id = new PrivateIdentifier(_s.Value);
        _s.Next();
        return Finish(id, start);
    }

    private SyntaxErrorException UnknownPrivate(string name, int offset)
        => FailAt(offset, $"No class around this declares the private name '#{name}'");

    private void DeclarePrivate(Expression key, PropertyKind kind, bool isStatic)
    {
        if (key is not PrivateIdentifier id)
        {
            return;
        }

        if (id.Name == "constructor")
        {
            throw FailAt(id.Start, "A private member cannot be named '#constructor'");
        }

        // Only a getter and a setter, both static or neither, may share a private name.
        var declared = _privateNames!.Declared;
        if (declared.TryGetValue(id.Name, out var known))
        {
            var pair = known.Static == isStatic
                && ((known.Kind == PropertyKind.Get && kind == PropertyKind.Set) || (known.Kind == PropertyKind.Set && kind == PropertyKind.Get));
            if (!pair)
            {
                throw FailAt(id.Start, $"The private name '#{id.Name}' has already been declared here");
            }

            kind = PropertyKind.Method;
        }

        declared[id.Name] = (kind, isStatic);
    }

    private void ClosePrivateNames()
    {
        var names = _privateNames!;
        _privateNames = names.Outer;
        foreach (var (name, offset) in names.Used)
        {
            if (names.Declared.ContainsKey(name))
            {
                continue;
            }

            if (names.Outer is not null)
            {
                names.Outer.Used.Add((name, offset));
            }
            else if (_options.CheckPrivateFields)
            {
                throw UnknownPrivate(name, offset);
            }
        }
    }

    private sealed class PrivateNames(PrivateNames? outer)
    {
        public PrivateNames? Outer { get; } = outer;

        public Dictionary<string, (PropertyKind Kind, bool Static)> Declared { get; } = [];

        public List<(string Name, int Offset)> Used { get; } = [];
    }
}
