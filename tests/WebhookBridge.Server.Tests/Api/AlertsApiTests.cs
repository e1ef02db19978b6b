using System.Text.Json;
using WebhookBridge.Server.Tests.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Tests.Api;

[Collection(GatewayCollection.Name)]
public sealed class AlertsApiTests(GatewayFixture gateway)
{
    private AlertStore Alerts => gateway.Gateway.Store.Log.Alerts;

    [Fact]
    public async Task List_OpenAndClosed_CanBeToldApart()
    {
        await Alerts.RaiseAsync("test_listed", "source/one", "One is ill.");
        await Alerts.RaiseAsync("test_listed", "source/one", "One is still ill.");
        await Alerts.RaiseAsync("test_listed", "source/two", "Two is ill.");
        await Alerts.ResolveAsync("test_listed", "source/two");

        JsonElement open = (await gateway.GetAsync("/api/v1/alerts?code=test_listed&state=open")).Json.GetProperty("items");
        open.GetArrayLength().ShouldBe(1);
        open[0].GetProperty("subject").GetString().ShouldBe("source/one");
        open[0].GetProperty("details").GetString().ShouldBe("One is still ill.");
        open[0].GetProperty("count").GetInt32().ShouldBe(2);
        open[0].GetProperty("openedAt").GetString()!.ShouldEndWith("Z");
        open[0].GetProperty("closedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        JsonElement closed = (await gateway.GetAsync("/api/v1/alerts?code=test_listed&state=closed")).Json.GetProperty("items");
        closed[0].GetProperty("closedAt").ValueKind.ShouldBe(JsonValueKind.String);

        Answer first = await gateway.GetAsync("/api/v1/alerts?code=test_listed&limit=1");
        first.Json.GetProperty("items")[0].GetProperty("subject").GetString().ShouldBe("source/two");
        Answer second = await gateway.GetAsync("/api/v1/alerts?code=test_listed&limit=1&after=" + first.Json.GetProperty("next").GetString());
        second.Json.GetProperty("items")[0].GetProperty("subject").GetString().ShouldBe("source/one");
        second.Json.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);

        (await gateway.GetAsync("/metrics")).Text.ShouldContain("webhookbridge_alerts_open{code=\"test_listed\"} 1\n");
        (await gateway.GetAsync("/metrics")).Text.ShouldContain("webhookbridge_alerts_open{code=\"source_silent\"} 0\n");
    }

    [Fact]
    public async Task List_UnknownState_IsAProblem() =>
        (await gateway.GetAsync("/api/v1/alerts?state=new")).Code.ShouldBe("invalid_query");
}
