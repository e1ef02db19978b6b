namespace Acornima.Ast;

/// <summary><c>import specifiers from source</c>.</summary>
public sealed class ImportDeclaration(in NodeList<ImportDeclarationSpecifier> specifiers, StringLiteral source, in NodeList<ImportAttribute> attributes, ImportPhase phase) : Declaration(NodeType.ImportDeclaration)
{
    private readonly NodeList<ImportDeclarationSpecifier> _specifiers = specifiers;
    private readonly NodeList<ImportAttribute> _attributes = attributes;

    /// <summary>What is imported; empty for <c>import "x"</c>.</summary>
    public ref readonly NodeList<ImportDeclarationSpecifier> Specifiers => ref _specifiers;

    /// <summary>The module specifier.</summary>
    public StringLiteral Source { get; } = source;

    /// <summary>The entries of <c>with { … }</c>.</summary>
    public ref readonly NodeList<ImportAttribute> Attributes => ref _attributes;

    /// <summary>The import phase.</summary>
    public ImportPhase Phase { get; } = phase;

    internal override int ChildSlots => 1 + _specifiers.Count + _attributes.Count;

    internal override Node? ChildAt(int index)
    {
        if (index < _specifiers.Count)
        {
            return _specifiers[index];
        }

        index -= _specifiers.Count;
        if (index-- == 0)
        {
            return Source;
        }

        return _attributes[index];
    }

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitImportDeclaration(this);
}

/// <summary><c>key: value</c> in <c>with { … }</c>.</summary>
public sealed class ImportAttribute(Expression key, StringLiteral value) : Node(NodeType.ImportAttribute)
{
    /// <summary>An <see cref="Identifier"/> or a string.</summary>
    public Expression Key { get; } = key;

    /// <summary>The value.</summary>
    public StringLiteral Value { get; } = value;

    internal override int ChildSlots => 2;

    internal override Node? ChildAt(int index) => index == 0 ? Key : Value;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitImportAttribute(this);
}

/// <summary><c>import local from …</c>.</summary>
public sealed class ImportDefaultSpecifier(Identifier local) : ImportDeclarationSpecifier(NodeType.ImportDefaultSpecifier)
{
    /// <summary>The local name.</summary>
    public override Identifier Local { get; } = local;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Local;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitImportDefaultSpecifier(this);
}

/// <summary><c>import * as local from …</c>.</summary>
public sealed class ImportNamespaceSpecifier(Identifier local) : ImportDeclarationSpecifier(NodeType.ImportNamespaceSpecifier)
{
    /// <summary>The local name.</summary>
    public override Identifier Local { get; } = local;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Local;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitImportNamespaceSpecifier(this);
}

/// <summary><c>export * as exported from source</c>.</summary>
public sealed class ExportAllDeclaration(Expression? exported, StringLiteral source, in NodeList<ImportAttribute> attributes) : ExportDeclaration(NodeType.ExportAllDeclaration)
{
    private readonly NodeList<ImportAttribute> _attributes = attributes;

    /// <summary>The name of the namespace, if there is one.</summary>
    public Expression? Exported { get; } = exported;

    /// <summary>The module specifier.</summary>
    public StringLiteral Source { get; } = source;

    /// <summary>The entries of <c>with { … }</c>.</summary>
    public ref readonly NodeList<ImportAttribute> Attributes => ref _attributes;

    internal override int ChildSlots => 2 + _attributes.Count;

    internal override Node? ChildAt(int index)
    {
        if (index-- == 0)
        {
            return Exported;
        }

        if (index-- == 0)
        {
            return Source;
        }

        return _attributes[index];
    }

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitExportAllDeclaration(this);
}

/// <summary><c>export default declaration</c>.</summary>
public sealed class ExportDefaultDeclaration(StatementOrExpression declaration) : ExportDeclaration(NodeType.ExportDefaultDeclaration)
{
    /// <summary>A function or class declaration (its name may be missing) or an expression.</summary>
    public StatementOrExpression Declaration { get; } = declaration;

    internal override int ChildSlots => 1;

    internal override Node? ChildAt(int index) => Declaration;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitExportDefaultDeclaration(this);
}

/// <summary><c>export declaration</c> or <c>export { specifiers } from source</c>.</summary>
public sealed class ExportNamedDeclaration(Declaration? declaration, in NodeList<ExportSpecifier> specifiers, StringLiteral? source, in NodeList<ImportAttribute> attributes) : ExportDeclaration(NodeType.ExportNamedDeclaration)
{
    private readonly NodeList<ExportSpecifier> _specifiers = specifiers;
    private readonly NodeList<ImportAttribute> _attributes = attributes;

    /// <summary>The declaration, if this is that form.</summary>
    public Declaration? Declaration { get; } = declaration;

    /// <summary>The names otherwise.</summary>
    public ref readonly NodeList<ExportSpecifier> Specifiers => ref _specifiers;

    /// <summary>The module specifier, if there is one.</summary>
    public StringLiteral? Source { get; } = source;

    /// <summary>The entries of <c>with { … }</c>.</summary>
    public ref readonly NodeList<ImportAttribute> Attributes => ref _attributes;

    internal override int ChildSlots => 2 + _specifiers.Count + _attributes.Count;

    internal override Node? ChildAt(int index)
    {
        if (index-- == 0)
        {
            return Declaration;
        }

        if (index < _specifiers.Count)
        {
            return _specifiers[index];
        }

        index -= _specifiers.Count;
        if (index-- == 0)
        {
            return Source;
        }

        return _attributes[index];
    }

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitExportNamedDeclaration(this);
}

/// <summary>An <c>export</c> in any of its forms.</summary>
public abstract class ExportDeclaration(NodeType type) : Declaration(type);

/// <summary>A name that an import brings in.</summary>
public abstract class ImportDeclarationSpecifier(NodeType type) : Node(type)
{
    /// <summary>The local name.</summary>
    public abstract Identifier Local { get; }
}

/// <summary><c>imported as local</c> in an import; the two are one node when there is no <c>as</c>.</summary>
public sealed class ImportSpecifier(Expression imported, Identifier local) : ImportDeclarationSpecifier(NodeType.ImportSpecifier)
{
    /// <summary>The name in the other module: an <see cref="Identifier"/> or a string.</summary>
    public Expression Imported { get; } = imported;

    /// <inheritdoc />
    public override Identifier Local { get; } = local;

    internal override int ChildSlots => ReferenceEquals(Imported, Local) ? 1 : 2;

    internal override Node? ChildAt(int index) => index == 0 ? Imported : Local;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitImportSpecifier(this);
}

/// <summary><c>local as exported</c> in an export; the two are one node when there is no <c>as</c>.</summary>
public sealed class ExportSpecifier(Expression local, Expression exported) : Node(NodeType.ExportSpecifier)
{
    /// <summary>The local name, or the name in the other module: an <see cref="Identifier"/> or a string.</summary>
    public Expression Local { get; } = local;

    /// <summary>The name for others: an <see cref="Identifier"/> or a string.</summary>
    public Expression Exported { get; } = exported;

    internal override int ChildSlots => ReferenceEquals(Local, Exported) ? 1 : 2;

    internal override Node? ChildAt(int index) => index == 0 ? Local : Exported;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitExportSpecifier(this);
}
