using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Api;

/// <summary>Refused because something was set up wrongly; let in once it is mended, and only once.</summary>
[Collection(GatewayCollection.Name)]
public sealed class RejectionAcceptTests(GatewayFixture gateway)
{
    private const string Api = "/api/v1";

    [Fact]
    public async Task Accept_AfterMending_LetsItInOnce()
    {
        Answer made = await PutAsync("mended", "github", null, "the secret that was mistyped");
        const string Body = """{"action":"opened"}""";
        string signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("the secret"u8, Encoding.UTF8.GetBytes(Body)));
        (await gateway.SendAsync(HttpMethod.Post, "/in/mended", Body, ("X-Hub-Signature-256", signature), ("X-GitHub-Event", "issues"))).Status.ShouldBe(401);
        string id = await RejectionAsync("mended");
        (await gateway.SendAsync(HttpMethod.Post, $"{Api}/rejections/{id}/accept")).Code.ShouldBe("not_possible");

        (await PutAsync("mended", "github", made.Headers["ETag"], "the secret")).Status.ShouldBe(200);
        Answer accepted = await gateway.SendAsync(HttpMethod.Post, $"{Api}/rejections/{id}/accept");
        accepted.Status.ShouldBe(200, accepted.Text);
        accepted.Json.GetProperty("status").GetString().ShouldBe("accepted");
        Answer again = await gateway.SendAsync(HttpMethod.Post, $"{Api}/rejections/{id}/accept");
        again.Json.GetProperty("status").GetString().ShouldBe("duplicate");
        again.Json.GetProperty("id").GetString().ShouldBe(accepted.Json.GetProperty("id").GetString());
        (await gateway.GetAsync($"{Api}/events?source=mended")).Json.GetProperty("items").GetArrayLength().ShouldBe(1);
        (await gateway.GetAsync($"{Api}/audit?subject={id}")).Text.ShouldContain("accept");
    }

    [Fact]
    public async Task Accept_SignedAddressWithAPathSecret_VerifiesAgain()
    {
        // Square signs the address as registered; here it ends in a secret, which must not be lost with the rejection, nor be seen.
        const string PathSecret = "path-secret-that-is-signed";
        Answer made = await PutAsync("signed-url", "square", null, "path:" + PathSecret, "mistyped-key-of-the-sender");
        const string Body = """{"event_id":"e_1","type":"payment.updated"}""";
        string signature = Convert.ToBase64String(HMACSHA256.HashData("the-key-of-the-sender"u8, Encoding.UTF8.GetBytes($"https://shop.example.com/in/signed-url/{PathSecret}{Body}")));
        (await gateway.SendAsync(HttpMethod.Post, "/in/signed-url/" + PathSecret, Body, ("x-square-hmacsha256-signature", signature))).Status.ShouldBe(401);
        string id = await RejectionAsync("signed-url");
        (await gateway.GetAsync($"{Api}/rejections/{id}")).Text.ShouldNotContain(PathSecret);
        (await gateway.GetAsync($"{Api}/rejections/{id}/diagnosis")).Text.ShouldNotContain(PathSecret);

        (await PutAsync("signed-url", "square", made.Headers["ETag"], "path:" + PathSecret, "the-key-of-the-sender")).Status.ShouldBe(200);
        (await gateway.GetAsync($"{Api}/rejections/{id}/diagnosis")).Json.GetProperty("now").GetProperty("genuine").GetBoolean().ShouldBeTrue();
        (await gateway.SendAsync(HttpMethod.Post, $"{Api}/rejections/{id}/accept")).Status.ShouldBe(200);
    }

    private Task<Answer> PutAsync(string name, string platform, string? tag, params string[] secrets)
    {
        string body = JsonSerializer.Serialize(new { platform, secrets, publicUrl = "https://shop.example.com" });
        return tag is null ? gateway.SendAsync(HttpMethod.Put, $"{Api}/sources/{name}", body) : gateway.SendAsync(HttpMethod.Put, $"{Api}/sources/{name}", body, ("If-Match", tag));
    }

    private async Task<string> RejectionAsync(string source) => (await GatewayFixture.UntilAsync(
        async () => (await gateway.GetAsync($"{Api}/rejections?source={source}")).Json.GetProperty("items"),
        items => items.GetArrayLength() > 0))[0].GetProperty("id").GetString()!;
}
