using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Receiving;

/// <summary>Senders that hand over their key in an unsigned handshake: once, and nobody after them.</summary>
[Collection(GatewayCollection.Name)]
public sealed class LearnedSecretTests(GatewayFixture gateway)
{
    private const string Key = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";

    [Fact]
    public async Task Handshake_FirstKey_IsStoredInForceAndNotReplaced()
    {
        await PutAsync("asana-one", "asana");
        Answer handshake = await gateway.SendAsync(HttpMethod.Post, "/in/asana-one", "", ("X-Hook-Secret", Key));
        handshake.Status.ShouldBe(200);
        handshake.Headers["X-Hook-Secret"].ShouldBe(Key);

        (await SendAsync("asana-one", Key, "1")).Status.ShouldBe(200);
        (await gateway.SendAsync(HttpMethod.Post, "/in/asana-one", "", ("X-Hook-Secret", "a-stranger-who-wants-in-with-his-own-key"))).Status.ShouldBe(401);
        (await SendAsync("asana-one", "a-stranger-who-wants-in-with-his-own-key", "2")).Status.ShouldBe(401);
        (await SendAsync("asana-one", Key, "3")).Status.ShouldBe(200);

        Answer shown = await gateway.GetAsync("/api/v1/sources/asana-one");
        shown.Json.GetProperty("secrets").GetArrayLength().ShouldBe(1);
        shown.Text.ShouldNotContain(Key);
        string audit = (await gateway.GetAsync("/api/v1/audit?subject=source/asana-one")).Text;
        audit.ShouldContain("secret.learned");
        audit.ShouldNotContain(Key);
        foreach (string file in Directory.GetFiles(gateway.DataDirectory, "webhookbridge.db*"))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(stream, Encoding.Latin1);
            (await reader.ReadToEndAsync()).ShouldNotContain(Key);
        }
    }

    [Fact]
    public async Task Handshake_KeyInTheBody_IsLearnedBehindASecretInThePath()
    {
        await PutAsync("notion-one", "notion", "path:only-notion-knows-this");
        const string Handshake = """{ "verification_token": "secret_tokenOfOurOwn123" }""";
        (await gateway.SendAsync(HttpMethod.Post, "/in/notion-one", Handshake)).Status.ShouldBe(404);
        (await gateway.SendAsync(HttpMethod.Post, "/in/notion-one/only-notion-knows-this", Handshake)).Status.ShouldBe(200);

        const string Body = """{ "id": "n_1", "type": "page.created" }""";
        string signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("secret_tokenOfOurOwn123"u8, Encoding.UTF8.GetBytes(Body)));
        (await gateway.SendAsync(HttpMethod.Post, "/in/notion-one/only-notion-knows-this", Body, ("X-Notion-Signature", signature))).Status.ShouldBe(200);
    }

    private async Task PutAsync(string name, string platform, params string[] secrets)
    {
        Answer made = await gateway.SendAsync(HttpMethod.Put, "/api/v1/sources/" + name, JsonSerializer.Serialize(new { platform, secrets }));
        made.Status.ShouldBe(201, made.Text);
    }

    private Task<Answer> SendAsync(string source, string key, string gid)
    {
        string body = $$"""{ "events": [ { "action": "added", "created_at": "2026-03-01T11:00:00.000Z", "resource": { "gid": "{{gid}}", "resource_type": "task" } } ] }""";
        return gateway.SendAsync(HttpMethod.Post, "/in/" + source, body, ("X-Hook-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(body)))));
    }
}
