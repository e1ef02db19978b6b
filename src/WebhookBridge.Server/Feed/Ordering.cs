using System.Linq.Expressions;
using Microsoft.OData.UriParser;

namespace WebhookBridge.Server.Feed;

/// <summary>Orders that no two rows are equal in, and places in them: a page begins behind the last row of the one before, whatever has come in meanwhile.</summary>
internal static class Ordering
{
    /// <summary>What the client asked for, and behind it what breaks ties, in the direction of the last key, so that an index serves both.</summary>
    public static List<OrderKey> Of(FeedScope scope, FilterBinder binder, OrderByClause? clause, LambdaExpression? filter = null)
    {
        FeedSet set = scope.Set!;
        IReadOnlyList<FeedProperty> order = set.OrderOfRare is { } rare && filter is not null && Compare.Terms(filter.Body).Any(term => Same(term, Inline.Body(rare.Rows, scope.Row))) ? rare.Order : set.Order;
        List<OrderKey> keys = Asked(binder, clause);
        bool descending = keys.Count > 0 ? keys[^1].Descending : set.NewestFirst;
        // A day is a coarser time: ordering by the time behind it orders by the day too, and an index has it.
        if (keys.Count > 0 && keys[^1].Column is { Of: { Years: false } day } && Operand.Column(set.Order[0], scope.Row) is var time && Same(day.Time, time.Value))
        {
            keys.RemoveAt(keys.Count - 1);
        }

        foreach (FeedProperty property in order)
        {
            Operand column = Operand.Column(property, scope.Row);
            if (!keys.Exists(key => Same(key.Column.Value, column.Value)))
            {
                keys.Add(new OrderKey(column, descending));
            }
        }

        return keys;
    }

    public static List<OrderKey> Asked(FilterBinder binder, OrderByClause? clause)
    {
        List<OrderKey> keys = [];
        for (; clause is not null; clause = clause.ThenBy)
        {
            keys.Add(new OrderKey(binder.Column(clause.Expression), clause.Direction == OrderByDirection.Descending));
        }

        return keys;
    }

    /// <summary>A page in that order.</summary>
    /// <param name="after">The keys of the last row of the page before; null on the first.</param>
    /// <remarks>Where the first key can be null, what is null and what is not are read one after the other: partial indexes hold only what is not.</remarks>
    public static List<object?[]> Page(RowQuery rows, ParameterExpression row, IReadOnlyList<OrderKey> keys, object?[]? after, long skip, int take, IReadOnlyList<Expression> columns)
    {
        if (skip > 0 || keys.Count < 2 || !keys[0].Column.Nullable)
        {
            RowQuery all = after is null ? rows : rows.Where(Behind(row, keys, after));
            return all.OrderBy(keys, row).Skip(skip).Take(take).Read(row, columns);
        }

        Operand first = keys[0].Column;
        List<object?[]> page = [];
        bool[] parts = keys[0].Descending ? [false, true] : [true, false];
        foreach (bool nulls in parts)
        {
            bool begun = after is not null && after[0] is null == nulls;
            if (after is not null && !begun && nulls != parts[1])
            {
                continue; // the place is in the second part already
            }

            Expression isNull = Compare.IsNull(first);
            RowQuery part = rows.Where(Expression.Lambda(nulls ? isNull : Expression.Not(isNull), row));
            IReadOnlyList<OrderKey> partKeys = nulls ? [.. keys.Skip(1)] : [keys[0] with { Column = first with { Nullable = false } }, .. keys.Skip(1)];
            if (begun)
            {
                part = part.Where(Behind(row, partKeys, nulls ? after![1..] : after!));
            }

            page.AddRange(part.OrderBy(partKeys, row).Take(take - page.Count).Read(row, columns));
            if (page.Count >= take)
            {
                break;
            }
        }

        return page;
    }

    /// <summary>Behind a place: greater in the first key, or equal there and greater in the next, and so on.</summary>
    public static LambdaExpression Behind(ParameterExpression row, IReadOnlyList<OrderKey> keys, IReadOnlyList<object?> place)
    {
        Expression? behind = null;
        for (int i = keys.Count - 1; i >= 0; i--)
        {
            Expression here = Compare.Behind(keys[i].Column, place[i], keys[i].Descending);
            behind = behind is null ? here : Expression.OrElse(here, Expression.AndAlso(Compare.Same(keys[i].Column, place[i]), behind));
        }

        // Follows from the rest, but only as a term of its own does it begin a walk in an index.
        Expression begin = Compare.AtOrBehind(keys[0].Column, place[0], keys[0].Descending);
        return Expression.Lambda(Expression.AndAlso(begin, behind!), row);
    }

    private static bool Same(Expression a, Expression b) => a.ToString() == b.ToString();
}
