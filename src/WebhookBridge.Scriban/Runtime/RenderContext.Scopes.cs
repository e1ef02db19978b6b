using System.Text.Json;
using WebhookBridge.Scriban.Functions;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>
/// Variables (language reference 4): a stack of objects for names, with the variables of loops in between, and a
/// frame of <c>$</c> names per page and function.
/// </summary>
internal sealed partial class RenderContext
{
    private Scope[] _scopes = new Scope[2];
    private int _scopeCount;
    private Dictionary<BuiltinNamespace, ScribanObject>? _changedNamespaces;

    public RootObject Root { get; }

    public LocalFrame Locals { get; set; } = new(null);

    /// <summary>State of the innermost for, tablerow or while loop.</summary>
    public LoopState? ForLoop { get; set; }

    public LoopState? WhileLoop { get; set; }

    /// <summary>True outside of loops, with blocks and parametric functions: every plain name is one of the root.</summary>
    public bool IsRootOnly => _scopeCount == 1;

    /// <summary>The JSON that the last path led through.</summary>
    public PathMemo Memo { get; } = new();

    /// <summary>The object that plain assignments write to, and <c>this</c>.</summary>
    public ScribanObject CurrentObject
    {
        get
        {
            int i = _scopeCount - 1;
            while (_scopes[i].Object is null)
            {
                i--;
            }

            return _scopes[i].Object!;
        }
    }

    public void PushObject(ScribanObject target) => Push(new Scope { Object = target });

    public void PushLoopVariable(string name, Value value) => Push(new Scope { LoopName = name, LoopValue = value });

    public void SetLoopVariable(Value value) => _scopes[_scopeCount - 1].LoopValue = value;

    public void PopScope()
    {
        _scopeCount--;
        _scopes[_scopeCount] = default;
    }

    /// <summary>Looks a plain name up, innermost first; <paramref name="json"/> is set instead of the value while it is only JSON.</summary>
    public bool TryFind(string name, ReadOnlySpan<byte> utf8, out JsonElement json, out bool isJson, out Value value)
    {
        for (int i = _scopeCount - 1; i >= 0; i--)
        {
            ref Scope scope = ref _scopes[i];
            if (scope.LoopName is not null)
            {
                if (string.Equals(scope.LoopName, name, StringComparison.Ordinal))
                {
                    value = scope.LoopValue;
                    json = default;
                    isJson = false;
                    return true;
                }

                continue;
            }

            if (scope.Object!.TryGetJson(name, utf8, out json))
            {
                value = default;
                isJson = true;
                return true;
            }

            if (scope.Object.TryGet(name, out value))
            {
                isJson = false;
                return true;
            }
        }

        json = default;
        isJson = false;
        value = Builtins.Find(name);
        return !value.IsNull;
    }

    /// <summary>Looks a plain name up as a value.</summary>
    public bool TryFind(string name, out Value value)
    {
        for (int i = _scopeCount - 1; i >= 0; i--)
        {
            ref Scope scope = ref _scopes[i];
            if (scope.LoopName is null)
            {
                if (scope.Object!.TryGet(name, out value))
                {
                    return true;
                }
            }
            else if (string.Equals(scope.LoopName, name, StringComparison.Ordinal))
            {
                value = scope.LoopValue;
                return true;
            }
        }

        value = Builtins.Find(name);
        return !value.IsNull;
    }

    /// <summary>Assigns a plain name: the variable of the loop it belongs to, else the current object.</summary>
    public void Assign(string name, Value value, int position)
    {
        int i = _scopeCount - 1;
        while (_scopes[i].Object is null)
        {
            if (string.Equals(_scopes[i].LoopName, name, StringComparison.Ordinal))
            {
                _scopes[i].LoopValue = value;
                return;
            }

            i--;
        }

        SetMember(_scopes[i].Object!, name, value, position, $"Cannot set the readonly variable `{name}`");
    }

    public void SetMember(ScribanObject target, string name, Value value, int position, string readOnlyMessage)
    {
        if (target.IsReadOnly(name))
        {
            throw Fault(position, readOnlyMessage);
        }

        if (target.OwnCount >= Budget.ArraySize)
        {
            throw Exceeded(position, $"An object would have more than the {Budget.ArraySize} members allowed.");
        }

        Allocate(64);
        target.Set(name, value);
    }

    /// <summary>The copy of a namespace of built-ins that this rendering may write to (<c>date.format = …</c>).</summary>
    public ScribanObject ChangedNamespace(BuiltinNamespace space)
    {
        _changedNamespaces ??= [];
        if (!_changedNamespaces.TryGetValue(space, out ScribanObject? changed))
        {
            changed = new ScribanObject();
            _changedNamespaces.Add(space, changed);
        }

        return changed;
    }

    public Value NamespaceMember(BuiltinNamespace space, string name) =>
        _changedNamespaces is not null && _changedNamespaces.TryGetValue(space, out ScribanObject? changed) && changed.TryGet(name, out Value own)
            ? own
            : space.Find(name);

    /// <summary>Every name that could be meant, for the suggestion with an unknown one.</summary>
    public IEnumerable<string> KnownNames()
    {
        for (int i = _scopeCount - 1; i >= 0; i--)
        {
            if (_scopes[i].LoopName is { } loop)
            {
                yield return loop;
            }
            else if (_scopes[i].Object is { } target && !ReferenceEquals(target, Root))
            {
                foreach (string name in target.Keys)
                {
                    yield return name;
                }
            }
        }

        foreach (string name in Root.KnownNames())
        {
            yield return name;
        }

        foreach (string name in Builtins.Names)
        {
            yield return name;
        }
    }

    private void Push(Scope scope)
    {
        if (_scopeCount == _scopes.Length)
        {
            Array.Resize(ref _scopes, _scopeCount * 2);
        }

        _scopes[_scopeCount++] = scope;
    }

    private struct Scope
    {
        public ScribanObject? Object;
        public string? LoopName;
        public Value LoopValue;
    }
}

/// <summary>The <c>$</c> names of a page or of one call of a function.</summary>
internal sealed class LocalFrame(ScribanArray? arguments)
{
    private Dictionary<string, Value>? _variables;
    private HashSet<string>? _readOnly;
    private ScribanArray? _arguments = arguments;

    /// <summary><c>$</c>: the arguments of the call.</summary>
    public ScribanArray Arguments => _arguments ??= new ScribanArray();

    /// <summary><c>$$</c>: the block that wrap passed, or null.</summary>
    public FunctionValue? Block { get; init; }

    public bool IsReadOnly(string name) => _readOnly is not null && _readOnly.Contains(name);

    public void MakeReadOnly(string name) => (_readOnly ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);

    public Value Get(string name) => _variables is not null && _variables.TryGetValue(name, out Value value) ? value : Value.Null;

    public bool Has(string name) => _variables is not null && _variables.ContainsKey(name);

    public void Set(string name, Value value) => (_variables ??= new Dictionary<string, Value>(StringComparer.Ordinal))[name] = value;

    public void Remove(string name) => _variables?.Remove(name);
}

/// <summary>
/// The pieces of JSON that the last path from the root went through. The next one starts from the part they share:
/// a template asks for many members of the same object in a row.
/// </summary>
internal sealed class PathMemo
{
    private const int Deepest = 4;
    private readonly string?[] _names = new string?[Deepest];
    private Elements _elements;
    private string? _root;
    private int _count;

    /// <summary>How many steps are known already; the piece they lead to replaces the root.</summary>
    public int Resume(string root, Step[] steps, ref JsonElement json)
    {
        if (!ReferenceEquals(root, _root))
        {
            _root = root;
            _count = 0;
            return 0;
        }

        int shared = 0;
        while (shared < _count && shared < steps.Length - 1 && ReferenceEquals(_names[shared], steps[shared].Name))
        {
            shared++;
        }

        if (shared > 0)
        {
            json = _elements[shared - 1];
        }

        _count = shared;
        return shared;
    }

    /// <summary>Remembers what a step in the middle of the path led to.</summary>
    public void Keep(int step, string name, JsonElement json)
    {
        if (step == _count && step < Deepest)
        {
            _names[step] = name;
            _elements[step] = json;
            _count++;
        }
    }

    [System.Runtime.CompilerServices.InlineArray(Deepest)]
    private struct Elements
    {
        private JsonElement _first;
    }
}

/// <summary>What <c>for.…</c> and <c>while.…</c> tell (language reference 9.5).</summary>
internal sealed class LoopState(int length) : HeapValue(ValueKind.Object)
{
    public int Index { get; set; }

    public bool Changed { get; set; } = true;

    public int Column { get; set; }

    public int Columns { get; set; }

    public bool TryGet(string name, out Value value)
    {
        value = name switch
        {
            "index" => Value.From(Index),
            "first" => Value.From(Index == 0),
            "even" => Value.From((Index & 1) == 0),
            "odd" => Value.From((Index & 1) == 1),
            "last" when length >= 0 => Value.From(Index == length - 1),
            "rindex" when length >= 0 => Value.From(length - Index - 1),
            "length" when length >= 0 => Value.From(length),
            "changed" => Value.From(Changed),
            "col" when Columns > 0 => Value.From(Column),
            "col_first" when Columns > 0 => Value.From(Column == 1),
            "col_last" when Columns > 0 => Value.From(Column == Columns),
            "row" when Columns > 0 => Value.From((Index / Columns) + 1),
            _ => Value.Null,
        };
        return !value.IsNull;
    }
}
