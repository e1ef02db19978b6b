using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Tests.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Senders;

/// <summary>What the senders' own libraries sign is genuine here, over real HTTP; what is signed here is genuine to them.</summary>
[Trait("Pace", "normal")]
[Collection(GatewayCollection.Name)]
public sealed class SendersTests(GatewayFixture gateway, SendersLibraries senders) : IClassFixture<SendersLibraries>
{
    private const string Key = "whsec_c2VuZGVycy1vd24tbGlicmFyaWVzLTAxMjM0NTY3ODk=";

    private static readonly IdSource Ids = new(TimeProvider.System);

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("stripe", Key)]
    [InlineData("svix", Key)]
    [InlineData("standard-webhooks", Key)]
    [InlineData("github", "a text of any kind, with ü")]
    public async Task Library_Signs_IsGenuineHere(string platform, string secret)
    {
        string source = await SourceAsync(platform, secret);
        foreach (string body in Bodies())
        {
            IReadOnlyList<(string, string)> headers = await senders.SignAsync(platform, secret, body, Ids.Next("msg_"), Now);
            Answer answer = await PostAsync(source, body, headers);
            answer.Status.ShouldBe(200, $"{platform}: {body[..Math.Min(body.Length, 80)]}: {answer.Text}");
            answer.Json.GetProperty("status").GetString().ShouldBe("accepted");
            (await PostAsync(source, body, headers)).Json.GetProperty("status").GetString().ShouldBe("duplicate");
        }
    }

    [Theory]
    [InlineData("stripe", Key, "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHNhbWUgbGVuZ3Ro")]
    [InlineData("svix", Key, "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHNhbWUgbGVuZ3Ro")]
    [InlineData("standard-webhooks", Key, "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHNhbWUgbGVuZ3Ro")]
    [InlineData("github", "one text", "another text")]
    public async Task Library_SignsSomethingElse_IsRefused(string platform, string secret, string another)
    {
        string source = await SourceAsync(platform, secret);
        const string Body = """{"id":"evt_forged","type":"payment.succeeded","amount":10.99}""";
        string id = Ids.Next("msg_");
        IReadOnlyList<(string, string)> headers = await senders.SignAsync(platform, secret, Body, id, Now);

        (await PostAsync(source, Body.Replace("10.99", "10.98", StringComparison.Ordinal), headers)).Status.ShouldBe(401, "the body was changed");
        (await PostAsync(source, Body + " ", headers)).Status.ShouldBe(401, "a blank was added");
        (await PostAsync(source, Body, await senders.SignAsync(platform, another, Body, id, Now))).Status.ShouldBe(401, "another secret");
        if (platform != "github")
        {
            (await PostAsync(source, Body, await senders.SignAsync(platform, secret, Body, id, Now.AddMinutes(-10)))).Status.ShouldBe(401, "signed ten minutes ago");
        }

        (await PostAsync(source, Body, headers)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("standard-webhooks", "webhook-")]
    [InlineData("svix", "svix-")]
    public async Task OurSignature_OfADelivery_IsGenuineToTheLibrary(string library, string prefix)
    {
        await using StubServer receiver = await StubServer.StartAsync();
        string name = "signed-" + library, source = "signs-" + library;
        (await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", $$"""
            { "sources": [ { "name": "{{source}}", "platform": "generic", "settings": { "scheme": "none" } } ],
              "destinations": [ { "name": "{{name}}", "connector": "http", "settings": { "sign": true }, "secrets": { "url": "{{receiver.Url}}/hook", "signingSecret": "{{Key}}" } } ],
              "routes": [ { "name": "{{name}}", "source": "{{source}}", "destination": "{{name}}" } ] }
            """)).Status.ShouldBe(200);
        string[] bodies = [.. Bodies()];
        foreach (string body in bodies)
        {
            (await PostAsync(source, body, [])).Status.ShouldBe(200);
        }

        await receiver.WhenRequestsAsync(bodies.Length);
        foreach (StubRequest request in receiver.Requests)
        {
            // Svix reads the same three headers under its own names.
            Dictionary<string, string> headers = new[] { "id", "timestamp", "signature" }.ToDictionary(header => prefix + header, header => request.Header("webhook-" + header)!);
            (await senders.VerifyAsync(library, Key, request.BodyText, headers)).ShouldBeTrue(request.BodyText[..Math.Min(request.BodyText.Length, 80)]);
            (await senders.VerifyAsync(library, Key, request.BodyText + " ", headers)).ShouldBeFalse();
            (await senders.VerifyAsync(library, "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHNhbWUgbGVuZ3Ro", request.BodyText, headers)).ShouldBeFalse();
        }
    }

    [Fact]
    public void Libraries_Licences_AreAcceptedAndListed()
    {
        string listed = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "licences.md"));
        string[] folders = [.. Directory.GetDirectories(Path.Combine(SendersLibraries.Folder, "node_modules")).SelectMany(folder => Path.GetFileName(folder)[0] == '@' ? Directory.GetDirectories(folder) : [folder])
            .Where(folder => Path.GetFileName(folder)[0] != '.')];
        folders.Length.ShouldBeGreaterThan(3);
        foreach (string folder in folders)
        {
            JsonElement package = JsonElement.Parse(File.ReadAllText(Path.Combine(folder, "package.json")));
            string name = package.GetProperty("name").GetString()!;
            package.GetProperty("license").GetString().ShouldBeOneOf("MIT", "Unlicense", "Apache-2.0", "ISC");
            listed.ShouldContain(name);
        }
    }

    /// <summary>Bodies that trip up who reads and writes them again: order, numbers, blanks, characters beyond ASCII, size.</summary>
    private static IEnumerable<string> Bodies()
    {
        string id = Ids.Next("evt_");
        yield return $$"""{"id":"{{id}}_1","type":"payment.succeeded","amount":10.99}""";
        yield return $$"""{ "type" : "payment.succeeded",  "id":"{{id}}_2", "amount": 1.10e1, "note": "S\u00e3o Paulo – São Paulo – 漢 😀 </script>" }""";
        yield return $$"""{"id":"{{id}}_3","type":"payment.failed","rows":[{{string.Join(',', Enumerable.Range(0, 8000).Select(i => $"\"{i}\""))}}]}""";
    }

    private async Task<string> SourceAsync(string platform, string secret)
    {
        string name = $"lib-{platform}-{Ids.Next("").ToLowerInvariant()}";
        Answer made = await gateway.SendAsync(HttpMethod.Put, "/api/v1/sources/" + name, JsonSerializer.Serialize(new { platform, secrets = new[] { secret } }));
        made.Status.ShouldBe(201, made.Text);
        return name;
    }

    private async Task<Answer> PostAsync(string source, string body, IReadOnlyList<(string Name, string Value)> headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/in/" + source) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new("application/json");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using HttpResponseMessage answer = await gateway.Http.SendAsync(request);
        return new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), new Dictionary<string, string>());
    }
}
