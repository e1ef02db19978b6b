using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Storage.Tests.Sqlite;

/// <summary>The write-ahead log with limits a thousandth of the real ones.</summary>
public sealed class CheckpointerTests
{
    private static readonly StoreLimits Small = new() { MinFreeDiskBytes = 0, PassiveCheckpointBytes = 4 << 10, RestartCheckpointBytes = 64 << 10, WalRefuseBytes = 1 << 20 };

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Append_ManyEvents_KeepsTheLogShort()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync(Small with { WalRefuseBytes = long.MaxValue });
        for (int i = 0; i < 2_000; i++)
        {
            await harness.AppendAsync(harness.Make.Event());
        }

        // Ten times as much was written; what begins anew stays at its longest.
        new FileInfo(harness.Store.Directory.DatabaseFile + "-wal").Length.ShouldBeLessThan(8 << 20);
    }

    [Fact]
    public async Task Append_ReaderHoldsTheLog_IsRefusedAtTheLimitAndGoesOnWhenItLetsGo()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync(Small);
        await harness.AppendAsync(harness.Make.Event());
        AppendResult result;
        await using (var reader = new SqliteConnection($"Data Source={harness.Store.Directory.DatabaseFile};Pooling=False"))
        {
            await reader.OpenAsync();
            await using SqliteTransaction reading = reader.BeginTransaction(deferred: true);
            await using SqliteCommand look = reader.CreateCommand();
            look.Transaction = reading;
            look.CommandText = "SELECT count(*) FROM events";
            await look.ExecuteScalarAsync();
            int accepted = 0;
            do
            {
                result = await harness.Store.Journal.AppendAsync([harness.Make.Event()]);
            }
            while (result is AppendResult.Stored && ++accepted < 5_000);
            result.ShouldBeOfType<AppendResult.Unavailable>().Reason.ShouldContain("log");
            harness.Store.Health.Refusal.ShouldNotBeNull();
        }

        // The reader is gone: without anybody's doing it goes on.
        for (int i = 0; i < 200 && result is AppendResult.Unavailable; i++)
        {
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            result = await harness.Store.Journal.AppendAsync([harness.Make.Event()]);
        }

        result.ShouldBeOfType<AppendResult.Stored>();
        harness.Store.Health.Refusal.ShouldBeNull();
    }
}
