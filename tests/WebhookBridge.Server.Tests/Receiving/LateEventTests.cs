using System.Text.Json;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Receiving;

/// <summary><c>paid</c> after <c>refunded</c>, on routes that send, skip or hold what is late.</summary>
[Collection(GatewayCollection.Name)]
public sealed class LateEventTests(GatewayFixture gateway)
{
    private const string Configuration = """
        {
          "sources": [ { "name": "late-shop", "platform": "generic", "settings": { "scheme": "none" } } ],
          "destinations": [ { "name": "late-box", "connector": "inbox" } ],
          "routes": [ { "name": "late-send", "source": "late-shop", "destination": "late-box", "template": { "contentType": "application/json", "body": "{ \"late\": {{ meta.late }} }" } },
                      { "name": "late-skip", "source": "late-shop", "destination": "late-box", "late": "skip" },
                      { "name": "late-hold", "source": "late-shop", "destination": "late-box", "late": "hold" } ]
        }
        """;

    [Fact]
    public async Task Post_PaidAfterRefunded_IsTreatedAsEachRouteSays()
    {
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", Configuration)).Status.ShouldBe(200);
        string refunded = await PostAsync("2", "refund.succeeded", "2026-03-01T12:00:00Z");
        foreach (string route in (string[])["late-send", "late-skip", "late-hold"])
        {
            await gateway.DeliveryAsync(refunded, route, "delivered");
        }

        string paid = await PostAsync("1", "payment.succeeded", "2026-03-01T11:00:00Z");
        (await gateway.GetAsync("/api/v1/events/" + paid)).Json.GetProperty("late").GetBoolean().ShouldBeTrue();
        await gateway.DeliveryAsync(paid, "late-send", "delivered");
        JsonElement skipped = await gateway.DeliveryAsync(paid, "late-skip", "skipped");
        (skipped.GetProperty("reason").GetString(), skipped.GetProperty("attemptCount").GetInt32()).ShouldBe((DeliveryReasons.Late, 0));
        JsonElement held = await gateway.DeliveryAsync(paid, "late-hold", "held");
        held.GetProperty("reason").GetString().ShouldBe(DeliveryReasons.Late);
        JsonElement inbox = (await gateway.GetAsync("/api/v1/destinations/late-box/inbox")).Json.GetProperty("items");
        inbox.GetArrayLength().ShouldBe(4);
        inbox[0].GetProperty("body").GetString().ShouldBe("{ \"late\": true }");

        // Places that were reserved in the lane have been given back, and a person can let the held one go.
        JsonElement lane = await GatewayFixture.UntilAsync(
            async () => (await gateway.GetAsync("/api/v1/destinations/late-box/status")).Json, status => status.GetProperty("inFlight").GetInt32() == 0);
        lane.GetProperty("waiting").GetInt32().ShouldBe(0);
        (await gateway.SendAsync(HttpMethod.Post, $"/api/v1/deliveries/{held.GetProperty("id").GetString()}/resume")).Status.ShouldBe(200);
        await gateway.DeliveryAsync(paid, "late-hold", "delivered");
    }

    private async Task<string> PostAsync(string id, string type, string time)
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Post, "/in/late-shop", $$"""
            { "id": "{{id}}", "type": "{{type}}", "time": "{{time}}", "payment": { "id": "p_late", "status": "succeeded", "amount": "10.00", "currency": "ZAR" }, "refund": { "id": "r_1", "payment_id": "p_late" } }
            """);
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json.GetProperty("id").GetString()!;
    }
}
