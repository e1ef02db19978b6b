using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Tests.Shared;

public sealed class KeyLocksTests
{
    [Fact]
    public async Task Enter_SameKey_OneAtATime_OtherKeysAtOnce()
    {
        KeyLocks locks = new();
        IDisposable a = await locks.EnterAsync("a", default);
        ValueTask<IDisposable> again = locks.EnterAsync("a", default);
        again.IsCompleted.ShouldBeFalse();
        using (await locks.EnterAsync("b", default))
        {
            locks.Count.ShouldBe(2);
        }

        a.Dispose();
        a.Dispose(); // once is enough, twice does no harm
        (await again).Dispose();
        locks.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Enter_GivenUp_LeavesTheKeyFree()
    {
        KeyLocks locks = new();
        IDisposable a = await locks.EnterAsync("a", default);
        using CancellationTokenSource stop = new();
        Task<IDisposable> waiting = locks.EnterAsync("a", stop.Token).AsTask();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        a.Dispose();
        (await locks.EnterAsync("a", default)).Dispose();
        locks.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Enter_Storm_NeverTwoInside()
    {
        KeyLocks locks = new();
        int inside = 0, most = 0, done = 0;
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            using (await locks.EnterAsync($"k{i % 2}", default))
            {
                if (i % 2 == 0)
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }

                Interlocked.Increment(ref done);
            }
        })));
        (most, done, locks.Count).ShouldBe((1, 400, 0));
    }
}
