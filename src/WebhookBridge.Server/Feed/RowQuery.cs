using System.Linq.Expressions;

namespace WebhookBridge.Server.Feed;

/// <summary>Queries over rows whose type is known only now: what <see cref="Queryable"/> does, by expressions made at run time.</summary>
internal readonly record struct RowQuery(IQueryable Source)
{
    public Type Row => Source.ElementType;

    public RowQuery Where(LambdaExpression condition) => Then(nameof(Queryable.Where), [Row], Expression.Quote(condition));

    public RowQuery Skip(long count) => count == 0 ? this : Then(nameof(Queryable.Skip), [Row], Expression.Constant((int)Math.Min(count, int.MaxValue)));

    public RowQuery Take(int count) => Then(nameof(Queryable.Take), [Row], Expression.Constant(count));

    /// <summary>Sorts by keys that are expressions over <paramref name="row"/>.</summary>
    public RowQuery OrderBy(IEnumerable<OrderKey> keys, ParameterExpression row)
    {
        RowQuery query = this;
        bool first = true;
        foreach (OrderKey key in keys)
        {
            string method = (first, key.Descending) switch
            {
                (true, false) => nameof(Queryable.OrderBy),
                (true, true) => nameof(Queryable.OrderByDescending),
                (false, false) => nameof(Queryable.ThenBy),
                _ => nameof(Queryable.ThenByDescending),
            };
            query = query.Then(method, [Row, key.Column.Value.Type], Expression.Quote(Expression.Lambda(key.Column.Value, row)));
            first = false;
        }

        return query;
    }

    public RowQuery Select(LambdaExpression result) => Then(nameof(Queryable.Select), [Row, result.ReturnType], Expression.Quote(result));

    public RowQuery GroupBy(LambdaExpression key) => Then(nameof(Queryable.GroupBy), [Row, key.ReturnType], Expression.Quote(key));

    public RowQuery SelectMany(LambdaExpression items, Type item) => Then(nameof(Queryable.SelectMany), [Row, item], Expression.Quote(items));

    /// <summary>The columns of every row; the only place besides <see cref="Count"/> where a query is run.</summary>
    public List<object?[]> Read(ParameterExpression row, IEnumerable<Expression> columns) => [.. (IQueryable<object?[]>)Columns(row, columns).Source];

    /// <summary>The query that <see cref="Read"/> runs.</summary>
    public RowQuery Columns(ParameterExpression row, IEnumerable<Expression> columns) =>
        Select(Expression.Lambda(Expression.NewArrayInit(typeof(object), columns.Select(static column => Expression.Convert(column, typeof(object)))), row));

    public long Count() => Source.Provider.Execute<long>(Expression.Call(typeof(Queryable), nameof(Queryable.LongCount), [Row], Source.Expression));

    private RowQuery Then(string method, Type[] types, Expression argument) =>
        new(Source.Provider.CreateQuery(Expression.Call(typeof(Queryable), method, types, Source.Expression, argument)));
}

/// <summary>One key of an order.</summary>
internal sealed record OrderKey(Operand Column, bool Descending);
