using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.Alerts;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Log;
using WebhookBridge.Server.WebConsole.Rejected;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Overview;

/// <summary>One thing that needs a person: what it is, how much it is about, and the one deed that mends it.</summary>
/// <param name="State">A state of the state tag.</param>
/// <param name="Address">Where the deed is done.</param>
/// <param name="Resume">The destination that the deed lets go on; null where it is a link.</param>
internal sealed record ProblemLine(string State, string Title, string Text, string Deed, string Address, string? Resume = null);

/// <summary>What needs attention, grouped by cause: 214 deliveries that wait for one token are one problem.</summary>
internal static class Problems
{
    public static IReadOnlyList<ProblemLine> Of(Gateway gateway, GatewayFigures.Snapshot now, Visitor who) =>
    [
        .. gateway.Pump.Statuses().OrderBy(static l => l.Destination, StringComparer.Ordinal).Select(l => OfLane(l, Waiting(now, l), who)).OfType<ProblemLine>(),
        .. now.Stuck.Where(s => !IsHeldLane(gateway, s)).Select(s => OfStuck(s, who)),
        .. now.Refused.Where(static c => c.Waiting > 0).Select(c => OfRefused(c, who.Texts)),
        .. now.Alerts.Where(static a => a.Code is not (AlertCodes.DestinationDown or AlertCodes.DeliveriesStuck)).Select(a => OfAlert(a, who.Texts)),
    ];

    private static ProblemLine? OfLane(LaneStatus lane, long waiting, Visitor who)
    {
        Texts t = who.Texts;
        string address = "/destinations/" + lane.Destination;
        string many = waiting > 0 ? t.Count("problem.wait", waiting) + " " : "";
        return lane switch
        {
            { Hold: { ByPerson: true } hold } => new("held", t["problem.hold", lane.Destination], many + t["problem.holdText", t.Time(hold.Since)], t["problem.resume"], address, who.May(Role.Operator) ? lane.Destination : null),
            { Hold: { } hold } => new("held", t["problem.credentials", lane.Destination], many + t["problem.credentialsText", t.Time(hold.Since)], t["problem.mendAccess"], address),
            { Problem: { } problem } when waiting > 0 => new("refused", t["problem.unusable", lane.Destination], many + EngineWords.In(t, Masks.Text(problem)), t["problem.mendDestination"], address),
            { Breaker: not BreakerState.Closed } => new("failing", t["problem.down", lane.Destination], many + t["problem.downText"], t["problem.lookDestination"], address),
            _ => null,
        };
    }

    private static ProblemLine OfStuck(StuckGroup s, Visitor who)
    {
        Texts t = who.Texts;
        string many = t.Count("problem.stuck", s.Count, t.Time(s.Since));
        string filter = $"outcome={(s.State == "held" ? "held" : "refused")}&route={s.Route}&destination={s.Destination}";
        string title = t["problem.route", s.Route, OutcomeWords.Reason(s.State == "exhausted" ? DeliveryReasons.RetriesUsedUp : s.Reason, t)];
        (string deed, string address) = s switch
        {
            { State: "held" } => (t["problem.look"], "/events?" + filter),
            { Reason: DeliveryReasons.RuleFailed or DeliveryReasons.TemplateFailed } => (t["problem.mendRoute"], "/routes/" + s.Route),
            { Reason: DeliveryReasons.AddressNotAllowed or DeliveryReasons.DestinationMissing } => (t["problem.mendDestination"], "/destinations/" + s.Destination),
            _ when who.May(Role.Operator) => (t.Count("problem.replay", s.Count), "/replays/new?" + filter),
            _ => (t["problem.look"], "/events?" + filter),
        };
        return new(s.State == "held" ? "held" : "refused", title, many, deed, address);
    }

    private static ProblemLine OfRefused(RefusedCause c, Texts t) =>
        new("refused", t["problem.source", c.Source, t.Find("refused." + c.Code) ?? c.Code], t.Count("problem.requests", c.Waiting, t.Time(c.Last)), t["problem.seeWhy"], $"/rejected?id={c.LatestId}");

    private static ProblemLine OfAlert(AlertRow a, Texts t)
    {
        string[] subject = a.Subject.Split('/', 2);
        string since = t["problem.since", t.Time(DateTimeOffset.FromUnixTimeMilliseconds(a.FirstAt))];
        return a.Code switch
        {
            AlertCodes.SourceSilent => new("waiting", t["problem.silent", subject[^1]], since + " " + t["problem.silentText"], t["problem.lookSource"], "/sources/" + subject[^1]),
            AlertCodes.DiskLow => new("refused", t["problem.disk"], since + " " + t["problem.diskText"], t["problem.keepLess"], "/settings"),
            _ => new("waiting", AlertWords.Text(a.Text, t), since, t["problem.look"], subject[0] == "destination" ? "/destinations/" + subject[^1] : subject[0] == "source" ? "/sources/" + subject[^1] : "/settings"),
        };
    }

    private static long Waiting(GatewayFigures.Snapshot now, LaneStatus lane) => now.Figures.WaitingBy.GetValueOrDefault(lane.Destination);

    /// <summary>What waits behind a held destination is told there.</summary>
    private static bool IsHeldLane(Gateway gateway, StuckGroup s) => s.State == "held" && s.Reason is null && gateway.Pump.Status(s.Destination).Hold is not null;
}
