using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>A viewer walks over every page that a customer's data could come out on: log, event, journey, file, what was refused, what destinations answered, what rules said. The operator beside them proves that it is there to be seen.</summary>
[Trait("Pace", "normal")]
public sealed partial class MaskingTests : IAsyncLifetime
{
    /// <summary>Of the platform's sample.</summary>
    private static readonly string[] Personal = ["Joana Prado", "joana@example.com", "99988877766"];

    private readonly QuietGateway _gateway = new() { AllowPrivate = true };
    private StubServer _tool = null!;
    private string _key = "";

    public async Task InitializeAsync()
    {
        _tool = await StubServer.StartAsync();
        _tool.Default = StubReply.Status(422, $$"""{"error":"{{string.Join(", ", Personal)}} is not known"}""");
        await _gateway.InitializeAsync();
        _key = await _gateway.KeyAsync("masking", [.. WebhookBridge.Server.Api.ApiScopes.All]);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _tool.DisposeAsync();
    }

    [Fact]
    public async Task Viewer_OnEveryPage_SeesNoPersonalData()
    {
        (string @event, string payment) = await AnEventAsync();
        QuietGateway.Person viewer = await _gateway.SignInAsync("viewer"), person = await _gateway.SignInAsync("operator");
        string[] pages =
        [
            "/", "/events", "/events?period=24h&columns=customer,payment,amount,outcome", "/events?handler=tail", "/events?handler=export", $"/events/{@event}", $"/events/{@event}?handler=routes", $"/journeys/{payment}",
            "/rejected", "/replays", "/routes", "/routes/to-tool", "/routes/said", "/routes/to-tool/revisions", "/destinations", "/destinations/tool", "/destinations/inbox", "/destinations/inbox?handler=now", "/templates", "/templates/flat", "/lists", "/sources", "/sources/shop", "/sources/shop?handler=recent",
        ];
        // By the exact value a viewer may search; the row that it finds hides it all the same.
        WebUtility.HtmlDecode(Rows().Match(await viewer.ReadAsync("/events?q=joana@example.com")).Value).ShouldContain("j•••@example.com");
        WebUtility.HtmlDecode(Rows().Match(await viewer.ReadAsync("/events?q=joana@example.com")).Value).ShouldNotContain("joana@");
        int told = 0;
        foreach (string address in pages)
        {
            string seen = WebUtility.HtmlDecode(await viewer.ReadAsync(address));
            seen.Length.ShouldBeGreaterThan(0, address);
            foreach (string value in Personal)
            {
                seen.ShouldNotContain(value, Case.Insensitive, $"{address} shows {value} to a viewer");
            }

            told += Personal.Count((await person.ReadAsync(address)).Contains);
        }

        told.ShouldBeGreaterThan(3, "operators see it, so it was there");
        foreach (string address in new[] { $"/events/{@event}?handler=bytes", $"/events/{@event}/edit" })
        {
            using HttpResponseMessage answer = await viewer.GetAsync(address);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, address);
        }
    }

    [Fact]
    public async Task Feed_OfAKeyThatMayNotRead_HidesThemInTextsToo()
    {
        await AnEventAsync();
        string[] addresses = ["Deliveries", "Attempts", "Rejections", "Deliveries?$select=reason", "Deliveries?$apply=groupby((reason))", "Deliveries?$apply=groupby((route),aggregate(reason with max as last))", "Events?$expand=deliveries"];
        string blind = await _gateway.KeyAsync("excel", WebhookBridge.Server.Api.ApiScopes.OData), open = _key;
        int told = 0;
        foreach (string address in addresses)
        {
            string seen = await FeedAsync(address, blind);
            foreach (string value in Personal.Skip(1))
            {
                seen.ShouldNotContain(value, Case.Insensitive, address);
            }

            told += Personal.Count((await FeedAsync(address, open)).Contains);
        }

        told.ShouldBeGreaterThan(3);

        async Task<string> FeedAsync(string address, string key)
        {
            using HttpResponseMessage answer = await _gateway.CallAsync(HttpMethod.Get, "/odata/v4/" + address, key);
            string text = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{address}: {text}");
            return text;
        }
    }

    [Theory]
    [InlineData("not for ana@loja.example", "not for a•••@loja.example")]
    [InlineData("CPF 123.456.789-09 is unknown", "CPF •••09 is unknown")]
    [InlineData("document 99988877766.", "document •••66.")]
    [InlineData("CNPJ 12.345.678/0001-95", "CNPJ •••95")]
    [InlineData("call +27 82 555 0199 or 0825550199", "call •••99 or •••99")]
    [InlineData("order 100045 of 2026-11-22 at 10:02:00", "order 100045 of 2026-11-22 at 10:02:00")]
    [InlineData("192.168.100.200 did not answer", "192.168.100.200 did not answer")]
    [InlineData("payment pay_12345678901 and 0b9c1111-2222-3333-4444-555566667777", "payment pay_12345678901 and 0b9c1111-2222-3333-4444-555566667777")]
    public void Text_ThatNamesSomebody_IsMasked(string text, string expected) => WebhookBridge.Server.Access.Masks.Text(text).ShouldBe(expected);

    /// <summary>An event that a tool refused with a customer's data in its answer, and that a rule skipped with it in its reason; and a request that was refused, with it in the body.</summary>
    private async Task<(string Event, string Payment)> AnEventAsync()
    {
        await PutAsync("sources/shop", """{"platform":"atomicpay","secrets":["path:0123456789abcdef0123456789abcdef"]}""");
        await PutAsync("sources/shut", """{"platform":"yoco","secrets":["whsec_c2VjcmV0LW9mLXRoZS13aW5lLWNsdWItdGVzdHM="]}""");
        await PutAsync("destinations/inbox", """{"connector":"inbox","settings":{}}""");
        await PutAsync("destinations/tool", $$"""{"connector":"http","settings":{},"secrets":{"url":"{{_tool.Url}}/tool"} }""");
        await PutAsync("templates/flat", """{"contentType":"application/json","body":"{ \"who\": {{ customer.email }} }"}""");
        await PutAsync("routes/to-tool", """{"source":"*","destination":"tool","when":{"mode":"any"},"template":"flat","retry":[]}""");
        await PutAsync("routes/to-inbox", """{"source":"*","destination":"inbox","when":{"mode":"any"} }""");
        await PutAsync("routes/said", """{"source":"*","destination":"inbox","when":{"mode":"any"},"rule":"skip('not for ' + customer.email + ', document ' + customer.document)"}""");
        await CallAsync(HttpMethod.Post, "simulate", """{"source":"shop","event":"purchase_approved","count":1,"seed":5}""");
        using (HttpResponseMessage refused = await _gateway.CallAsync(HttpMethod.Post, "/in/shut", null, $$"""{"customer":"{{string.Join(", ", Personal)}}"}"""))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        JsonElement deliveries;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            deliveries = (await CallAsync(HttpMethod.Get, "deliveries", null)).GetProperty("items");
        }
        while (deliveries.GetArrayLength() < 3 || deliveries.EnumerateArray().Any(static d => d.GetProperty("state").GetString() == "pending"));
        string id = deliveries[0].GetProperty("eventId").GetString()!;
        string body = await (await _gateway.SignInAsync("operator")).ReadAsync("/events/" + id);
        return (id, Journey().Match(body).Groups["id"].Value);
    }

    private Task PutAsync(string path, string json) => CallAsync(HttpMethod.Put, path, json);

    private async Task<JsonElement> CallAsync(HttpMethod method, string path, string? json)
    {
        using HttpResponseMessage answer = await _gateway.CallAsync(method, "/api/v1/" + path, _key, json);
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {text}");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    [GeneratedRegex("id=\"rows\".*?</table>", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Rows();

    [GeneratedRegex("href=\"/journeys/(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Journey();
}
