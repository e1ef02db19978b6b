using System.Linq.Expressions;
using Microsoft.OData;
using Microsoft.OData.UriParser;

using WebhookBridge.Storage.Feed;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Feed;

/// <summary>
/// One request for data. In this order: 1 ODataLib parses path and options, 2 they are bound to columns, before anything is read,
/// 3 one reading, on one connection: the way to the rows, the count, a page, what is expanded, 4 the answer is written from memory.
/// </summary>
internal sealed class FeedQuery(FeedReader reader, FeedRequest request)
{
    private readonly FeedContext _context = new(request.Limits, request.SeesPersonal, request.Parser);

    public async Task<FeedAnswer> AnswerAsync(CancellationToken aborted)
    {
        ODataPath path = request.Parser.ParsePath();
        List<ODataPathSegment> segments = [.. path];
        Target target = Follow(segments);
        Options(target);
        ODataUri uri = new() { ServiceRoot = request.Root, Path = path, RequestUri = request.Address };
        if (target.Property is { } property)
        {
            return await PropertyAsync(target, property, uri, aborted);
        }

        if (request.Parser.ParseApply() is { } apply)
        {
            Aggregation aggregation = Aggregation.Of(apply, target.Set, _context);
            if (aggregation.Groups)
            {
                uri.Apply = apply;
                return await GroupsAsync(target, aggregation, uri, aborted);
            }

            return await EntitiesAsync(target, uri, aggregation, aborted);
        }

        return target.Single ? await EntityAsync(target, uri, aborted) : await EntitiesAsync(target, uri, null, aborted);
    }

    private async Task<FeedAnswer> EntitiesAsync(Target target, ODataUri uri, Aggregation? only, CancellationToken aborted)
    {
        FeedScope scope = FeedScope.Entity(target.Set);
        FilterBinder binder = new(scope, _context);
        LambdaExpression? filter = request.Parser.ParseFilter() is { } clause ? binder.Where(clause.Expression) : null;
        LambdaExpression? search = request.Parser.ParseSearch() is { } words ? SearchBinder.Where(words, scope) : null;
        RowQuery Rows(StoreContext store)
        {
            RowQuery rows = target.Rows(store);
            rows = only?.Before(rows) ?? rows;
            rows = filter is null ? rows : rows.Where(filter);
            return search is null ? rows : rows.Where(search);
        }

        if (target.Count)
        {
            return FeedAnswer.Text((await ReadAsync(store => Rows(store).Count(), aborted)).ToString(null, null));
        }

        SelectExpandClause? selectExpand = request.Parser.ParseSelectAndExpand();
        uri.SelectAndExpand = selectExpand;
        SelectPlan plan = SelectPlan.Of(target.Set, selectExpand, _context);
        List<OrderKey> order = Ordering.Of(scope, binder, request.Parser.ParseOrderBy(), filter);
        Paging paging = new(request, order);
        List<Expression> columns = [.. plan.Columns(scope.Row), .. order.Select(static key => key.Column.Value)];
        (long? count, List<FeedEntity> entities, object?[]? last) = await ReadAsync<(long?, List<FeedEntity>, object?[]?)>(store =>
        {
            RowQuery rows = Rows(store);
            long? all = request.Parser.ParseCount() == true ? rows.Count() : null;
            if (paging.Take == 0)
            {
                return (all, [], null);
            }

            List<object?[]> page = Ordering.Page(rows, scope.Row, order, paging.After, paging.Skip, paging.Take + 1, columns);
            List<FeedEntity> found = [.. page.Take(paging.Take).Select(row => new FeedEntity(plan, row))];
            bool more = page.Count > paging.Take;
            while (!Expander.Fill(store, found, request.Limits.MaxExpandedRows))
            {
                // More than one answer holds: the page ends earlier, and the next one goes on there.
                if (found.Count == 1)
                {
                    throw FeedException.BadRequest($"$expand finds more than {request.Limits.MaxExpandedRows} rows beside one entity: use $top within $expand, or read the other set by itself.", "$expand");
                }

                found.RemoveRange(found.Count / 2, found.Count - (found.Count / 2));
                more = true;
            }

            return (all, found, more ? found[^1].Values : null);
        }, aborted);

        Uri? next = last is null ? null : paging.Next(entities.Count, last[^order.Count..]);
        return request.Writer.Entities(target.Set, entities, uri, count, next);
    }

    private async Task<FeedAnswer> EntityAsync(Target target, ODataUri uri, CancellationToken aborted)
    {
        FeedScope scope = FeedScope.Entity(target.Set);
        SelectExpandClause? selectExpand = request.Parser.ParseSelectAndExpand();
        uri.SelectAndExpand = selectExpand;
        SelectPlan plan = SelectPlan.Of(target.Set, selectExpand, _context);
        FeedEntity entity = await ReadAsync(store =>
        {
            FeedEntity found = new(plan, target.Rows(store).Take(1).Read(scope.Row, plan.Columns(scope.Row)).FirstOrDefault() ?? throw target.Missing());
            return Expander.Fill(store, [found], request.Limits.MaxExpandedRows)
                ? found
                : throw FeedException.BadRequest($"$expand finds more than {request.Limits.MaxExpandedRows} rows: use $top within $expand.", "$expand");
        }, aborted);
        return request.Writer.Entity(entity, uri);
    }

    private async Task<FeedAnswer> PropertyAsync(Target target, FeedProperty property, ODataUri uri, CancellationToken aborted)
    {
        FeedScope scope = FeedScope.Entity(target.Set);
        object?[] row = await ReadAsync(store => target.Rows(store).Take(1).Read(scope.Row, [Inline.Body(property.Read, scope.Row)]).FirstOrDefault() ?? throw target.Missing(), aborted);
        if (row[0] is not { } value)
        {
            return new FeedAnswer(204, 0);
        }

        return target.Raw ? FeedAnswer.Text(request.Writer.ToText(property, value)) : request.Writer.Property(property, value, uri);
    }

    private async Task<FeedAnswer> GroupsAsync(Target target, Aggregation aggregation, ODataUri uri, CancellationToken aborted)
    {
        foreach (string option in new[] { "$select", "$expand", "$search" })
        {
            if (request.Has(option))
            {
                throw FeedException.NotImplemented($"{option} with $apply");
            }
        }

        FilterBinder binder = new(aggregation.Scope, _context);
        LambdaExpression? filter = request.Parser.ParseFilter() is { } clause ? binder.Where(clause.Expression) : null;
        List<OrderKey> order = Ordering.Asked(binder, request.Parser.ParseOrderBy());
        foreach (ResultColumn key in aggregation.Columns.Take(aggregation.Keys).Where(key => !order.Exists(known => known.Column.Name == key.Path)))
        {
            order.Add(new OrderKey(key.Column, Descending: false));
        }

        ParameterExpression row = aggregation.Scope.Row;
        List<Expression> columns = [.. aggregation.Columns.Select(static column => column.Column.Value), .. order.Select(static key => key.Column.Value)];
        RowQuery Rows(StoreContext store)
        {
            RowQuery rows = aggregation.Apply(target.Rows(store));
            return filter is null ? rows : rows.Where(filter);
        }

        if (target.Count)
        {
            return FeedAnswer.Text((await ReadAsync(store => Rows(store).Count(), aborted)).ToString(null, null));
        }

        Paging paging = new(request, order);
        (long? count, List<object?[]> groups) = await ReadAsync<(long?, List<object?[]>)>(store =>
        {
            RowQuery rows = Rows(store);
            long? all = request.Parser.ParseCount() == true ? rows.Count() : null;
            rows = paging.After is null ? rows : rows.Where(Ordering.Behind(row, order, paging.After));
            List<object?[]> found = order.Count == 0
                ? rows.Read(row, columns)
                : rows.OrderBy(order, row).Skip(paging.Skip).Take(paging.Take + 1).Read(row, columns);
            return (all, found);
        }, aborted);
        if (!aggregation.HasGroups && groups.Count == 0 && filter is null)
        {
            // Over nothing: a sum is null, a count is 0 (Data Aggregation 4.0, 3.1.3).
            groups.Add([.. aggregation.Columns.Select(static column => column.Column.Nullable ? null : (object)0L)]);
        }

        bool more = groups.Count > paging.Take;
        List<object?[]> page = [.. groups.Take(paging.Take)];
        return request.Writer.Groups(target.Set, aggregation.Columns, aggregation.Keys, page, uri, count, more && page.Count > 0 ? paging.Next(page.Count, page[^1][^order.Count..]) : null);
    }

    private Task<T> ReadAsync<T>(Func<StoreContext, T> read, CancellationToken aborted) => reader.ReadAsync(read, request.Limits.Time, aborted);

    /// <summary>Options that mean something where the path has led to; any other of OData's is 501.</summary>
    private void Options(Target target)
    {
        foreach (string option in request.OptionNames.Where(static name => name.StartsWith('$')))
        {
            if (!FeedNames.Options.Contains(option))
            {
                throw FeedException.NotImplemented(option);
            }

            bool fits = option switch
            {
                "$format" => true,
                "$select" or "$expand" => target.Property is null && !target.Count,
                "$filter" or "$search" or "$apply" => !target.Single,
                _ => !target.Single && !target.Count,
            };
            if (!fits)
            {
                throw FeedException.BadRequest($"{option} has no meaning at this address.", option);
            }
        }
    }

    /// <summary>What the path leads to.</summary>
    private static Target Follow(List<ODataPathSegment> segments)
    {
        if (segments[0] is not EntitySetSegment first)
        {
            throw FeedException.NotImplemented(segments[0].Identifier ?? segments[0].GetType().Name);
        }

        Target target = new(FeedSets.Get(first.EntitySet.Name), static (set, store) => new RowQuery(set.Rows(store)), first.EntitySet.Name);
        foreach (ODataPathSegment segment in segments.Skip(1))
        {
            target = segment switch
            {
                KeySegment key => target.WithKey((string)key.Keys.First().Value),
                NavigationPropertySegment way => target.Along(target.Set.Navigation(way.NavigationProperty.Name)),
                PropertySegment property => target with { Property = target.Set.Property(property.Property.Name) },
                ValueSegment when target.Property is not null => target with { Raw = true },
                CountSegment => target with { Count = true },
                NavigationPropertyLinkSegment or ReferenceSegment => throw FeedException.NotImplemented("$ref"),
                _ => throw FeedException.NotImplemented(segment.Identifier ?? segment.GetType().Name),
            };
        }

        return target;
    }

    /// <summary>Rows that a path leads to.</summary>
    private sealed record Target(FeedSet Set, Func<FeedSet, StoreContext, RowQuery> Start, string Words)
    {
        /// <summary>At most one row.</summary>
        public bool Single { get; init; }

        public bool Count { get; init; }

        public FeedProperty? Property { get; init; }

        /// <summary><c>$value</c>.</summary>
        public bool Raw { get; init; }

        public RowQuery Rows(StoreContext store) => Start(Set, store);

        public FeedException Missing() => FeedException.NotFound($"There is no {Words}.");

        public Target WithKey(string key)
        {
            Func<FeedSet, StoreContext, RowQuery> before = Start;
            return this with
            {
                Words = $"{Words}('{key}')",
                Single = true,
                Start = (set, store) =>
                {
                    ParameterExpression row = Expression.Parameter(set.Row, "row");
                    Expression same = Compare.ToLiteral(BinaryOperatorKind.Equal, Operand.Column(set.Key, row), key);
                    return before(set, store).Where(Expression.Lambda(same, row));
                },
            };
        }

        /// <summary>The row that the way begins at is looked up first: when it is missing, that is 404 and no empty list.</summary>
        public Target Along(FeedNavigation way)
        {
            Target from = this;
            FeedSet target = FeedSets.Get(way.Target);
            return new Target(
                target,
                (set, store) =>
                {
                    ParameterExpression start = Expression.Parameter(from.Set.Row, "start");
                    object?[] found = from.Rows(store).Take(1).Read(start, [Inline.Body(way.Here, start)]).FirstOrDefault() ?? throw from.Missing();
                    ParameterExpression row = Expression.Parameter(set.Row, "row");
                    Expression belongs = Expression.Equal(Inline.Body(way.There, row), Parameter.Of(Convert.ToInt64(found[0], null), typeof(long)));
                    return new RowQuery(set.Rows(store)).Where(Expression.Lambda(belongs, row));
                },
                $"{Words}/{way.Name}")
            {
                Single = !way.Many,
            };
        }
    }

    /// <summary>Where a page begins, how many rows it has, and the address of the next (OData Protocol 4.01, 11.2.6.7).</summary>
    private sealed class Paging
    {
        private readonly FeedRequest _request;
        private readonly string _query;
        private readonly int _size;
        private readonly long? _top;

        public Paging(FeedRequest request, IReadOnlyList<OrderKey> order)
        {
            _request = request;
            _query = request.Query;
            SkipToken? token = request.Option("$skiptoken") is { } text ? SkipToken.Read(text, _query, order) : null;
            _size = Math.Clamp(request.MaxPageSize ?? token?.PageSize ?? request.Limits.PageSize, 1, request.Limits.MaxPageSize);
            _top = request.Parser.ParseTop();
            After = token?.Values;
            Skip = request.Parser.ParseSkip() ?? 0;
            Take = (int)Math.Min(_top ?? _size, _size);
        }

        public object?[]? After { get; }

        public long Skip { get; }

        public int Take { get; }

        /// <summary>Null when the client's <c>$top</c> is served.</summary>
        public Uri? Next(int given, object?[] keys)
        {
            if (_top is { } top && top <= given)
            {
                return null;
            }

            string token = new SkipToken(_size, keys).Write(_query);
            return _request.NextPage(_top - given, token);
        }
    }
}
