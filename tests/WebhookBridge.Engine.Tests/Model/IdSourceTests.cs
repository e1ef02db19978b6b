using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Model;

public sealed class IdSourceTests
{
    [Fact]
    public void Next_ManyAtOnceAndAClockThatGoesBack_GrowsAndNeverRepeats()
    {
        var time = new ManualTimeProvider();
        var ids = new IdSource(time);
        var made = new List<string>();
        for (int i = 0; i < 5000; i++)
        {
            made.Add(ids.Next(IdSource.Event));
            if (i % 1000 == 999)
            {
                time.JumpWall(TimeSpan.FromHours(i % 2000 == 999 ? 1 : -1));
            }
        }

        made.ShouldAllBe(static id => id.Length == 30 && id.StartsWith("evt_", StringComparison.Ordinal));
        made.ShouldBe(made.Distinct().Order(StringComparer.Ordinal));
    }
}
