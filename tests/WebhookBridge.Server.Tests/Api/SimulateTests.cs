using System.Text.Json;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Api;

/// <summary>The knobs of the simulator, over the API: what it sends comes in by the gateway's own door.</summary>
[Collection(GatewayCollection.Name)]
public sealed class SimulateTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Simulate_Duplicates_ComeBackAsRepeatsOfTheFirst()
    {
        JsonElement answer = await SimulateAsync("""{ "source": "yoco", "event": "payment.succeeded", "seed": 7100, "count": 3, "duplicates": 2 }""");
        answer.GetProperty("sent").GetInt32().ShouldBe(9);
        Words(answer).ShouldBe(Enumerable.Repeat(new[] { "accepted", "duplicate", "duplicate" }, 3).SelectMany(words => words));
        string[] ids = Ids(answer);
        ids.Distinct().Count().ShouldBe(3);
        (await gateway.GetAsync("/api/v1/events/" + ids[0])).Json.GetProperty("test").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Simulate_Age_IsRefusedAsTooOld()
    {
        JsonElement answer = await SimulateAsync("""{ "source": "yoco", "event": "payment.succeeded", "seed": 7200, "age": "10m" }""");
        answer.GetProperty("accepted").GetInt32().ShouldBe(0);
        JsonElement refused = await GatewayFixture.UntilAsync(
            async () => (await gateway.GetAsync("/api/v1/rejections?source=yoco&code=timestamp_too_old")).Json.GetProperty("items"), items => items.GetArrayLength() > 0);
        // It came over HTTP, by loopback.
        refused[0].GetProperty("remoteIp").GetString().ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task Simulate_OutOfOrder_ArrivesInAnotherOrderThanItHappened()
    {
        string[] ids = Ids(await SimulateAsync("""{ "source": "yoco", "event": "payment.succeeded", "seed": 7300, "count": 8, "outOfOrder": true }"""));
        List<DateTimeOffset> times = [];
        foreach (string id in ids)
        {
            times.Add((await gateway.GetAsync("/api/v1/events/" + id)).Json.GetProperty("time").GetDateTimeOffset());
        }

        times.SequenceEqual(times.Order()).ShouldBeFalse();
        times.Distinct().Count().ShouldBe(8);
    }

    [Fact]
    public async Task Simulate_Burst_AnswersEveryone()
    {
        JsonElement answer = await SimulateAsync("""{ "source": "yoco", "event": "payment.succeeded", "seed": 7400, "count": 40, "burst": 16 }""");
        answer.GetProperty("accepted").GetInt32().ShouldBe(40);
        Ids(answer).Distinct().Count().ShouldBe(40);
    }

    [Fact]
    public async Task Simulate_BodyOfYourOwn_IsSignedAsItIs()
    {
        JsonElement answer = await SimulateAsync("""{ "source": "yoco", "event": "payment.succeeded", "seed": 7500, "body": { "id": "evt_own",   "type": "refund.failed", "payload": { "id": "rfd_1" } } }""");
        string id = Ids(answer).ShouldHaveSingleItem();
        (await gateway.GetAsync($"/api/v1/events/{id}/body")).Text.ShouldBe("""{ "id": "evt_own",   "type": "refund.failed", "payload": { "id": "rfd_1" } }""");
    }

    [Fact]
    public async Task Simulate_SameSeed_IsTheSamePayment()
    {
        string first = await PaymentAsync(), second = await PaymentAsync();
        second.ShouldBe(first);

        async Task<string> PaymentAsync()
        {
            string id = Ids(await SimulateAsync("""{ "source": "other", "event": "payment.succeeded", "seed": 7600 }"""))[0];
            return (await gateway.GetAsync("/api/v1/events/" + id)).Json.GetProperty("payment").GetProperty("id").GetString()!;
        }
    }

    [Theory]
    [InlineData("""{ "source": "yoco", "event": "payment.succeeded", "duplicates": 11 }""", "$.duplicates")]
    [InlineData("""{ "source": "yoco", "event": "payment.succeeded", "burst": 0 }""", "$.burst")]
    [InlineData("""{ "source": "yoco", "event": "payment.succeeded", "age": "10" }""", "$.age")]
    public async Task Simulate_Mistaken_NamesTheKnob(string body, string path)
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Post, "/api/v1/simulate", body);
        answer.Code.ShouldBe("invalid_body");
        answer.Text.ShouldContain(path);
    }

    private async Task<JsonElement> SimulateAsync(string body)
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Post, "/api/v1/simulate", body);
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json;
    }

    private static IEnumerable<string?> Words(JsonElement answer) => answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("answer").GetProperty("status").GetString());

    private static string[] Ids(JsonElement answer) => [.. answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("answer").GetProperty("id").GetString()!)];
}
