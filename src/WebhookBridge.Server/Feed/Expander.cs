using System.Linq.Expressions;
using System.Reflection;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Feed;

/// <summary>Reads what stands beside the entities of a page: one query for each expansion, however many entities there are.</summary>
internal static class Expander
{
    private static readonly MethodInfo Contains = typeof(Enumerable).GetMethods().First(static m => m.Name == nameof(Enumerable.Contains) && m.GetParameters().Length == 2).MakeGenericMethod(typeof(long));

    /// <returns>False when there is more than one answer may hold: then take fewer entities.</returns>
    public static bool Fill(StoreContext store, IReadOnlyList<FeedEntity> entities, int limit)
    {
        if (entities.Count == 0)
        {
            return true;
        }

        IReadOnlyList<ExpandPlan> expansions = entities[0].Plan.Expansions;
        for (int i = 0; i < expansions.Count; i++)
        {
            ExpandPlan plan = expansions[i];
            long[] keys = [.. entities.Select(entity => entity.Here(i)).Distinct()];
            List<object?[]> rows = Rows(store, entities[0].Plan.Set, plan, keys, limit + 1);
            if (rows.Count > limit)
            {
                return false;
            }

            Dictionary<long, List<FeedEntity>> found = [];
            List<FeedEntity> all = [];
            foreach (object?[] row in rows)
            {
                long key = Convert.ToInt64(row[^1], null);
                FeedEntity entity = new(plan.Select, row);
                all.Add(entity);
                if (found.TryGetValue(key, out List<FeedEntity>? list))
                {
                    list.Add(entity);
                }
                else
                {
                    found[key] = [entity];
                }
            }

            Dictionary<long, long>? counts = plan.Counted ? Counts(store, plan, keys) : null;
            foreach (FeedEntity entity in entities)
            {
                entity.Expanded[i] = found.GetValueOrDefault(entity.Here(i)) ?? [];
                entity.Counts[i] = counts?.GetValueOrDefault(entity.Here(i));
            }

            if (!Fill(store, all, limit))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The rows that belong to any of the keys; the last column says to which.</summary>
    private static List<object?[]> Rows(StoreContext store, FeedSet parent, ExpandPlan plan, long[] keys, int most)
    {
        Expression there = Inline.Body(plan.Way.There, plan.Row);
        RowQuery rows = Belonging(store, plan, keys);
        OrderKey group = new(new Operand(there, FeedType.Long, Nullable: false, ""), Descending: false);
        if (plan.Way.Many && (plan.Skip > 0 || plan.Top is not null))
        {
            // Cut for each entity by itself: SQL numbers the rows within each.
            ParameterExpression one = Expression.Parameter(parent.Row, "one");
            RowQuery own = rows.Where(Expression.Lambda(Expression.Equal(there, Inline.Body(plan.Way.Here, one)), plan.Row))
                .OrderBy(plan.Order, plan.Row).Skip(plan.Skip).Take((int)Math.Min(plan.Top ?? most, most));
            RowQuery parents = new RowQuery(parent.Rows(store)).Where(Expression.Lambda(Among(keys, Inline.Body(plan.Way.Here, one)), one));
            Type items = typeof(IEnumerable<>).MakeGenericType(plan.Select.Set.Row);
            rows = parents.SelectMany(Expression.Lambda(typeof(Func<,>).MakeGenericType(parent.Row, items), own.Source.Expression, one), plan.Select.Set.Row);
        }

        return rows.OrderBy([group, .. plan.Order], plan.Row).Take(most).Read(plan.Row, [.. plan.Select.Columns(plan.Row), there]);
    }

    /// <summary>How many rows belong to each key, whatever <c>$top</c> and <c>$skip</c> leave of them.</summary>
    private static Dictionary<long, long> Counts(StoreContext store, ExpandPlan plan, long[] keys)
    {
        RowQuery groups = Belonging(store, plan, keys).GroupBy(Expression.Lambda(Inline.Body(plan.Way.There, plan.Row), plan.Row));
        ParameterExpression group = Expression.Parameter(groups.Row, "group");
        Expression count = Expression.Call(typeof(Enumerable), nameof(Enumerable.LongCount), [plan.Select.Set.Row], group);
        return groups.Read(group, [Expression.Property(group, nameof(IGrouping<long, object>.Key)), count]).ToDictionary(static row => Convert.ToInt64(row[0], null), static row => Convert.ToInt64(row[1], null));
    }

    private static RowQuery Belonging(StoreContext store, ExpandPlan plan, long[] keys)
    {
        RowQuery rows = new RowQuery(plan.Select.Set.Rows(store)).Where(Expression.Lambda(Among(keys, Inline.Body(plan.Way.There, plan.Row)), plan.Row));
        return plan.Filter is null ? rows : rows.Where(plan.Filter);
    }

    private static MethodCallExpression Among(long[] keys, Expression value) => Expression.Call(Contains, Parameter.Of(keys, typeof(long[])), value);
}
