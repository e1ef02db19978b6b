using System.Runtime.CompilerServices;
using Acornima.Ast;

namespace Acornima;

/// <summary>
/// Walks a tree. Each method visits the children of its node and gives the node back; override those that matter.
/// A tree too deep for the stack ends in an <see cref="InsufficientExecutionStackException"/>, never in a crash.
/// </summary>
public abstract class AstVisitor
{
    /// <summary>Visits a node through its <see cref="Node.Accept"/>; null is passed over.</summary>
    public virtual object? Visit(Node? node)
    {
        if (node is null)
        {
            return null;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return node.Accept(this);
    }

    private Node VisitChildren(Node node)
    {
        foreach (var child in node.ChildNodes)
        {
            Visit(child);
        }

        return node;
    }

    /// <summary>Visits the children of a <see cref="AccessorProperty"/>.</summary>
    protected internal virtual object? VisitAccessorProperty(AccessorProperty node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ArrayExpression"/>.</summary>
    protected internal virtual object? VisitArrayExpression(ArrayExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ArrayPattern"/>.</summary>
    protected internal virtual object? VisitArrayPattern(ArrayPattern node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ArrowFunctionExpression"/>.</summary>
    protected internal virtual object? VisitArrowFunctionExpression(ArrowFunctionExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="AssignmentExpression"/>.</summary>
    protected internal virtual object? VisitAssignmentExpression(AssignmentExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="AssignmentPattern"/>.</summary>
    protected internal virtual object? VisitAssignmentPattern(AssignmentPattern node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="AssignmentProperty"/>.</summary>
    protected internal virtual object? VisitAssignmentProperty(AssignmentProperty node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="AwaitExpression"/>.</summary>
    protected internal virtual object? VisitAwaitExpression(AwaitExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="BinaryExpression"/>.</summary>
    protected internal virtual object? VisitBinaryExpression(BinaryExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="BlockStatement"/>.</summary>
    protected internal virtual object? VisitBlockStatement(BlockStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="BreakStatement"/>.</summary>
    protected internal virtual object? VisitBreakStatement(BreakStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="CallExpression"/>.</summary>
    protected internal virtual object? VisitCallExpression(CallExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="CatchClause"/>.</summary>
    protected internal virtual object? VisitCatchClause(CatchClause node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ChainExpression"/>.</summary>
    protected internal virtual object? VisitChainExpression(ChainExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ClassBody"/>.</summary>
    protected internal virtual object? VisitClassBody(ClassBody node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ClassDeclaration"/>.</summary>
    protected internal virtual object? VisitClassDeclaration(ClassDeclaration node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ClassExpression"/>.</summary>
    protected internal virtual object? VisitClassExpression(ClassExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ConditionalExpression"/>.</summary>
    protected internal virtual object? VisitConditionalExpression(ConditionalExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ContinueStatement"/>.</summary>
    protected internal virtual object? VisitContinueStatement(ContinueStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="DebuggerStatement"/>.</summary>
    protected internal virtual object? VisitDebuggerStatement(DebuggerStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="Decorator"/>.</summary>
    protected internal virtual object? VisitDecorator(Decorator node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="DoWhileStatement"/>.</summary>
    protected internal virtual object? VisitDoWhileStatement(DoWhileStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="EmptyStatement"/>.</summary>
    protected internal virtual object? VisitEmptyStatement(EmptyStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ExportAllDeclaration"/>.</summary>
    protected internal virtual object? VisitExportAllDeclaration(ExportAllDeclaration node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ExportDefaultDeclaration"/>.</summary>
    protected internal virtual object? VisitExportDefaultDeclaration(ExportDefaultDeclaration node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ExportNamedDeclaration"/>.</summary>
    protected internal virtual object? VisitExportNamedDeclaration(ExportNamedDeclaration node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ExportSpecifier"/>.</summary>
    protected internal virtual object? VisitExportSpecifier(ExportSpecifier node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ExpressionStatement"/>.</summary>
    protected internal virtual object? VisitExpressionStatement(ExpressionStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ForInStatement"/>.</summary>
    protected internal virtual object? VisitForInStatement(ForInStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ForOfStatement"/>.</summary>
    protected internal virtual object? VisitForOfStatement(ForOfStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ForStatement"/>.</summary>
    protected internal virtual object? VisitForStatement(ForStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="FunctionBody"/>.</summary>
    protected internal virtual object? VisitFunctionBody(FunctionBody node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="FunctionDeclaration"/>.</summary>
    protected internal virtual object? VisitFunctionDeclaration(FunctionDeclaration node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="FunctionExpression"/>.</summary>
    protected internal virtual object? VisitFunctionExpression(FunctionExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="Identifier"/>.</summary>
    protected internal virtual object? VisitIdentifier(Identifier node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="IfStatement"/>.</summary>
    protected internal virtual object? VisitIfStatement(IfStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ImportAttribute"/>.</summary>
    protected internal virtual object? VisitImportAttribute(ImportAttribute node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ImportDeclaration"/>.</summary>
    protected internal virtual object? VisitImportDeclaration(ImportDeclaration node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ImportDefaultSpecifier"/>.</summary>
    protected internal virtual object? VisitImportDefaultSpecifier(ImportDefaultSpecifier node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ImportExpression"/>.</summary>
    protected internal virtual object? VisitImportExpression(ImportExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ImportNamespaceSpecifier"/>.</summary>
    protected internal virtual object? VisitImportNamespaceSpecifier(ImportNamespaceSpecifier node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ImportSpecifier"/>.</summary>
    protected internal virtual object? VisitImportSpecifier(ImportSpecifier node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="LabeledStatement"/>.</summary>
    protected internal virtual object? VisitLabeledStatement(LabeledStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="Literal"/>.</summary>
    protected internal virtual object? VisitLiteral(Literal node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="LogicalExpression"/>.</summary>
    protected internal virtual object? VisitLogicalExpression(LogicalExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="MemberExpression"/>.</summary>
    protected internal virtual object? VisitMemberExpression(MemberExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="MetaProperty"/>.</summary>
    protected internal virtual object? VisitMetaProperty(MetaProperty node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="MethodDefinition"/>.</summary>
    protected internal virtual object? VisitMethodDefinition(MethodDefinition node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="NewExpression"/>.</summary>
    protected internal virtual object? VisitNewExpression(NewExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ObjectExpression"/>.</summary>
    protected internal virtual object? VisitObjectExpression(ObjectExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ObjectPattern"/>.</summary>
    protected internal virtual object? VisitObjectPattern(ObjectPattern node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ObjectProperty"/>.</summary>
    protected internal virtual object? VisitObjectProperty(ObjectProperty node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="PrivateIdentifier"/>.</summary>
    protected internal virtual object? VisitPrivateIdentifier(PrivateIdentifier node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="Program"/>.</summary>
    protected internal virtual object? VisitProgram(Program node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="PropertyDefinition"/>.</summary>
    protected internal virtual object? VisitPropertyDefinition(PropertyDefinition node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="RestElement"/>.</summary>
    protected internal virtual object? VisitRestElement(RestElement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ReturnStatement"/>.</summary>
    protected internal virtual object? VisitReturnStatement(ReturnStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="SequenceExpression"/>.</summary>
    protected internal virtual object? VisitSequenceExpression(SequenceExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="SpreadElement"/>.</summary>
    protected internal virtual object? VisitSpreadElement(SpreadElement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="StaticBlock"/>.</summary>
    protected internal virtual object? VisitStaticBlock(StaticBlock node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="Super"/>.</summary>
    protected internal virtual object? VisitSuper(Super node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="SwitchCase"/>.</summary>
    protected internal virtual object? VisitSwitchCase(SwitchCase node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="SwitchStatement"/>.</summary>
    protected internal virtual object? VisitSwitchStatement(SwitchStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="TaggedTemplateExpression"/>.</summary>
    protected internal virtual object? VisitTaggedTemplateExpression(TaggedTemplateExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="TemplateElement"/>.</summary>
    protected internal virtual object? VisitTemplateElement(TemplateElement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="TemplateLiteral"/>.</summary>
    protected internal virtual object? VisitTemplateLiteral(TemplateLiteral node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ThisExpression"/>.</summary>
    protected internal virtual object? VisitThisExpression(ThisExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="ThrowStatement"/>.</summary>
    protected internal virtual object? VisitThrowStatement(ThrowStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="TryStatement"/>.</summary>
    protected internal virtual object? VisitTryStatement(TryStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="UnaryExpression"/>.</summary>
    protected internal virtual object? VisitUnaryExpression(UnaryExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="UpdateExpression"/>.</summary>
    protected internal virtual object? VisitUpdateExpression(UpdateExpression node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="VariableDeclaration"/>.</summary>
    protected internal virtual object? VisitVariableDeclaration(VariableDeclaration node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="VariableDeclarator"/>.</summary>
    protected internal virtual object? VisitVariableDeclarator(VariableDeclarator node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="WhileStatement"/>.</summary>
    protected internal virtual object? VisitWhileStatement(WhileStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="WithStatement"/>.</summary>
    protected internal virtual object? VisitWithStatement(WithStatement node) => VisitChildren(node);

    /// <summary>Visits the children of a <see cref="YieldExpression"/>.</summary>
    protected internal virtual object? VisitYieldExpression(YieldExpression node) => VisitChildren(node);
}
