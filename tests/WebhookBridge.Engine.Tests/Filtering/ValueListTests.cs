using WebhookBridge.Engine.Filtering;

namespace WebhookBridge.Engine.Tests.Filtering;

public sealed class ValueListTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Contains_PutRemovedAndEnded_FollowsEach()
    {
        var list = new ValueList();
        list.Put("ch_1", null);
        list.Put("ch_2", Now.AddMinutes(1));
        list.Put(new string('x', 1000), null);
        list.Contains("ch_1", Now).ShouldBeTrue();
        list.Contains("CH_1", Now).ShouldBeFalse();
        list.Contains("ch_2", Now).ShouldBeTrue();
        list.Contains("ch_2", Now.AddMinutes(1)).ShouldBeFalse();
        list.Contains(new string('x', 1000), Now).ShouldBeTrue();
        list.Remove("ch_1");
        list.Contains("ch_1", Now).ShouldBeFalse();
        list.Count.ShouldBe(2);
    }
}
