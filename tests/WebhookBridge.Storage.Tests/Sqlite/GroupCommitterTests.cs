using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Tests.Sqlite;

/// <summary>Design invariant 1 and section 4: one transaction for what waits, answers after the commit, and what happens when the disk fails.</summary>
public sealed class GroupCommitterTests : IAsyncLifetime
{
    private StoreHarness _harness = null!;

    private SqliteStore Store => _harness.Store;

    private EventMaker Make => _harness.Make;

    public async Task InitializeAsync() => _harness = await StoreHarness.OpenAsync();

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task AppendAsync_ManyWhileTheWriterIsBusy_ShareOneCommit()
    {
        using var release = new ManualResetEventSlim();
        Task<int> busy = OccupyWriter(release);
        long before = Store.Health.Commits;
        Task<AppendResult>[] appends = [.. Enumerable.Range(0, 500).Select(_ => Store.Journal.AppendAsync([Make.Event()]).AsTask())];
        appends.ShouldAllBe(static t => !t.IsCompleted);
        release.Set();
        await busy;
        (await Task.WhenAll(appends)).ShouldAllBe(static r => r is AppendResult.Stored);
        (Store.Health.Commits - before).ShouldBe(2); // the one that kept the writer busy, and one for all 500
    }

    [Fact]
    public async Task AppendAsync_MoreThanMayWait_IsUnavailableAtOnce()
    {
        using var release = new ManualResetEventSlim();
        Task<int> busy = OccupyWriter(release);
        Task<AppendResult>[] appends = [.. Enumerable.Range(0, GroupCommitter.MaxWaiting + 10).Select(_ => Store.Journal.AppendAsync([Make.Event()]).AsTask())];
        appends.Count(static t => t.IsCompleted).ShouldBe(10);
        release.Set();
        await busy;
        AppendResult[] results = await Task.WhenAll(appends);
        results.OfType<AppendResult.Stored>().Count().ShouldBe(GroupCommitter.MaxWaiting);
        results.OfType<AppendResult.Unavailable>().Count().ShouldBe(10);
    }

    [Fact]
    public async Task AppendAsync_MoreBytesThanMayWait_IsUnavailable()
    {
        using var release = new ManualResetEventSlim();
        Task<int> busy = OccupyWriter(release);
        string body = new('x', 16 * 1024 * 1024);
        Task<AppendResult>[] appends = [.. Enumerable.Range(0, 5).Select(_ => Store.Journal.AppendAsync([Make.Event(body: body)]).AsTask())];
        appends.Count(static t => t.IsCompleted).ShouldBe(2);
        release.Set();
        await busy;
        (await Task.WhenAll(appends)).OfType<AppendResult.Stored>().Count().ShouldBe(3);
    }

    [Fact]
    public async Task AppendAsync_DiskFull_IsUnavailableUntilThereIsRoom()
    {
        await _harness.AppendAsync(Make.Event("before"));
        await OnWriterAsync("PRAGMA max_page_count = 1"); // no more than there are: SQLITE_FULL at the next growth
        AppendResult full = await FailAsync("full");
        full.ShouldBeOfType<AppendResult.Unavailable>();
        Store.Health.Failures.ShouldBe(1);
        // Opening anew lifts the limit of the connection, as making room would.
        await ReadyAsync();
        await _harness.AppendAsync(Make.Event("after"));
        Check.Run(Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task AppendAsync_ReadOnlyDatabase_IsUnavailableAndRecovers()
    {
        await OnWriterAsync("PRAGMA query_only = ON");
        (await FailAsync("x")).ShouldBeOfType<AppendResult.Unavailable>();
        await ReadyAsync();
        await _harness.AppendAsync(Make.Event("x"));
    }

    [Fact]
    public async Task AppendAsync_HandleClosedUnderTheWriter_IsUnavailableAndRecovers()
    {
        await Store.Gate.RawAsync(static connection =>
        {
            connection.Close();
            return 0;
        }, inTransaction: false);
        (await FailAsync("x")).ShouldBeOfType<AppendResult.Unavailable>();
        await ReadyAsync();
        await _harness.AppendAsync(Make.Event("x"));
    }

    [Fact]
    public async Task CompleteAsync_WhileTheDiskFails_IsRecordedOnceItWorks()
    {
        NewEvent one = await _harness.AppendAsync(Make.Event(leased: true));
        await OnWriterAsync("PRAGMA query_only = ON");
        (await Store.Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, 1))).ShouldBeTrue();
        Store.Health.Failures.ShouldBe(1);
        Check.Run(Store.Directory.DatabaseFile).Routes.Single(static r => r.Name == "paid-to-crm").Delivered.ShouldBe(1);
    }

    [Fact]
    public async Task AppendAsync_DamagedBeyondWriting_StaysUnavailableAndTriesAgainWithTheClock()
    {
        // A trigger that always fails stands for a disk that does: it cannot be lifted by opening anew.
        await OnWriterAsync("CREATE TRIGGER broken BEFORE INSERT ON process_state BEGIN SELECT RAISE(ABORT, 'no'); END");
        await OnWriterAsync("PRAGMA query_only = ON");
        (await FailAsync("x")).ShouldBeOfType<AppendResult.Unavailable>();
        for (int i = 0; i < 4; i++)
        {
            await _harness.Clock.WhenTimerWithinAsync(TimeSpan.FromSeconds(5));
            _harness.Clock.Advance(TimeSpan.FromSeconds(5));
            (await Store.Journal.AppendAsync([Make.Event("y")])).ShouldBeOfType<AppendResult.Unavailable>();
        }

        Store.Health.Broken.ShouldNotBeNull();
    }

    [Fact]
    public async Task RunAsync_WorkThatThrows_LeavesNothingBehindAndTheWriterGoesOn()
    {
        await Should.ThrowAsync<InvalidOperationException>(async () => await Store.Gate.RunAsync(context =>
        {
            context.Alerts.Add(new WebhookBridge.Storage.Log.AlertRow { Code = "a", Subject = "b", Text = "c", Count = 1 });
            context.SaveChanges();
            throw new InvalidOperationException("on purpose");
        }));
        (await Store.Log.Alerts.OpenAsync()).ShouldBeEmpty();
        await _harness.AppendAsync(Make.Event());
    }

    [Fact]
    public async Task RunAsync_UniqueViolation_ComesOutAndHarmsNoOther()
    {
        await Store.Log.Replays.CreateAsync(Make.Ids.Next(IdSource.Replay), "{}", 1, "ana");
        string id = Make.Ids.Next(IdSource.Replay);
        await Store.Log.Replays.CreateAsync(id, "{}", 1, "ana");
        await Should.ThrowAsync<Microsoft.EntityFrameworkCore.DbUpdateException>(() => Store.Log.Replays.CreateAsync(id, "{}", 1, "ana"));
        Store.Health.Refusal.ShouldBeNull();
        await _harness.AppendAsync(Make.Event());
    }

    [Fact]
    public async Task Stop_WithWorkWaiting_WritesItFirst()
    {
        using var release = new ManualResetEventSlim();
        Task<int> busy = OccupyWriter(release);
        Task<AppendResult> waiting = Store.Journal.AppendAsync([Make.Event("waits")]).AsTask();
        Task stop = _harness.StopAsync();
        release.Set();
        await busy;
        (await waiting).ShouldBeOfType<AppendResult.Stored>();
        await stop;
        await _harness.StartAsync();
        (await Store.Queue.BacklogAsync()).ShouldHaveSingleItem().Count.ShouldBe(1);
    }

    private Task<int> OccupyWriter(ManualResetEventSlim release)
    {
        var entered = new ManualResetEventSlim();
        Task<int> task = Store.Gate.RawAsync(_ =>
        {
            entered.Set();
            release.Wait();
            return 0;
        }).AsTask();
        entered.Wait();
        return task;
    }

    private async Task OnWriterAsync(string sql) => await Store.Gate.RawAsync(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // A test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return 0;
    }, inTransaction: false);

    private async Task<AppendResult> FailAsync(string id)
    {
        AppendResult result;
        int tries = 0;
        do
        {
            result = await Store.Journal.AppendAsync([Make.Event(id + tries, body: new string('x', 100_000))]);
        }
        while (result is AppendResult.Stored && tries++ < 100);
        return result;
    }

    private Task ReadyAsync() => OnceAsync(() => Store.Health.Refusal is null);

    private static async Task OnceAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
