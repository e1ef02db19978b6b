using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Engine.Tests.Delivery;

/// <summary>Lanes over time: breaker, holds, leases, limits, stop, clocks.</summary>
public sealed class LaneLifeTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly RetryDefinition EverySecond = new RetryDefinition.Delays([.. Enumerable.Repeat(TimeSpan.FromSeconds(1), 50)]);

    private StubServer _stub = null!;

    public async Task InitializeAsync() => _stub = await StubServer.StartAsync();

    public async Task DisposeAsync() => await _stub.DisposeAsync();

    [Fact]
    public async Task Breaker_DestinationDownThenUp_OpensProbesCloses()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Concurrency = 1 } }).WithRoute("r", "crm", EverySecond).StartAsync();
        _stub.Default = StubReply.Status(503);
        string[] ids = [.. Enumerable.Range(0, 4).Select(_ => h.Receive("r", "crm"))];
        int rounds = 0;
        while (h.Pump.Status("crm").Breaker != BreakerState.Open)
        {
            (++rounds).ShouldBeLessThan(20);
            int expected = rounds * 4;
            await h.Queue.WhenAsync(q => q.Completions.Count >= Math.Min(expected, 21) || h.Pump.Status("crm").Breaker == BreakerState.Open);
            if (h.Pump.Status("crm").Breaker != BreakerState.Open)
            {
                await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(1));
                h.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        await h.Queue.WhenAsync(static q => q.Leased == 0);
        int attempts = _stub.RequestCount;
        attempts.ShouldBeGreaterThanOrEqualTo(10);
        h.Pump.TryReserve("crm", h.NewEvent(), out string? reason).ShouldBeFalse();
        reason.ShouldBe(DeliveryReasons.DestinationPaused);

        // Paused: time passes, nothing is tried, nothing is used up.
        h.Clock.Advance(TimeSpan.FromSeconds(4));
        _stub.RequestCount.ShouldBe(attempts);

        // One probe after 5 s fails, the next comes after 10 s more and finds it well.
        h.Clock.Advance(TimeSpan.FromSeconds(1));
        await _stub.WhenRequestsAsync(attempts + 1);
        await h.Queue.WhenAsync(q => q.Completions.Count == attempts + 1);
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(10));
        _stub.RequestCount.ShouldBe(attempts + 1);
        _stub.Default = StubReply.Ok;
        h.Clock.Advance(TimeSpan.FromSeconds(10));
        await h.Queue.WhenAsync(static q => q.Finished == 4);
        h.Pump.Status("crm").Breaker.ShouldBe(BreakerState.Closed);
        ids.ShouldAllBe(id => h.Queue[id].State == DeliveryState.Delivered);
    }

    [Fact]
    public async Task Hold_ByPerson_NothingSentUntilResume()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        await h.Pump.HoldAsync("crm", new DestinationHold("stock-taking", ByPerson: true, h.Clock.GetUtcNow()));
        string[] ids = [.. Enumerable.Range(0, 5).Select(_ => h.Receive("r", "crm"))];
        h.Clock.Advance(TimeSpan.FromMinutes(3));
        _stub.RequestCount.ShouldBe(0);
        h.Queue.Leased.ShouldBe(0);
        await h.Pump.ResumeAsync("crm");
        await h.Queue.WhenAsync(static q => q.Finished == 5);
        ids.ShouldAllBe(id => h.Queue[id].Delivery.AttemptCount == 1);
    }

    [Fact]
    public async Task InitialHold_FromBeforeTheRestart_InForce()
    {
        PumpOptions options = new() { InitialHolds = new Dictionary<string, DestinationHold> { ["crm"] = new("401", ByPerson: false, default) } };
        await using PumpHarness h = new PumpHarness(options: options).WithHttp("crm", _stub.Url).WithRoute("r", "crm");
        h.Queue.Add(h.NewDelivery("r", "crm"), h.Clock.GetUtcNow());
        await h.StartAsync();
        h.Pump.Status("crm").Paused.ShouldBeTrue();
        h.Queue.LeaseCalls.ShouldBe(0);
    }

    [Fact]
    public async Task Start_BacklogInTheTable_DrainedInBoundedLeases()
    {
        int count = TestPace.Pick(quick: 2_000, normal: 10_000, full: 100_000);
        await using PumpHarness h = new PumpHarness(TimeProvider.System).WithHttp("crm", _stub.Url).WithRoute("r", "crm");
        _stub.Recording = false;
        h.Queue.Keeping = false;
        GatewayEvent of = h.NewEvent();
        for (int i = 0; i < count; i++)
        {
            h.Queue.Add(h.NewDelivery("r", "crm", of), of.ReceivedAt);
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        TimeSpan cpu = System.Diagnostics.Process.GetCurrentProcess().TotalProcessorTime;
        await h.StartAsync();
        Task finished = h.Queue.WhenAsync(q => q.Finished == count);
        while (!finished.IsCompleted && watch.Elapsed < TimeSpan.FromMinutes(3))
        {
            await Task.WhenAny(finished, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System));
        }

        h.Queue.Finished.ShouldBe(count);
        h.Queue.LargestLease.ShouldBeLessThanOrEqualTo(Lane.MaxReady);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(20L * 1024 * 1024);
        cpu = System.Diagnostics.Process.GetCurrentProcess().TotalProcessorTime - cpu;
        output.WriteLine($"{count} delivered in {watch.Elapsed.TotalSeconds:0.0} s, {cpu.TotalMicroseconds / count:0} us CPU each (stub server and fake queue included)");
    }

    [Fact]
    public async Task DeadDestination_OthersAreServed()
    {
        await using PumpHarness h = await new PumpHarness(options: new PumpOptions { MaxWorkers = 24 })
            .WithHttp("dead", _stub.Url + "/dead").WithHttp("alive", _stub.Url + "/alive").WithRoute("d", "dead").WithRoute("a", "alive").StartAsync();
        _stub.At("/dead", static _ => StubReply.Hang);
        for (int i = 0; i < 200; i++)
        {
            h.Receive("d", "dead");
        }

        string[] ids = [.. Enumerable.Range(0, 50).Select(_ => h.Receive("a", "alive"))];
        await h.Queue.WhenAsync(q => ids.All(id => q[id].State == DeliveryState.Delivered));
        h.Pump.Status("dead").InFlight.ShouldBe(16);
        // A request in flight may not have reached the stub yet.
        await _stub.WhenRequestsAsync(16 + ids.Length);
        _stub.Requests.Count(static r => r.Path == "/dead").ShouldBe(16);
    }

    [Fact]
    public async Task Concurrency_CountsUntilTheAnswerIsKnown()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Concurrency = 3 } }).WithRoute("r", "crm").StartAsync();
        TaskCompletionSource go = new();
        _stub.Default = StubReply.After(go.Task);
        for (int i = 0; i < 20; i++)
        {
            h.Receive("r", "crm");
        }

        await _stub.WhenRequestsAsync(3);
        h.Pump.Status("crm").InFlight.ShouldBe(3);
        go.SetResult();
        await h.Queue.WhenAsync(static q => q.Finished == 20);
        _stub.MostOpen.ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task SlowStore_DoesNotHoldUpTheSlots()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Concurrency = 1 } }).WithRoute("r", "crm").StartAsync();
        TaskCompletionSource disk = new();
        h.Queue.CompletionGate = disk.Task;
        for (int i = 0; i < 30; i++)
        {
            h.Receive("r", "crm");
        }

        await _stub.WhenRequestsAsync(30);
        h.Queue.Finished.ShouldBe(0);
        disk.SetResult();
        await h.Queue.WhenAsync(static q => q.Finished == 30);
    }

    [Fact]
    public async Task StoreFails_OutcomeIsKeptUntilItIsTaken()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        h.Queue.FailCompletions = 3;
        string id = h.Receive("r", "crm");
        foreach (int wait in new[] { 1, 2, 4 })
        {
            await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(wait));
            h.Clock.Advance(TimeSpan.FromSeconds(wait));
        }

        await h.Queue.WhenStateAsync(id, DeliveryState.Delivered);
        _stub.RequestCount.ShouldBe(1);
    }

    [Fact]
    public async Task LeaseLost_NormalOutcome_RowUntouched()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        TaskCompletionSource go = new();
        _stub.Plays(StubReply.After(go.Task));
        string id = h.Receive("r", "crm");
        await _stub.WhenRequestsAsync(1);
        h.Queue.Fence(id);
        go.SetResult();
        await h.Queue.WhenAsync(static q => q.LostLeases == 1);
        h.Queue[id].State.ShouldBe(DeliveryState.Cancelled);
    }

    [Fact]
    public async Task RateLimit_KeptOnTheClock()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { PerSecond = 2 } }).WithRoute("r", "crm").StartAsync();
        for (int i = 0; i < 5; i++)
        {
            h.Receive("r", "crm");
        }

        for (int sent = 1; sent <= 5; sent++)
        {
            await h.Queue.WhenAsync(q => q.Finished == sent);
            _stub.RequestCount.ShouldBe(sent);
            if (sent < 5)
            {
                await h.Clock.WhenTimerWithinAsync(TimeSpan.FromMilliseconds(500));
                h.Clock.Advance(TimeSpan.FromMilliseconds(500));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task WallClockJumps_RetryComesAllTheSame(int hours)
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        _stub.Plays(StubReply.Status(503));
        string id = h.Receive("r", "crm");
        await h.Queue.WhenCompletedAsync(1);
        h.Clock.JumpWall(TimeSpan.FromHours(hours));
        string fresh = h.Receive("r", "crm");
        await h.Queue.WhenStateAsync(fresh, DeliveryState.Delivered);
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(5));
        h.Clock.Advance(TimeSpan.FromSeconds(5));
        await h.Queue.WhenStateAsync(id, DeliveryState.Delivered);
    }

    [Fact]
    public async Task Stop_InFlightFinishesInTime_WaitingGoBackUntouched()
    {
        PumpHarness h = await new PumpHarness()
            .WithHttp("crm", _stub.Url, static d => d with { Limits = new() { Concurrency = 2 } }).WithRoute("r", "crm").StartAsync();
        TaskCompletionSource go = new();
        _stub.Default = StubReply.After(go.Task);
        string[] ids = [.. Enumerable.Range(0, 10).Select(_ => h.Receive("r", "crm"))];
        await _stub.WhenRequestsAsync(2);
        Task stopped = h.Pump.StopAsync(TimeSpan.FromSeconds(8));
        go.SetResult();
        await stopped;
        h.Queue.Finished.ShouldBe(2);
        h.Queue.Leased.ShouldBe(0);
        ids.Count(id => h.Queue[id].State == DeliveryState.Pending && h.Queue[id].Delivery.AttemptCount == 0).ShouldBe(8);
        h.Pump.TryReserve("crm", h.NewEvent(), out _).ShouldBeFalse();
        await h.DisposeAsync();
    }

    [Fact]
    public async Task Stop_InFlightHangs_CutOffAndNoAttemptCounted()
    {
        PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        _stub.Default = StubReply.Hang;
        string id = h.Receive("r", "crm");
        await _stub.WhenRequestsAsync(1);
        Task stopped = h.Pump.StopAsync(TimeSpan.FromSeconds(8));
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(8));
        h.Clock.Advance(TimeSpan.FromSeconds(8));
        await stopped;
        h.Queue[id].ShouldSatisfyAllConditions(
            r => r.State.ShouldBe(DeliveryState.Pending), r => r.LeasedNow.ShouldBeFalse(), r => r.Delivery.AttemptCount.ShouldBe(0), r => r.Reason.ShouldBe(DeliveryReasons.UnknownOutcome));
        h.Queue.Completions.ShouldBeEmpty();
        await h.DisposeAsync();
    }

    [Fact]
    public async Task TryReserve_LaneFull_RowsWaitInTheTableAndAreSent()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        TaskCompletionSource go = new();
        _stub.Default = StubReply.After(go.Task);
        _stub.Recording = false;
        int count = Lane.MaxReady + 200;
        for (int i = 0; i < count; i++)
        {
            h.Receive("r", "crm");
        }

        h.Queue.Leased.ShouldBeLessThanOrEqualTo(Lane.MaxReady + 16);
        go.SetResult();
        await h.Queue.WhenAsync(q => q.Finished == count);
    }

    [Fact]
    public async Task TryReserve_LargeEvents_BoundedByBytes()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        _stub.Default = StubReply.Hang;
        GatewayEvent large = h.NewEvent("\"" + new string('x', 3 * 1024 * 1024) + "\"");
        h.Pump.TryReserve("crm", large, out _).ShouldBeTrue();
        h.Pump.TryReserve("crm", large, out _).ShouldBeTrue();
        h.Pump.TryReserve("crm", large, out string? reason).ShouldBeFalse();
        reason.ShouldBeNull();
        h.Pump.GiveBack("crm", large);
        h.Pump.TryReserve("crm", large, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task ConfigurationChange_NewAddress_UsedByTheNextAttempt()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url + "/old").WithRoute("r", "crm").StartAsync();
        _stub.Plays(StubReply.Status(503));
        string id = h.Receive("r", "crm");
        await h.Queue.WhenCompletedAsync(1);
        h.WithHttp("crm", _stub.Url + "/new").Publish();
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(5));
        h.Clock.Advance(TimeSpan.FromSeconds(5));
        await h.Queue.WhenStateAsync(id, DeliveryState.Delivered);
        _stub.Requests.Select(static r => r.Path).ShouldBe(["/old", "/new"]);
    }

    [Fact]
    public async Task DestinationGoneOrSwitchedOff_RefusedOrWaiting()
    {
        await using PumpHarness h = await new PumpHarness()
            .WithHttp("off", _stub.Url, static d => d with { Enabled = false }).WithRoute("r", "gone").WithRoute("s", "off").StartAsync();
        string gone = h.Receive("r", "gone");
        string off = h.Receive("s", "off");
        await h.Queue.WhenStateAsync(gone, DeliveryState.Refused);
        h.Queue[gone].Reason.ShouldBe(DeliveryReasons.DestinationMissing);
        h.Queue[off].State.ShouldBe(DeliveryState.Pending);
        h.WithHttp("off", _stub.Url).Publish();
        await h.Queue.WhenStateAsync(off, DeliveryState.Delivered);
    }

    [Fact]
    public async Task RuleOutcomes_SkippedRefusedOrTriedAgainWithMoreTime()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("skip", "crm", rule: "1").WithRoute("fail", "crm", rule: "2").WithRoute("slow", "crm", rule: "3").StartAsync();
        List<int> timeouts = [];
        h.Judge = (route, _, n) =>
        {
            switch (route.Name)
            {
                case "skip":
                    return new(new RuleVerdict.Skip("test order"));
                case "fail":
                    return new(new RuleVerdict.Failed("x is not defined", 2, 7));
                default:
                    timeouts.Add(n);
                    return new(new RuleVerdict.TimedOut("ran for 50 ms"));
            }
        };
        string skip = h.Receive("skip", "crm");
        string fail = h.Receive("fail", "crm");
        string slow = h.Receive("slow", "crm");
        await h.Queue.WhenStateAsync(skip, DeliveryState.Skipped);
        await h.Queue.WhenStateAsync(fail, DeliveryState.Refused);
        h.Queue[skip].Reason.ShouldBe("test order");
        h.Queue[skip].Delivery.AttemptCount.ShouldBe(0);
        h.Queue[fail].Reason.ShouldBe(DeliveryReasons.RuleFailed);
        h.Queue.Completions.Single(c => c.DeliveryId == fail).Attempt!.ShouldSatisfyAllConditions(
            a => a.Phase.ShouldBe(AttemptPhase.Rule), a => a.Blame.ShouldBe(AttemptBlame.Us), a => a.Error.ShouldBe("x is not defined (line 2, column 7)"), a => a.Request.ShouldBeNull());

        foreach (int wait in new[] { 1, 10, 60 })
        {
            await h.Queue.WhenStateAsync(slow, DeliveryState.Pending);
            h.Queue[slow].Due.ShouldBe(h.Clock.GetUtcNow() + TimeSpan.FromSeconds(wait));
            await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(wait));
            h.Clock.Advance(TimeSpan.FromSeconds(wait));
            await h.Queue.WhenAsync(q => timeouts.Count > 1 && !q[slow].LeasedNow && (q[slow].Due > h.Clock.GetUtcNow() || q[slow].State == DeliveryState.Refused));
        }

        await h.Queue.WhenStateAsync(slow, DeliveryState.Refused);
        timeouts.ShouldBe([0, 1, 2, 3]);
        h.Queue[slow].Reason.ShouldBe(DeliveryReasons.RuleFailed);
        _stub.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task RouteRevisionGone_Refused()
    {
        await using PumpHarness h = await new PumpHarness().WithHttp("crm", _stub.Url).StartAsync();
        string id = h.Receive("nowhere", "crm");
        await h.Queue.WhenStateAsync(id, DeliveryState.Refused);
        h.Queue[id].Reason.ShouldBe(DeliveryReasons.RouteMissing);
    }

    [Fact]
    public async Task Held_TimeIsUpOrIdKnown_JudgedAgain()
    {
        DateTimeOffset until = default;
        HashSet<string> wanted = [];
        PumpOptions options = new()
        {
            JudgeHeld = d => wanted.Contains(d.Id) ? HeldJudgement.Send.Instance : d.Reason == "again" ? new HeldJudgement.Wait(until, "twice") : new HeldJudgement.Skip("checkout"),
        };
        await using PumpHarness h = await new PumpHarness(options: options).WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        DateTimeOffset due = h.Clock.GetUtcNow() + TimeSpan.FromMinutes(10);
        until = due + TimeSpan.FromMinutes(10);
        string known = h.Queue.Add(h.NewDelivery("r", "crm"), due, state: DeliveryState.Held, checkout: "ch_1").Id;
        string never = h.Queue.Add(h.NewDelivery("r", "crm"), due, state: DeliveryState.Held, checkout: "ch_2").Id;
        string again = h.Queue.Add(h.NewDelivery("r", "crm") with { Reason = "again" }, due, state: DeliveryState.Held).Id;
        h.Pump.WakeHeld(due);
        wanted.Add(known);

        await h.Pump.CheckoutKnownAsync(["r"], "ch_1");
        await h.Queue.WhenStateAsync(known, DeliveryState.Delivered);
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(60));
        h.Clock.Advance(TimeSpan.FromMinutes(10));
        await h.Queue.WhenStateAsync(never, DeliveryState.Skipped);
        await h.Queue.WhenAsync(q => q[again].Reason == "twice");
        h.Queue[again].ShouldSatisfyAllConditions(r => r.State.ShouldBe(DeliveryState.Held), r => r.Due.ShouldBe(until));
    }

    [Fact]
    public async Task Held_JudgeByAClockThatWasSetBack_NotAskedWithoutEnd()
    {
        int asked = 0;
        PumpHarness? harness = null;
        PumpOptions options = new()
        {
            JudgeHeld = d =>
            {
                asked++;
                return new HeldJudgement.Wait(harness!.Clock.GetUtcNow() + TimeSpan.FromSeconds(1), null);
            },
        };
        await using PumpHarness h = harness = await new PumpHarness(options: options).WithHttp("crm", _stub.Url).WithRoute("r", "crm").StartAsync();
        DateTimeOffset due = h.Clock.GetUtcNow() + TimeSpan.FromSeconds(10);
        for (int i = 0; i < 64; i++)
        {
            h.Queue.Add(h.NewDelivery("r", "crm"), due, state: DeliveryState.Held, checkout: "ch_1");
        }

        _ = h.Due.Now;
        h.Clock.JumpWall(TimeSpan.FromHours(-1));
        h.Pump.WakeHeld(due);
        await h.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(10));
        h.Clock.Advance(TimeSpan.FromSeconds(10));
        await h.Queue.WhenAsync(static q => q.Completions.Count >= 64 && q.Leased == 0);
        await h.Pump.CheckoutKnownAsync(["r"], "ch_1");
        asked.ShouldBe(128);
        h.Queue.Completions.ShouldAllBe(static c => c.State == DeliveryState.Held);
    }

    [Fact]
    public async Task BugInside_DeliveryComesBackLater()
    {
        await using PumpHarness h = new PumpHarness().WithHttp("crm", _stub.Url).WithRoute("r", "crm", rule: "true");
        h.Judge = static (_, _, _) => throw new InvalidOperationException("a bug");
        await h.StartAsync();
        string id = h.Receive("r", "crm");
        await h.Queue.WhenStateAsync(id, DeliveryState.Pending);
        h.Queue[id].ShouldSatisfyAllConditions(r => r.Due.ShouldBe(h.Clock.GetUtcNow() + TimeSpan.FromSeconds(60)), r => r.Delivery.AttemptCount.ShouldBe(0));
    }
}
