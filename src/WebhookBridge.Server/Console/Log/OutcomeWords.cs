using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>A state of the state tag and its words.</summary>
internal sealed record Said(string State, string Text);

/// <summary>What became of an event, in words (never a bare state).</summary>
internal static class OutcomeWords
{
    /// <summary>As it is at this moment: what waits for a destination on hold is not tried at its planned time, so it must not say so.</summary>
    public static RouteOutcome Now(RouteOutcome outcome, DeliveryPump pump) =>
        outcome is { Verdict: "pending", Newest: { Leased: false } delivery } && pump.Status(delivery.Destination)?.Hold is not null ? outcome with { Reason = DeliveryReasons.DestinationPaused } : outcome;

    /// <summary>The sign of one route's outcome.</summary>
    public static string StateOf(RouteOutcome outcome) => outcome.Verdict switch
    {
        "delivered" => "delivered",
        "pending" => outcome.Newest?.AttemptCount > 0 && outcome.Reason != DeliveryReasons.DestinationPaused ? "failing" : "waiting",
        "held" => "held",
        "refused" or "exhausted" => "refused",
        _ => "skipped",
    };

    /// <summary>Nothing more happens to it by itself.</summary>
    public static bool IsOpen(RouteOutcome outcome) => outcome.Verdict is "pending" or "held";

    /// <summary>All routes of an event in at most three pieces, the good one first and the worst by name.</summary>
    public static IReadOnlyList<Said> Short(IReadOnlyList<RouteOutcome> outcomes, Texts t)
    {
        List<Said> said = [];
        int delivered = outcomes.Count(static o => o.Verdict == "delivered");
        if (delivered > 0)
        {
            said.Add(new("delivered", delivered == 1 ? t["outcome.delivered"] : t.Count("outcome.deliveredTo", delivered)));
        }

        RouteOutcome[] others = [.. outcomes.Where(static o => o.Verdict is "refused" or "exhausted" or "held" or "pending" or "cancelled").OrderBy(static o => Order(o))];
        foreach (RouteOutcome other in others.Take(2))
        {
            said.Add(new(StateOf(other), One(other, t)));
        }

        if (others.Length > 2)
        {
            said.Add(new("skipped", t.Count("outcome.more", others.Length - 2)));
        }

        if (said.Count == 0)
        {
            RouteOutcome? byRule = outcomes.FirstOrDefault(static o => o.Verdict == "skipped" && o.Newest is not null);
            said.Add(new("skipped", outcomes.Count == 0 ? t["outcome.noRoute"] : byRule is not null && outcomes.Count == 1 ? One(byRule, t) : outcomes.All(static o => o.Verdict == "removed") ? t["outcome.removed"] : t["outcome.skippedByAll"]));
        }

        return said;
    }

    /// <summary>One route's state in a few words: <c>held, hubspot</c>; <c>try 3 at 14:05</c>.</summary>
    public static string One(RouteOutcome o, Texts t) => o.Verdict switch
    {
        "delivered" => t["outcome.delivered"],
        "pending" when o.Reason == DeliveryReasons.DestinationPaused => t["outcome.paused", o.Newest!.Destination],
        "pending" when o.Newest is { AttemptCount: > 0, NextAttemptAt: { } next } d => t["outcome.tryAt", d.AttemptCount + 1, t.Time(DateTimeOffset.FromUnixTimeMilliseconds(next))],
        "pending" => t["outcome.waiting", o.Newest?.Destination ?? o.Route],
        "held" when o.Reason == DeliveryReasons.UnknownCheckout => t["outcome.heldCheckout"],
        "held" => t["outcome.held", o.Newest?.Destination ?? o.Route],
        "exhausted" => t["outcome.exhausted", o.Newest?.AttemptCount ?? 0],
        "refused" => t["outcome.refused", Reason(o.Reason, t)],
        "cancelled" => t["outcome.cancelled"],
        "removed" => t["outcome.removed"],
        _ => t["outcome.skipped", o.Newest is not null && o.Reason is not (null or DeliveryReasons.RuleSkipped) ? t["outcome.ruleSaid", Masks.Text(o.Reason)] : Reason(o.Reason, t)],
    };

    /// <summary>A reason in words; texts of connectors and rules stay as they are.</summary>
    public static string Reason(string? reason, Texts t) => string.IsNullOrEmpty(reason) ? t["outcome.reason.unknown"] : t.Find("outcome.reason." + reason) ?? Masks.Text(reason);

    private static int Order(RouteOutcome o) => o.Verdict switch
    {
        "refused" or "exhausted" => 0,
        "held" => 1,
        "pending" => o.Newest?.AttemptCount > 0 ? 2 : 3,
        _ => 4,
    };
}
