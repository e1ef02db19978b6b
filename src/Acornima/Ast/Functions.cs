namespace Acornima.Ast;

/// <summary>A function in any of its forms.</summary>
public interface IFunction : INode
{
    /// <summary>The name, if there is one.</summary>
    Identifier? Id { get; }

    /// <summary>The parameters: identifiers, patterns, <see cref="AssignmentPattern"/>, <see cref="RestElement"/>.</summary>
    ref readonly NodeList<Node> Params { get; }

    /// <summary>A <see cref="FunctionBody"/>, or the expression of an arrow function.</summary>
    StatementOrExpression Body { get; }

    /// <summary>True for a generator.</summary>
    bool Generator { get; }

    /// <summary>True for an arrow function whose body is an expression.</summary>
    bool Expression { get; }

    /// <summary>True for an async function.</summary>
    bool Async { get; }
}

/// <summary><c>(params) => body</c>.</summary>
public sealed class ArrowFunctionExpression(in NodeList<Node> @params, StatementOrExpression body, bool expression, bool @async)
    : Expression(NodeType.ArrowFunctionExpression), IFunction
{
    private readonly NodeList<Node> _params = @params;

    Identifier? IFunction.Id => null;

    /// <inheritdoc />
    public ref readonly NodeList<Node> Params => ref _params;

    /// <inheritdoc />
    public StatementOrExpression Body { get; } = body;

    bool IFunction.Generator => false;

    /// <inheritdoc />
    public bool Expression { get; } = expression;

    /// <inheritdoc />
    public bool Async { get; } = @async;

    internal override int ChildSlots => _params.Count + 1;

    internal override Node? ChildAt(int index) => index < _params.Count ? _params[index] : Body;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitArrowFunctionExpression(this);
}

/// <summary>A <c>function</c> as a statement, or anonymous as a default export.</summary>
public sealed class FunctionDeclaration(Identifier? id, in NodeList<Node> @params, FunctionBody body, bool generator, bool @async)
    : Declaration(NodeType.FunctionDeclaration), IFunction
{
    private readonly NodeList<Node> _params = @params;

    /// <inheritdoc />
    public Identifier? Id { get; } = id;

    /// <inheritdoc />
    public ref readonly NodeList<Node> Params => ref _params;

    /// <summary>The body.</summary>
    public FunctionBody Body { get; } = body;

    StatementOrExpression IFunction.Body => Body;

    /// <inheritdoc />
    public bool Generator { get; } = generator;

    bool IFunction.Expression => false;

    /// <inheritdoc />
    public bool Async { get; } = @async;

    internal override int ChildSlots => _params.Count + 2;

    internal override Node? ChildAt(int index)
        => index == 0 ? Id : index <= _params.Count ? _params[index - 1] : Body;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitFunctionDeclaration(this);
}

/// <summary>A <c>function</c> as an expression, or the function of a method.</summary>
public sealed class FunctionExpression(Identifier? id, in NodeList<Node> @params, FunctionBody body, bool generator, bool @async)
    : Expression(NodeType.FunctionExpression), IFunction
{
    private readonly NodeList<Node> _params = @params;

    /// <inheritdoc />
    public Identifier? Id { get; } = id;

    /// <inheritdoc />
    public ref readonly NodeList<Node> Params => ref _params;

    /// <summary>The body.</summary>
    public FunctionBody Body { get; } = body;

    StatementOrExpression IFunction.Body => Body;

    /// <inheritdoc />
    public bool Generator { get; } = generator;

    bool IFunction.Expression => false;

    /// <inheritdoc />
    public bool Async { get; } = @async;

    internal override int ChildSlots => _params.Count + 2;

    internal override Node? ChildAt(int index)
        => index == 0 ? Id : index <= _params.Count ? _params[index - 1] : Body;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitFunctionExpression(this);
}
