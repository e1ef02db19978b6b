using System.Numerics;
using System.Text.RegularExpressions;

namespace Acornima.Ast;

/// <summary>A literal.</summary>
public abstract class Literal : Expression
{
    private readonly string? _input;
    private string? _raw;

    private protected Literal(TokenKind kind, string input)
        : base(NodeType.Literal)
    {
        Kind = kind;
        _input = input;
    }

    /// <summary>The kind of the token.</summary>
    public TokenKind Kind { get; }

    /// <summary>The value: null, a bool, a double, a string, a BigInteger, or null for a regular expression.</summary>
    public object? Value => BoxedValue;

    /// <summary>The text of the literal as it stands in the input.</summary>
    public string Raw => _raw ??= _input is null ? "" : _input.Substring(Start, End - Start);

    private protected abstract object? BoxedValue { get; }

    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitLiteral(this);
}

/// <summary><c>null</c>.</summary>
public sealed class NullLiteral : Literal
{
    internal NullLiteral(string input)
        : base(TokenKind.NullLiteral, input)
    {
    }

    private protected override object? BoxedValue => null;
}

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed class BooleanLiteral : Literal
{
    private static readonly object s_true = true;
    private static readonly object s_false = false;

    internal BooleanLiteral(bool value, string input)
        : base(TokenKind.BooleanLiteral, input) => Value = value;

    /// <summary>The value.</summary>
    public new bool Value { get; }

    private protected override object BoxedValue => Value ? s_true : s_false;
}

/// <summary>A number.</summary>
public sealed class NumericLiteral : Literal
{
    internal NumericLiteral(double value, string input)
        : base(TokenKind.NumericLiteral, input) => Value = value;

    /// <summary>The value.</summary>
    public new double Value { get; }

    private protected override object BoxedValue => Value;
}

/// <summary>A number of any size, such as <c>12n</c>.</summary>
public sealed class BigIntLiteral : Literal
{
    internal BigIntLiteral(BigInteger value, string input)
        : base(TokenKind.BigIntLiteral, input) => Value = value;

    /// <summary>The value.</summary>
    public new BigInteger Value { get; }

    private protected override object BoxedValue => Value;
}

/// <summary>A string.</summary>
public sealed class StringLiteral : Literal
{
    internal StringLiteral(string value, string input)
        : base(TokenKind.StringLiteral, input) => Value = value;

    /// <summary>The value, escapes resolved.</summary>
    public new string Value { get; }

    private protected override object BoxedValue => Value;
}

/// <summary>A regular expression.</summary>
public sealed class RegExpLiteral : Literal
{
    internal RegExpLiteral(RegExpValue regExp, RegExpParseResult parseResult, string input)
        : base(TokenKind.RegExpLiteral, input)
    {
        RegExp = regExp;
        ParseResult = parseResult;
    }

    /// <summary>The pattern and flags as written.</summary>
    public RegExpValue RegExp { get; }

    /// <summary>What <see cref="ParserOptions.OnRegExp"/> answered; the default value when it is not set.</summary>
    public RegExpParseResult ParseResult { get; }

    /// <summary>The .NET expression, if the handler made one.</summary>
    public new Regex? Value => ParseResult.Regex;

    private protected override object? BoxedValue => Value;
}

/// <summary><c>`a${b}c`</c>.</summary>
public sealed class TemplateLiteral(in NodeList<TemplateElement> quasis, in NodeList<Expression> expressions) : Expression(NodeType.TemplateLiteral)
{
    private readonly NodeList<TemplateElement> _quasis = quasis;
    private readonly NodeList<Expression> _expressions = expressions;

    /// <summary>The pieces of text, one more than there are expressions.</summary>
    public ref readonly NodeList<TemplateElement> Quasis => ref _quasis;

    /// <summary>The expressions between the pieces.</summary>
    public ref readonly NodeList<Expression> Expressions => ref _expressions;

    internal override int ChildSlots => _quasis.Count + _expressions.Count;

    internal override Node? ChildAt(int index) => (index & 1) == 0 ? _quasis[index >> 1] : _expressions[index >> 1];

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitTemplateLiteral(this);
}

/// <summary>A piece of text of a template, without its delimiters.</summary>
public sealed class TemplateElement(TemplateValue value, bool tail) : Node(NodeType.TemplateElement)
{
    /// <summary>The text.</summary>
    public TemplateValue Value { get; } = value;

    /// <summary>True for the last piece.</summary>
    public bool Tail { get; } = tail;

    internal override int ChildSlots => 0;

    /// <inheritdoc />
    protected internal override object? Accept(AstVisitor visitor) => visitor.VisitTemplateElement(this);
}
