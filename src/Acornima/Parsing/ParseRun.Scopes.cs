using Acornima.Ast;

namespace Acornima;

/// <summary>How a name is bound.</summary>
internal enum Binding
{
    Var,
    Lexical,
    Parameter,
}

internal enum ScopeKind
{
    /// <summary>Where <c>var</c> comes to rest: a function, a script, a static block.</summary>
    Function,

    /// <summary>The top level of a module: as a function, but its function declarations are lexical.</summary>
    Module,

    /// <summary>Everything else.</summary>
    Block,
}

/// <summary>Scopes and the rules against declaring a name twice (ECMA-262 14.2.1, 14.12.1, 15.2.1, 16.1.1, B.3.2 to B.3.4).</summary>
internal sealed partial class ParseRun
{
    private readonly List<ScopeFrame> _scopes = [];
    private int _scopeCount;

    /// <summary>The offset of the first parameter of the current list that repeats another, or -1.</summary>
    private int _duplicateAt = -1;

    private ScopeFrame TopScope => _scopes[_scopeCount - 1];

    private void PushScope(ScopeKind kind)
    {
        if (_scopeCount == _scopes.Count)
        {
            _scopes.Add(new ScopeFrame());
        }

        _scopes[_scopeCount++].Reset(kind);
    }

    private void PopScope() => _scopeCount--;

    /// <summary>Completes a node that opened the current scope.</summary>
    private TNode FinishScoped<TNode>(TNode node, in Mark start)
        where TNode : Node
    {
        var end = _s.PrevEndMark;
        node.Place(new Range(start.Offset, end.Offset), new SourceLocation(start.Position, end.Position, _sourceFile));
        PopScope(node);
        return node;
    }

    private void PopScope(Node node)
    {
        if (_onNode is not null)
        {
            var frame = TopScope;
            var scope = new Scope(frame.Vars, frame.Lexicals, frame.Functions);
            _onNode(node, new OnNodeContext(_input, ref scope));
        }

        PopScope();
    }

    private void DeclareVar(Identifier id)
    {
        for (var i = _scopeCount - 1; ; i--)
        {
            var frame = _scopes[i];
            var known = frame.Get(id.Name);
            if ((known & Names.Lexical) != Names.None || (frame.Kind == ScopeKind.Block && (known & Names.Function) != Names.None))
            {
                throw Redeclared(id);
            }

            frame.Add(id.Name, known, Names.Var);
            if (_onNode is not null && (known & (Names.Var | Names.Parameter)) == Names.None)
            {
                frame.Vars.Add(id);
            }

            if (frame.Kind != ScopeKind.Block)
            {
                return;
            }
        }
    }

    private void DeclareLexical(Identifier id)
    {
        var frame = TopScope;
        var known = frame.Get(id.Name);
        if (known != Names.None)
        {
            throw Redeclared(id);
        }

        frame.Add(id.Name, known, Names.Lexical);
        if (_onNode is not null)
        {
            frame.Lexicals.Add(id);
        }
    }

    /// <summary>The name of a catch clause that is not a pattern: <c>var</c> may bind it again (B.3.4).</summary>
    private void DeclareSimpleCatch(Identifier id)
    {
        TopScope.Add(id.Name, Names.None, Names.Catch);
        if (_onNode is not null)
        {
            TopScope.Lexicals.Add(id);
        }
    }

    private void DeclareFunction(Identifier id, bool plain)
    {
        var frame = TopScope;
        var known = frame.Get(id.Name);
        var kind = Names.Function;
        if (frame.Kind == ScopeKind.Function)
        {
            if ((known & Names.Lexical) != Names.None)
            {
                throw Redeclared(id);
            }
        }
        else
        {
            // B.3.2: in sloppy code a block may hold the same plain function twice
            var repeatable = plain && !Strict;
            if ((known & (repeatable ? ~Names.Function : Names.All)) != Names.None)
            {
                throw Redeclared(id);
            }

            kind = repeatable ? Names.Function : Names.Lexical;
        }

        frame.Add(id.Name, known, kind);
        if (_onNode is not null)
        {
            frame.Functions.Add(id);
        }
    }

    /// <summary>Declares a parameter; false when the name is one already.</summary>
    private bool DeclareParameter(Identifier id)
    {
        var frame = TopScope;
        var known = frame.Get(id.Name);
        if ((known & Names.Parameter) != Names.None)
        {
            return false;
        }

        frame.Add(id.Name, known, Names.Parameter);
        if (_onNode is not null)
        {
            frame.Vars.Add(id);
        }

        return true;
    }

    /// <summary>Declares every name of a binding pattern.</summary>
    private void Declare(Node? target, Binding binding)
    {
        switch (target)
        {
            case null:
                break;
            case Identifier id:
                DeclareName(id, binding);
                break;
            case AssignmentPattern assignment:
                Declare(assignment.Left, binding);
                break;
            case Property property:
                Declare(property.Value, binding);
                break;
            case RestElement rest:
                Declare(rest.Argument, binding);
                break;
            case ArrayPattern array:
                foreach (var element in array.Elements)
                {
                    Declare(element, binding);
                }

                break;
            case ObjectPattern pattern:
                foreach (var property in pattern.Properties)
                {
                    Declare(property, binding);
                }

                break;
        }
    }

    private void DeclareName(Identifier id, Binding binding)
    {
        switch (binding)
        {
            case Binding.Var:
                DeclareVar(id);
                break;
            case Binding.Lexical when id.Name == "let":
                throw FailAt(id.Start, "'let' cannot be declared by let, const or class");
            case Binding.Lexical:
                DeclareLexical(id);
                break;
            case Binding.Parameter:
                if (!DeclareParameter(id) && _duplicateAt < 0)
                {
                    _duplicateAt = id.Start;
                }

                break;
        }
    }

    private SyntaxErrorException Redeclared(Identifier id)
        => FailAt(id.Start, $"The name '{id.Name}' has already been declared here", "Redeclaration");

    [Flags]
    private enum Names : byte
    {
        None = 0,
        Var = 1,
        Lexical = 2,
        Function = 4,
        Parameter = 8,
        Catch = 16,
        All = 31,
    }

    /// <summary>The names of one scope. Equal names are one object, so they compare by reference.</summary>
    private sealed class ScopeFrame
    {
        private const int LinearLimit = 12;

        private string[] _names = new string[LinearLimit];
        private Names[] _kinds = new Names[LinearLimit];
        private int _count;
        private Dictionary<string, int>? _index;

        public ScopeKind Kind { get; private set; }

        public List<Identifier> Vars { get; } = [];

        public List<Identifier> Lexicals { get; } = [];

        public List<Identifier> Functions { get; } = [];

        public void Reset(ScopeKind kind)
        {
            Kind = kind;
            _count = 0;
            _index = null;
            Vars.Clear();
            Lexicals.Clear();
            Functions.Clear();
        }

        public Names Get(string name)
        {
            var i = Find(name);
            return i < 0 ? Names.None : _kinds[i];
        }

        public void Add(string name, Names known, Names kind)
        {
            if (known != Names.None)
            {
                _kinds[Find(name)] = known | kind;
                return;
            }

            if (_count == _names.Length)
            {
                Array.Resize(ref _names, _count * 2);
                Array.Resize(ref _kinds, _count * 2);
            }

            _names[_count] = name;
            _kinds[_count] = kind;
            _count++;
            if (_count > LinearLimit)
            {
                Index(name);
            }
        }

        private int Find(string name)
        {
            if (_index is not null)
            {
                return _index.TryGetValue(name, out var found) ? found : -1;
            }

            for (var i = 0; i < _count; i++)
            {
                if (ReferenceEquals(_names[i], name))
                {
                    return i;
                }
            }

            return -1;
        }

        private void Index(string newest)
        {
            if (_index is null)
            {
                _index = new Dictionary<string, int>(ReferenceEqualityComparer.Instance);
                for (var i = 0; i < _count - 1; i++)
                {
                    _index[_names[i]] = i;
                }
            }

            _index[newest] = _count - 1;
        }
    }
}
