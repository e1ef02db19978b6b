using System.Text;
using WebhookBridge.Server.Api;

namespace WebhookBridge.OData.Tests;

/// <summary>Who may ask, and what they see.</summary>
public sealed class AccessTests(ShopLog log) : IClassFixture<ShopLog>
{
    [Fact]
    public async Task Get_WithoutKey_IsRefusedAndAsksForBasic()
    {
        FeedResponse answer = await log.Gateway.GetAsync("Events", ("Authorization", "Basic " + Base64("excel:nonsense")));

        answer.Status.ShouldBe(401);
        answer.Headers["WWW-Authenticate"].ShouldContain("Basic realm=\"webhookbridge\"");
        answer.Headers["OData-Version"].ShouldBe("4.0");
        answer.Json.GetProperty("error").GetProperty("code").GetString().ShouldBe("not_authenticated");
    }

    [Theory]
    [InlineData("excel")]
    [InlineData("")]
    [InlineData("any name")]
    public async Task Get_KeyAsPasswordOfBasic_IsLetIn(string user) =>
        (await log.Gateway.GetAsync("Events/$count", ("Authorization", "Basic " + Base64($"{user}:{log.Gateway.Key}")))).Text.ShouldBe("12");

    [Fact]
    public async Task Get_KeyOfAnotherScope_IsForbidden()
    {
        string key = await log.Gateway.MakeKeyAsync("reader", ApiScopes.Read);

        FeedResponse answer = await log.Gateway.GetAsync("Events", ("Authorization", "Bearer " + key));

        answer.Status.ShouldBe(403);
        answer.Json.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("\"odata\"");
    }

    [Fact]
    public async Task Get_KeyOfScopeOdataAlone_SeesPersonalDataMasked()
    {
        string key = await log.Gateway.MakeKeyAsync("masked", ApiScopes.OData);
        Task<FeedResponse> Ask(string path) => log.Gateway.GetAsync(ShopLog.WithIds(path), ("Authorization", "Bearer " + key));

        (await Ask("Events('E03')?$select=customerName,customerEmail")).Text.ShouldContain("\"customerName\":\"J***\",\"customerEmail\":\"j***@example.com\"");
        (await Ask("Events('E03')/customerEmail/$value")).Text.ShouldBe("j***@example.com");
        (await Ask("Events('E07')?$select=customerName")).Text.ShouldContain("\"customerName\":null");
        (await Ask("Deliveries('D02')?$expand=event($select=customerName)")).Text.ShouldContain("\"customerName\":\"J***\"");
        (await Ask("Events/$count?$filter=customerEmail eq 'ana@example.com'")).Text.ShouldBe("4");
        (await Ask("Events/$count?$filter=customerEmail in ('ana@example.com','pat@example.org')")).Text.ShouldBe("6");
        (await Ask("Events/$count?$filter=customerName ne null")).Text.ShouldBe("8");
    }

    [Theory]
    [InlineData("Events?$filter=startswith(customerEmail,'a')")]
    [InlineData("Events?$filter=contains(customerName,'a')")]
    [InlineData("Events?$filter=customerEmail gt 'a'")]
    [InlineData("Events?$filter='a' lt customerEmail")]
    [InlineData("Events?$filter=tolower(customerName) eq 'ana'")]
    [InlineData("Events?$filter=length(customerName) eq 3")]
    [InlineData("Events?$orderby=customerName")]
    [InlineData("Deliveries?$filter=endswith(event/customerEmail,'com')")]
    [InlineData("Deliveries?$orderby=event/customerEmail")]
    [InlineData("Events?$filter=customerName gt orderId")]
    [InlineData("Events?$apply=groupby((customerEmail))")]
    [InlineData("Events?$apply=aggregate(customerName with max as m)")]
    [InlineData("Events?$apply=aggregate(customerName with countdistinct as m)")]
    [InlineData("Events?$apply=filter(contains(customerName,'a'))/aggregate($count as n)")]
    [InlineData("Events?$filter=deliveries/any(d:contains(d/event/customerName,'a'))")]
    [InlineData("Deliveries?$expand=event($filter=contains(customerName,'a'))")]
    public async Task Get_MaskedPropertyAskedForMoreThanEquality_IsForbidden(string path)
    {
        string key = await log.Gateway.MakeKeyAsync("masked-" + Guid.CreateVersion7(), ApiScopes.OData);

        FeedResponse answer = await log.Gateway.GetAsync(path, ("Authorization", "Bearer " + key));

        // ODataLib has no filter on a single entity: then there is nothing to hide.
        answer.Status.ShouldBeOneOf(403, 400);
        answer.Text.ShouldNotContain("@odata.context");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Change_AnyAddress_IsNotAllowed(string method)
    {
        FeedResponse answer = await log.Gateway.SendAsync(new HttpMethod(method), "Events", "{}");

        answer.Status.ShouldBe(405);
        answer.Headers["Allow"].ShouldBe("GET, HEAD");
    }

    [Fact]
    public async Task Head_AnyAddress_HasTheHeadersOfGetAndNoBody()
    {
        FeedResponse head = await log.Gateway.SendAsync(HttpMethod.Head, "Events?$top=1", null);
        FeedResponse get = await log.Gateway.GetAsync("Events?$top=1");

        head.Status.ShouldBe(200);
        head.Text.ShouldBeEmpty();
        head.Headers["Content-Length"].ShouldBe(get.Headers["Content-Length"]);
        get.Headers["Content-Type"].ShouldStartWith("application/json; odata.metadata=minimal");
        get.Headers["OData-Version"].ShouldBe("4.0");
        get.Headers["Cache-Control"].ShouldBe("no-store");
    }

    [Fact]
    public async Task Get_PreferredPageSize_IsAppliedAndSaid() =>
        (await log.Gateway.GetAsync("Events", ("Prefer", "odata.maxpagesize=99999"))).Headers["Preference-Applied"].ShouldBe("odata.maxpagesize=5000");

    [Fact]
    public async Task Batch_SeveralReads_AreAnsweredInOrder()
    {
        FeedResponse answer = await log.Gateway.SendAsync(HttpMethod.Post, "$batch", """
            { "requests": [ { "id": "a", "method": "GET", "url": "Events/$count" },
                            { "id": "b", "method": "get", "url": "/odata/v4/Sources('yoco')?$select=name", "headers": { "Accept": "application/json;odata.metadata=none" } },
                            { "id": "c", "method": "GET", "url": "Nothing" } ] }
            """);

        answer.Status.ShouldBe(200, answer.Text);
        System.Text.Json.JsonElement[] responses = [.. answer.Json.GetProperty("responses").EnumerateArray()];
        responses.Select(static response => $"{response.GetProperty("id").GetString()} {response.GetProperty("status").GetInt32()}").ShouldBe(["a 200", "b 200", "c 404"]);
        responses[0].GetProperty("body").GetString().ShouldBe("12");
        responses[1].GetProperty("body").GetRawText().ShouldBe("{\"name\":\"yoco\"}");
    }

    [Fact]
    public async Task Batch_AsParts_IsAnsweredAsParts()
    {
        FeedResponse answer = await log.Gateway.SendAsync(HttpMethod.Post, "$batch", Parts("GET Events/$count HTTP/1.1\n\n", "GET http://elsewhere.example/odata/v4/Sources('yoco')?$select=name HTTP/1.1\nAccept: application/json;odata.metadata=none\n\n", "GET Nothing HTTP/1.1\n\n"), ("Content-Type", "multipart/mixed; boundary=\"b 1\""));

        answer.Status.ShouldBe(200, answer.Text);
        string boundary = answer.Headers["Content-Type"].Split("boundary=")[1];
        string[] parts = answer.Text.Split("--" + boundary);
        parts.Length.ShouldBe(5);
        parts[1].ShouldBe("\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\nHTTP/1.1 200 OK\r\nOData-Version: 4.0\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Length: 2\r\n\r\n12\r\n");
        parts[2].ShouldEndWith("\r\n\r\n{\"name\":\"yoco\"}\r\n");
        parts[3].ShouldContain("HTTP/1.1 404 Not Found\r\n");
        parts[4].ShouldBe("--\r\n");
    }

    [Theory]
    [InlineData("POST Events HTTP/1.1\n\n", "application/http", 405)]
    [InlineData("--c--", "multipart/mixed; boundary=c", 405)]
    [InlineData("Events", "application/http", 400)]
    [InlineData("GET Events HTTP/1.1\n\n", "text/plain", 400)]
    public async Task Batch_AsPartsThatAreNoReads_IsRefused(string part, string type, int status) =>
        (await log.Gateway.SendAsync(HttpMethod.Post, "$batch", Parts(part).Replace("application/http", type, StringComparison.Ordinal), ("Content-Type", "multipart/mixed; boundary=\"b 1\""))).Status.ShouldBe(status);

    [Fact]
    public async Task Batch_OfPartsThatBreaksOff_IsRefused() =>
        (await log.Gateway.SendAsync(HttpMethod.Post, "$batch", "--b 1\r\nContent-Type: application/http\r\n\r\nGET Ev", ("Content-Type", "multipart/mixed; boundary=\"b 1\""))).Status.ShouldBe(400);

    [Theory]
    [InlineData("""{ "requests": [ { "id": "a", "method": "POST", "url": "Events" } ] }""", 405)]
    [InlineData("""{ "requests": 5 }""", 400)]
    [InlineData("nonsense", 400)]
    [InlineData("""{ "requests": [ { "id": "a", "method": "GET", "url": "http://elsewhere.example/api" } ] }""", 200)]
    public async Task Batch_AnythingButReads_IsRefused(string body, int status)
    {
        FeedResponse answer = await log.Gateway.SendAsync(HttpMethod.Post, "$batch", body);

        answer.Status.ShouldBe(status, answer.Text);
        if (status == 200)
        {
            answer.Json.GetProperty("responses")[0].GetProperty("status").GetInt32().ShouldBe(400);
        }
    }

    private static string Parts(params string[] requests) =>
        string.Concat(requests.Select(static (request, i) => $"--b 1\r\nContent-Type: application/http\r\nContent-ID: {i + 1}\r\n\r\n{request.ReplaceLineEndings("\r\n")}\r\n")) + "--b 1--\r\n";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
