using WebhookBridge.Scriban.Syntax;
using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Runtime;

/// <summary>Anything that can be called.</summary>
internal abstract class FunctionValue() : HeapValue(ValueKind.Function);

/// <summary>A parameter of a function that a template declares.</summary>
internal sealed record Parameter(string Name, int Position, Expression? Default, bool IsVariadic);

/// <summary>
/// A function of a template (language reference 7): a simple or anonymous one has no parameters and shares the
/// variables of its caller; a parametric one opens an object of its own.
/// </summary>
internal sealed class UserFunction(string? name, Parameter[]? parameters, Statement? body, Expression? result, Source source) : FunctionValue
{
    public string? Name { get; } = name;

    /// <summary>Null for simple and anonymous functions.</summary>
    public Parameter[]? Parameters { get; } = parameters;

    public Statement? Body { get; } = body;

    /// <summary>The expression of an inline function.</summary>
    public Expression? Result { get; } = result;

    public Source Source { get; } = source;
}

/// <summary>The block of a <c>wrap</c>, run by <c>$$</c> with the names that hold where it is called.</summary>
internal sealed class BlockFunction(Statement body, Source source) : FunctionValue
{
    public Statement Body { get; } = body;

    public Source Source { get; } = source;
}
