using WebhookBridge.Engine.Model;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>The words of the contract (sections 4 and 7) for our enums, as they stand in the tables.</summary>
public static class StateNames
{
    private static readonly string[] States = LowerNames<DeliveryState>();
    private static readonly string[] Outcomes = LowerNames<AttemptResult>();
    private static readonly string[] Phases = LowerNames<AttemptPhase>();
    private static readonly string[] Blames = LowerNames<AttemptBlame>();

    public static string Of(DeliveryState state) => States[(int)state];

    public static string Of(AttemptResult outcome) => Outcomes[(int)outcome];

    public static string Of(AttemptPhase phase) => Phases[(int)phase];

    public static string? Of(AttemptBlame? blame) => blame is { } known ? Blames[(int)known] : null;

    /// <summary>The state of that name; null when there is none.</summary>
    public static DeliveryState? State(string name)
    {
        int index = Array.IndexOf(States, name);
        return index < 0 ? null : (DeliveryState)index;
    }

    /// <summary>What an event's verdict on a route is called outside: <c>delivery</c>, <c>skipped</c> or <c>refused</c>, with its reason.</summary>
    public static (string Verdict, string? Reason) Of(RouteVerdict verdict) => verdict switch
    {
        RouteVerdict.Delivery => ("delivery", null),
        RouteVerdict.SkippedByType => ("skipped", "types"),
        RouteVerdict.SkippedByKind => ("skipped", "kinds"),
        RouteVerdict.SkippedByMode => ("skipped", "mode"),
        RouteVerdict.SkippedByCheckout => ("skipped", "checkout"),
        RouteVerdict.SkippedByCondition => ("skipped", "condition"),
        RouteVerdict.Unreadable => ("refused", DeliveryReasons.EventUnreadable),
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "No such verdict."),
    };

    /// <summary>Nothing more happens to a delivery in such a state unless a person asks for it.</summary>
    public static bool IsFinal(DeliveryState state) => state is not (DeliveryState.Pending or DeliveryState.Held);

#pragma warning disable CA1308 // The contract's words are lower case.
    private static string[] LowerNames<T>()
        where T : struct, Enum
        => Array.ConvertAll(Enum.GetNames<T>(), static name => name.ToLowerInvariant());
#pragma warning restore CA1308
}
