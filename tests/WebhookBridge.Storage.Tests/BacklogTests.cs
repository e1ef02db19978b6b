using System.Diagnostics;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Testing;

namespace WebhookBridge.Storage.Tests;

/// <summary>A backlog (issue 2: 100,000 drained with flat memory) is leased a handful at a time, and one dead destination slows no other.</summary>
[Trait("Pace", "normal")]
public sealed class BacklogTests
{
    [Fact]
    public async Task LeaseAsync_LongBacklog_DrainsWithFlatMemoryAndQuickLooks()
    {
        int many = TestPace.Pick(5_000, 10_000, 100_000);
        await using StoreHarness harness = await StoreHarness.OpenAsync();
        for (int start = 0; start < many; start += 500)
        {
            AppendResult result = await harness.Store.Journal.AppendAsync([.. Enumerable.Range(0, 500).Select(_ => harness.Make.Event(destination: "dead"))]);
            result.ShouldBeOfType<AppendResult.Stored>();
        }

        await harness.AppendAsync(harness.Make.Event(destination: "alive"));
        long started = Stopwatch.GetTimestamp();
        const int looks = 100;
        for (int i = 0; i < looks; i++)
        {
            LeasedDelivery lease = (await harness.Store.Queue.LeaseAsync("alive", 8, harness.Clock.GetUtcNow())).ShouldHaveSingleItem();
            await harness.Store.Queue.ReleaseAsync([(lease.Id, lease.LeaseSeq)], null);
        }

        (Stopwatch.GetElapsedTime(started) / looks).ShouldBeLessThan(TimeSpan.FromMilliseconds(50));

        GC.Collect();
        long atFirst = 0;
        int drained = 0;
        while (true)
        {
            IReadOnlyList<LeasedDelivery> leased = await harness.Store.Queue.LeaseAsync("dead", 64, harness.Clock.GetUtcNow());
            if (leased.Count == 0)
            {
                break;
            }

            bool[] done = await Task.WhenAll(leased.Select(d => harness.Store.Queue.CompleteAsync(harness.Make.Delivered(d.Id, d.LeaseSeq)).AsTask()));
            done.ShouldAllBe(static d => d);
            drained += leased.Count;
            if (atFirst == 0 && drained > many / 10)
            {
                atFirst = GC.GetTotalMemory(forceFullCollection: true);
            }
        }

        drained.ShouldBe(many);
        (GC.GetTotalMemory(forceFullCollection: true) - atFirst).ShouldBeLessThan(8 * 1024 * 1024);
        (await harness.Store.Queue.BacklogAsync()).ShouldHaveSingleItem().Destination.ShouldBe("alive");
    }
}
