using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Delivery;

public sealed class DeliveryPumpTests : IAsyncLifetime
{
    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Fact]
    public async Task Enqueue_DestinationAnswers200_DeliveredWithItsAttemptLogged()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url + "/hook-secret-path").WithRoute("r", "crm").StartAsync();
        _stub.Plays(StubReply.Status(200, "thanks", ("X-Answer", "abc")));

        string id = h.Receive("r", "crm", h.NewEvent("""{"amount":10.990000000000000213}"""));
        await h.Queue.WhenStateAsync(id, DeliveryState.Delivered);

        StubRequest sent = _stub.Requests.ShouldHaveSingleItem();
        sent.BodyText.ShouldBe("""{"amount":10.990000000000000213}""");
        sent.Header("webhook-id").ShouldBe(id);
        sent.Header("Idempotency-Key").ShouldBe(id);
        sent.Header("User-Agent")!.ShouldStartWith("WebhookBridge/");
        sent.Header("Content-Type").ShouldBe("application/json");
        sent.Header("X-WebhookBridge-Test").ShouldBeNull();
        AttemptRecord attempt = h.Queue.Completions.ShouldHaveSingleItem().Attempt!;
        attempt.ShouldSatisfyAllConditions(
            a => a.Outcome.ShouldBe(AttemptResult.Delivered), a => a.Number.ShouldBe(1), a => a.Status.ShouldBe(200), a => a.Blame.ShouldBeNull(), a => a.Error.ShouldBeNull());
        using JsonDocument request = JsonDocument.Parse(attempt.Request!.Value);
        request.RootElement.GetProperty("method").GetString().ShouldBe("POST");
        request.RootElement.GetProperty("host").GetString().ShouldBe(new Uri(_stub.Url).Authority);
        request.RootElement.GetProperty("bodySize").GetInt32().ShouldBe(32);
        request.RootElement.GetProperty("headers").GetProperty("webhook-id").GetString().ShouldBe(id);
        using JsonDocument response = JsonDocument.Parse(attempt.Response!.Value);
        response.RootElement.GetProperty("body").GetString().ShouldBe("thanks");
        response.RootElement.GetProperty("truncated").GetBoolean().ShouldBeFalse();
        response.RootElement.GetProperty("headers").GetProperty("X-Answer").GetString().ShouldBe("abc");
        Encoding.UTF8.GetString(attempt.Request!.Value.Span).ShouldNotContain("secret-path");
    }

    [Fact]
    public async Task Failure_ThenTime_SameBytesAgainAndDelivered()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm", rule: "x").StartAsync();
        int judged = 0;
        h.Judge = (_, _, _) =>
        {
            judged++;
            return ValueTask.FromResult<Engine.Filtering.RuleVerdict>(Engine.Filtering.RuleVerdict.Send.Instance);
        };
        _stub.Plays(StubReply.Status(503), StubReply.Reset, StubReply.CloseHalfWay);

        string id = h.Receive("r", "crm");
        await h.Queue.WhenCompletedAsync(1);
        h.Queue.Completions[0].ShouldSatisfyAllConditions(
            c => c.State.ShouldBe(DeliveryState.Pending),
            c => c.NextAttemptAt.ShouldBe(h.Clock.GetUtcNow() + TimeSpan.FromSeconds(5)),
            c => c.Rendered.ShouldNotBeNull(),
            c => c.Attempt!.Status.ShouldBe(503));

        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(5));
        h.Clock.Advance(TimeSpan.FromSeconds(5));
        await h.Queue.WhenCompletedAsync(2);
        h.Queue.Completions[1].ShouldSatisfyAllConditions(
            c => c.State.ShouldBe(DeliveryState.Pending),
            c => c.Reason.ShouldBe(DeliveryReasons.UnknownOutcome),
            c => c.Attempt!.Blame.ShouldBe(AttemptBlame.Destination),
            c => c.Attempt!.Phase.ShouldBe(AttemptPhase.Wait));

        // A 200 whose body breaks off has been given all the same.
        await AdvanceAsync(h, TimeSpan.FromMinutes(5));
        await h.Queue.WhenCompletedAsync(3);
        h.Queue.Completions[2].State.ShouldBe(DeliveryState.Delivered, h.Queue.Completions[2].Attempt!.ToString());
        judged.ShouldBe(1);
        _stub.Requests.Select(static r => r.Header("webhook-id")).Distinct().ShouldBe([id]);
        _stub.Requests.Select(static r => r.BodyText).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(422)]
    [InlineData(501)]
    [InlineData(302)]
    public async Task PermanentAnswer_RefusedAtOnce(int status)
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        _stub.Plays(StubReply.Status(status, "", ("Location", "http://169.254.169.254/")));

        string id = h.Receive("r", "crm");
        await h.Queue.WhenStateAsync(id, DeliveryState.Refused);

        h.Queue[id].Reason.ShouldBe(DeliveryReasons.PermanentAnswer);
        _stub.RequestCount.ShouldBe(1);
    }

    [Fact]
    public async Task RetryAfter_SecondsAndDate_LongerWins()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        _stub.Plays(
            StubReply.Status(429, "", ("Retry-After", "120")),
            StubReply.Status(429, "", ("Retry-After", "1")),
            StubReply.Status(503, "", ("Retry-After", "Sun, 01 Mar 2026 20:00:00 GMT"), ("Date", "Sun, 01 Mar 2026 12:00:00 GMT")));
        h.Receive("r", "crm");
        TimeSpan[] expected = [TimeSpan.FromSeconds(120), TimeSpan.FromMinutes(5), TimeSpan.FromHours(8)];
        for (int i = 0; i < expected.Length; i++)
        {
            await h.Queue.WhenCompletedAsync(i + 1);
            (h.Queue.Completions[i].NextAttemptAt - h.Clock.GetUtcNow()).ShouldBe(expected[i]);
            await AdvanceAsync(h, expected[i]);
        }

        await h.Queue.WhenCompletedAsync(4);
        h.Queue.Completions[3].State.ShouldBe(DeliveryState.Delivered);
    }

    [Fact]
    public async Task Hang_TimeIsUp_UnknownOutcomeAndTriedAgain()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Timeout = TimeSpan.FromSeconds(3) } }).WithRoute("r", "crm").StartAsync();
        _stub.Plays(StubReply.Hang);

        h.Receive("r", "crm");
        await _stub.WhenRequestsAsync(1);
        h.Clock.Advance(TimeSpan.FromSeconds(3));
        await h.Queue.WhenCompletedAsync(1);

        h.Queue.Completions[0].Attempt!.ShouldSatisfyAllConditions(
            a => a.Phase.ShouldBe(AttemptPhase.Wait), a => a.Blame.ShouldBe(AttemptBlame.Destination), a => a.DurationMs.ShouldBe(3000), a => a.Error.ShouldBe("No answer within 3 s (waiting for the answer)."));
        h.Queue.Completions[0].Reason.ShouldBe(DeliveryReasons.UnknownOutcome);
    }

    [Fact]
    public async Task ThreeCredentialRefusals_DestinationHeld_UntilResumed()
    {
        List<DestinationHold?> holds = [];
        PumpOptions options = new() { HoldChanged = (_, hold) => { lock (holds) { holds.Add(hold); } return ValueTask.CompletedTask; } };
        await using PumpHarness h = await new PumpHarness(options: options)
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Concurrency = 1 } }).WithRoute("r", "crm").StartAsync();
        _stub.Plays(StubReply.Status(401), StubReply.Status(403), StubReply.Status(401));

        for (int i = 0; i < 6; i++)
        {
            h.Receive("r", "crm");
        }

        await h.Queue.WhenAsync(static q => q.Completions.Count == 3 && q.Leased == 0);
        _stub.RequestCount.ShouldBe(3);
        h.Pump.Status("crm").Hold!.ByPerson.ShouldBeFalse();
        h.Queue.Releases.Select(static r => r.Reason).ShouldAllBe(static r => r == DeliveryReasons.DestinationPaused);
        h.Pump.TryReserve("crm", h.NewEvent(), out string? reason).ShouldBeFalse();
        reason.ShouldBe(DeliveryReasons.DestinationPaused);

        await h.Pump.ResumeAsync("crm");
        await h.Queue.WhenCompletedAsync(6);
        await AdvanceAsync(h, TimeSpan.FromSeconds(5));
        await h.Queue.WhenAsync(static q => q.Finished == 6);
        lock (holds)
        {
            holds.Count.ShouldBe(2);
            holds[1].ShouldBeNull();
        }
    }

    private static async Task AdvanceAsync(PumpHarness h, TimeSpan by)
    {
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(60));
        h.Clock.Advance(by);
    }
}
