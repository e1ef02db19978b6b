using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Engine.Tests.Delivery;

public sealed class ClocksTests(ITestOutputHelper output)
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void DueClock_WallSetBack_GoesOnAndNeverBackwards()
    {
        DueClock due = new(_clock);
        DateTimeOffset start = due.Now;
        _clock.Advance(TimeSpan.FromSeconds(10));
        due.Now.ShouldBe(start + TimeSpan.FromSeconds(10));
        _clock.JumpWall(TimeSpan.FromHours(-1));
        due.Now.ShouldBe(start + TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(5));
        due.Now.ShouldBe(start + TimeSpan.FromSeconds(15));
        _clock.JumpWall(TimeSpan.FromHours(2));
        due.Now.ShouldBe(start + TimeSpan.FromHours(1) + TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void RateLimiter_NoLimit_AlwaysLets() => new RateLimiter(null, null, _clock).TryTake().ShouldBeTrue();

    [Fact]
    public void RateLimiter_UntilNext_IsExactlyWhenTheNextIsLet()
    {
        RateLimiter limiter = new(3, null, _clock);
        limiter.TryTake().ShouldBeTrue();
        limiter.TryTake().ShouldBeFalse();
        TimeSpan wait = limiter.UntilNext();
        _clock.Advance(wait - TimeSpan.FromMilliseconds(1));
        limiter.TryTake().ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        limiter.TryTake().ShouldBeTrue();
    }

    [Fact]
    public void RateLimiter_AnyLoad_NeverAboveRateNorWindow()
    {
        int seed = TestPace.Seed();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int round = 0; round < 20; round++)
        {
            double rate = 1 + (random.NextDouble() * 100);
            PacingWindow window = new(random.Next(2, 500), TimeSpan.FromSeconds(random.Next(5, 30)));
            RateLimiter limiter = new(rate, window, _clock);
            Queue<TimeSpan> inSecond = new();
            Queue<TimeSpan> inWindow = new();
            for (int i = 0; i < 3000; i++)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(random.Next(0, 30)));
                if (!limiter.TryTake())
                {
                    continue;
                }

                Trim(inSecond, TimeSpan.FromSeconds(1)).Count.ShouldBeLessThanOrEqualTo((int)Math.Ceiling((rate * 1.1) + 1), $"seed {seed}, round {round}");
                Trim(inWindow, window.Per).Count.ShouldBeLessThanOrEqualTo(window.Count, $"seed {seed}, round {round}");
            }
        }
    }

    private Queue<TimeSpan> Trim(Queue<TimeSpan> times, TimeSpan span)
    {
        times.Enqueue(_clock.Elapsed);
        while (times.Peek() <= _clock.Elapsed - span)
        {
            times.Dequeue();
        }

        return times;
    }
}
