using System.Collections.Frozen;
using WebhookBridge.Scriban.Runtime;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Functions;

/// <summary>The body of a built-in function.</summary>
internal delegate Value BuiltinBody(in Arguments arguments);

/// <summary>A function of the language itself. The parameters are written as in its documentation: <c>"text pattern culture?"</c>.</summary>
internal sealed class BuiltinFunction : FunctionValue
{
    public BuiltinFunction(string name, string parameters, BuiltinBody body)
    {
        Name = name;
        Body = body;
        string[] names = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IsVariadic = names.Length > 0 && names[^1].EndsWith('*');
        Required = names.Count(n => !n.EndsWith('?') && !n.EndsWith('*'));
        Parameters = [.. names.Select(n => n.TrimEnd('?', '*'))];
    }

    public string Name { get; }

    public string[] Parameters { get; }

    public int Required { get; }

    /// <summary>The last parameter takes all arguments that are left, as one list.</summary>
    public bool IsVariadic { get; }

    public BuiltinBody Body { get; }
}

/// <summary>An object of built-in functions such as <c>string</c>; shared by all renderings and never changed.</summary>
internal sealed class BuiltinNamespace(string name, IReadOnlyList<BuiltinFunction> functions, IReadOnlyDictionary<string, Value>? values = null)
    : HeapValue(ValueKind.Object)
{
    private readonly FrozenDictionary<string, Value> _members = functions
        .Select(f => KeyValuePair.Create(f.Name[(f.Name.IndexOf('.', StringComparison.Ordinal) + 1)..], Value.From(f)))
        .Concat(values ?? new Dictionary<string, Value>())
        .ToFrozenDictionary(StringComparer.Ordinal);

    public string Name { get; } = name;

    public IEnumerable<string> Keys => _members.Keys;

    public Value Find(string member) => _members.TryGetValue(member, out Value value) ? value : Value.Null;
}

/// <summary>The arguments of a call of a built-in, by parameter; what was not given is null.</summary>
internal readonly ref struct Arguments
{
    private readonly ReadOnlySpan<Value> _values;
    private readonly CallSite _site;

    public Arguments(RenderContext context, ReadOnlySpan<Value> values, BuiltinFunction function, CallSite site)
    {
        Context = context;
        _values = values;
        Function = function;
        _site = site;
    }

    public RenderContext Context { get; }

    public BuiltinFunction Function { get; }

    public Value this[int index] => _values[index];

    public int Position => _site.Position;

    public bool Stream => _site.Stream;

    /// <summary>The last, variadic parameter.</summary>
    public ReadOnlySpan<Value> Rest => _values[^1].AsHeap is ScribanArray rest ? rest.Items : default;

    /// <summary>A text, or null for null; other values as they print.</summary>
    public string? Text(int index) => _values[index].TextOrNull ?? (_values[index].IsNull ? null : Context.ToText(_values[index]));

    public string TextOrEmpty(int index) => Text(index) ?? "";

    public int Int(int index, int otherwise = 0) =>
        _values[index].IsNull ? otherwise : Context.ToInt(_values[index], PositionOf(index));

    public bool Bool(int index) => _values[index].IsTruthy;

    public ScribanArray List(int index) => Context.ToList(_values[index]);

    /// <summary>A function given with <c>@</c>; null for null.</summary>
    public FunctionValue? Callee(int index)
    {
        Value value = _values[index];
        if (value.IsNull)
        {
            return null;
        }

        return value.AsHeap as FunctionValue
            ?? throw Fault(index, $"`{Function.Name}` expects a function for `{Function.Parameters[index]}`, written with @ in front, instead of {Context.Describe(value)}");
    }

    public TemplateException Fault(int index, string message) => Context.Fault(PositionOf(index), message);

    public TemplateException Fault(string message) => Context.Fault(Position, message);

    public int PositionOf(int index)
    {
        int given = index - _site.Piped;
        return given < 0 ? _site.PipePosition : given < _site.Given.Length ? _site.Given[given].Position : _site.Position;
    }
}

/// <summary>Where a call stands in the template, for errors about its arguments.</summary>
/// <param name="Position">Start of the call.</param>
/// <param name="End">Just behind the call, where a missing argument would stand.</param>
/// <param name="Piped">How many arguments came through the pipe.</param>
/// <param name="PipePosition">Where the piped value stands.</param>
/// <param name="Given">The arguments written.</param>
internal readonly record struct CallSite(int Position, int End, int Piped, int PipePosition, Argument[] Given)
{
    /// <summary>The result is printed as it stands, so a text may go straight to the output.</summary>
    public bool Stream { get; init; }

    /// <summary>The block of a <c>wrap</c>.</summary>
    public FunctionValue? Block { get; init; }
}

/// <summary>The part of a <see cref="CallSite"/> that is known before the arguments are.</summary>
internal readonly record struct CallPlace(int Position, int End, bool Stream = false, FunctionValue? Block = null);
