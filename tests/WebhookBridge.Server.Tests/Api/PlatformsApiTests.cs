using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Api;

/// <summary>A sender that nobody has described yet, described by one of its requests.</summary>
[Collection(GatewayCollection.Name)]
public sealed class PlatformsApiTests(GatewayFixture gateway)
{
    private const string Secret = "the secret that the new sender gave";
    private const string Body = """{"event_type":"charge.paid","event_id":"e_77","created_at":"2026-03-01T10:00:00Z","data":{"charge_id":"c_1","amount":"10.90","currency":"BRL","payer":{"email":"ana@example.com"}}}""";

    private static string Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("hex", "{ts}.{body}", "X-Acme-Signature", "sha256=")]
    [InlineData("base64", "{body}", "X-Acme-Hmac", "")]
    [InlineData("list", "{ts}.{body}", "Acme-Signature", "")]
    [InlineData("token", "", "X-Acme-Token", "")]
    public async Task Propose_RefusedRequest_FindsHowItIsSigned(string form, string content, string header, string prefix)
    {
        string name = "acme-" + form;
        await PutAsync(name);
        string time = Now;
        byte[] signed = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(content.Replace("{ts}", time, StringComparison.Ordinal).Replace("{body}", Body, StringComparison.Ordinal)));
        string signature = form switch
        {
            "hex" => prefix + Convert.ToHexStringLower(signed),
            "base64" => Convert.ToBase64String(signed),
            "list" => $"t={time},v1={Convert.ToHexStringLower(signed)}",
            _ => Secret,
        };
        (await gateway.SendAsync(HttpMethod.Post, "/in/" + name, Body, (header, signature), ("X-Acme-Timestamp", time))).Status.ShouldBe(401);
        string id = (await GatewayFixture.UntilAsync(
            async () => (await gateway.GetAsync($"/api/v1/rejections?source={name}")).Json.GetProperty("items"), items => items.GetArrayLength() > 0))[0].GetProperty("id").GetString()!;

        Answer proposed = await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/proposals", $$"""{ "name": "{{name}}", "rejection": "{{id}}", "save": true }""");
        proposed.Status.ShouldBe(200, proposed.Text);
        proposed.Text.ShouldNotContain(Secret);
        JsonElement scheme = proposed.Json.GetProperty("findings").EnumerateArray().First(finding => finding.GetProperty("about").GetString() == "scheme");
        scheme.GetProperty("proven").GetBoolean().ShouldBeTrue(proposed.Text);
        scheme.GetProperty("where").GetString().ShouldBe("header:" + header);

        // What was saved is read at the next start, verifies, and reads the event.
        PlatformCatalog catalog = EmbeddedFiles.Platforms(gateway.DataDirectory);
        catalog.Errors.ShouldBeEmpty();
        Platform platform = catalog.Get(name).ShouldNotBeNull();
        JsonElement read = proposed.Json.GetProperty("platform").GetProperty("read");
        (read.GetProperty("type").GetString(), read.GetProperty("id").GetString(), read.GetProperty("time").GetString()).ShouldBe(("event_type", "event_id", "created_at"));
        JsonElement view = proposed.Json.GetProperty("platform").GetProperty("views").GetProperty("default");
        view.GetProperty("payment.amount").GetProperty("major").GetString().ShouldBe("data.amount");
        view.GetProperty("customer.email").GetString().ShouldBe("data.payer.email");
        platform.Complete.ShouldBeFalse();

        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/proposals", $$"""{ "name": "{{name}}", "rejection": "{{id}}" }""")).Code.ShouldBe("name_taken");
    }

    [Fact]
    public async Task Propose_EventWithoutAnyProof_SaysThatNothingIsProven()
    {
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", """{ "sources": [ { "name": "acme-bare", "platform": "generic", "settings": { "scheme": "none" } } ] }""")).Status.ShouldBe(200);
        Answer received = await gateway.SendAsync(HttpMethod.Post, "/in/acme-bare", """{ "kind": "x", "amount": 1090 }""");
        Answer proposed = await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/proposals", $$"""{ "name": "acme-bare", "event": "{{received.Json.GetProperty("id").GetString()}}" }""");
        proposed.Status.ShouldBe(200, proposed.Text);
        proposed.Json.GetProperty("findings").EnumerateArray().ShouldAllBe(finding => !finding.GetProperty("proven").GetBoolean());
        proposed.Json.GetProperty("platform").GetProperty("schemes")[0].GetProperty("kind").GetString().ShouldBe("path-secret");
        proposed.Json.GetProperty("platform").GetProperty("views").GetProperty("default").TryGetProperty("payment.amount", out _).ShouldBeFalse("a whole number may be minor or major units");
        File.Exists(Path.Combine(gateway.DataDirectory, "platforms", "acme-bare", "platform.json")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{ "name": "../x", "event": "evt_1" }""", "invalid_body")]
    [InlineData("""{ "name": "ok" }""", "invalid_body")]
    [InlineData("""{ "name": "stripe", "event": "evt_1" }""", "name_taken")]
    [InlineData("""{ "name": "ok", "event": "evt_00000000000000000000000000" }""", "not_found")]
    public async Task Propose_Mistaken_IsAProblem(string body, string code) =>
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/proposals", body)).Code.ShouldBe(code);

    private async Task PutAsync(string name)
    {
        Answer put = await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", $$"""{ "sources": [ { "name": "{{name}}", "platform": "github", "secrets": ["{{Secret}}"] } ] }""");
        put.Status.ShouldBe(200, put.Text);
    }
}
