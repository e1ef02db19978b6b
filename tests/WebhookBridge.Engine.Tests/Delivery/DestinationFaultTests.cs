using System.Net;
using System.Text.Json;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Delivery;

/// <summary>What destinations do wrong, one by one, over real HTTP.</summary>
public sealed class DestinationFaultTests : IAsyncLifetime
{
    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Theory]
    [InlineData(200, DeliveryState.Delivered)]
    [InlineData(500, DeliveryState.Pending)]
    public async Task HugeAnswer_StatusCounts_ExcerptOf16KiB(int status, DeliveryState state)
    {
        DeliveryCompletion completion = await SendAsync(StubReply.Huge(200L * 1024 * 1024, status));
        completion.State.ShouldBe(state);
        ExcerptOf(completion).ShouldBe((16 * 1024, true));
    }

    [Fact]
    public async Task GzipBomb_OpenedToTheCapOnly()
    {
        // 20 GiB: if it were opened to its end, the test's patience would be over first.
        DeliveryCompletion completion = await SendAsync(StubReply.GzipBomb(megabytes: 20 * 1024));
        completion.State.ShouldBe(DeliveryState.Delivered);
        ExcerptOf(completion).Truncated.ShouldBeTrue();
    }

    [Fact]
    public async Task Redirect_NotFollowed_Refused()
    {
        DeliveryCompletion completion = await SendAsync(StubReply.Status(307, "", ("Location", _stub.Url + "/elsewhere")));
        completion.State.ShouldBe(DeliveryState.Refused);
        completion.Attempt!.Error!.ShouldContain("redirects are not followed");
        _stub.Requests.ShouldHaveSingleItem().Path.ShouldBe("/");
    }

    [Fact]
    public async Task AnswerRepeatsTheSecretAddress_StruckOutOfTheLog()
    {
        DeliveryCompletion completion = await SendAsync(
            StubReply.Status(500, $"cannot handle /hooks/c4n4ry-9f8e7d6c5b4a here: {_stub.Url}/hooks/c4n4ry-9f8e7d6c5b4a", ("X-Echo", "/hooks/c4n4ry-9f8e7d6c5b4a")),
            path: "/hooks/c4n4ry-9f8e7d6c5b4a");
        string log = completion.Attempt! + System.Text.Encoding.UTF8.GetString(completion.Attempt!.Request!.Value.Span) + System.Text.Encoding.UTF8.GetString(completion.Attempt.Response!.Value.Span);
        log.ShouldNotContain("c4n4ry");
        log.ShouldContain(Redactor.Mask);
    }

    [Fact]
    public async Task HangInTheBody_StatusWasGiven_DeliveredWhenTimeIsUp()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Timeout = TimeSpan.FromMilliseconds(1500) } }).WithRoute("r", "crm").StartAsync();
        _stub.Plays(StubReply.HangInBody);
        string id = h.Receive("r", "crm");
        await _stub.WhenRequestsAsync(1);
        // Until the head has arrived there is nothing to see from here; the clock moves on in small steps.
        for (int i = 0; i < 200 && h.Queue.Completions.Count == 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            if (i >= 20)
            {
                h.Clock.Advance(TimeSpan.FromMilliseconds(100));
            }
        }

        await h.Queue.WhenStateAsync(id, DeliveryState.Delivered);
        ExcerptOf(h.Queue.Completions[0]).Truncated.ShouldBeTrue();
    }

    [Fact]
    public async Task Answers200AfterTheTimeout_SameIdAgain_SoThatTheReceiverCanTell()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Timeout = TimeSpan.FromSeconds(2) } }).WithRoute("r", "crm").StartAsync();
        TaskCompletionSource late = new();
        _stub.Plays(StubReply.After(late.Task));

        string id = h.Receive("r", "crm");
        await _stub.WhenRequestsAsync(1);
        h.Clock.Advance(TimeSpan.FromSeconds(2));
        await h.Queue.WhenCompletedAsync(1);
        late.SetResult();
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(5));
        h.Clock.Advance(TimeSpan.FromSeconds(5));
        await h.Queue.WhenStateAsync(id, DeliveryState.Delivered);
        _stub.Requests.Select(static r => r.Header("Idempotency-Key")).ShouldBe([id, id]);
        h.Queue[id].Delivery.AttemptCount.ShouldBe(2);
    }

    [Fact]
    public async Task NothingListens_NetworkBlamed()
    {
        string dead = _stub.Url;
        await _stub.DisposeAsync();
        _stub = await StubServer.StartAsync();
        DeliveryCompletion completion = await SendAsync(null, url: dead);
        completion.Attempt!.ShouldSatisfyAllConditions(
            a => a.Phase.ShouldBe(AttemptPhase.Connect), a => a.Blame.ShouldBe(AttemptBlame.Network), a => a.Error.ShouldBe("The connection was refused (connecting)."), a => a.Response.ShouldBeNull());
        completion.Reason.ShouldBeNull();
    }

    [Fact]
    public async Task NameDoesNotResolve_NetworkBlamedAtResolve()
    {
        DeliveryCompletion completion = await SendAsync(null, url: "http://nowhere.example/", resolve: static (_, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound));
        completion.Attempt!.ShouldSatisfyAllConditions(a => a.Phase.ShouldBe(AttemptPhase.Resolve), a => a.Blame.ShouldBe(AttemptBlame.Network), a => a.Error!.ShouldContain("cannot be resolved"));
    }

    [Fact]
    public async Task PlainServerBehindHttps_TlsPhase()
    {
        DeliveryCompletion completion = await SendAsync(null, url: _stub.Url.Replace("http://", "https://", StringComparison.Ordinal));
        completion.Attempt!.ShouldSatisfyAllConditions(a => a.Phase.ShouldBe(AttemptPhase.Tls), a => a.Error!.ShouldContain("TLS could not be agreed on"));
        completion.State.ShouldBe(DeliveryState.Pending);
    }

    [Fact]
    public async Task PrivateTargetsOff_RefusedWithReason_NothingSent()
    {
        await using PumpHarness h = await new PumpHarness(egress: EgressPolicy.PublicOnly).WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        string id = h.Receive("r", "crm");
        await h.Queue.WhenStateAsync(id, DeliveryState.Refused);
        h.Queue[id].Reason.ShouldBe(DeliveryReasons.AddressNotAllowed);
        h.Queue.Completions[0].Attempt!.Blame.ShouldBe(AttemptBlame.Us);
        _stub.RequestCount.ShouldBe(0);
    }

    private async Task<DeliveryCompletion> SendAsync(StubReply? reply, string path = "/", string? url = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        await using PumpHarness h = await new PumpHarness(resolve: resolve).WithHttp("crm", url ?? _stub.Url + path).WithRoute("r", "crm").StartAsync();
        if (reply is not null)
        {
            _stub.Plays(reply);
        }

        h.Receive("r", "crm");
        await h.Queue.WhenCompletedAsync(1);
        return h.Queue.Completions[0];
    }

    private static (int Length, bool Truncated) ExcerptOf(DeliveryCompletion completion)
    {
        using JsonDocument response = JsonDocument.Parse(completion.Attempt!.Response!.Value);
        return (response.RootElement.GetProperty("body").GetString()!.Length, response.RootElement.GetProperty("truncated").GetBoolean());
    }
}
