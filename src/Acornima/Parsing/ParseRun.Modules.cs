using Acornima.Ast;

namespace Acornima;

/// <summary>Imports and exports (ECMA-262 16.2).</summary>
internal sealed partial class ParseRun
{
    private readonly HashSet<string> _exported = [];
    private readonly List<Identifier> _exportedLocals = [];

    private Statement ParseModuleItem() => _s.Kind switch
    {
        T.Import when !NextIs(T.LeftParen) && !NextIs(T.Dot) => ParseImport(),
        T.Export => ParseExport(),
        _ => ParseStatementListItem(),
    };

    private ImportDeclaration ParseImport()
    {
        var start = _s.StartMark;
        _s.Next();
        var begin = _stackCount;
        if (_s.Kind != T.String)
        {
            ParseImportClause();
            ExpectFrom();
        }

        var specifiers = Take<ImportDeclarationSpecifier>(begin);
        var source = ParseString();
        var attributes = ParseAttributes();
        EndStatement();
        return Finish(new ImportDeclaration(specifiers, source, attributes, ImportPhase.None), start);
    }

    private void ParseImportClause()
    {
        var start = _s.StartMark;
        if (Words.IsWord(_s.Kind))
        {
            var local = ParseImportedBinding();
            Push(Finish(new ImportDefaultSpecifier(local), start));
            if (!Eat(T.Comma))
            {
                return;
            }
        }

        start = _s.StartMark;
        if (Eat(T.Star))
        {
            if (!Eat(T.As))
            {
                throw Expected("'as'");
            }

            var local = ParseImportedBinding();
            Push(Finish(new ImportNamespaceSpecifier(local), start));
            return;
        }

        Expect(T.LeftBrace);
        while (_s.Kind != T.RightBrace)
        {
            Push(ParseImportSpecifier());
            if (_s.Kind != T.RightBrace)
            {
                Expect(T.Comma);
            }
        }

        _s.Next();
    }

    private ImportSpecifier ParseImportSpecifier()
    {
        var start = _s.StartMark;
        if (_s.Kind == T.String || NextIs(T.As))
        {
            var imported = ParseModuleExportName();
            if (!Eat(T.As))
            {
                throw Expected("'as'");
            }

            return Finish(new ImportSpecifier(imported, ParseImportedBinding()), start);
        }

        var local = ParseImportedBinding();
        return Finish(new ImportSpecifier(local, local), start);
    }

    private Identifier ParseImportedBinding()
    {
        var local = ParseBindingName();
        DeclareName(local, Binding.Lexical);
        return local;
    }

    private void ExpectFrom()
    {
        if (!Eat(T.From))
        {
            throw Expected("'from'");
        }
    }

    private Expression ParseModuleExportName()
    {
        if (_s.Kind != T.String)
        {
            return ParseAnyName();
        }

        var offset = _s.Start;
        var name = ParseString();
        for (var i = 0; i < name.Value.Length; i++)
        {
            if (char.IsSurrogate(name.Value[i]) && !char.IsSurrogatePair(name.Value, i++))
            {
                throw FailAt(offset, "The name of an export must not hold half of a surrogate pair");
            }
        }

        return name;
    }

    private NodeList<ImportAttribute> ParseAttributes()
    {
        if (_s.Kind != T.With)
        {
            return default;
        }

        _s.Next();
        Expect(T.LeftBrace);
        var begin = _stackCount;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_s.Kind != T.RightBrace)
        {
            var start = _s.StartMark;
            Expression key = _s.Kind == T.String ? ParseString() : ParseAnyName();
            if (!seen.Add(key is StringLiteral text ? text.Value : ((Identifier)key).Name))
            {
                throw FailAt(start.Offset, "An import attribute is given twice");
            }

            Expect(T.Colon);
            Push(Finish(new ImportAttribute(key, ParseString()), start));
            if (_s.Kind != T.RightBrace)
            {
                Expect(T.Comma);
            }
        }

        _s.Next();
        return Take<ImportAttribute>(begin);
    }

    private ExportDeclaration ParseExport()
    {
        var start = _s.StartMark;
        _s.Next();
        switch (_s.Kind)
        {
            case T.Star:
                return ParseExportAll(start);
            case T.Default:
                return ParseExportDefault(start);
            case T.LeftBrace:
                return ParseExportList(start);
            case T.Var or T.Const or T.Function or T.Class:
            case T.Let:
            case T.Async when IsAsyncFunction():
                var declaration = (Declaration)ParseStatementListItemOfExport();
                AddExportedNames(declaration);
                return Finish(new ExportNamedDeclaration(declaration, default, null, default), start);
            default:
                throw Expected("what is to be exported");
        }
    }

    private Statement ParseStatementListItemOfExport()
        => _s.Kind == T.Let ? ParseVariableStatement(VariableDeclarationKind.Let) : ParseStatementListItem();

    private ExportAllDeclaration ParseExportAll(in Mark start)
    {
        _s.Next();
        Expression? exported = null;
        if (Eat(T.As))
        {
            var offset = _s.Start;
            exported = ParseModuleExportName();
            AddExport(exported, offset);
        }

        ExpectFrom();
        var source = ParseString();
        var attributes = ParseAttributes();
        EndStatement();
        return Finish(new ExportAllDeclaration(exported, source, attributes), start);
    }

    private ExportDefaultDeclaration ParseExportDefault(in Mark start)
    {
        AddExport("default", _s.Start);
        _s.Next();
        var valueStart = _s.StartMark;
        StatementOrExpression value;
        switch (_s.Kind)
        {
            case T.Function:
                value = ParseFunctionDeclaration(valueStart, isAsync: false, nameIsOptional: true);
                break;
            case T.Async when IsAsyncFunction():
                _s.Next();
                value = ParseFunctionDeclaration(valueStart, isAsync: true, nameIsOptional: true);
                break;
            case T.Class:
                value = ParseClassDeclaration(valueStart, nameIsOptional: true);
                break;
            default:
                value = ParseAssignment();
                EndStatement();
                break;
        }

        return Finish(new ExportDefaultDeclaration(value), start);
    }

    private ExportNamedDeclaration ParseExportList(in Mark start)
    {
        _s.Next();
        var begin = _stackCount;
        var locals = new List<(Expression Local, T Word)>();
        while (_s.Kind != T.RightBrace)
        {
            var specifierStart = _s.StartMark;
            var word = _s.Kind == T.String ? T.String : _s.Word;
            var local = ParseModuleExportName();
            locals.Add((local, word));
            var exported = local;
            var offset = specifierStart.Offset;
            if (Eat(T.As))
            {
                offset = _s.Start;
                exported = ParseModuleExportName();
            }

            AddExport(exported, offset);
            Push(Finish(new ExportSpecifier(local, exported), specifierStart));
            if (_s.Kind != T.RightBrace)
            {
                Expect(T.Comma);
            }
        }

        _s.Next();
        StringLiteral? source = null;
        NodeList<ImportAttribute> attributes = default;
        if (Eat(T.From))
        {
            source = ParseString();
            attributes = ParseAttributes();
        }
        else
        {
            foreach (var (local, word) in locals)
            {
                CheckExportedLocal(local, word);
            }
        }

        var specifiers = Take<ExportSpecifier>(begin);
        EndStatement();
        return Finish(new ExportNamedDeclaration(null, specifiers, source, attributes), start);
    }

    private void CheckExportedLocal(Expression local, T word)
    {
        if (local is not Identifier id)
        {
            throw FailAt(local.Start, "A string can name an export only when it comes from another module");
        }

        if (Words.IsReserved(word) || word is T.Await or T.Yield or T.Let or T.Static or T.StrictReserved)
        {
            throw FailAt(local.Start, $"The reserved word '{id.Name}' cannot be exported as a variable");
        }

        _exportedLocals.Add(id);
    }

    private void AddExport(Expression name, int offset)
        => AddExport(name is StringLiteral text ? text.Value : ((Identifier)name).Name, offset);

    private void AddExport(string name, int offset)
    {
        if (!_exported.Add(name))
        {
            throw FailAt(offset, $"The name '{name}' is exported twice");
        }
    }

    private void AddExportedNames(Node? node)
    {
        switch (node)
        {
            case null:
                break;
            case Identifier id:
                AddExport(id.Name, id.Start);
                break;
            case VariableDeclaration declaration:
                foreach (var declarator in declaration.Declarations)
                {
                    AddExportedNames(declarator.Id);
                }

                break;
            case FunctionDeclaration function:
                AddExportedNames(function.Id);
                break;
            case ClassDeclaration declaration:
                AddExportedNames(declaration.Id);
                break;
            case AssignmentPattern assignment:
                AddExportedNames(assignment.Left);
                break;
            case Property property:
                AddExportedNames(property.Value);
                break;
            case RestElement rest:
                AddExportedNames(rest.Argument);
                break;
            default:
                foreach (var child in node.ChildNodes)
                {
                    AddExportedNames(child);
                }

                break;
        }
    }

    /// <summary>Every name that is exported without a source must be declared at the top level (16.2.3.1).</summary>
    private void CheckExports()
    {
        foreach (var id in _exportedLocals)
        {
            if (TopScope.Get(id.Name) == Names.None)
            {
                throw FailAt(id.Start, $"The name '{id.Name}' is exported but declared nowhere in the module");
            }
        }
    }
}
