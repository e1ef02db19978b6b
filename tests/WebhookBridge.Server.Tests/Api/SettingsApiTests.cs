using System.Text.Json;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Api;

public sealed class SettingsApiTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Path = "/api/v1/settings/retention";

    [Fact]
    public async Task PutRetention_Valid_IsKeptAuditedAndUsed()
    {
        (await gateway.SendAsync(HttpMethod.Get, Path)).Text.ShouldBe("""{"bodies":"30d","events":"365d","rejections":"30d","maxBytes":null}""");
        (int status, string body, _) = await gateway.SendAsync(HttpMethod.Put, Path, """{ "bodies": "7d", "events": "7d", "maxBytes": 67108864 }""");
        status.ShouldBe(200, body);
        (await gateway.SendAsync(HttpMethod.Get, Path)).Text.ShouldBe("""{"bodies":"7d","events":"7d","rejections":"30d","maxBytes":67108864}""");
        (await gateway.SendAsync(HttpMethod.Get, "/api/v1/audit?subject=setting/retention")).Text.ShouldContain("\"actor\":\"tests\"");
        (await gateway.Gateway.Retention.LoadAsync()).Events.ShouldBe(TimeSpan.FromDays(7));
        await Upkeep.CleanUpAsync(gateway.Gateway, default);
    }

    [Theory]
    [InlineData("""{ "bodies": "12h" }""", "bodies")]
    [InlineData("""{ "bodies": "60d", "events": "30d" }""", "cannot be kept for longer than their events")]
    [InlineData("""{ "maxBytes": 1000 }""", "maxBytes")]
    [InlineData("""{ "evnts": "30d" }""", "evnts")]
    [InlineData("""[]""", "not an object")]
    public async Task PutRetention_Wrong_IsRefusedByName(string document, string named)
    {
        (int status, string body, _) = await gateway.SendAsync(HttpMethod.Put, Path, document);
        status.ShouldBe(400);
        JsonDocument.Parse(body).RootElement.GetProperty("code").GetString().ShouldBe("invalid_body");
        body.ShouldContain(named);
    }
}
