using System.Text;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Tests;

internal static class Rejections
{
    public static Rejection Of(IdSource ids, DateTimeOffset at, string code = "signature_mismatch", string source = "yoco", string header = "v1,abc", string target = "/in/yoco", int bytes = 100) => new()
    {
        Id = ids.Next(IdSource.Rejection),
        Source = source,
        ReceivedAt = at,
        Code = code,
        Text = "No signature of the request is right.",
        Status = 401,
        RemoteIp = "192.0.2.1",
        Method = "POST",
        Target = target,
        Headers = [new("webhook-signature", header)],
        Body = Encoding.UTF8.GetBytes(new string('b', bytes)),
    };
}

/// <summary>Design invariant 5: what is refused is kept, within limits.</summary>
public sealed class RejectionTests
{
    [Fact]
    public async Task RecordRejection_One_CanBeOpenedAgain()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync();
        Rejection rejection = Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow());
        await RecordAsync(harness, rejection);
        RejectionRow row = (await harness.Store.Log.Rejections.PageAsync("yoco", null, null, null, null, 50)).Items.ShouldHaveSingleItem();
        (row.Id, row.Code, row.Status, row.RemoteIp).ShouldBe((rejection.Id, rejection.Code, 401, "192.0.2.1"));
        Rejection opened = (await harness.Store.Log.Rejections.FindAsync(rejection.Id))!;
        opened.Headers.ShouldBe(rejection.Headers);
        opened.Target.ShouldBe("/in/yoco");
        opened.Body.ToArray().ShouldBe(rejection.Body.ToArray());
        await harness.Store.Log.Rejections.MarkAcceptedAsync(rejection.Id, harness.Make.Ids.Next(IdSource.Event));
        (await harness.Store.Log.Rejections.PageAsync(null, null, null, null, null, 50)).Items[0].AcceptedEvent.ShouldNotBeNull();
    }

    [Fact]
    public async Task RecordRejection_NoiseOfOneCode_DoesNotPushOutTheRest()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync(new StoreLimits { MinFreeDiskBytes = 0, RejectionsPerSource = 10 });
        await RecordAsync(harness, Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow(), code: "clock_skew"));
        for (int i = 0; i < 30; i++)
        {
            await RecordAsync(harness, Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow(), code: "signature_mismatch"));
        }

        await RecordAsync(harness, Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow(), source: "other"));
        IReadOnlyList<RejectionRow> kept = (await harness.Store.Log.Rejections.PageAsync("yoco", null, null, null, null, 50)).Items;
        kept.Count.ShouldBe(10);
        kept.Count(static r => r.Code == "clock_skew").ShouldBe(1);
        (await harness.Store.Log.Rejections.CountsAsync(harness.Clock.GetUtcNow())).Where(static c => c.Source == "yoco").Sum(static c => c.Total).ShouldBe(31);
    }

    [Fact]
    public async Task RecordRejection_BeyondTheMinute_IsOnlyCounted()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync(new StoreLimits { MinFreeDiskBytes = 0, RejectionsPerMinute = 5 });
        for (int i = 0; i < 12; i++)
        {
            await RecordAsync(harness, Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow()));
        }

        RejectionCountRow count = (await harness.Store.Log.Rejections.CountsAsync(harness.Clock.GetUtcNow())).ShouldHaveSingleItem();
        (count.Total, count.Kept).ShouldBe((12, 5));
        harness.Clock.Advance(TimeSpan.FromMinutes(1));
        await RecordAsync(harness, Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow()));
        (await harness.Store.Log.Rejections.PageAsync("yoco", null, null, null, null, 50)).Items.Count.ShouldBe(6);
    }

    [Fact]
    public async Task RecordRejection_MoreBytesThanASourceMayHave_DropsTheOldest()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync(new StoreLimits { MinFreeDiskBytes = 0, RejectionBytesPerSource = 50_000 });
        Rejection first = Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow(), bytes: 20_000);
        await RecordAsync(harness, first);
        await RecordAsync(harness, Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow(), bytes: 20_000));
        await harness.RestartAsync(); // the sums are read from the table then
        await RecordAsync(harness, Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow(), bytes: 20_000));
        IReadOnlyList<RejectionRow> kept = (await harness.Store.Log.Rejections.PageAsync("yoco", null, null, null, null, 50)).Items;
        kept.Count.ShouldBe(2);
        kept.ShouldNotContain(r => r.Id == first.Id);
    }

    [Fact]
    public async Task RecordRejection_Flood_CostsFewCommits()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync();
        long before = harness.Store.Health.Commits;
        using var release = new ManualResetEventSlim();
        Task<int> busy = harness.Store.Gate.RunAsync(_ =>
        {
            release.Wait();
            return 0;
        }).AsTask();
        for (int i = 0; i < 5_000; i++)
        {
            harness.Store.Journal.RecordRejection(Rejections.Of(harness.Make.Ids, harness.Clock.GetUtcNow()));
        }

        release.Set();
        await busy;
        await harness.Store.Gate.RunAsync(static _ => 0);
        (await harness.Store.Log.Rejections.CountsAsync(harness.Clock.GetUtcNow())).ShouldHaveSingleItem().Total.ShouldBe(5_000);
        (harness.Store.Health.Commits - before).ShouldBeLessThan(10);
    }

    private static async Task RecordAsync(StoreHarness harness, Rejection rejection)
    {
        harness.Store.Journal.RecordRejection(rejection);
        await harness.Store.Gate.RunAsync(static _ => 0); // behind it in the writer's queue
    }
}
