using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Acornima.Ast;

namespace Acornima;

/// <summary>The names declared in a scope. Valid only during the call it is handed to.</summary>
public readonly struct Scope
{
    private readonly List<Identifier>? _vars;
    private readonly List<Identifier>? _lexicals;
    private readonly List<Identifier>? _functions;

    internal Scope(List<Identifier> vars, List<Identifier> lexicals, List<Identifier> functions)
    {
        _vars = vars;
        _lexicals = lexicals;
        _functions = functions;
    }

    /// <summary>Names bound by <c>var</c> here or in an inner block, and parameters.</summary>
    public ReadOnlySpan<Identifier> VarVariables => CollectionsMarshal.AsSpan(_vars);

    /// <summary>Names bound by <c>let</c>, <c>const</c>, <c>class</c>, <c>import</c> and <c>catch</c>.</summary>
    public ReadOnlySpan<Identifier> LexicalVariables => CollectionsMarshal.AsSpan(_lexicals);

    /// <summary>Names of function declarations.</summary>
    public ReadOnlySpan<Identifier> Functions => CollectionsMarshal.AsSpan(_functions);
}

/// <summary>What <see cref="ParserOptions.OnNode"/> learns besides the node.</summary>
public readonly ref struct OnNodeContext
{
    private readonly ref readonly Scope _scope;

    internal OnNodeContext(string input) => Input = input;

    internal OnNodeContext(string input, [UnscopedRef] ref readonly Scope scope)
    {
        Input = input;
        _scope = ref scope;
    }

    /// <summary>The whole input.</summary>
    public string Input { get; }

    /// <summary>True when the node opens a scope.</summary>
    public bool HasScope => !Unsafe.IsNullRef(in _scope);

    /// <summary>The scope; only to be read when <see cref="HasScope"/> is true.</summary>
    public ref readonly Scope Scope => ref _scope;
}
