using System.Linq.Expressions;
using System.Reflection;
using Microsoft.OData.UriParser;
using WebhookBridge.Storage.Feed;

namespace WebhookBridge.Server.Feed;

/// <summary>What names mean: properties of entities, or columns of an aggregation's result.</summary>
/// <param name="Set">Null within the result of an aggregation.</param>
internal sealed record FeedScope(ParameterExpression Row, FeedSet? Set, Func<string, Operand?> Property)
{
    public static FeedScope Entity(FeedSet set)
    {
        ParameterExpression row = Expression.Parameter(set.Row, "row");
        return new(row, set, name => set.Properties.FirstOrDefault(property => property.Name == name) is { } property ? Operand.Column(property, row) : null);
    }
}

/// <summary>From ODataLib's syntax tree to a condition that EF Core makes SQL of. Every node that is not known here ends with 501 and its name.</summary>
/// <remarks>Negation is carried down: a function of null is null, and so is its opposite, while a comparison with null is false and its opposite true.</remarks>
internal sealed class FilterBinder(FeedScope scope, FeedContext context)
{
    /// <summary>Functions that answer true or false.</summary>
    private static readonly string[] Predicates = ["contains", "startswith", "endswith"];

    private readonly Dictionary<string, (FeedSet Set, Expression Row)> _variables = [];
    private int _nodes;

    public LambdaExpression Where(SingleValueNode node) => Expression.Lambda(Bind(node, negate: false), scope.Row);

    /// <summary>A value to order by, to group by or to add up.</summary>
    public Operand Column(SingleValueNode node)
    {
        object? value = Value(node);
        Operand operand = value as Operand ?? throw FeedException.NotImplemented($"the constant {value ?? "null"}");
        RefuseMasked(operand);
        return operand;
    }

    /// <summary>Words of a search, all of which must occur.</summary>
    public Expression Bind(QueryNode node, bool negate)
    {
        if (++_nodes > context.Limits.MaxNodes)
        {
            throw FeedException.BadRequest($"The filter has more than {context.Limits.MaxNodes} parts.");
        }

        switch (node)
        {
            case ConvertNode convert:
                return Bind(convert.Source, negate);
            case BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And or BinaryOperatorKind.Or } logic:
                bool and = logic.OperatorKind == BinaryOperatorKind.And != negate;
                Expression left = Bind(logic.Left, negate), right = Bind(logic.Right, negate);
                return and ? Expression.AndAlso(left, right) : Compare.Either(left, right);
            case BinaryOperatorNode comparison:
                return Comparison(comparison, negate);
            case UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Not } not:
                return Bind(not.Operand, !negate);
            case InNode:
                throw FeedException.NotImplemented("in with anything but a list of values");
            case AnyNode any:
                return Turn(Quantified(any, all: false), negate);
            case AllNode all:
                return Turn(Quantified(all, all: true), negate);
            case SingleValueFunctionCallNode function when Predicates.Contains(function.Name):
                return Predicate(function, negate);
            case ConstantNode { Value: bool constant }:
                return Expression.Constant(constant != negate);
            case ConstantNode { Value: null }:
                return Compare.False;
        }

        return Value(node) switch
        {
            Operand { Type: FeedType.Flag } flag => Turn(flag.Value, negate),
            bool constant => Expression.Constant(constant != negate),
            Operand other => throw FeedException.BadRequest($"\"{other.Name}\" is neither true nor false.", other.Name),
            _ => throw FeedException.BadRequest("The filter is neither true nor false."),
        };
    }

    private Expression Comparison(BinaryOperatorNode node, bool negate)
    {
        BinaryOperatorKind kind = node.OperatorKind;
        if (kind is not (BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual or BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual))
        {
            throw FeedException.NotImplemented(Compare.Word(kind));
        }

        // contains(…) eq true
        if (kind is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual && Plain(node.Left) is SingleValueFunctionCallNode function && Predicates.Contains(function.Name) && Plain(node.Right) is ConstantNode { Value: bool wanted })
        {
            return Predicate(function, negate != (wanted != (kind == BinaryOperatorKind.Equal)));
        }

        object? left = Value(node.Left), right = Value(node.Right);
        Expression compared = (left, right) switch
        {
            (Operand a, Operand b) => Compare.ToOperand(kind, Known(kind, a), Known(kind, b)),
            (Operand a, _) => Compare.ToLiteral(kind, Known(kind, a), right),
            (_, Operand b) => Compare.ToLiteral(Compare.Turned(kind), Known(kind, b), left),
            _ => Constants(kind, left, right),
        };
        return Turn(compared, negate);
    }

    /// <summary>Such as <c>1 eq 1</c>, which some clients write for "everything".</summary>
    private static ConstantExpression Constants(BinaryOperatorKind kind, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return Expression.Constant(kind switch
            {
                BinaryOperatorKind.Equal => left is null && right is null,
                BinaryOperatorKind.NotEqual => left is not null || right is not null,
                _ => false,
            });
        }

        if (left.GetType() != right.GetType() || left is not IComparable comparable)
        {
            throw FeedException.NotImplemented($"{left} {Compare.Word(kind)} {right}");
        }

        int order = left is string text ? string.CompareOrdinal(text, (string)right) : comparable.CompareTo(right);
        return Expression.Constant(kind switch
        {
            BinaryOperatorKind.Equal => order == 0,
            BinaryOperatorKind.NotEqual => order != 0,
            BinaryOperatorKind.GreaterThan => order > 0,
            BinaryOperatorKind.GreaterThanOrEqual => order >= 0,
            BinaryOperatorKind.LessThan => order < 0,
            _ => order <= 0,
        });
    }

    private Expression Predicate(SingleValueFunctionCallNode function, bool negate)
    {
        QueryNode[] arguments = [.. function.Parameters];
        if (Value(arguments[0]) is not Operand { Type: FeedType.Text } text)
        {
            throw Value(arguments[0]) is Operand other
                ? FeedException.NotImplemented($"{function.Name}({other.Name})")
                : FeedException.NotImplemented($"{function.Name} of a constant");
        }

        RefuseMasked(text);
        if (Value(arguments[1]) is not string part)
        {
            throw FeedException.NotImplemented($"{function.Name} with anything but a text as its second parameter");
        }

        Expression found = function.Name switch
        {
            _ when part.Length == 0 => Compare.True,
            "startswith" => Compare.StartsWith(text, part),
            "endswith" => Expression.Equal(Call(nameof(FeedFunctions.Tail), text.Value, Parameter.Of(-part.EnumerateRunes().Count(), typeof(int))), Parameter.Of(part, typeof(string))),
            _ => Expression.GreaterThan(Call(nameof(FeedFunctions.Position), text.Value, Parameter.Of(part, typeof(string))), Expression.Constant(0, typeof(int?))),
        };
        return Compare.Guard(text, Turn(found, negate));
    }

    private Expression Quantified(LambdaNode node, bool all)
    {
        if (node.Source is not CollectionNavigationNode collection)
        {
            throw FeedException.NotImplemented(all ? "all" : "any");
        }

        (FeedSet target, Expression members) = Members(collection);
        ParameterExpression item = Expression.Parameter(target.Row, "item");
        if (node.CurrentRangeVariable is null || node.Body is ConstantNode { Value: true })
        {
            return Expression.Call(typeof(Enumerable), nameof(Enumerable.Any), [target.Row], members);
        }

        _variables[node.CurrentRangeVariable.Name] = (target, item);
        LambdaExpression condition = Expression.Lambda(Bind(node.Body, negate: all), item);
        _variables.Remove(node.CurrentRangeVariable.Name);
        Expression any = Expression.Call(typeof(Enumerable), nameof(Enumerable.Any), [target.Row], members, condition);
        return all ? Expression.Not(any) : any;
    }

    private (FeedSet Target, Expression Members) Members(CollectionNavigationNode node)
    {
        (FeedSet set, Expression row) = Entity(node.Source);
        FeedNavigation way = set.Navigation(node.NavigationProperty.Name);
        return (FeedSets.Get(way.Target), Expression.Property(row, way.Member));
    }

    /// <summary>The entity that a path has come to.</summary>
    private (FeedSet Set, Expression Row) Entity(QueryNode node)
    {
        switch (node)
        {
            case SingleNavigationNode way:
                (FeedSet set, Expression row) = Entity(way.Source);
                FeedNavigation navigation = set.Navigation(way.NavigationProperty.Name);
                return (FeedSets.Get(navigation.Target), Expression.Property(row, navigation.Member));
            case ResourceRangeVariableReferenceNode variable when _variables.TryGetValue(variable.Name, out var known):
                return known;
            case ResourceRangeVariableReferenceNode when scope.Set is not null:
                return (scope.Set, scope.Row);
            default:
                throw FeedException.NotImplemented(node.Kind.ToString());
        }
    }

    /// <summary>An <see cref="Operand"/>, or the value of a constant.</summary>
    private object? Value(QueryNode node)
    {
        if (++_nodes > context.Limits.MaxNodes)
        {
            throw FeedException.BadRequest($"The filter has more than {context.Limits.MaxNodes} parts.");
        }

        return node switch
        {
            ConstantNode constant => constant.Value,
            ConvertNode convert => Value(convert.Source),
            ParameterAliasNode alias => Value(context.Alias(alias.Alias)),
            SingleValuePropertyAccessNode property when scope.Set is null => Result(property.Property.Name),
            SingleValueOpenPropertyAccessNode open => Result(open.Name),
            SingleValuePropertyAccessNode property => Property(property),
            CountNode { Source: CollectionNavigationNode collection } => Count(collection),
            SingleValueFunctionCallNode function => Function(function),
            UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Negate } => throw FeedException.NotImplemented("-"),
            BinaryOperatorNode arithmetic => throw FeedException.NotImplemented(Compare.Word(arithmetic.OperatorKind)),
            _ => throw FeedException.NotImplemented(node.Kind.ToString()),
        };
    }

    private Operand Result(string name) => scope.Property(name) ?? throw FeedException.BadRequest($"There is no \"{name}\" in the result of $apply.", name);

    private Operand Property(SingleValuePropertyAccessNode node)
    {
        (FeedSet set, Expression row) = Entity(node.Source);
        Operand operand = Operand.Column(set.Property(node.Property.Name), row);
        return operand with { Personal = operand.Personal && !context.SeesPersonal };
    }

    private Operand Count(CollectionNavigationNode node)
    {
        (FeedSet target, Expression members) = Members(node);
        return new Operand(Expression.Call(typeof(Enumerable), nameof(Enumerable.Count), [target.Row], members), FeedType.Int, Nullable: false, node.NavigationProperty.Name + "/$count");
    }

    private Operand Function(SingleValueFunctionCallNode function)
    {
        QueryNode[] arguments = [.. function.Parameters];
        if (arguments.Length != 1 || !FeedNames.Functions.Contains(function.Name) || Value(arguments[0]) is not Operand of)
        {
            throw FeedException.NotImplemented(function.Name);
        }

        string name = $"{function.Name}({of.Name})";
        switch (function.Name)
        {
            case "tolower" or "toupper" or "length" when of.Type == FeedType.Text:
                RefuseMasked(of);
                return function.Name switch
                {
                    "tolower" when of.LowerCase => of,
                    "tolower" => of with { Value = Call(nameof(FeedFunctions.Lower), of.Value), Name = name, Words = [] },
                    "toupper" => of with { Value = Call(nameof(FeedFunctions.Upper), of.Value), Name = name, Words = [], LowerCase = false },
                    _ => new Operand(Call(nameof(FeedFunctions.Length), of.Value), FeedType.Int, Nullable: true, name),
                };
            case "date" when of.Type == FeedType.Instant:
                return new Operand(Expression.Divide(of.Value, Expression.Convert(Expression.Constant(FeedValues.Day), of.Value.Type)), FeedType.Day, of.Nullable, name) { Of = new Calendar(of.Value, Years: false) };
            case "year" or "month" or "day" or "hour" or "minute" or "second" when of.Type is FeedType.Instant || (of is { Type: FeedType.Day, Of: not null } && function.Name is "year" or "month" or "day"):
                Expression time = of.Of?.Time ?? of.Value;
                Expression part = Call(nameof(FeedFunctions.TimePart), Expression.Constant(function.Name), time.Type == typeof(long?) ? time : Expression.Convert(time, typeof(long?)));
                return new Operand(part, FeedType.Int, Nullable: true, name) { Of = function.Name == "year" ? new Calendar(time, Years: true) : null };
            default:
                throw FeedException.NotImplemented(name);
        }
    }

    /// <summary>Lets a masked column through to equality only.</summary>
    private static Operand Known(BinaryOperatorKind kind, Operand operand)
    {
        if (kind is not (BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual))
        {
            RefuseMasked(operand);
        }

        return operand;
    }

    private static void RefuseMasked(Operand operand)
    {
        if (operand.Personal)
        {
            throw FeedException.Masked(operand.Name);
        }
    }

    private static QueryNode Plain(QueryNode node) => node is ConvertNode convert ? Plain(convert.Source) : node;

    private static Expression Turn(Expression condition, bool negate) => negate ? Expression.Not(condition) : condition;

    private static MethodCallExpression Call(string function, params Expression[] arguments) =>
        Expression.Call(typeof(FeedFunctions).GetMethod(function, BindingFlags.Public | BindingFlags.Static)!, arguments);
}
