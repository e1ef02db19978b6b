using System.Linq.Expressions;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Feed;

/// <summary>A property of an entity: its name outside and the column behind it.</summary>
internal sealed record FeedProperty(string Name, FeedType Type, LambdaExpression Read)
{
    public bool Nullable { get; init; }

    /// <summary>Hidden from keys that may not see personal data; only equality may be asked for.</summary>
    public bool Personal { get; init; }

    /// <summary>Written by rules, tools and senders, who may name somebody in it: e-mail addresses and long numbers are masked for keys that may not see personal data.</summary>
    public bool FreeText { get; init; }

    /// <summary>One of a few words that indexes are kept for: compared as a constant, since SQLite uses partial indexes only then.</summary>
    public IReadOnlyCollection<string> Words { get; init; } = [];

    /// <summary>Words that are rare and have a partial index.</summary>
    public IReadOnlyCollection<RareWords> Rare { get; init; } = [];

    /// <summary>Always in lower case in the table, so that <c>tolower</c> need not be asked of the database.</summary>
    public bool LowerCase { get; init; }
}

/// <summary>Words of a column that few rows have.</summary>
/// <param name="Condition">Of a value of the column, written as the index says it: SQLite draws no conclusions. Null when the comparison itself is the condition.</param>
internal sealed record RareWords(IReadOnlyCollection<string> Words, Expression<Func<string, bool>>? Condition);

/// <summary>A way from one entity to others.</summary>
/// <param name="Target">Name of the entity set.</param>
/// <param name="Member">The row's member that EF Core knows it by.</param>
/// <param name="Here">The key that this side holds (a row number).</param>
/// <param name="There">The key that the other side holds.</param>
internal sealed record FeedNavigation(string Name, string Target, bool Many, string Member, LambdaExpression Here, LambdaExpression There);

/// <summary>An entity set: rows of a table, their properties and their order when nobody asks for another.</summary>
internal sealed class FeedSet
{
    public required string Name { get; init; }

    /// <summary>Name of the entity type.</summary>
    public required string TypeName { get; init; }

    public required Type Row { get; init; }

    public required Func<StoreContext, IQueryable> Rows { get; init; }

    /// <summary>The first is the key.</summary>
    public required IReadOnlyList<FeedProperty> Properties { get; init; }

    public IReadOnlyList<FeedNavigation> Navigations { get; init; } = [];

    /// <summary>The default order, newest first, and what ties are broken by: an index has it, and no two rows are equal in it. Follows the direction of the last key that was asked for.</summary>
    public required IReadOnlyList<FeedProperty> Order { get; init; }

    /// <summary>Rows that have an index of their own, which is in another order: theirs when the filter asks for them and nobody asks for an order.</summary>
    public (LambdaExpression Rows, IReadOnlyList<FeedProperty> Order)? OrderOfRare { get; init; }

    /// <summary>Whether the default order is descending.</summary>
    public bool NewestFirst { get; init; } = true;

    public FeedProperty Key => Properties[0];

    public FeedProperty Property(string name) => Properties.First(property => property.Name == name);

    public FeedNavigation Navigation(string name) => Navigations.First(navigation => navigation.Name == name);
}

/// <summary>Puts an expression in the place of a lambda's parameter.</summary>
internal sealed class Inline(ParameterExpression parameter, Expression by) : ExpressionVisitor
{
    public static Expression Body(LambdaExpression lambda, Expression argument) => new Inline(lambda.Parameters[0], argument).Visit(lambda.Body);

    protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? by : node;
}
