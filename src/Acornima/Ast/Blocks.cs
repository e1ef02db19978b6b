namespace Acornima.Ast;

/// <summary>Statements in braces.</summary>
public abstract class BlockStatement : Statement
{
    private readonly NodeList<Statement> _body;

    private protected BlockStatement(NodeType type, in NodeList<Statement> body)
        : base(type) => _body = body;

    /// <summary>The statements.</summary>
    public ref readonly NodeList<Statement> Body => ref _body;

    internal override int ChildSlots => _body.Count;

    internal override Node? ChildAt(int index) => _body[index];
}

/// <summary>A block among statements, or the block of <c>try</c>, <c>catch</c> or <c>finally</c>.</summary>
public sealed class NestedBlockStatement(in NodeList<Statement> body) : BlockStatement(NodeType.BlockStatement, body)
{
    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitBlockStatement(this);
}

/// <summary>The body of a function, braces included.</summary>
public sealed class FunctionBody(in NodeList<Statement> body, bool strict) : BlockStatement(NodeType.BlockStatement, body)
{
    /// <summary>True when the code of the function is strict, by inheritance or by its own directive.</summary>
    public bool Strict { get; } = strict;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitFunctionBody(this);
}

/// <summary><c>static { … }</c> in a class.</summary>
public sealed class StaticBlock(in NodeList<Statement> body) : BlockStatement(NodeType.StaticBlock, body), IClassElement
{
    bool IClassElement.Static => true;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitStaticBlock(this);
}

/// <summary>A whole script or module.</summary>
public abstract class Program : Node
{
    private readonly NodeList<Statement> _body;

    private protected Program(in NodeList<Statement> body)
        : base(NodeType.Program) => _body = body;

    /// <summary>The statements.</summary>
    public ref readonly NodeList<Statement> Body => ref _body;

    /// <summary>Whether this is a script or a module.</summary>
    public abstract SourceType SourceType { get; }

    /// <summary>True when the top-level code is strict.</summary>
    public abstract bool Strict { get; }

    internal override int ChildSlots => _body.Count;

    internal override Node? ChildAt(int index) => _body[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitProgram(this);
}

/// <summary>A script.</summary>
public sealed class Script(in NodeList<Statement> body, bool strict) : Program(body)
{
    /// <inheritdoc />
    public override SourceType SourceType => SourceType.Script;

    /// <summary>True when the script was parsed as strict code or begins with the directive.</summary>
    public override bool Strict { get; } = strict;
}

/// <summary>A module, always strict.</summary>
public sealed class Module(in NodeList<Statement> body) : Program(body)
{
    /// <inheritdoc />
    public override SourceType SourceType => SourceType.Module;

    /// <inheritdoc />
    public override bool Strict => true;
}

/// <summary>A statement that is an expression.</summary>
public abstract class ExpressionStatement : Statement
{
    private protected ExpressionStatement(Expression expression)
        : base(NodeType.ExpressionStatement) => Expression = expression;

    /// <summary>The expression.</summary>
    public Expression Expression { get; }

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Expression;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitExpressionStatement(this);
}

/// <summary>An expression statement that is not a directive.</summary>
public sealed class NonSpecialExpressionStatement(Expression expression) : ExpressionStatement(expression);

/// <summary>A string at the beginning of a function or program, such as <c>"use strict"</c>.</summary>
public sealed class Directive(StringLiteral expression, string value) : ExpressionStatement(expression)
{
    /// <summary>The text between the quotes as it was written.</summary>
    public string Value { get; } = value;
}
