using System.Text.Json;

namespace WebhookBridge.Engine.Filtering;

/// <summary>The conditions of a route as data (contract section 3). Every part that is given must hold; none given = every event.</summary>
public sealed record ConditionsDefinition
{
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>The sender's own names; case counts, <c>*</c> stands for any run of characters.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Simulated events have mode test: they pass <see cref="RouteMode.Test"/> and <see cref="RouteMode.Any"/> only.</summary>
    public RouteMode Mode { get; init; } = RouteMode.Any;

    public CheckoutCondition? CheckoutIds { get; init; }

    public IReadOnlyList<ConditionItem> All { get; init; } = [];

    public IReadOnlyList<ConditionItem> Any { get; init; } = [];
}

/// <summary>Which events a route sees by their mode.</summary>
public enum RouteMode
{
    Live,
    Test,
    Any,
}

/// <summary>Which checkout ids a route takes.</summary>
public abstract record CheckoutCondition
{
    private CheckoutCondition()
    {
    }

    public sealed record Values(IReadOnlyList<string> Ids) : CheckoutCondition;

    /// <param name="HoldUnknown">How long an event whose id is not in the list waits for it; null = it is skipped.</param>
    public sealed record InList(string List, TimeSpan? HoldUnknown) : CheckoutCondition;
}

/// <summary>One comparison, or a group of them (nested to depth 3).</summary>
public abstract record ConditionItem
{
    private ConditionItem()
    {
    }

    /// <param name="Field">A path over the names of contract section 2, such as <c>payment.amount</c> or <c>event.payload.items[0].sku</c>.</param>
    /// <param name="Op">One of <c>= != > >= &lt; &lt;= in, not in, contains, starts, ends, exists, missing, in list</c>.</param>
    /// <param name="Value">As written; its number keeps its text. Undefined for <c>exists</c> and <c>missing</c>.</param>
    public sealed record Comparison(string Field, string Op, JsonElement Value) : ConditionItem;

    public sealed record AllOf(IReadOnlyList<ConditionItem> Items) : ConditionItem;

    public sealed record AnyOf(IReadOnlyList<ConditionItem> Items) : ConditionItem;
}
