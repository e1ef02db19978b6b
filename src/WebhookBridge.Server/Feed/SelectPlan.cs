using System.Linq.Expressions;
using Microsoft.OData.UriParser;

namespace WebhookBridge.Server.Feed;

/// <summary>Which properties of an entity are read, and which entities beside it.</summary>
internal sealed record SelectPlan(FeedSet Set, IReadOnlyList<FeedProperty> Properties, IReadOnlyList<ExpandPlan> Expansions)
{
    public static SelectPlan Of(FeedSet set, SelectExpandClause? clause, FeedContext context, int depth = 0)
    {
        if (clause is null)
        {
            return new(set, set.Properties, []);
        }

        List<FeedProperty> properties = [];
        List<ExpandPlan> expansions = [];
        bool all = clause.AllSelected;
        foreach (SelectItem item in clause.SelectedItems)
        {
            switch (item)
            {
                case WildcardSelectItem:
                    all = true;
                    break;
                case PathSelectItem path when path.SelectedPath.FirstSegment is PropertySegment segment && path.SelectedPath.Count == 1:
                    properties.Add(set.Property(segment.Property.Name));
                    break;
                case PathSelectItem path when path.SelectedPath.FirstSegment is NavigationPropertySegment:
                    break; // a link, which only full metadata shows
                case ExpandedNavigationSelectItem expand:
                    expansions.Add(Expansion(set, expand, context, depth + 1));
                    break;
                case ExpandedReferenceSelectItem:
                    throw FeedException.NotImplemented("$ref");
                default:
                    throw FeedException.NotImplemented("$select of anything but properties");
            }
        }

        return new(set, all ? set.Properties : [.. set.Properties.Where(properties.Contains)], expansions);
    }

    /// <summary>What is read for each row: the properties, the key, and what the expansions hang on.</summary>
    public List<Expression> Columns(ParameterExpression row) =>
    [
        .. Properties.Select(property => Inline.Body(property.Read, row)),
        Inline.Body(Set.Key.Read, row),
        .. Expansions.Select(expansion => Inline.Body(expansion.Way.Here, row)),
    ];

    private static ExpandPlan Expansion(FeedSet set, ExpandedNavigationSelectItem item, FeedContext context, int depth)
    {
        if (depth > context.Limits.MaxExpandDepth)
        {
            throw FeedException.BadRequest($"$expand goes at most {context.Limits.MaxExpandDepth} levels deep.", "$expand");
        }

        string? missing = item switch
        {
            { LevelsOption: not null } => "$levels",
            { ApplyOption: not null } => "$apply in $expand",
            { ComputeOption: not null } => "$compute",
            { SearchOption: not null } => "$search in $expand",
            _ => null,
        };
        if (missing is not null)
        {
            throw FeedException.NotImplemented(missing);
        }

        if (item.PathToNavigationProperty.FirstSegment is not NavigationPropertySegment { } segment || item.PathToNavigationProperty.Count != 1)
        {
            throw FeedException.NotImplemented("$expand over a path");
        }

        FeedNavigation way = set.Navigation(segment.NavigationProperty.Name);
        FeedSet target = FeedSets.Get(way.Target);
        FeedScope scope = FeedScope.Entity(target);
        FilterBinder binder = new(scope, context);
        return new ExpandPlan(
            way,
            Of(target, item.SelectAndExpand, context, depth),
            scope.Row,
            item.FilterOption is { } filter ? binder.Where(filter.Expression) : null,
            Ordering.Of(scope, binder, item.OrderByOption),
            item.SkipOption ?? 0,
            item.TopOption,
            item.CountOption == true);
    }
}

/// <summary>Entities beside an entity.</summary>
/// <param name="Counted">Whether their number is told, of all that the filter lets through.</param>
internal sealed record ExpandPlan(FeedNavigation Way, SelectPlan Select, ParameterExpression Row, LambdaExpression? Filter, IReadOnlyList<OrderKey> Order, long Skip, long? Top, bool Counted);

/// <summary>An entity as it was read.</summary>
/// <param name="Values">As <see cref="SelectPlan.Columns"/> says.</param>
internal sealed record FeedEntity(SelectPlan Plan, object?[] Values)
{
    /// <summary>For each expansion of the plan, what was found.</summary>
    public List<FeedEntity>[] Expanded { get; } = new List<FeedEntity>[Plan.Expansions.Count];

    /// <summary>For each expansion that is counted, how many there are.</summary>
    public long?[] Counts { get; } = new long?[Plan.Expansions.Count];

    public object Key => Values[Plan.Properties.Count]!;

    public long Here(int expansion) => Convert.ToInt64(Values[Plan.Properties.Count + 1 + expansion], null);
}
