using System.Globalization;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.Engine.Tests.Delivery;

public sealed class RetryScheduleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("standard", "5s 5m 30m 2h 5h 10h 10h")]
    [InlineData("fast", "1s 5s 15s 30s 1m 2m 5m")]
    [InlineData("patient", "1m 10m 1h 6h 12h 24h 24h 24h 24h 24h 24h")]
    [InlineData("none", "")]
    public void DelayAfter_Preset_AsDocumented(string name, string delays)
    {
        TimeSpan[] expected = [.. delays.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
        RetryDefinition retry = new RetryDefinition.Preset(name);
        for (int i = 0; i < expected.Length; i++)
        {
            RetrySchedule.DelayAfter(retry, i + 1).ShouldBe(expected[i]);
        }

        RetrySchedule.DelayAfter(retry, expected.Length + 1).ShouldBeNull();
    }

    [Fact]
    public void DelayAfter_Growing_StopsAtMaximumAndAtTries()
    {
        RetryDefinition retry = new RetryDefinition.Growing(TimeSpan.FromSeconds(10), 3, TimeSpan.FromHours(6), 50);
        RetrySchedule.DelayAfter(retry, 1).ShouldBe(TimeSpan.FromSeconds(10));
        RetrySchedule.DelayAfter(retry, 3).ShouldBe(TimeSpan.FromSeconds(90));
        RetrySchedule.DelayAfter(retry, 50).ShouldBe(TimeSpan.FromHours(6));
        RetrySchedule.DelayAfter(retry, 51).ShouldBeNull();
    }

    [Theory]
    [InlineData(60, 0.0, 60)]
    [InlineData(60, 0.999, 65.994)]
    [InlineData(1, 0.5, 5.25)]
    [InlineData(86_400, 0.5, 86_400)]
    [InlineData(864_000, 0.5, 86_400)]
    public void Next_RetryAfter_LongerOneCountsUpTo24Hours(int retryAfterSeconds, double random, double expectedSeconds) =>
        RetrySchedule.Next(RetryDefinition.Standard, 1, TimeSpan.FromSeconds(retryAfterSeconds), () => random)!.Value.TotalSeconds.ShouldBe(expectedSeconds, 0.001);

    [Fact]
    public void Next_UsedUp_NullWhateverTheDestinationAsks() =>
        RetrySchedule.Next(RetryDefinition.Standard, 8, TimeSpan.FromHours(1), () => 0).ShouldBeNull();

    [Fact]
    public void Next_AnyScheduleAndAnyRandom_WithinTheBounds()
    {
        int seed = TestPace.Seed();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int i = 0; i < 10_000; i++)
        {
            RetryDefinition retry = random.Next(3) switch
            {
                0 => new RetryDefinition.Delays([.. Enumerable.Range(0, random.Next(1, 50)).Select(_ => TimeSpan.FromMilliseconds(random.NextDouble() * 604_800_000))]),
                1 => new RetryDefinition.Growing(TimeSpan.FromMilliseconds(random.Next(1, 1_000_000)), 1 + (random.NextDouble() * 100), TimeSpan.FromDays(random.NextDouble() * 7), random.Next(1, 51)),
                _ => new RetryDefinition.Preset(random.Next(2) == 0 ? "standard" : "patient"),
            };
            int attempt = random.Next(1, 60);
            TimeSpan? asked = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.Next(0, 200_000));
            TimeSpan? delay = RetrySchedule.DelayAfter(retry, attempt);
            TimeSpan? next = RetrySchedule.Next(retry, attempt, asked, random.NextDouble);

            (next is null).ShouldBe(delay is null, $"seed {seed}, case {i}");
            if (delay is TimeSpan least)
            {
                TimeSpan most = (asked > least ? asked.Value : least) * (1 + RetrySchedule.Jitter);
                next!.Value.ShouldBeInRange(least < RetrySchedule.LongestRetryAfter || asked is null || asked <= least ? least : RetrySchedule.LongestRetryAfter, most, $"seed {seed}, case {i}");
                if (asked > least && least * 1.1 < RetrySchedule.LongestRetryAfter)
                {
                    next.Value.ShouldBeLessThanOrEqualTo(RetrySchedule.LongestRetryAfter, $"seed {seed}, case {i}");
                    next.Value.ShouldBeGreaterThanOrEqualTo(asked.Value < RetrySchedule.LongestRetryAfter ? asked.Value : RetrySchedule.LongestRetryAfter, $"seed {seed}, case {i}");
                }
            }
        }
    }

    private static TimeSpan Parse(string text) => text[^1] switch
    {
        's' => TimeSpan.FromSeconds(int.Parse(text[..^1], CultureInfo.InvariantCulture)),
        'm' => TimeSpan.FromMinutes(int.Parse(text[..^1], CultureInfo.InvariantCulture)),
        _ => TimeSpan.FromHours(int.Parse(text[..^1], CultureInfo.InvariantCulture)),
    };
}
