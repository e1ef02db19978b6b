using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Server.Hosting;

/// <summary>Judges a delivery again that was held for an unknown checkout id: it has become known, or its time is up (contract section 3).</summary>
internal sealed class HeldJudge(CurrentConfiguration configuration, TimeProvider time)
{
    public HeldJudgement Judge(LeasedDelivery delivery)
    {
        if (!configuration.Value.Routes.TryGetValue(delivery.Route, out ActiveRoute? route))
        {
            return HeldJudgement.Send.Instance; // the attempt says that the route is gone
        }

        DateTimeOffset now = time.GetUtcNow();
        using EventView view = EventView.Open(delivery.Event);
        ConditionsVerdict verdict = route.Conditions.Judge(view, now);
        if (verdict.Verdict != RouteVerdict.Delivery)
        {
            return new HeldJudgement.Skip(StateNames.Of(verdict.Verdict).Reason!);
        }

        if (verdict.HoldFor is not { } hold)
        {
            return HeldJudgement.Send.Instance;
        }

        DateTimeOffset until = delivery.CreatedAt + hold;
        return now >= until ? new HeldJudgement.Skip(StateNames.Of(RouteVerdict.SkippedByCheckout).Reason!) : new HeldJudgement.Wait(until, null);
    }
}
