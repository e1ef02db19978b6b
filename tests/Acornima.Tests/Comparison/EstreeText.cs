using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Acornima.Ast;

namespace Acornima.Tests.Comparison;

/// <summary>
/// Writes a tree in the canonical form of <c>npm/estree.cjs</c>: type, offsets, lines and columns and every field of
/// ESTree, fields in order of name.
/// </summary>
public sealed class EstreeText
{
    private readonly StringBuilder _out = new();

    public static string Of(Program program)
    {
        var text = new EstreeText();
        text.Write(program);
        return text._out.ToString();
    }

    public static string HashOf(Program program)
        => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Of(program).AsSpan())));

    private void Write(Node? node)
    {
        if (node is null)
        {
            _out.Append('_');
            return;
        }

        var location = node.Location;
        _out.Append('(').Append(node.Type.ToString()).Append(' ').Append(node.Start).Append('-').Append(node.End).Append(' ')
            .Append(location.Start.Line).Append(':').Append(location.Start.Column).Append('-')
            .Append(location.End.Line).Append(':').Append(location.End.Column);
        Fields(node);
        _out.Append(')');
    }

    private void Fields(Node node)
    {
        switch (node)
        {
            case Program n: Key("body").List(n.Body).Key("sourceType").Text(n.SourceType == SourceType.Module ? "module" : "script"); break;
            case Identifier n: Key("name").Text(n.Name); break;
            case PrivateIdentifier n: Key("name").Text(n.Name); break;
            case Literal n: Fields(n); break;
            case TemplateLiteral n: Key("expressions").List(n.Expressions).Key("quasis").List(n.Quasis); break;
            case TemplateElement n: Key("tail").Flag(n.Tail).Key("value").Text(n.Value.Cooked).Text(n.Value.Raw); break;
            case TaggedTemplateExpression n: Key("quasi").One(n.Quasi).Key("tag").One(n.Tag); break;
            case ArrayExpression n: Key("elements").List(n.Elements); break;
            case ArrayPattern n: Key("elements").List(n.Elements); break;
            case ObjectExpression n: Key("properties").List(n.Properties); break;
            case ObjectPattern n: Key("properties").List(n.Properties); break;
            case Property n:
                Key("computed").Flag(n.Computed).Key("key").One(n.Key).Key("kind").Text(Kind(n.Kind))
                    .Key("method").Flag(n is ObjectProperty { Method: true }).Key("shorthand").Flag(n.Shorthand).Key("value").One(n.Value);
                break;
            case AssignmentPattern n: Key("left").One(n.Left).Key("right").One(n.Right); break;
            case RestElement n: Key("argument").One(n.Argument); break;
            case SpreadElement n: Key("argument").One(n.Argument); break;
            case IFunction n:
                Key("async").Flag(n.Async).Key("body").One(n.Body).Key("expression").Flag(n.Expression)
                    .Key("generator").Flag(n.Generator).Key("id").One(n.Id).Key("params").List(n.Params);
                break;
            case IClass n: Key("body").One(n.Body).Key("id").One(n.Id).Key("superClass").One(n.SuperClass); break;
            case ClassBody n: Key("body").List(n.Body); break;
            case MethodDefinition n:
                Key("computed").Flag(n.Computed).Key("key").One(n.Key).Key("kind").Text(Kind(n.Kind)).Key("static").Flag(n.Static).Key("value").One(n.Value);
                break;
            case PropertyDefinition n:
                Key("computed").Flag(n.Computed).Key("key").One(n.Key).Key("static").Flag(n.Static).Key("value").One(n.Value);
                break;
            case BlockStatement n: Key("body").List(n.Body); break;
            case Statement n: Fields(n); break;
            case Expression n: Fields(n); break;
            default: Others(node); break;
        }
    }

    private void Fields(Literal node)
    {
        switch (node)
        {
            case RegExpLiteral n:
                Key("raw").Text(n.Raw).Key("regex")._out.Append('/').Append(n.RegExp.Pattern).Append('/').Append(n.RegExp.Flags);
                return;
            case BigIntLiteral n:
                // ESTree keeps the digits as they are written, without separators and suffix.
                Key("bigint").Text(n.Value.ToString(CultureInfo.InvariantCulture)).Key("raw").Text(n.Raw);
                return;
        }

        Key("raw").Text(node.Raw).Key("value");
        switch (node)
        {
            case StringLiteral n: Text(n.Value); break;
            case BooleanLiteral n: Flag(n.Value); break;
            case NumericLiteral n:
                _out.Append('#').Append(BitConverter.DoubleToUInt64Bits(n.Value).ToString("x", CultureInfo.InvariantCulture));
                break;
            default: One(null); break;
        }
    }

    private void Fields(Statement node)
    {
        switch (node)
        {
            case ExpressionStatement n:
                if (n is Directive directive)
                {
                    Key("directive").Text(directive.Value);
                }

                Key("expression").One(n.Expression);
                break;
            case VariableDeclaration n: Key("declarations").List(n.Declarations).Key("kind").Text(Kind(n.Kind)); break;
            case IfStatement n: Key("alternate").One(n.Alternate).Key("consequent").One(n.Consequent).Key("test").One(n.Test); break;
            case ForStatement n: Key("body").One(n.Body).Key("init").One(n.Init).Key("test").One(n.Test).Key("update").One(n.Update); break;
            case ForInStatement n: Key("body").One(n.Body).Key("left").One(n.Left).Key("right").One(n.Right); break;
            case ForOfStatement n: Key("await").Flag(n.Await).Key("body").One(n.Body).Key("left").One(n.Left).Key("right").One(n.Right); break;
            case WhileStatement n: Key("body").One(n.Body).Key("test").One(n.Test); break;
            case DoWhileStatement n: Key("body").One(n.Body).Key("test").One(n.Test); break;
            case BreakStatement n: Key("label").One(n.Label); break;
            case ContinueStatement n: Key("label").One(n.Label); break;
            case LabeledStatement n: Key("body").One(n.Body).Key("label").One(n.Label); break;
            case ReturnStatement n: Key("argument").One(n.Argument); break;
            case ThrowStatement n: Key("argument").One(n.Argument); break;
            case WithStatement n: Key("body").One(n.Body).Key("object").One(n.Object); break;
            case SwitchStatement n: Key("cases").List(n.Cases).Key("discriminant").One(n.Discriminant); break;
            case TryStatement n: Key("block").One(n.Block).Key("finalizer").One(n.Finalizer).Key("handler").One(n.Handler); break;
            case ImportDeclaration n: Key("attributes").List(n.Attributes).Key("source").One(n.Source).Key("specifiers").List(n.Specifiers); break;
            case ExportAllDeclaration n: Key("attributes").List(n.Attributes).Key("exported").One(n.Exported).Key("source").One(n.Source); break;
            case ExportDefaultDeclaration n: Key("declaration").One(n.Declaration); break;
            case ExportNamedDeclaration n:
                Key("attributes").List(n.Attributes).Key("declaration").One(n.Declaration).Key("source").One(n.Source).Key("specifiers").List(n.Specifiers);
                break;
            case EmptyStatement or DebuggerStatement: break;
            default: throw new NotSupportedException(node.GetType().Name);
        }
    }

    private void Fields(Expression node)
    {
        switch (node)
        {
            case AssignmentExpression n: Key("left").One(n.Left).Key("operator").Text(Spelling(n.Operator)).Key("right").One(n.Right); break;
            case BinaryExpression n: Key("left").One(n.Left).Key("operator").Text(Spelling(n.Operator)).Key("right").One(n.Right); break;
            case UpdateExpression n: Key("argument").One(n.Argument).Key("operator").Text(Spelling(n.Operator)).Key("prefix").Flag(n.Prefix); break;
            case UnaryExpression n: Key("argument").One(n.Argument).Key("operator").Text(Spelling(n.Operator)).Key("prefix").Flag(true); break;
            case AwaitExpression n: Key("argument").One(n.Argument); break;
            case YieldExpression n: Key("argument").One(n.Argument).Key("delegate").Flag(n.Delegate); break;
            case CallExpression n: Key("arguments").List(n.Arguments).Key("callee").One(n.Callee).Key("optional").Flag(n.Optional); break;
            case NewExpression n: Key("arguments").List(n.Arguments).Key("callee").One(n.Callee); break;
            case ChainExpression n: Key("expression").One(n.Expression); break;
            case ConditionalExpression n: Key("alternate").One(n.Alternate).Key("consequent").One(n.Consequent).Key("test").One(n.Test); break;
            case ImportExpression n: Key("options").One(n.Options).Key("source").One(n.Source); break;
            case MemberExpression n:
                Key("computed").Flag(n.Computed).Key("object").One(n.Object).Key("optional").Flag(n.Optional).Key("property").One(n.Property);
                break;
            case MetaProperty n: Key("meta").One(n.Meta).Key("property").One(n.Property); break;
            case SequenceExpression n: Key("expressions").List(n.Expressions); break;
            case ThisExpression or Super: break;
            default: throw new NotSupportedException(node.GetType().Name);
        }
    }

    private void Others(Node node)
    {
        switch (node)
        {
            case VariableDeclarator n: Key("id").One(n.Id).Key("init").One(n.Init); break;
            case SwitchCase n: Key("consequent").List(n.Consequent).Key("test").One(n.Test); break;
            case CatchClause n: Key("body").One(n.Body).Key("param").One(n.Param); break;
            case ImportSpecifier n: Key("imported").One(n.Imported).Key("local").One(n.Local); break;
            case ImportDeclarationSpecifier n: Key("local").One(n.Local); break;
            case ImportAttribute n: Key("key").One(n.Key).Key("value").One(n.Value); break;
            case ExportSpecifier n: Key("exported").One(n.Exported).Key("local").One(n.Local); break;
            default: throw new NotSupportedException(node.GetType().Name);
        }
    }

    private EstreeText Key(string name)
    {
        _out.Append(' ').Append(name).Append('=');
        return this;
    }

    private EstreeText One(Node? node)
    {
        Write(node);
        return this;
    }

    private EstreeText List<T>(in NodeList<T> nodes)
        where T : Node?
    {
        _out.Append('[');
        foreach (var node in nodes)
        {
            Write(node);
        }

        _out.Append(']');
        return this;
    }

    private EstreeText Text(string? text)
    {
        if (text is null)
        {
            _out.Append('_');
        }
        else
        {
            _out.Append('"').Append(text.Length).Append(':').Append(text);
        }

        return this;
    }

    private EstreeText Flag(bool flag)
    {
        _out.Append(flag ? 't' : 'f');
        return this;
    }

    private static string Kind(PropertyKind kind) => kind.ToString().ToLowerInvariant();

    private static string Kind(VariableDeclarationKind kind)
        => kind == VariableDeclarationKind.AwaitUsing ? "await using" : kind.ToString().ToLowerInvariant();

    private static string Spelling(Operator op) => s_spellings[(int)op];

    private static readonly string[] s_spellings =
    [
        "", "=", "??=", "||=", "&&=", "|=", "^=", "&=", "<<=", ">>=", ">>>=", "+=", "-=", "*=", "/=", "%=", "**=",
        "??", "||", "&&", "|", "^", "&", "==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "instanceof",
        "<<", ">>", ">>>", "+", "-", "*", "/", "%", "**", "++", "--", "!", "~", "+", "-", "typeof", "void", "delete",
    ];
}
