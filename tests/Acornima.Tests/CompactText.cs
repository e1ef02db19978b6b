using System.Globalization;
using System.Text;
using Acornima.Ast;

namespace Acornima.Tests;

/// <summary>
/// Writes a tree on one line for the fixtures: <c>Type start-end words(children)</c>, where the words are names, raw
/// literals, operators and the flags that are set.
/// </summary>
internal static class CompactText
{
    public static string Of(Node node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    private static void Write(Node node, StringBuilder text)
    {
        text.Append(node.GetType().Name).Append(' ').Append(CultureInfo.InvariantCulture, $"{node.Start}-{node.End}");
        foreach (var word in Words(node))
        {
            if (word is not null)
            {
                text.Append(' ').Append(word);
            }
        }

        var separator = '(';
        foreach (var child in node.ChildNodes)
        {
            text.Append(separator);
            Write(child!, text);
            separator = ',';
        }

        if (separator == ',')
        {
            text.Append(')');
        }
    }

    private static string?[] Words(Node node) => node switch
    {
        Script n => [n.Strict ? "strict" : null],
        FunctionBody n => [n.Strict ? "strict" : null],
        Identifier n => [n.Name],
        PrivateIdentifier n => ["#" + n.Name],
        StringLiteral n => [n.Raw, n.Value],
        NumericLiteral n => [n.Raw, n.Value.ToString("R", CultureInfo.InvariantCulture)],
        BigIntLiteral n => [n.Raw, n.Value.ToString(CultureInfo.InvariantCulture)],
        Literal n => [n.Raw],
        TemplateElement n => [$"{n.Value.Raw}|{n.Value.Cooked ?? "(malformed)"}"],
        AssignmentExpression n => [n.Operator.ToString()],
        BinaryExpression n => [n.Operator.ToString()],
        UpdateExpression n => [n.Operator.ToString(), n.Prefix ? "prefix" : null],
        UnaryExpression n => [n.Operator.ToString()],
        IFunction n => [n.Async ? "async" : null, n.Generator ? "generator" : null, n.Expression ? "expression" : null],
        CallExpression n => [n.Optional ? "optional" : null],
        MemberExpression n => [n.Computed ? "computed" : null, n.Optional ? "optional" : null],
        ObjectProperty n => [n.Kind.ToString(), n.Method ? "method" : null, n.Computed ? "computed" : null, n.Shorthand ? "shorthand" : null],
        Property n => [n.Computed ? "computed" : null, n.Shorthand ? "shorthand" : null],
        ClassProperty n => [n.Kind.ToString(), n.Static ? "static" : null, n.Computed ? "computed" : null],
        VariableDeclaration n => [n.Kind.ToString()],
        YieldExpression n => [n.Delegate ? "delegate" : null],
        ForOfStatement n => [n.Await ? "await" : null],
        Statement n => [n.LabelSet is { } label ? "label:" + label.Name : null],
        ArrayExpression n => [Holes(n.Elements.AsSpan())],
        ArrayPattern n => [Holes(n.Elements.AsSpan())],
        _ => [],
    };

    private static string? Holes<T>(ReadOnlySpan<T> elements)
        where T : Node?
    {
        var holes = new List<int>();
        for (var i = 0; i < elements.Length; i++)
        {
            if (elements[i] is null)
            {
                holes.Add(i);
            }
        }

        return holes.Count == 0 ? null : "holes:" + string.Join(',', holes);
    }
}
