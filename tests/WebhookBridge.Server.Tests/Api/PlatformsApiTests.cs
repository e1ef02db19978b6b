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

        // What was saved is in force at once: a source of that platform takes the request.
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", $$"""{ "sources": [ { "name": "{{name}}-own", "platform": "{{name}}", "secrets": ["{{Secret}}"] } ] }""")).Status.ShouldBe(200);
        Answer taken = await gateway.SendAsync(HttpMethod.Post, $"/in/{name}-own", Body, (header, signature), ("X-Acme-Timestamp", time));
        taken.Status.ShouldBe(200, taken.Text);
        (await gateway.GetAsync("/api/v1/events/" + taken.Json.GetProperty("id").GetString())).Json.GetProperty("type").GetString().ShouldBe("charge.paid");
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

    [Fact]
    public async Task Apply_PlatformThatWasJustPutIntoTheDataDirectory_TakesItUp()
    {
        string file = Write("acme-fresh", Description("acme-fresh"));
        const string Document = """{ "sources": [ { "name": "fresh", "platform": "acme-fresh", "secrets": ["s3cret-token"] } ] }""";

        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/config?dryRun=true", Document)).Status.ShouldBe(200);
        (await gateway.SendAsync(HttpMethod.Put, "/api/v1/sources/fresh", """{ "platform": "acme-fresh", "secrets": ["s3cret-token"] }""")).Status.ShouldBe(422, "a dry run puts nothing in force");
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", Document)).Status.ShouldBe(200);
        (await gateway.SendAsync(HttpMethod.Post, "/in/fresh", "{}", ("X-Token", "s3cret-token"))).Status.ShouldBe(200);

        // Mended: the header has another name now.
        await File.WriteAllTextAsync(file, Description("acme-fresh").Replace("X-Token", "X-Other", StringComparison.Ordinal));
        Answer reloaded = await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/reload");
        reloaded.Status.ShouldBe(200, reloaded.Text);
        reloaded.Json.GetProperty("own").EnumerateArray().Select(name => name.GetString()).ShouldContain("acme-fresh");
        (await gateway.SendAsync(HttpMethod.Post, "/in/fresh", "{}", ("X-Token", "s3cret-token"))).Status.ShouldBe(401);
        (await gateway.SendAsync(HttpMethod.Post, "/in/fresh", "{}", ("X-Other", "s3cret-token"))).Status.ShouldBe(200);

        // Gone while a source is made of it: refused, and the source goes on.
        File.Delete(file);
        Directory.Delete(Path.GetDirectoryName(file)!);
        Answer refused = await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/reload");
        refused.Code.ShouldBe("invalid_configuration");
        refused.Text.ShouldContain("acme-fresh");
        (await gateway.SendAsync(HttpMethod.Post, "/in/fresh", "{}", ("X-Other", "s3cret-token"))).Status.ShouldBe(200);
        (await gateway.SendAsync(HttpMethod.Delete, "/api/v1/sources/fresh")).Status.ShouldBe(204);
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/reload")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("{ \"name\": ", "platforms/acme-broken/platform.json $")]
    [InlineData("""{ "name": "acme-broken", "displayName": "A", "category": "payments", "schemes": [ { "id": "t", "kind": "tokn" } ] }""", "platforms/acme-broken/platform.json $.schemes[0].kind")]
    public async Task Reload_DescriptionWithAnError_NamesThePlaceAndChangesNothing(string description, string place)
    {
        string file = Write("acme-broken", description), good = Write("acme-good", Description("acme-good"));
        try
        {
            foreach ((string path, string? body) in new[] { ("/api/v1/platforms/reload", null), ("/api/v1/config", """{ "lists": [ { "name": "never", "values": [] } ] }""") })
            {
                Answer refused = await gateway.SendAsync(HttpMethod.Post, path, body);
                refused.Status.ShouldBe(422, refused.Text);
                refused.Json.GetProperty("errors")[0].GetProperty("path").GetString()!.ShouldStartWith(place);
            }

            (await gateway.GetAsync("/api/v1/lists/never")).Status.ShouldBe(404);
            (await gateway.SendAsync(HttpMethod.Put, "/api/v1/sources/good", """{ "platform": "acme-good", "secrets": ["s3cret-token"] }""")).Status.ShouldBe(422);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
            Directory.Delete(Path.GetDirectoryName(good)!, recursive: true);
        }

        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/reload")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("""{ "name": "../x", "event": "evt_1" }""", "invalid_body")]
    [InlineData("""{ "name": "ok" }""", "invalid_body")]
    [InlineData("""{ "name": "stripe", "event": "evt_1" }""", "name_taken")]
    [InlineData("""{ "name": "ok", "event": "evt_00000000000000000000000000" }""", "not_found")]
    public async Task Propose_Mistaken_IsAProblem(string body, string code) =>
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/platforms/proposals", body)).Code.ShouldBe(code);

    private static string Description(string name) => $$"""
        { "name": "{{name}}", "displayName": "Acme", "category": "payments",
          "schemes": [ { "id": "token", "kind": "token", "signature": { "from": "header:X-Token" } } ], "read": { "body": "json", "id": "id", "type": "type" } }
        """;

    private string Write(string name, string description)
    {
        string file = Path.Combine(gateway.DataDirectory, "platforms", name, "platform.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, description);
        return file;
    }

    private async Task PutAsync(string name)
    {
        Answer put = await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", $$"""{ "sources": [ { "name": "{{name}}", "platform": "github", "secrets": ["{{Secret}}"] } ] }""");
        put.Status.ShouldBe(200, put.Text);
    }
}
