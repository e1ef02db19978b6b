namespace Acornima.Ast;

/// <summary><c>break label;</c>.</summary>
public sealed class BreakStatement(Identifier? label) : Statement(NodeType.BreakStatement)
{
    /// <summary>The label, if there is one.</summary>
    public Identifier? Label { get; } = label;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Label;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitBreakStatement(this);
}

/// <summary><c>continue label;</c>.</summary>
public sealed class ContinueStatement(Identifier? label) : Statement(NodeType.ContinueStatement)
{
    /// <summary>The label, if there is one.</summary>
    public Identifier? Label { get; } = label;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Label;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitContinueStatement(this);
}

/// <summary><c>debugger;</c>.</summary>
public sealed class DebuggerStatement() : Statement(NodeType.DebuggerStatement)
{
    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitDebuggerStatement(this);
}

/// <summary><c>do body while (test)</c>.</summary>
public sealed class DoWhileStatement(Statement body, Expression test) : Statement(NodeType.DoWhileStatement)
{
    /// <summary>The body.</summary>
    public Statement Body { get; } = body;

    /// <summary>The condition.</summary>
    public Expression Test { get; } = test;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Body : Test;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitDoWhileStatement(this);
}

/// <summary>A lone semicolon.</summary>
public sealed class EmptyStatement() : Statement(NodeType.EmptyStatement)
{
    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitEmptyStatement(this);
}

/// <summary><c>for (left in right) body</c>.</summary>
public sealed class ForInStatement(Node left, Expression right, Statement body) : Statement(NodeType.ForInStatement)
{
    /// <summary>A <see cref="VariableDeclaration"/> or an assignment target.</summary>
    public Node Left { get; } = left;

    /// <summary>The object.</summary>
    public Expression Right { get; } = right;

    /// <summary>The body.</summary>
    public Statement Body { get; } = body;

    internal override int ChildSlots => 3;

    internal override Node? ChildAt(int index) => index switch { 0 => Left, 1 => Right, _ => Body };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitForInStatement(this);
}

/// <summary><c>for (left of right) body</c>.</summary>
public sealed class ForOfStatement(Node left, Expression right, Statement body, bool await) : Statement(NodeType.ForOfStatement)
{
    /// <summary>A <see cref="VariableDeclaration"/> or an assignment target.</summary>
    public Node Left { get; } = left;

    /// <summary>The iterable.</summary>
    public Expression Right { get; } = right;

    /// <summary>The body.</summary>
    public Statement Body { get; } = body;

    /// <summary>True for <c>for await</c>.</summary>
    public bool Await { get; } = await;

    internal override int ChildSlots => 3;

    internal override Node? ChildAt(int index) => index switch { 0 => Left, 1 => Right, _ => Body };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitForOfStatement(this);
}

/// <summary><c>for (init; test; update) body</c>.</summary>
public sealed class ForStatement(StatementOrExpression? init, Expression? test, Expression? update, Statement body) : Statement(NodeType.ForStatement)
{
    /// <summary>A <see cref="VariableDeclaration"/>, an expression or nothing.</summary>
    public StatementOrExpression? Init { get; } = init;

    /// <summary>The condition, if there is one.</summary>
    public Expression? Test { get; } = test;

    /// <summary>What runs after each turn, if anything.</summary>
    public Expression? Update { get; } = update;

    /// <summary>The body.</summary>
    public Statement Body { get; } = body;

    internal override int ChildSlots => 4;

    internal override Node? ChildAt(int index) => index switch { 0 => Init, 1 => Test, 2 => Update, _ => Body };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitForStatement(this);
}

/// <summary><c>if (test) consequent else alternate</c>.</summary>
public sealed class IfStatement(Expression test, Statement consequent, Statement? alternate) : Statement(NodeType.IfStatement)
{
    /// <summary>The condition.</summary>
    public Expression Test { get; } = test;

    /// <summary>What runs when it holds.</summary>
    public Statement Consequent { get; } = consequent;

    /// <summary>What runs otherwise, if anything.</summary>
    public Statement? Alternate { get; } = alternate;

    internal override int ChildSlots => 3;

    internal override Node? ChildAt(int index) => index switch { 0 => Test, 1 => Consequent, _ => Alternate };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitIfStatement(this);
}

/// <summary><c>label: body</c>.</summary>
public sealed class LabeledStatement(Identifier label, Statement body) : Statement(NodeType.LabeledStatement)
{
    /// <summary>The label.</summary>
    public Identifier Label { get; } = label;

    /// <summary>The statement that bears it.</summary>
    public Statement Body { get; } = body;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Label : Body;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitLabeledStatement(this);
}

/// <summary><c>return argument;</c>.</summary>
public sealed class ReturnStatement(Expression? argument) : Statement(NodeType.ReturnStatement)
{
    /// <summary>The value, if there is one.</summary>
    public Expression? Argument { get; } = argument;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Argument;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitReturnStatement(this);
}

/// <summary><c>switch (discriminant) { cases }</c>.</summary>
public sealed class SwitchStatement(Expression discriminant, in NodeList<SwitchCase> cases) : Statement(NodeType.SwitchStatement)
{
    private readonly NodeList<SwitchCase> _cases = cases;

    /// <summary>What is compared.</summary>
    public Expression Discriminant { get; } = discriminant;

    /// <summary>The cases in order.</summary>
    public ref readonly NodeList<SwitchCase> Cases => ref _cases;

    internal override int ChildSlots => 1 + _cases.Count;

    internal override Node? ChildAt(int index) => index == 0 ? Discriminant : _cases[index - 1];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitSwitchStatement(this);
}

/// <summary><c>case test: consequent</c> or <c>default: consequent</c>.</summary>
public sealed class SwitchCase(Expression? test, in NodeList<Statement> consequent) : Node(NodeType.SwitchCase)
{
    private readonly NodeList<Statement> _consequent = consequent;

    /// <summary>What is compared with; null for <c>default</c>.</summary>
    public Expression? Test { get; } = test;

    /// <summary>The statements.</summary>
    public ref readonly NodeList<Statement> Consequent => ref _consequent;

    internal override int ChildSlots => 1 + _consequent.Count;

    internal override Node? ChildAt(int index) => index == 0 ? Test : _consequent[index - 1];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitSwitchCase(this);
}

/// <summary><c>throw argument;</c>.</summary>
public sealed class ThrowStatement(Expression argument) : Statement(NodeType.ThrowStatement)
{
    /// <summary>What is thrown.</summary>
    public Expression Argument { get; } = argument;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Argument;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitThrowStatement(this);
}

/// <summary><c>try block handler finalizer</c>.</summary>
public sealed class TryStatement(NestedBlockStatement block, CatchClause? handler, NestedBlockStatement? finalizer) : Statement(NodeType.TryStatement)
{
    /// <summary>What is tried.</summary>
    public NestedBlockStatement Block { get; } = block;

    /// <summary>The <c>catch</c>, if there is one.</summary>
    public CatchClause? Handler { get; } = handler;

    /// <summary>The <c>finally</c> block, if there is one.</summary>
    public NestedBlockStatement? Finalizer { get; } = finalizer;

    internal override int ChildSlots => 3;

    internal override Node? ChildAt(int index) => index switch { 0 => Block, 1 => Handler, _ => Finalizer };

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitTryStatement(this);
}

/// <summary><c>catch (param) body</c>.</summary>
public sealed class CatchClause(Node? param, NestedBlockStatement body) : Node(NodeType.CatchClause)
{
    /// <summary>The binding, if there is one.</summary>
    public Node? Param { get; } = param;

    /// <summary>The block.</summary>
    public NestedBlockStatement Body { get; } = body;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Param : Body;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitCatchClause(this);
}

/// <summary><c>var</c>, <c>let</c> or <c>const</c> with its declarators.</summary>
public sealed class VariableDeclaration(VariableDeclarationKind kind, in NodeList<VariableDeclarator> declarations) : Declaration(NodeType.VariableDeclaration)
{
    private readonly NodeList<VariableDeclarator> _declarations = declarations;

    /// <summary>The keyword.</summary>
    public VariableDeclarationKind Kind { get; } = kind;

    /// <summary>The declarators, one or more.</summary>
    public ref readonly NodeList<VariableDeclarator> Declarations => ref _declarations;

    internal override int ChildSlots => _declarations.Count;

    internal override Node? ChildAt(int index) => _declarations[index];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitVariableDeclaration(this);
}

/// <summary><c>id = init</c> in a declaration.</summary>
public sealed class VariableDeclarator(Node id, Expression? init) : Node(NodeType.VariableDeclarator)
{
    /// <summary>The identifier or pattern.</summary>
    public Node Id { get; } = id;

    /// <summary>The initialiser, if there is one.</summary>
    public Expression? Init { get; } = init;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Id : Init;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitVariableDeclarator(this);
}

/// <summary><c>while (test) body</c>.</summary>
public sealed class WhileStatement(Expression test, Statement body) : Statement(NodeType.WhileStatement)
{
    /// <summary>The condition.</summary>
    public Expression Test { get; } = test;

    /// <summary>The body.</summary>
    public Statement Body { get; } = body;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Test : Body;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitWhileStatement(this);
}

/// <summary><c>with (object) body</c>.</summary>
public sealed class WithStatement(Expression @object, Statement body) : Statement(NodeType.WithStatement)
{
    /// <summary>The object.</summary>
    public Expression Object { get; } = @object;

    /// <summary>The body.</summary>
    public Statement Body { get; } = body;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Object : Body;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitWithStatement(this);
}
