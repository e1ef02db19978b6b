using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Storage.Tests;

/// <summary><c>webhookbridge check</c>: right on what is right, and it finds each kind of damage.</summary>
public sealed class CheckTests : IAsyncLifetime
{
    private StoreHarness _harness = null!;

    private EventMaker Make => _harness.Make;

    public async Task InitializeAsync() => _harness = await StoreHarness.OpenAsync();

    public async Task DisposeAsync() => await _harness.DisposeAsync();

    [Fact]
    public async Task Run_LiveDatabase_CountsByRoute()
    {
        NewEvent one = await _harness.AppendAsync(Make.Event(leased: true));
        await _harness.Store.Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, 1));
        await _harness.AppendAsync(Make.Event());
        await _harness.AppendAsync(Make.Event() with { Verdicts = new byte[] { (byte)RouteVerdict.Unreadable, (byte)RouteVerdict.Unreadable }, Deliveries = [] });
        CheckResult result = Check.Run(_harness.Store.Directory.DatabaseFile);
        result.Problems.ShouldBeEmpty();
        (result.Ok, result.Events).ShouldBe((true, 3));
        result.Routes.Select(static r => (r.Name, r.Accepted, r.Delivered, r.Skipped, r.Pending, r.Refused))
            .ShouldBe([("all-to-inbox", 3L, 0L, 2L, 0L, 1L), ("paid-to-crm", 3L, 1L, 0L, 1L, 1L)]);
    }

    [Theory]
    [InlineData("UPDATE events SET verdicts = x'00'", "verdict_missing")]
    [InlineData("DELETE FROM deliveries", "verdict_without_delivery")]
    [InlineData("UPDATE deliveries SET route = 'unknown'", "delivery_without_verdict")]
    [InlineData("UPDATE deliveries SET attempt_count = 5", "attempts_miscounted")]
    [InlineData("DELETE FROM attempts", "delivered_without_attempt")]
    [InlineData("UPDATE deliveries SET state = 'refused'", "delivered_and_open")]
    [InlineData("DELETE FROM events", "key_without_event")]
    [InlineData("UPDATE dedupe_keys SET source = 'other'", "key_of_another_source")]
    [InlineData("INSERT INTO dedupe_keys SELECT source, randomblob(16), event_id, expires_at FROM dedupe_keys", "event_of_two_keys")]
    [InlineData("UPDATE event_bodies SET body = x'00'", "body_changed")]
    public async Task Run_Damage_IsFound(string sql, string code)
    {
        NewEvent one = await _harness.AppendAsync(Make.Event(leased: true));
        await _harness.Store.Queue.CompleteAsync(Make.Delivered(one.Deliveries[0].Id, 1));
        Check.Run(_harness.Store.Directory.DatabaseFile).Ok.ShouldBeTrue();
        await _harness.Store.Gate.RawAsync(connection =>
        {
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
            command.CommandText = sql;
#pragma warning restore CA2100
            return command.ExecuteNonQuery();
        });
        CheckResult result = Check.Run(_harness.Store.Directory.DatabaseFile);
        result.Ok.ShouldBeFalse();
        result.Problems.ShouldContain(p => p.Code == code, string.Join(", ", result.Problems));
    }

    [Fact]
    public async Task WriteAndRestore_LiveDatabase_BringsBackThatMoment()
    {
        NewEvent kept = await _harness.AppendAsync(Make.Event("kept"));
        string file = Path.Combine(_harness.Path, "backup.db");
        Backup.Write(_harness.Store.Directory, file, withMasterKey: false);
        Should.Throw<DataDirectoryException>(() => Backup.Write(_harness.Store.Directory, file, withMasterKey: false)).Message.ShouldContain("exists already");
        await _harness.AppendAsync(Make.Event("later"));
        await _harness.StopAsync();
        using (DataDirectory directory = DataDirectory.OpenLocked(_harness.Path))
        {
            string? aside = Backup.Restore(directory, file, _harness.Clock);
            File.Exists(aside).ShouldBeTrue();
            Should.Throw<DataDirectoryException>(() => Backup.Restore(directory, file + ".none", _harness.Clock)).Message.ShouldContain("is not there");
        }

        await _harness.StartAsync();
        (await _harness.Store.Queue.LeaseAsync("crm", 10, _harness.Clock.GetUtcNow())).ShouldHaveSingleItem().Event.Id.ShouldBe(kept.Event.Id);
        Check.Run(_harness.Store.Directory.DatabaseFile).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_FileThatIsNoDatabase_ChangesNothing()
    {
        await _harness.AppendAsync(Make.Event("kept"));
        await _harness.StopAsync();
        string file = Path.Combine(_harness.Path, "no-backup");
        await File.WriteAllTextAsync(file, new string('x', 5000));
        using (DataDirectory directory = DataDirectory.OpenLocked(_harness.Path))
        {
            Should.Throw<DataDirectoryException>(() => Backup.Restore(directory, file, _harness.Clock)).Message.ShouldContain("Nothing was changed.");
        }

        await _harness.StartAsync();
        (await _harness.Store.Queue.BacklogAsync()).ShouldHaveSingleItem();
    }
}
