using System.Net.Sockets;
using System.Text;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Tests.Hosting;

namespace WebhookBridge.Server.Tests.Receiving;

[Collection(GatewayCollection.Name)]
public sealed class ReceiveEndpointTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Post_SignedRequest_IsAcceptedOnceAndDelivered()
    {
        SimulationResult.Request made = gateway.Signed("yoco", "payment.succeeded", 100);
        Answer first = await gateway.PostAsync(made);
        Answer second = await gateway.PostAsync(made);

        first.Status.ShouldBe(200);
        first.Json.GetProperty("status").GetString().ShouldBe("accepted");
        second.Status.ShouldBe(200);
        second.Json.GetProperty("status").GetString().ShouldBe("duplicate");
        string id = first.Json.GetProperty("id").GetString()!;
        second.Json.GetProperty("id").GetString().ShouldBe(id);
        (await gateway.DeliveryAsync(id, "to-box", "delivered")).GetProperty("attemptCount").GetInt32().ShouldBe(1);
        Answer body = await gateway.GetAsync($"/api/v1/events/{id}/body");
        body.Text.ShouldBe(Encoding.UTF8.GetString(made.Body), "raw bytes are sacred");
        body.Headers["Content-Disposition"].ShouldStartWith("attachment");
        body.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
        (await gateway.GetAsync($"/api/v1/events/{id}")).Json.GetProperty("duplicates").GetProperty("count").GetInt32().ShouldBe(1);
    }

    [Theory]
    [InlineData("/in/nobody", 404, "unknown_source")]
    [InlineData("/in/off", 404, "unknown_source")]
    [InlineData("/in/yoco/secret", 404, "unknown_source")]
    [InlineData("/in/yoco", 401, "not_genuine")]
    public async Task Post_Refused_NamesNoReasonToTheSender(string path, int status, string code)
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Post, path, "{}");

        answer.Status.ShouldBe(status);
        answer.Code.ShouldBe(code);
        answer.Headers["Content-Type"].ShouldBe("application/problem+json");
        answer.Text.ShouldNotContain("signature", Case.Insensitive);
    }

    [Fact]
    public async Task Get_OnASource_IsRefusedWithTheAllowedMethods()
    {
        Answer answer = await gateway.GetAsync("/in/yoco");

        answer.Status.ShouldBe(405);
        answer.Headers["Allow"].ShouldBe("POST");
    }

    [Fact]
    public async Task Post_BodyAboveTheCap_Is413()
    {
        (await gateway.SendAsync(HttpMethod.Post, "/in/small", new string('x', 1025))).Status.ShouldBe(413);
        (await gateway.SendAsync(HttpMethod.Post, "/in/small", new string('x', 5000), ("Transfer-Encoding", "chunked"))).Status.ShouldBe(413);
        (await gateway.SendAsync(HttpMethod.Post, "/in/small", new string('x', 1024))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Post_PromiseOfAHundredMegabytes_IsAnsweredWithoutReading()
    {
        string answer = await RawAsync("POST /in/yoco HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 413");
    }

    [Fact]
    public async Task Post_UnknownEncoding_Is415() =>
        (await gateway.SendAsync(HttpMethod.Post, "/in/yoco", "{}", ("Content-Encoding", "br"))).Status.ShouldBe(415);

    [Fact]
    public async Task Post_FloodOfHeaders_Is431()
    {
        string answer = await RawAsync("POST /in/yoco HTTP/1.1\r\nHost: x\r\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"X-{i}: y\r\n")) + "\r\n");

        answer.ShouldStartWith("HTTP/1.1 431");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Post_BodyNeverComplete_Is408AfterFifteenSeconds()
    {
        long began = TimeProvider.System.GetTimestamp();
        string answer = await RawAsync("POST /in/yoco HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");

        answer.ShouldStartWith("HTTP/1.1 408");
        TimeProvider.System.GetElapsedTime(began).TotalSeconds.ShouldBeInRange(14, 25);
    }

    private async Task<string> RawAsync(string request)
    {
        Uri uri = new(gateway.Url);
        using TcpClient client = new(uri.Host, uri.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        byte[] buffer = new byte[4096];
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(40));
        int count = await stream.ReadAsync(buffer, patience.Token);
        return Encoding.ASCII.GetString(buffer, 0, count);
    }
}
