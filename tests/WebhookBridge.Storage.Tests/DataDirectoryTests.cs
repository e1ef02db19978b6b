using System.Globalization;
using WebhookBridge.Testing;

namespace WebhookBridge.Storage.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenLocked_SecondTime_NamesTheProcessThatHasIt()
    {
        using DataDirectory first = DataDirectory.OpenLocked(_folder.Of("data"));
        Should.Throw<DataDirectoryException>(() => DataDirectory.OpenLocked(_folder.Of("data")))
            .Message.ShouldContain($"in use by process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.");
    }

    [Fact]
    public void OpenLocked_AfterTheFirstIsClosed_Works()
    {
        DataDirectory.OpenLocked(_folder.Of("data")).Dispose();
        DataDirectory.OpenLocked(_folder.Of("data")).Dispose();
    }

    [Fact]
    public void OpenLocked_FileInTheWay_SaysWhatToDo()
    {
        File.WriteAllText(_folder.Of("data"), "");
        Should.Throw<DataDirectoryException>(() => DataDirectory.OpenLocked(_folder.Of("data"))).Message.ShouldEndWith("Name another with --data.");
    }

    [Fact]
    public void OpenForReading_NoDatabase_SaysWhatToDo() =>
        Should.Throw<DataDirectoryException>(() => DataDirectory.OpenForReading(_folder.Path)).Message.ShouldBe($"There is no database in {_folder.Path}. Name the data directory with --data.");

    [Fact]
    public async Task OpenAsync_NoDatabaseAtAll_SaysSo()
    {
        Directory.CreateDirectory(_folder.Of("data"));
        await File.WriteAllTextAsync(_folder.Of("data", "webhookbridge.db"), "this is no database, but a text that is long enough to be looked at as one by anybody who opens it");
        using DataDirectory directory = DataDirectory.OpenLocked(_folder.Of("data"));
        DataDirectoryException error = await Should.ThrowAsync<DataDirectoryException>(() => SqliteStore.OpenAsync(
            directory,
            new Engine.Secrets.SecretBox(Engine.Secrets.MasterKey.Generate()),
            StoreLimits.Default,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance));
        error.Message.ShouldContain("cannot be opened");
    }

    [Fact]
    public async Task AppendAsync_DiskNearlyFull_IsUnavailableBeforeAnythingFails()
    {
        await using StoreHarness harness = await StoreHarness.OpenAsync(new StoreLimits { MinFreeDiskBytes = long.MaxValue });
        (await harness.Store.Journal.AppendAsync([harness.Make.Event()])).ShouldBeOfType<Engine.Receiving.AppendResult.Unavailable>().Reason.ShouldContain("nearly full");
        harness.Store.Health.LowDisk.ShouldNotBeNull();
        harness.Store.Health.DiskFreeBytes.ShouldBeGreaterThan(0);
    }
}
