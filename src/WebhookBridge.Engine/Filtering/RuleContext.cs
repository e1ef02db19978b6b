using System.Collections.Frozen;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Filtering;

/// <summary>What a judgement depends on besides rule and event; with the same context it comes out the same.</summary>
/// <param name="DeliveryId">Seeds <c>Math.random</c>.</param>
/// <param name="Time">What <c>Date.now()</c> and <c>new Date()</c> answer.</param>
/// <param name="Headers">What the name <c>headers</c> shows: allowed ones, names in lower case.</param>
/// <param name="TimeOuts">How often this delivery's rule has run out of time already; each gives four times the time.</param>
public sealed record RuleContext(string DeliveryId, DateTimeOffset Time, IReadOnlyList<KeyValuePair<string, string>> Headers, int TimeOuts = 0)
{
    /// <summary>Headers that describe a request. Signatures, tokens, cookies and addresses are not among them: what a rule sees can end in a reason, and a reason is shown.</summary>
    private static readonly FrozenSet<string> Allowed = FrozenSet.ToFrozenSet(
    [
        "accept", "accept-language", "content-encoding", "content-language", "content-length", "content-type", "date", "idempotency-key",
        "traceparent", "user-agent", "webhook-id", "webhook-timestamp", "svix-id", "svix-timestamp", "ce-id", "ce-source", "ce-specversion", "ce-subject",
        "ce-time", "ce-type", "x-api-version", "x-correlation-id", "x-delivery-id", "x-event", "x-event-id", "x-event-key", "x-event-name", "x-event-type",
        "x-github-delivery", "x-github-event", "x-github-hook-id", "x-gitlab-event", "x-gitlab-event-uuid", "x-gitlab-instance", "x-hook-uuid",
        "x-request-id", "x-shopify-api-version", "x-shopify-event-id", "x-shopify-shop-domain", "x-shopify-topic", "x-shopify-triggered-at",
        "x-shopify-webhook-id", "x-test", "x-topic", "x-wc-webhook-delivery-id", "x-wc-webhook-event", "x-wc-webhook-id", "x-wc-webhook-resource",
        "x-wc-webhook-source", "x-wc-webhook-topic", "x-webhook-delivery", "x-webhook-event", "x-webhook-id", "x-webhook-timestamp", "x-webhook-topic",
        "x-webhookbridge-test", "x-zoho-event",
    ]);

    /// <summary>The context of an event's delivery.</summary>
    public static RuleContext Of(GatewayEvent of, string deliveryId, int timeOuts = 0) =>
        new(deliveryId, of.Time ?? of.ReceivedAt, Visible(of.Headers), timeOuts);

    /// <summary>The headers that rules may see; of a repeated one the values are joined by a comma (RFC 9110 §5.3).</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Visible(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var visible = new List<KeyValuePair<string, string>>();
        foreach ((string given, string value) in headers)
        {
#pragma warning disable CA1308 // The contract says lower case: these are names that people type, not keys for comparing.
            string name = given.ToLowerInvariant();
#pragma warning restore CA1308
            if (!Allowed.Contains(name))
            {
                continue;
            }

            int at = visible.FindIndex(header => header.Key == name);
            if (at < 0)
            {
                visible.Add(new(name, value));
            }
            else
            {
                visible[at] = new(name, $"{visible[at].Value}, {value}");
            }
        }

        return visible;
    }
}
