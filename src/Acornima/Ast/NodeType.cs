namespace Acornima.Ast;

/// <summary>The kinds of nodes, named as in ESTree. The numbers are part of the binary contract.</summary>
public enum NodeType
{
    /// <summary>No kind.</summary>
    Unknown,
    /// <summary>AccessorProperty.</summary>
    AccessorProperty,
    /// <summary>ArrayExpression.</summary>
    ArrayExpression,
    /// <summary>ArrayPattern.</summary>
    ArrayPattern,
    /// <summary>ArrowFunctionExpression.</summary>
    ArrowFunctionExpression,
    /// <summary>AssignmentExpression.</summary>
    AssignmentExpression,
    /// <summary>AssignmentPattern.</summary>
    AssignmentPattern,
    /// <summary>AwaitExpression.</summary>
    AwaitExpression,
    /// <summary>BinaryExpression.</summary>
    BinaryExpression,
    /// <summary>BlockStatement.</summary>
    BlockStatement,
    /// <summary>BreakStatement.</summary>
    BreakStatement,
    /// <summary>CallExpression.</summary>
    CallExpression,
    /// <summary>CatchClause.</summary>
    CatchClause,
    /// <summary>ChainExpression.</summary>
    ChainExpression,
    /// <summary>ClassBody.</summary>
    ClassBody,
    /// <summary>ClassDeclaration.</summary>
    ClassDeclaration,
    /// <summary>ClassExpression.</summary>
    ClassExpression,
    /// <summary>ConditionalExpression.</summary>
    ConditionalExpression,
    /// <summary>ContinueStatement.</summary>
    ContinueStatement,
    /// <summary>DebuggerStatement.</summary>
    DebuggerStatement,
    /// <summary>Decorator.</summary>
    Decorator,
    /// <summary>DoWhileStatement.</summary>
    DoWhileStatement,
    /// <summary>EmptyStatement.</summary>
    EmptyStatement,
    /// <summary>ExportAllDeclaration.</summary>
    ExportAllDeclaration,
    /// <summary>ExportDefaultDeclaration.</summary>
    ExportDefaultDeclaration,
    /// <summary>ExportNamedDeclaration.</summary>
    ExportNamedDeclaration,
    /// <summary>ExportSpecifier.</summary>
    ExportSpecifier,
    /// <summary>ExpressionStatement.</summary>
    ExpressionStatement,
    /// <summary>ForInStatement.</summary>
    ForInStatement,
    /// <summary>ForOfStatement.</summary>
    ForOfStatement,
    /// <summary>ForStatement.</summary>
    ForStatement,
    /// <summary>FunctionDeclaration.</summary>
    FunctionDeclaration,
    /// <summary>FunctionExpression.</summary>
    FunctionExpression,
    /// <summary>Identifier.</summary>
    Identifier,
    /// <summary>IfStatement.</summary>
    IfStatement,
    /// <summary>ImportAttribute.</summary>
    ImportAttribute,
    /// <summary>ImportDeclaration.</summary>
    ImportDeclaration,
    /// <summary>ImportDefaultSpecifier.</summary>
    ImportDefaultSpecifier,
    /// <summary>ImportExpression.</summary>
    ImportExpression,
    /// <summary>ImportNamespaceSpecifier.</summary>
    ImportNamespaceSpecifier,
    /// <summary>ImportSpecifier.</summary>
    ImportSpecifier,
    /// <summary>LabeledStatement.</summary>
    LabeledStatement,
    /// <summary>Literal.</summary>
    Literal,
    /// <summary>LogicalExpression.</summary>
    LogicalExpression,
    /// <summary>MemberExpression.</summary>
    MemberExpression,
    /// <summary>MetaProperty.</summary>
    MetaProperty,
    /// <summary>MethodDefinition.</summary>
    MethodDefinition,
    /// <summary>NewExpression.</summary>
    NewExpression,
    /// <summary>ObjectExpression.</summary>
    ObjectExpression,
    /// <summary>ObjectPattern.</summary>
    ObjectPattern,
    /// <summary>ParenthesizedExpression.</summary>
    ParenthesizedExpression,
    /// <summary>PrivateIdentifier.</summary>
    PrivateIdentifier,
    /// <summary>Program.</summary>
    Program,
    /// <summary>Property.</summary>
    Property,
    /// <summary>PropertyDefinition.</summary>
    PropertyDefinition,
    /// <summary>RestElement.</summary>
    RestElement,
    /// <summary>ReturnStatement.</summary>
    ReturnStatement,
    /// <summary>SequenceExpression.</summary>
    SequenceExpression,
    /// <summary>SpreadElement.</summary>
    SpreadElement,
    /// <summary>StaticBlock.</summary>
    StaticBlock,
    /// <summary>Super.</summary>
    Super,
    /// <summary>SwitchCase.</summary>
    SwitchCase,
    /// <summary>SwitchStatement.</summary>
    SwitchStatement,
    /// <summary>TaggedTemplateExpression.</summary>
    TaggedTemplateExpression,
    /// <summary>TemplateElement.</summary>
    TemplateElement,
    /// <summary>TemplateLiteral.</summary>
    TemplateLiteral,
    /// <summary>ThisExpression.</summary>
    ThisExpression,
    /// <summary>ThrowStatement.</summary>
    ThrowStatement,
    /// <summary>TryStatement.</summary>
    TryStatement,
    /// <summary>UnaryExpression.</summary>
    UnaryExpression,
    /// <summary>UpdateExpression.</summary>
    UpdateExpression,
    /// <summary>VariableDeclaration.</summary>
    VariableDeclaration,
    /// <summary>VariableDeclarator.</summary>
    VariableDeclarator,
    /// <summary>WhileStatement.</summary>
    WhileStatement,
    /// <summary>WithStatement.</summary>
    WithStatement,
    /// <summary>YieldExpression.</summary>
    YieldExpression,
    /// <summary>A node type declared by the consumer.</summary>
    Extension = -1,
}
