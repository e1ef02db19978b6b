using WebhookBridge.Server.Api;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Api;

public sealed class RateLimitsTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Take_QuotaUsedUp_IsRefusedUntilTheWindowEnds()
    {
        RateLimits limits = new(2, _time);
        limits.Take("a").ShouldContain(new KeyValuePair<string, string>("RateLimit", "\"key\";r=1;t=60"));
        _time.Advance(TimeSpan.FromSeconds(20));
        limits.Take("a").ShouldContain(new KeyValuePair<string, string>("RateLimit", "\"key\";r=0;t=40"));

        ProblemException refused = Should.Throw<ProblemException>(() => limits.Take("a"));

        refused.Problem.ShouldBe(Problems.TooManyRequests);
        refused.Headers.ShouldContain(new KeyValuePair<string, string>("Retry-After", "40"));
        refused.Headers.ShouldContain(new KeyValuePair<string, string>("RateLimit-Policy", "\"key\";q=2;w=60"));
        limits.Take("b").ShouldNotBeEmpty("each key has its own");
        _time.Advance(TimeSpan.FromSeconds(40));
        limits.Take("a").ShouldContain(new KeyValuePair<string, string>("RateLimit", "\"key\";r=1;t=60"));
    }

    [Fact]
    public void Take_NoLimit_TellsNone()
    {
        RateLimits limits = new(0, _time);

        for (int i = 0; i < 10_000; i++)
        {
            limits.Take("a").ShouldBeEmpty();
        }
    }

    [Fact]
    public void TakeWrongKey_TooMany_AreRefused()
    {
        RateLimits limits = new(0, _time);
        for (int i = 0; i < 300; i++)
        {
            limits.TakeWrongKey("192.0.2.1");
        }

        Should.Throw<ProblemException>(() => limits.TakeWrongKey("192.0.2.1")).Problem.Status.ShouldBe(429);
        limits.TakeWrongKey("192.0.2.2");
    }
}
