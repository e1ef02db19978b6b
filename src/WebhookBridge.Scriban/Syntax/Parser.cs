using WebhookBridge.Scriban.Tree;

namespace WebhookBridge.Scriban.Syntax;

/// <summary>
/// Reads tokens into a tree by recursive descent: blocks and what they share here, statements in
/// Parser.Statements.cs, expressions in Parser.Expressions.cs. Depth is bounded, so that no text can overflow the
/// stack. Errors are found at the places where Scriban finds them.
/// </summary>
internal sealed partial class Parser
{
    private const int DeepestNesting = 250;
    private const int MostErrors = 20;
    private const int MostParameters = 100;

    private readonly Source _source;
    private readonly List<Token> _tokens;
    private readonly Lexer _lexer;
    private readonly List<SyntaxFault> _faults = [];
    private readonly bool _usesIndent;
    private int _index;
    private int _depth;
    private int _loopDepth;
    private bool _inCode;

    private Parser(Source source, bool scriptOnly)
    {
        _source = source;
        _lexer = Lexer.Run(source.Text, scriptOnly);
        _tokens = _lexer.Tokens;
        _inCode = scriptOnly;
        _usesIndent = _tokens.Exists(t => t.Kind == TokenKind.CodeEnter && t.Text is not null);
    }

    private Token Current => _tokens[_index];

    /// <summary>The tree, or null and what is wrong.</summary>
    public static Statement? Parse(Source source, bool scriptOnly, out IReadOnlyList<SyntaxFault> faults)
    {
        var parser = new Parser(source, scriptOnly);
        Statement? page = null;
        try
        {
            page = parser.ParsePage();
        }
        catch (ParseAbort)
        {
            // The faults tell.
        }

        parser._faults.AddRange(parser._lexer.Faults);
        faults = parser._faults;
        return parser._faults.Count == 0 ? page : null;
    }

    /// <summary>The whole text as one expression, or as statements when it is not one (<c>object.eval</c>).</summary>
    public static Expression? ParseExpressionOnly(Source source)
    {
        var parser = new Parser(source, scriptOnly: true);
        if (parser._lexer.Faults.Count > 0)
        {
            return null;
        }

        try
        {
            parser.SkipNewLines();
            Expression expression = parser.ParseExpression(0);
            parser.SkipNewLines();
            return parser._faults.Count == 0 && parser.Current.Kind == TokenKind.EndOfFile ? expression : null;
        }
        catch (ParseAbort)
        {
            return null;
        }
    }

    private BlockStatement ParsePage()
    {
        BlockStatement page = ParseBlock(static _ => false);
        if (Current.Kind != TokenKind.EndOfFile)
        {
            throw Fatal(Current.Start, $"Unexpected `{Shown(Current)}`");
        }

        if (_inCode && _source.Text.Length > 0 && _tokens.Exists(t => t.Kind == TokenKind.CodeEnter))
        {
            Report(Current.Start, "Unexpected end of file: the code block is not closed, }} is missing");
        }

        return page;
    }

    /// <summary>Statements up to a word that ends the block; the word is left for the caller.</summary>
    private BlockStatement ParseBlock(Func<Token, bool> ends)
    {
        using Nesting nesting = Deeper();
        int position = Current.Start;
        var statements = new List<Statement>();
        while (true)
        {
            Token token = Current;
            switch (token.Kind)
            {
                case TokenKind.EndOfFile:
                    return new BlockStatement([.. statements], position);
                case TokenKind.Raw:
                    _index++;
                    statements.Add(new TextStatement(_source.Text[token.Start..token.End], token.Start));
                    break;
                case TokenKind.CodeEnter:
                    _index++;
                    _inCode = true;
                    if (_usesIndent)
                    {
                        statements.Add(new IndentStatement(token.Text, token.Start));
                    }

                    break;
                case TokenKind.CodeExit:
                    _index++;
                    _inCode = false;
                    break;
                case TokenKind.NewLine or TokenKind.SemiColon:
                    _index++;
                    break;
                default:
                    if (token.Kind == TokenKind.Identifier && !IsVariableUse() && ends(token))
                    {
                        return new BlockStatement([.. statements], position);
                    }

                    statements.Add(ParseStatement());
                    break;
            }
        }
    }

    /// <summary>A keyword in front of <c>.</c> or <c>[</c> is a variable: <c>for.index</c>, <c>this["a"]</c>.</summary>
    private bool IsVariableUse()
    {
        Token next = _tokens[_index + 1];
        return !next.SpaceBefore && next.Kind is TokenKind.Dot or TokenKind.OptionalDot or TokenKind.OpenBracket;
    }

    /// <summary>The statement must end here: line end, semicolon or the end of the code block.</summary>
    private void ExpectEndOfStatement()
    {
        switch (Current.Kind)
        {
            case TokenKind.NewLine or TokenKind.SemiColon:
                _index++;
                break;
            case TokenKind.CodeExit or TokenKind.EndOfFile:
                break;
            default:
                throw Fatal(Current.Start, $"Invalid token found `{Shown(Current)}`. Expecting <EOL>/end of line.");
        }
    }

    private void ExpectEnd(int position, string syntax)
    {
        if (Current.Kind == TokenKind.Identifier && Current.Text == "end")
        {
            _index++;
            ExpectEndOfStatement();
            return;
        }

        throw Fatal(position, $"Error while parsing {syntax[..syntax.IndexOf(' ', StringComparison.Ordinal)]} statement: The <end> statement was not found in: {syntax}");
    }

    private void SkipNewLines()
    {
        while (Current.Kind is TokenKind.NewLine or TokenKind.SemiColon)
        {
            _index++;
        }
    }

    private void SkipLineEnds()
    {
        while (Current.Kind == TokenKind.NewLine)
        {
            _index++;
        }
    }

    private string Shown(Token token) => token.Kind switch
    {
        TokenKind.NewLine => "\\n",
        TokenKind.EndOfFile => "<EOF>",
        _ => _source.Excerpt(token.Start, token.End),
    };

    private void Report(int position, string message)
    {
        if (_faults.Count < MostErrors)
        {
            _faults.Add(new SyntaxFault(position, message));
        }
    }

    private ParseAbort Fatal(int position, string message)
    {
        Report(position, message);
        return new ParseAbort();
    }

    private Nesting Deeper()
    {
        if (++_depth > DeepestNesting || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fatal(Current.Start, $"The template is nested deeper than {DeepestNesting} levels");
        }

        return new Nesting(this);
    }

    private readonly struct Nesting(Parser parser) : IDisposable
    {
        public void Dispose() => parser._depth--;
    }

    /// <summary>Ends the reading after a fault that makes all further ones meaningless.</summary>
    private sealed class ParseAbort : Exception;
}
