using WebhookBridge.Engine.Delivery;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Engine.Tests.Delivery;

public sealed class BreakerTests(ITestOutputHelper output)
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Failed_TenWithinFiveSeconds_StaysClosedUntilTheTimeIsOver()
    {
        Breaker breaker = new(_clock);
        Fail(breaker, 30);
        breaker.State.ShouldBe(BreakerState.Closed);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Fail(breaker, 1);
        breaker.State.ShouldBe(BreakerState.Open);
        breaker.Allows.ShouldBeFalse();
    }

    [Fact]
    public void Failed_NineInALongTime_StaysClosed()
    {
        Breaker breaker = new(_clock);
        for (int i = 0; i < 9; i++)
        {
            Fail(breaker, 1);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        breaker.Succeeded(breaker.Enter());
        Fail(breaker, 9);
        breaker.State.ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public void Probes_FailEachTime_ComeAfter5_10_20_40_60_60()
    {
        Breaker breaker = Opened();
        foreach (int seconds in new[] { 5, 10, 20, 40, 60, 60 })
        {
            breaker.UntilProbe.ShouldBe(TimeSpan.FromSeconds(seconds));
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            breaker.Allows.ShouldBeFalse();
            _clock.Advance(TimeSpan.FromTicks(1));
            breaker.Allows.ShouldBeTrue();
            int ticket = breaker.Enter();
            breaker.State.ShouldBe(BreakerState.Probing);
            breaker.Allows.ShouldBeFalse();
            breaker.Failed(ticket);
            breaker.State.ShouldBe(BreakerState.Open);
        }
    }

    [Fact]
    public void Probes_TwoSucceed_ClosesAndBeginsAfresh()
    {
        Breaker breaker = Opened();
        _clock.Advance(TimeSpan.FromSeconds(5));
        breaker.Succeeded(breaker.Enter());
        breaker.State.ShouldBe(BreakerState.Probing);
        breaker.Allows.ShouldBeTrue();
        breaker.Succeeded(breaker.Enter());
        breaker.State.ShouldBe(BreakerState.Closed);
        Fail(breaker, 1);
        breaker.State.ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public void Report_OfAnAttemptFromBeforeTheOpening_SaysNothingOfTheProbe()
    {
        Breaker breaker = new(_clock);
        int old = breaker.Enter();
        Fail(breaker, 1);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Fail(breaker, 9);
        breaker.State.ShouldBe(BreakerState.Open);
        _clock.Advance(TimeSpan.FromSeconds(5));
        int probe = breaker.Enter();
        breaker.Failed(old);
        breaker.Succeeded(old);
        breaker.State.ShouldBe(BreakerState.Probing);
        breaker.Allows.ShouldBeFalse();
        breaker.Abandoned(probe);
        breaker.Allows.ShouldBeTrue();
    }

    [Fact]
    public void AnySequence_NeverAllowsWhileOpenAndNeverMoreThanOneProbe()
    {
        int seed = TestPace.Seed();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        Breaker breaker = new(_clock);
        List<int> underWay = [];
        int probes = 0;
        for (int i = 0; i < 20_000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(0, 2000)));
            if (random.Next(2) == 0 && breaker.Allows)
            {
                BreakerState before = breaker.State;
                underWay.Add(breaker.Enter());
                probes = breaker.State == BreakerState.Probing ? (before == BreakerState.Open ? 1 : probes + 1) : 0;
                breaker.State.ShouldNotBe(BreakerState.Open, $"seed {seed}, step {i}");
            }
            else if (underWay.Count > 0)
            {
                int ticket = underWay[random.Next(underWay.Count)];
                underWay.Remove(ticket);
                BreakerState before = breaker.State;
                if (random.Next(3) == 0)
                {
                    breaker.Succeeded(ticket);
                }
                else
                {
                    breaker.Failed(ticket);
                }

                if (before == BreakerState.Open)
                {
                    breaker.State.ShouldBe(BreakerState.Open, $"seed {seed}, step {i}: only time and a probe end an opening");
                }
            }

            if (breaker.State == BreakerState.Open)
            {
                breaker.UntilProbe!.Value.ShouldBeLessThanOrEqualTo(Breaker.LongestProbeAfter);
            }
        }
    }

    private static void Fail(Breaker breaker, int times)
    {
        for (int i = 0; i < times; i++)
        {
            breaker.Failed(breaker.Enter());
        }
    }

    private Breaker Opened()
    {
        Breaker breaker = new(_clock);
        Fail(breaker, 9);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Fail(breaker, 1);
        breaker.State.ShouldBe(BreakerState.Open);
        return breaker;
    }
}
