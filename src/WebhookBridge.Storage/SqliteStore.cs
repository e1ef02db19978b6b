using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage;

/// <summary>All that the process keeps, in one SQLite database in its data directory. Opened once, by the one process that holds the directory's lock.</summary>
public sealed class SqliteStore : IAsyncDisposable
{
    private const string StateName = "stopped";
    private const string Running = "no";
    private const string Stopped = "yes";

    private readonly ConnectionFactory _connections;
    private readonly GroupCommitter _committer;
    private readonly Checkpointer _checkpointer;
    private readonly DiskWatch _diskWatch;
    private readonly SqliteQueue _queue;
    private bool _disposed;

    private SqliteStore(DataDirectory directory, SecretBox box, StoreLimits limits, TimeProvider time, ILoggerFactory loggers)
    {
        Directory = directory;
        Limits = limits;
        Health = new StoreHealth();
        ILogger logger = loggers.CreateLogger("WebhookBridge.Storage");
        _connections = new ConnectionFactory(directory.DatabaseFile);
        _checkpointer = new Checkpointer(_connections, Health, limits, logger);
        _committer = new GroupCommitter(_connections, Health, _checkpointer, time, logger);
        _diskWatch = new DiskWatch(directory, Health, limits, () => _checkpointer.TryAgain(_committer), time);
        _queue = new SqliteQueue(_committer, _connections);
        Gate = new WriteGate(_committer);
        Journal = new SqliteJournal(_committer, new RejectionRecorder(_committer, box, limits));
        StartReader start = new(_connections.OpenReader);
        Config = new ConfigStore(Gate, OpenContext, start, box, time);
        Lists = new ListStore(Gate, OpenContext, start, time);
        Access = new AccessStore(Gate, OpenContext, start, time);
        Audit = new AuditStore(Gate, OpenContext, time);
        Settings = new SettingStore(Gate, OpenContext, time);
        Idempotency = new IdempotencyStore(Gate, OpenContext, box, time);
        Log = new GatewayLog(_committer, Gate, OpenContext, start, box, limits, time);
        Retention = new Retention(Gate, time, DatabaseBytes);
    }

    public DataDirectory Directory { get; }

    public StoreLimits Limits { get; }

    public StoreHealth Health { get; }

    public WriteGate Gate { get; }

    public SqliteJournal Journal { get; }

    public SqliteQueue Queue => _queue;

    public ConfigStore Config { get; }

    public ListStore Lists { get; }

    public AccessStore Access { get; }

    public AuditStore Audit { get; }

    public SettingStore Settings { get; }

    public IdempotencyStore Idempotency { get; }

    public GatewayLog Log { get; }

    public Retention Retention { get; }

    internal GroupCommitter Committer => _committer;

    internal ConnectionFactory Connections => _connections;

    /// <summary>Opens the store: brings the tables up to date, looks at the file after an unclean stop, frees all leases, and starts the writer.</summary>
    /// <param name="directory">Locked. It is the caller's, and is disposed after the store.</param>
    /// <param name="box">Seals and opens the secrets.</param>
    public static async Task<SqliteStore> OpenAsync(DataDirectory directory, SecretBox box, StoreLimits limits, TimeProvider time, ILoggerFactory loggers)
    {
        if (!directory.IsLocked)
        {
            throw new ArgumentException("The data directory was opened for reading only.", nameof(directory));
        }

        try
        {
            bool existed = File.Exists(directory.DatabaseFile);
            var connections = new ConnectionFactory(directory.DatabaseFile);
            new Migrator(connections, Migration.All, time).Run();
            bool checkLater = existed && CheckAfterUncleanStop(connections, limits);
            var store = new SqliteStore(directory, box, limits, time, loggers);
            store._committer.Start();
            await store.Gate.RawAsync(static connection =>
            {
                ProcessState.Set(connection, StateName, Running);
                ConnectionFactory.Execute(connection, HotStatements.ReclaimPending);
                ConnectionFactory.Execute(connection, HotStatements.ReclaimHeld);
                return 0;
            }).ConfigureAwait(false);
            if (checkLater)
            {
                _ = Task.Run(store.CheckInBackground);
            }

            return store;
        }
        catch (SqliteException error)
        {
            throw new DataDirectoryException($"The database {directory.DatabaseFile} cannot be opened: {error.Message} Check the file's permissions and the disk, or restore a backup.", error);
        }
    }

    /// <summary>A context for queries; it has a connection of its own and cannot write. Dispose it soon: while it reads, the log cannot shrink.</summary>
    /// <remarks>Never hold one while writing to a client: read a page, close, write (design section 4).</remarks>
    public StoreContext OpenContext() => StoreContext.ForReading(_connections.OpenReader(), Prepare);

    /// <summary>Called with each reading connection, before its first query: to register functions for OData.</summary>
    public Action<SqliteConnection>? Prepare { get; set; }

    /// <summary>Bytes of the database file and its log.</summary>
    public long DatabaseBytes() => Length(Directory.DatabaseFile) + Length(Directory.DatabaseFile + "-wal");

    /// <summary>Refuses appends from now on, writes what waits, and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _diskWatch.Dispose();
        await Task.Run(() =>
        {
            _committer.Stop();
            _queue.Dispose();
            _checkpointer.Dispose();
            try
            {
                if (Health.Broken is null)
                {
                    ProcessState.Set(_committer.Connection, StateName, Stopped);
                    _ = SQLitePCL.raw.sqlite3_busy_timeout(_committer.Connection.Handle, 500); // a reader that is still at it must not hold up the stop
                    ConnectionFactory.Execute(_committer.Connection, ConnectionStatements.CheckpointTruncate);
                }
            }
            catch (SqliteException)
            {
                // A disk that fails at the stop: the next start finds the mark missing and looks.
            }

            _committer.Dispose();
        }).ConfigureAwait(false);
    }

    /// <returns>True when the file is too large to be looked at before the first event.</returns>
    private static bool CheckAfterUncleanStop(ConnectionFactory connections, StoreLimits limits)
    {
        using SqliteConnection connection = connections.OpenWriter();
        if (ProcessState.Get(connection, StateName) != Running)
        {
            return false;
        }

        if (Length(connections.File) > limits.QuickCheckBeforeReadyBytes)
        {
            return true;
        }

        RequireSound(connection);
        return false;
    }

    private static void RequireSound(SqliteConnection connection)
    {
        if (ConnectionFactory.Scalar(connection, ConnectionStatements.QuickCheck) is not "ok")
        {
            throw new DataDirectoryException("The database is damaged: quick_check found errors. Restore a backup with \"webhookbridge restore FILE\".");
        }
    }

    private void CheckInBackground()
    {
        try
        {
            using SqliteConnection connection = _connections.OpenReader();
            RequireSound(connection);
        }
        catch (Exception error) when (error is DataDirectoryException or SqliteException)
        {
            Health.SetBroken(error.Message);
        }
    }

    private static long Length(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? info.Length : 0;
    }
}
