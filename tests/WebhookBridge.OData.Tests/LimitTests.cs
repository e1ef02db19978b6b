using WebhookBridge.Storage.Feed;
using WebhookBridge.Storage.Log;
using WebhookBridge.Testing;

namespace WebhookBridge.OData.Tests;

/// <summary>What one request may cost.</summary>
public sealed class LimitTests(ShopLog log) : IClassFixture<ShopLog>
{
    [Fact]
    public async Task Filter_OfTooManyParts_IsRefused()
    {
        FeedResponse answer = await log.Gateway.GetAsync("Events?$filter=size in (" + string.Join(',', Enumerable.Range(0, 700)) + ")");

        answer.Status.ShouldBe(400);
        answer.Text.ShouldContain("more than 2000 parts");
    }

    [Fact]
    public async Task Filter_OfManyValues_IsAnswered() =>
        (await log.Gateway.GetAsync("Events/$count?$filter=size in (" + string.Join(',', Enumerable.Range(0, 400)) + ")")).Text.ShouldBe("12");

    [Fact]
    public async Task Filter_NestedDeeply_IsAnsweredOrRefusedButDoesNotBreak()
    {
        string filter = string.Concat(Enumerable.Repeat("not (", 700)) + "late" + new string(')', 700);

        (await log.Gateway.GetAsync("Events?$filter=" + filter)).Status.ShouldBeOneOf(200, 400);
        (await log.Gateway.GetAsync("Events/$count")).Text.ShouldBe("12");
    }

    [Fact]
    public async Task Expand_TooDeep_IsRefused()
    {
        FeedResponse answer = await log.Gateway.GetAsync("Events?$expand=deliveries($expand=attempts($expand=delivery($expand=event)))");

        answer.Status.ShouldBe(400);
        answer.Text.ShouldContain("3 levels deep");
    }

    [Fact]
    public async Task Read_LongerThanItsTime_EndsInTheMiddleOfAStatement()
    {
        ManualTimeProvider clock = new();
        using FeedReader reader = new(log.Gateway.Gateway.Store.OpenContext, 1, clock);
        TaskCompletionSource begun = new();

        Task<long> reading = reader.ReadAsync(context => Endless(context, begun), TimeSpan.FromSeconds(5), CancellationToken.None);
        await begun.Task;
        clock.Advance(TimeSpan.FromSeconds(6));

        (await Should.ThrowAsync<FeedBusyException>(reading)).TooLong.ShouldBeTrue();
        (await reader.ReadAsync(static context => context.Events.LongCount(), TimeSpan.FromSeconds(5), CancellationToken.None)).ShouldBe(12);
    }

    [Fact]
    public async Task Read_CallerGoesAway_EndsInTheMiddleOfAStatement()
    {
        using FeedReader reader = new(log.Gateway.Gateway.Store.OpenContext, 1, new ManualTimeProvider());
        using CancellationTokenSource caller = new();
        TaskCompletionSource begun = new();

        Task<long> reading = reader.ReadAsync(context => Endless(context, begun), TimeSpan.FromSeconds(5), caller.Token);
        await begun.Task;
        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(reading);
    }

    [Fact]
    public async Task Read_WhenAllPlacesAreTaken_WaitsAndThenSaysBusy()
    {
        ManualTimeProvider clock = new();
        using FeedReader reader = new(log.Gateway.Gateway.Store.OpenContext, 1, clock);
        using CancellationTokenSource caller = new();
        TaskCompletionSource begun = new();
        Task<long> first = reader.ReadAsync(context => Endless(context, begun), TimeSpan.FromHours(1), caller.Token);
        await begun.Task;

        Task<long> second = reader.ReadAsync(static context => context.Events.LongCount(), TimeSpan.FromSeconds(5), CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(6));

        (await Should.ThrowAsync<FeedBusyException>(second)).TooLong.ShouldBeFalse();
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
    }

    /// <summary>12 to the power of 9 rows: nobody waits for that.</summary>
    private static long Endless(StoreContext context, TaskCompletionSource begun)
    {
        begun.SetResult();
        return (from a in context.Events from b in context.Events from c in context.Events from d in context.Events from e in context.Events
                from f in context.Events from g in context.Events from h in context.Events from i in context.Events
                where a.Size + b.Size + c.Size + d.Size + e.Size + f.Size + g.Size + h.Size + i.Size < 0
                select a.Seq).LongCount();
    }
}
