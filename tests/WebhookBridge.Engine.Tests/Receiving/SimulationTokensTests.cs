using WebhookBridge.Engine.Receiving;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Receiving;

public sealed class SimulationTokensTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Use_IssuedToken_WorksOnce()
    {
        var tokens = new SimulationTokens(_time);
        string token = tokens.Issue();
        tokens.Use(token).ShouldBeTrue();
        tokens.Use(token).ShouldBeFalse();
    }

    [Fact]
    public void Use_ForeignOrOldToken_IsRefused()
    {
        var tokens = new SimulationTokens(_time);
        tokens.Use(null).ShouldBeFalse();
        tokens.Use("0123456789abcdef0123456789abcdef").ShouldBeFalse();
        string token = tokens.Issue();
        _time.Advance(TimeSpan.FromMinutes(6));
        tokens.Use(token).ShouldBeFalse();
    }
}
