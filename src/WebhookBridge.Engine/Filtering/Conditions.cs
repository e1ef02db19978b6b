using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>Something wrong in the conditions of a route.</summary>
/// <param name="Path">JSON path within <c>when</c>, such as <c>.all[0].field</c>.</param>
public sealed record ConditionError(string Path, string Message);

/// <summary>What the conditions of one route say of an event.</summary>
/// <param name="Verdict"><see cref="RouteVerdict.Delivery"/> when the event passes.</param>
/// <param name="HoldFor">Set when the event waits for its checkout id to become known.</param>
public readonly record struct ConditionsVerdict(RouteVerdict Verdict, TimeSpan? HoldFor = null);

/// <summary>The compiled conditions of a route: judged at receipt, in microseconds, without user code.</summary>
public sealed class Conditions
{
    /// <summary>How deep groups may be nested.</summary>
    public const int MaxDepth = 3;

    private readonly ConditionsDefinition _definition;
    private readonly HashSet<string>? _kinds;
    private readonly TypePattern[] _types;
    private readonly HashSet<string>? _checkoutIds;
    private readonly ValueList? _checkoutList;
    private readonly Node[] _all;
    private readonly Node[] _any;

    private Conditions(ConditionsDefinition definition, ValueList? checkoutList, Node[] all, Node[] any)
    {
        _definition = definition;
        _kinds = definition.Kinds.Count == 0 ? null : [.. definition.Kinds];
        _types = [.. definition.Types.Select(static t => new TypePattern(t))];
        _checkoutIds = definition.CheckoutIds is CheckoutCondition.Values values ? [.. values.Ids] : null;
        _checkoutList = checkoutList;
        _all = all;
        _any = any;
    }

    /// <summary>The ids that this route takes, when it names them itself: routes are looked up by them.</summary>
    public IReadOnlyCollection<string>? CheckoutIds => _checkoutIds;

    /// <summary>Compiles; all that is wrong comes at once.</summary>
    /// <param name="lists">The list of a name, or null when there is none.</param>
    public static Conditions? Compile(ConditionsDefinition definition, Func<string, ValueList?> lists, out IReadOnlyList<ConditionError> errors)
    {
        var found = new List<ConditionError>();
        for (int i = 0; i < definition.Kinds.Count; i++)
        {
            if (!EventKinds.IsSubscribable(definition.Kinds[i]))
            {
                found.Add(new($".kinds[{i}]", $"\"{definition.Kinds[i]}\" is no kind of event: use one of {string.Join(", ", EventKinds.All)}"));
            }
        }

        ValueList? list = null;
        if (definition.CheckoutIds is CheckoutCondition.InList inList && (list = lists(inList.List)) is null)
        {
            found.Add(new(".checkoutIds.list", $"there is no list named \"{inList.List}\": add it under \"lists\""));
        }

        Node[] all = CompileItems(definition.All, ".all", 1, lists, found);
        Node[] any = CompileItems(definition.Any, ".any", 1, lists, found);
        errors = found;
        return found.Count > 0 ? null : new Conditions(definition, list, all, any);
    }

    /// <summary>Judges in the order types, kinds, mode, conditions, checkout id; the first that fails is the verdict.</summary>
    public ConditionsVerdict Judge(EventView view, DateTimeOffset now)
    {
        GatewayEvent e = view.Of;
        if (_types.Length > 0 && !MatchesType(e.Type))
        {
            return new(RouteVerdict.SkippedByType);
        }

        if (_kinds is not null && !_kinds.Contains(e.Kind))
        {
            return new(RouteVerdict.SkippedByKind);
        }

        bool test = e.Test || e.Mode == "test";
        if ((_definition.Mode == RouteMode.Test && !test) || (_definition.Mode == RouteMode.Live && test))
        {
            return new(RouteVerdict.SkippedByMode);
        }

        if (_checkoutIds is not null && (e.Columns.CheckoutId is not { } id || !_checkoutIds.Contains(id)))
        {
            return new(RouteVerdict.SkippedByCheckout);
        }

        if (!Holds(view, now))
        {
            return new(RouteVerdict.SkippedByCondition);
        }

        return _checkoutList is null ? new(RouteVerdict.Delivery) : JudgeList(e.Columns.CheckoutId, now);
    }

    private ConditionsVerdict JudgeList(string? checkoutId, DateTimeOffset now)
    {
        if (checkoutId is not null && _checkoutList!.Contains(checkoutId, now))
        {
            return new(RouteVerdict.Delivery);
        }

        // Without an id there is nothing that could become known: such an event is not held.
        TimeSpan? hold = checkoutId is null ? null : ((CheckoutCondition.InList)_definition.CheckoutIds!).HoldUnknown;
        return hold is null ? new(RouteVerdict.SkippedByCheckout) : new(RouteVerdict.Delivery, hold);
    }

    private bool MatchesType(string type)
    {
        foreach (TypePattern pattern in _types)
        {
            if (pattern.Matches(type))
            {
                return true;
            }
        }

        return false;
    }

    private bool Holds(EventView view, DateTimeOffset now)
    {
        foreach (Node node in _all)
        {
            if (!node.Holds(view, now))
            {
                return false;
            }
        }

        if (_any.Length == 0)
        {
            return true;
        }

        foreach (Node node in _any)
        {
            if (node.Holds(view, now))
            {
                return true;
            }
        }

        return false;
    }

    private static Node[] CompileItems(IReadOnlyList<ConditionItem> items, string at, int depth, Func<string, ValueList?> lists, List<ConditionError> errors)
    {
        var nodes = new Node[items.Count];
        for (int i = 0; i < items.Count; i++)
        {
            string here = $"{at}[{i}]";
            if (depth > MaxDepth)
            {
                errors.Add(new(here, $"conditions are nested deeper than {MaxDepth}: flatten the groups"));
                continue;
            }

            nodes[i] = items[i] switch
            {
                ConditionItem.AllOf all => new Node(null, CompileItems(all.Items, here + ".all", depth + 1, lists, errors), true),
                ConditionItem.AnyOf any => new Node(null, CompileItems(any.Items, here + ".any", depth + 1, lists, errors), false),
                ConditionItem.Comparison comparison => new Node(Comparison.Compile(comparison, lists, here, errors), [], true),
                _ => throw new InvalidOperationException("an unknown form of condition"),
            };
        }

        return nodes;
    }

    private readonly record struct Node(Comparison? Comparison, Node[] Items, bool All)
    {
        public bool Holds(EventView view, DateTimeOffset now)
        {
            if (Comparison is not null)
            {
                return Comparison.Holds(view, now);
            }

            foreach (Node item in Items)
            {
                if (item.Holds(view, now) != All)
                {
                    return !All;
                }
            }

            return All || Items.Length == 0;
        }
    }

    /// <summary>A type with <c>*</c> for any run of characters.</summary>
    private sealed class TypePattern(string pattern)
    {
        private readonly string[] _parts = pattern.Split('*');

        public bool Matches(string type)
        {
            if (_parts.Length == 1)
            {
                return string.Equals(type, pattern, StringComparison.Ordinal);
            }

            string first = _parts[0], last = _parts[^1];
            if (type.Length < first.Length + last.Length || !type.StartsWith(first, StringComparison.Ordinal) || !type.EndsWith(last, StringComparison.Ordinal))
            {
                return false;
            }

            int at = first.Length, end = type.Length - last.Length;
            for (int i = 1; i < _parts.Length - 1; i++)
            {
                int found = type.IndexOf(_parts[i], at, end - at, StringComparison.Ordinal);
                if (found < 0)
                {
                    return false;
                }

                at = found + _parts[i].Length;
            }

            return true;
        }
    }
}
