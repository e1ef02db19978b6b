using System.Linq.Expressions;
using System.Text.RegularExpressions;
using Microsoft.OData.UriParser;

namespace WebhookBridge.Server.Feed;

/// <summary><c>$search</c> over events: a word is one of the ids that a person may have in hand, or a customer's e-mail address; each has an index.</summary>
internal static partial class SearchBinder
{
    private static readonly string[] Columns = ["id", "paymentId", "checkoutId", "orderId", "customerEmail"];

    /// <summary>Words with digits, hyphens and the like in quotes, which ODataLib 7 wants and OData 4.01 does not (ABNF, searchWord).</summary>
    public static string Quoted(string search) => Word().Replace(search, static match => match.Value[0] == '"' || match.Value.All(char.IsLetter) ? match.Value : $"\"{match.Value}\"");

    public static LambdaExpression Where(SearchClause clause, FeedScope scope) => scope.Set == FeedSets.Events
        ? Expression.Lambda(Bind(clause.Expression, scope), scope.Row)
        : throw FeedException.NotImplemented("$search of anything but Events");

    private static Expression Bind(QueryNode node, FeedScope scope) => node switch
    {
        SearchTermNode term => Term(term.Text, scope),
        BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And } and => Expression.AndAlso(Bind(and.Left, scope), Bind(and.Right, scope)),
        BinaryOperatorNode { OperatorKind: BinaryOperatorKind.Or } or => Expression.OrElse(Bind(or.Left, scope), Bind(or.Right, scope)),
        UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Not } not => Expression.Not(Bind(not.Operand, scope)),
        _ => throw FeedException.NotImplemented("$search with " + node.Kind),
    };

    private static Expression Term(string text, FeedScope scope) => Columns
        .Select(name => Operand.Column(scope.Set!.Property(name), scope.Row))
#pragma warning disable CA1308 // E-mail addresses are stored in lower case.
        .Select(column => Compare.ToLiteral(BinaryOperatorKind.Equal, column, column.LowerCase ? text.ToLowerInvariant() : text))
#pragma warning restore CA1308
        .Aggregate(Expression.OrElse);

    /// <summary>A phrase in quotes, or what stands between blanks and parentheses.</summary>
    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"?|[^\\s()\"]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
