namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>One line of the condition builder: a comparison or the head of a group. A tree is a list of lines in reading order with their depth, so that a plain form can carry it.</summary>
internal sealed class ConditionRow
{
    public const string Is = "is";
    public const string AllOf = "all";
    public const string AnyOf = "any";

    /// <summary>The <c>any</c> beside the <c>all</c> of a definition: kept apart, so that opening and saving a route changes nothing.</summary>
    public const string Beside = "beside";

    public string Kind { get; set; } = Is;

    /// <summary>0 for what stands at the top.</summary>
    public int Depth { get; set; }

    public string? Field { get; set; }

    public string? Op { get; set; }

    /// <summary>As people write it; see <see cref="ConditionValue"/>.</summary>
    public string? Value { get; set; }

    public bool IsGroup => Kind != Is;

    /// <summary>False for "is present" and "is missing".</summary>
    public bool HasValue => Op is not ("exists" or "missing");

    public bool IsWhole => !string.IsNullOrWhiteSpace(Field) && (!HasValue || !string.IsNullOrWhiteSpace(Value));
}
