using System.Globalization;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>"Why was this not sent?", and for what was sent or waits how it stands: one sentence for every route.</summary>
/// <param name="masked">True where personal data must not stand in the sentence.</param>
internal sealed class WhyNot(Texts t, bool masked)
{
    private const int MostValues = 4;

    /// <param name="route">The route as it was; null when that is not known any more.</param>
    /// <param name="of">The event; null when its body is gone.</param>
    public string Explain(RouteOutcome o, ActiveRoute? route, GatewayEvent? of, AttemptRow? last, LaneStatus? lane) => o switch
    {
        { Newest: null, Verdict: "refused" } => t["why.unreadable"],
        { Newest: null, Verdict: "removed" } => t["why.removed"],
        { Newest: null } => Conditions(o, route, of),
        { Verdict: "delivered", Newest: { } d } => d.AttemptCount <= 1 ? t["why.delivered", d.Destination] : t["why.deliveredAfter", d.Destination, d.AttemptCount],
        { Verdict: "skipped" } => o.Reason is null or DeliveryReasons.RuleSkipped ? t["why.rule"] : o.Reason is "types" or "kinds" or "mode" or "checkout" or "condition" ? Conditions(o, route, of) : t["why.ruleSaid", Free(o.Reason)],
        { Verdict: "pending", Newest: { } d } => Pending(o, d, route, last, lane),
        { Verdict: "held", Newest: { } d } => o.Reason switch
        {
            DeliveryReasons.UnknownCheckout => d.NextAttemptAt is { } until ? t["why.heldCheckoutUntil", t.Time(At(until))] : t["why.heldCheckout"],
            DeliveryReasons.UnknownOutcome => t["why.heldOutcome", d.Destination],
            _ => t["why.held"],
        },
        { Verdict: "exhausted", Newest: { } d } => t["why.exhausted", d.AttemptCount, Answer(last)],
        { Verdict: "refused", Newest: { } d } => Refused(o, d, last),
        { Verdict: "cancelled" } => t["why.cancelled"],
        _ => t["why.removed"],
    };

    /// <summary>What an attempt came to, in words.</summary>
    public string Answer(AttemptRow? a) => a switch
    {
        null => t["attempt.none"],
        { Outcome: "delivered", Status: { } status } => t["attempt.accepted", Plain(status)],
        { Outcome: "delivered" } => t["attempt.acceptedPlain"],
        { Status: { } status } when t.Find("attempt.status." + status.ToString(CultureInfo.InvariantCulture)) is { } words => $"{words} ({Plain(status)})",
        { Status: { } status } => t[status >= 500 ? "attempt.trouble" : "attempt.answered", Plain(status)],
        { Outcome: "refused", Phase: "resolve" } => t["attempt.notAllowed"],
        { Phase: "rule" or "render", Error: { } error } => t["attempt.phase." + a.Phase] + ": " + Free(error),
        _ => t.Find("attempt.phase." + a.Phase) ?? Free(a.Error ?? a.Outcome),
    };

    private string Pending(RouteOutcome o, DeliveryRow d, ActiveRoute? route, AttemptRow? last, LaneStatus? lane)
    {
        if (lane?.Hold is { } hold)
        {
            return t[d.AttemptCount == 0 ? "why.onHoldUntried" : "why.onHold", d.Destination, t.Time(hold.Since), Free(hold.Reason).TrimEnd('.')];
        }

        if (lane?.Problem is { } problem)
        {
            return t["why.destinationBroken", d.Destination, Free(problem)];
        }

        if (d.AttemptCount == 0)
        {
            return o.Reason == DeliveryReasons.DestinationPaused ? t["why.paused", d.Destination] : t["why.waiting", d.Destination];
        }

        int left = Left(route, d.AttemptCount);
        string failed = t.Count("why.failed", d.AttemptCount, Answer(last));
        return left > 0 ? failed + " " + t.Count("why.left", left) : failed;
    }

    private string Refused(RouteOutcome o, DeliveryRow d, AttemptRow? last) => o.Reason switch
    {
        DeliveryReasons.EventUnreadable => t["why.unreadable"],
        DeliveryReasons.RuleFailed => t["why.ruleFailed", Free(last?.Error ?? "")],
        DeliveryReasons.TemplateFailed => t["why.templateFailed", Free(last?.Error ?? "")],
        DeliveryReasons.AddressNotAllowed => t["why.address", d.Destination],
        DeliveryReasons.DestinationMissing => t["why.noDestination", d.Destination],
        DeliveryReasons.RouteMissing => t["why.noRoute"],
        _ => t["why.refused", d.Destination, Answer(last)],
    };

    private string Conditions(RouteOutcome o, ActiveRoute? route, GatewayEvent? of)
    {
        string reason = o.Reason ?? "condition";
        if (route is null || of is null)
        {
            return t["why.skipped." + reason];
        }

        ConditionsDefinition when = route.Definition.When;
        switch (reason)
        {
            case "types":
                return t["why.types", Several(when.Types), of.Type];
            case "kinds":
                return t["why.kinds", Several([.. when.Kinds.Select(k => t.Find("kind." + k) ?? k)]), t.Find("kind." + of.Kind) ?? of.Kind];
            case "mode":
                return t[when.Mode == RouteMode.Test ? "why.onlyTest" : "why.onlyLive"];
            case "checkout":
                return of.Columns.CheckoutId is not { } id ? t["why.noCheckout"]
                    : when.CheckoutIds is CheckoutCondition.InList list ? t["why.checkoutList", id, list.List] : t["why.checkoutIds", id];
            default:
                using (EventView view = EventView.Open(of))
                {
                    return Failing(when, view, of) is { } sentence ? t["why.because", sentence] : t["why.skipped.condition"];
                }
        }
    }

    /// <summary>The first condition that does not hold, told with the value that the event has.</summary>
    private string? Failing(ConditionsDefinition when, EventView view, GatewayEvent of)
    {
        foreach (ConditionItem item in when.All)
        {
            if (!Holds(item, view))
            {
                return Tell(item, view, of);
            }
        }

        return when.Any.Count > 0 && !when.Any.Any(item => Holds(item, view)) ? string.Join(t["why.and"], when.Any.Select(item => Tell(item, view, of)).Take(MostValues)) : null;
    }

    private static bool Holds(ConditionItem item, EventView view) =>
        Engine.Filtering.Conditions.Compile(new ConditionsDefinition { All = [item] }, static _ => null, out _) is not { } compiled
        || compiled.Judge(view, view.Of.ReceivedAt).Verdict == RouteVerdict.Delivery;

    private string Tell(ConditionItem item, EventView view, GatewayEvent of) => item switch
    {
        ConditionItem.Comparison c => Tell(c, view, of),
        ConditionItem.AllOf all => all.Items.FirstOrDefault(i => !Holds(i, view)) is { } first ? Tell(first, view, of) : "",
        ConditionItem.AnyOf any => string.Join(t["why.and"], any.Items.Select(i => Tell(i, view, of)).Take(MostValues)),
        _ => "",
    };

    private string Tell(ConditionItem.Comparison c, EventView view, GatewayEvent of)
    {
        string field = t.Find("why.field." + c.Field) ?? c.Field;
        if (!FieldPath.TryParse(c.Field, out FieldPath? path, out _) || !path!.TryFind(view, out JsonElement value))
        {
            return t["why.op.absent", field];
        }

        bool personal = masked && (c.Field.StartsWith("customer.", StringComparison.Ordinal) || c.Field.StartsWith("event.", StringComparison.Ordinal));
        string actual = personal ? Masks.Tail(Written(value)) : Shown(c.Field, Written(value), of);
        string wanted = c.Value.ValueKind == JsonValueKind.Undefined ? "" : personal ? "…" : c.Value.ValueKind == JsonValueKind.Array ? Several([.. c.Value.EnumerateArray().Select(Written)]) : Shown(c.Field, Written(c.Value), of);
        return t["why.op." + OpName(c.Op), field, actual, wanted];
    }

    /// <summary>Amounts carry their currency.</summary>
    private static string Shown(string field, string value, GatewayEvent of) => field.EndsWith(".amount", StringComparison.Ordinal) && of.Columns.Currency is { } currency ? $"{value} {currency}" : value;

    private static string Written(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText() is { Length: > 80 } raw ? raw[..80] + "…" : value.GetRawText();

    private static string OpName(string op) => op switch
    {
        "=" => "eq",
        "!=" => "ne",
        ">" => "gt",
        ">=" => "ge",
        "<" => "lt",
        "<=" => "le",
        "not in" => "notIn",
        "in list" => "inList",
        _ => op,
    };

    private static int Left(ActiveRoute? route, int attempts)
    {
        int left = 0;
        while (route is not null && left < 100 && RetrySchedule.DelayAfter(route.Definition.Retry, attempts + left) is not null)
        {
            left++;
        }

        return left;
    }

    private string Several(IReadOnlyList<string> values) =>
        values.Count <= MostValues ? string.Join(t["why.or"], values) : string.Join(t["why.or"], values.Take(MostValues)) + "…";

    private string Free(string text) => EngineWords.In(t, masked ? Masks.Text(text) : text);

    private static string Plain(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
