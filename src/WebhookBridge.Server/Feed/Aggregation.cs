using System.Linq.Expressions;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;

namespace WebhookBridge.Server.Feed;

/// <summary>A row of an aggregation's result, in columns of which each kind has as many as a request may name. EF Core only ever sees which ones a query fills.</summary>
internal sealed class AggregateRow
{
    public string? T0 { get; set; }

    public string? T1 { get; set; }

    public string? T2 { get; set; }

    public string? T3 { get; set; }

    public string? T4 { get; set; }

    public string? T5 { get; set; }

    public string? T6 { get; set; }

    public string? T7 { get; set; }

    public string? T8 { get; set; }

    public string? T9 { get; set; }

    public long? N0 { get; set; }

    public long? N1 { get; set; }

    public long? N2 { get; set; }

    public long? N3 { get; set; }

    public long? N4 { get; set; }

    public long? N5 { get; set; }

    public long? N6 { get; set; }

    public long? N7 { get; set; }

    public long? N8 { get; set; }

    public long? N9 { get; set; }

    public double? R0 { get; set; }

    public double? R1 { get; set; }

    public double? R2 { get; set; }

    public double? R3 { get; set; }

    public double? R4 { get; set; }

    public double? R5 { get; set; }

    public double? R6 { get; set; }

    public double? R7 { get; set; }

    public bool? B0 { get; set; }

    public bool? B1 { get; set; }

    public bool? B2 { get; set; }

    public bool? B3 { get; set; }
}

/// <summary>A column of an aggregation's result.</summary>
/// <param name="Path">Its name; <c>event/source</c> for a property of another entity.</param>
internal sealed record ResultColumn(string Path, Operand Column);

/// <summary><c>$apply</c> (Data Aggregation 4.0, 3): filters, then one groupby or aggregate, then filters over its result.</summary>
internal sealed class Aggregation
{
    private readonly FeedScope _from;
    private readonly FeedContext _context;
    private readonly List<LambdaExpression> _before = [];
    private readonly List<LambdaExpression> _after = [];
    private readonly List<MemberBinding> _keys = [];
    private readonly List<MemberBinding> _results = [];
    private readonly Dictionary<char, int> _slots = [];
    private readonly ParameterExpression _row = Expression.Parameter(typeof(AggregateRow), "result");
    private readonly List<ResultColumn> _columns = [];
    private ParameterExpression? _group;
    private bool _grouped;

    private Aggregation(FeedSet set, FeedContext context)
    {
        _from = FeedScope.Entity(set);
        _context = context;
        Scope = new FeedScope(_row, null, name => _columns.Find(column => column.Path == name)?.Column);
    }

    /// <summary>What filters and orders over the result see.</summary>
    public FeedScope Scope { get; }

    public IReadOnlyList<ResultColumn> Columns => _columns;

    /// <summary>How many of the columns are what was grouped by.</summary>
    public int Keys { get; private set; }

    /// <summary>False for <c>aggregate</c> alone, whose result is one row always, and for filters alone.</summary>
    public bool HasGroups => Keys > 0;

    /// <summary>False where <c>$apply</c> only filters: then entities come out.</summary>
    public bool Groups => _grouped;

    public static Aggregation Of(ApplyClause clause, FeedSet set, FeedContext context)
    {
        Aggregation aggregation = new(set, context);
        foreach (TransformationNode node in clause.Transformations)
        {
            aggregation.Add(node);
        }

        return aggregation;
    }

    /// <summary>The filters that stand before.</summary>
    public RowQuery Before(RowQuery rows) => _before.Aggregate(rows, static (query, filter) => query.Where(filter));

    public RowQuery Apply(RowQuery rows)
    {
        rows = Before(rows);
        Expression key = Keys > 0 ? Expression.MemberInit(Expression.New(typeof(AggregateRow)), _keys) : Expression.Constant(1);
        rows = rows.GroupBy(Expression.Lambda(key, _from.Row))
            .Select(Expression.Lambda(Expression.MemberInit(Expression.New(typeof(AggregateRow)), _results), _group!));
        return _after.Aggregate(rows, static (query, filter) => query.Where(filter));
    }

    private void Add(TransformationNode node)
    {
        switch (node)
        {
            case FilterTransformationNode filter:
                FilterBinder binder = new(_grouped ? Scope : _from, _context);
                (_grouped ? _after : _before).Add(binder.Where(filter.FilterClause.Expression));
                break;
            case GroupByTransformationNode or AggregateTransformationNode when _grouped:
                throw FeedException.NotImplemented("a second groupby or aggregate");
            case GroupByTransformationNode groupBy:
                GroupBy(groupBy);
                break;
            case AggregateTransformationNode aggregate:
                Begin();
                Aggregate(aggregate);
                break;
            default:
                throw FeedException.NotImplemented(node.Kind switch
                {
                    TransformationNodeKind.Compute => "compute",
                    TransformationNodeKind.Expand => "expand",
                    _ => node.Kind.ToString(),
                });
        }
    }

    private void GroupBy(GroupByTransformationNode node)
    {
        List<(string Path, SingleValueNode Value)> names = [];
        Flatten("", node.GroupingProperties, names);
        if (names.Count > _context.Limits.MaxColumns)
        {
            throw FeedException.BadRequest($"groupby takes at most {_context.Limits.MaxColumns} properties.");
        }

        FilterBinder binder = new(_from, _context);
        List<(string Path, Operand Operand, string Slot)> keys = [];
        foreach ((string path, SingleValueNode value) in names)
        {
            Operand operand = binder.Column(value);
            string slot = Slot(operand);
            keys.Add((path, operand, slot));
            _keys.Add(Bind(slot, operand.Value));
        }

        Keys = keys.Count;
        Begin();
        foreach ((string path, Operand operand, string slot) in keys)
        {
            Result(path, slot, Expression.Property(Expression.Property(_group!, "Key"), slot), operand.Type, operand.Nullable, operand.FreeText);
        }

        switch (node.ChildTransformations)
        {
            case null:
                break;
            case AggregateTransformationNode aggregate:
                Aggregate(aggregate);
                break;
            default:
                throw FeedException.NotImplemented("groupby with anything but aggregate");
        }
    }

    private static void Flatten(string prefix, IEnumerable<GroupByPropertyNode> nodes, List<(string, SingleValueNode)> into)
    {
        foreach (GroupByPropertyNode node in nodes)
        {
            if (node.Expression is not null)
            {
                into.Add((prefix + node.Name, node.Expression));
            }

            Flatten(prefix + node.Name + "/", node.ChildTransformations, into);
        }
    }

    private void Begin()
    {
        _grouped = true;
        _group = Expression.Parameter(typeof(IGrouping<,>).MakeGenericType(Keys > 0 ? typeof(AggregateRow) : typeof(int), _from.Row.Type), "group");
    }

    private void Aggregate(AggregateTransformationNode node)
    {
        FilterBinder binder = new(_from, _context);
        if (node.AggregateExpressions.Count() > _context.Limits.MaxColumns)
        {
            throw FeedException.BadRequest($"aggregate takes at most {_context.Limits.MaxColumns} values.");
        }

        foreach (AggregateExpressionBase item in node.AggregateExpressions)
        {
            if (item is not AggregateExpression aggregate)
            {
                throw FeedException.NotImplemented("aggregate over a navigation");
            }

            Aggregate(aggregate, binder);
        }
    }

    private void Aggregate(AggregateExpression node, FilterBinder binder)
    {
        Type row = _from.Row.Type;
        if (node.Method == AggregationMethod.VirtualPropertyCount)
        {
            Result(node.Alias, Slot('N'), Expression.Call(typeof(Enumerable), nameof(Enumerable.LongCount), [row], _group!), FeedType.Long, nullable: false);
            return;
        }

        Operand of = binder.Column(node.Expression);
        string method = node.MethodDefinition.MethodLabel ?? node.Method.ToString();
        switch (node.Method)
        {
            case AggregationMethod.CountDistinct:
                Expression values = Expression.Call(typeof(Enumerable), nameof(Enumerable.Select), [row, of.Value.Type], _group!, Selector(of.Value));
                values = Expression.Call(typeof(Enumerable), nameof(Enumerable.Distinct), [of.Value.Type], values);
                Result(node.Alias, Slot('N'), Expression.Call(typeof(Enumerable), nameof(Enumerable.LongCount), [of.Value.Type], values), FeedType.Long, nullable: false);
                return;
            case AggregationMethod.Min or AggregationMethod.Max when of.Type != FeedType.Flag:
                string name = node.Method == AggregationMethod.Min ? nameof(Enumerable.Min) : nameof(Enumerable.Max);
                Expression extreme = of.Type is FeedType.Text or FeedType.Id
                    ? Expression.Call(typeof(Enumerable), name, [row, typeof(string)], _group!, Selector(of.Value))
                    : Expression.Call(typeof(Enumerable), name, [row], _group!, Selector(Wide(of.Value)));
                Result(node.Alias, Slot(of), extreme, of.Type, nullable: true, of.FreeText);
                return;
            case AggregationMethod.Sum when IsNumber(of):
                Result(node.Alias, Slot('N'), Sum(of), of.Type == FeedType.Int ? FeedType.Long : of.Type, nullable: true);
                return;
            case AggregationMethod.Average when IsNumber(of):
                Expression average = Expression.Call(typeof(Enumerable), nameof(Enumerable.Average), [row], _group!, Selector(Wide(of.Value)));
                if (of.Type == FeedType.Money)
                {
                    average = Expression.Divide(average, Expression.Constant((double)FeedValues.MoneyScale, typeof(double?)));
                }

                Result(node.Alias, Slot('R'), average, FeedType.Real, nullable: true);
                return;
            default:
                throw node.Method is AggregationMethod.Custom
                    ? FeedException.NotImplemented(method)
                    : FeedException.BadRequest($"\"{of.Name}\" cannot be aggregated with {method.ToUpperInvariant()}.", of.Name);
        }
    }

    /// <summary>Null when there is nothing to add up, as the specification wants it; EF Core alone would answer 0.</summary>
    private Expression Sum(Operand of)
    {
        Type row = _from.Row.Type;
        Expression sum = Expression.Call(typeof(Enumerable), nameof(Enumerable.Sum), [row], _group!, Selector(Wide(of.Value)));
        if (!of.Nullable)
        {
            return sum;
        }

        Expression known = Expression.Call(typeof(Enumerable), nameof(Enumerable.Count), [row], _group!, Selector(Expression.NotEqual(of.Value, Expression.Constant(null, of.Value.Type))));
        return Expression.Condition(Expression.Equal(known, Expression.Constant(0)), Expression.Constant(null, typeof(long?)), sum);
    }

    private LambdaExpression Selector(Expression value) => Expression.Lambda(value, _from.Row);

    private void Result(string path, string slot, Expression value, FeedType type, bool nullable, bool freeText = false)
    {
        if (_columns.Exists(column => column.Path == path))
        {
            throw FeedException.BadRequest($"The result of $apply has \"{path}\" twice.", path);
        }

        _results.Add(Bind(slot, value));
        _columns.Add(new ResultColumn(path, new Operand(Expression.Property(_row, slot), type, nullable, path) { FreeText = freeText }));
    }

    private static MemberAssignment Bind(string slot, Expression value)
    {
        System.Reflection.PropertyInfo property = typeof(AggregateRow).GetProperty(slot)!;
        return Expression.Bind(property, value.Type == property.PropertyType ? value : Expression.Convert(value, property.PropertyType));
    }

    private string Slot(Operand operand) => Slot(operand.Type switch
    {
        FeedType.Text or FeedType.Id => 'T',
        FeedType.Flag => 'B',
        FeedType.Real => 'R',
        _ => 'N',
    });

    private string Slot(char kind)
    {
        int next = _slots.GetValueOrDefault(kind);
        _slots[kind] = next + 1;
        string slot = $"{kind}{next}";
        return typeof(AggregateRow).GetProperty(slot) is null ? throw FeedException.BadRequest("The result of $apply has too many columns of one kind.") : slot;
    }

    private static bool IsNumber(Operand of) => of.Type is FeedType.Int or FeedType.Long or FeedType.Money;

    private static Expression Wide(Expression value) => value.Type == typeof(long?) ? value : Expression.Convert(value, typeof(long?));
}
