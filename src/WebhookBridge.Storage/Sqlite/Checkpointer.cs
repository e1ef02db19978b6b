using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>
/// Moves the write-ahead log into the database, never inside a commit (design section 4): PASSIVE on a thread of the pool each 4 MiB,
/// RESTART through the writer at 64 MiB, and events are refused at 1 GiB (then some reader has held on for very long).
/// </summary>
internal sealed partial class Checkpointer(ConnectionFactory connections, StoreHealth health, StoreLimits limits, ILogger logger) : IDisposable
{
    private const int CacheWrites = 9; // SQLITE_DBSTATUS_CACHE_WRITE: with a log, pages written to it
    private const long PageBytes = 4096;

    private readonly Lock _lock = new();
    private SqliteConnection? _connection;
    private long _pagesSince;
    private int _running;
    private bool _disposed;

    /// <summary>On the writer's thread, after each commit: a look at a counter.</summary>
    public void AfterCommit(sqlite3 writer, GroupCommitter committer)
    {
        _ = raw.sqlite3_db_status(writer, CacheWrites, out int pages, out _, 1);
        _pagesSince += pages;
        if (_pagesSince * PageBytes >= limits.PassiveCheckpointBytes && Begin(committer))
        {
            _pagesSince = 0;
        }
    }

    /// <summary>While the log is too long nothing is written, so that no commit asks for the next try: this one does.</summary>
    public void TryAgain(GroupCommitter committer)
    {
        if (health.WalTooLarge)
        {
            Begin(committer);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _connection?.Dispose();
        }
    }

    private bool Begin(GroupCommitter committer) =>
        Interlocked.CompareExchange(ref _running, 1, 0) == 0
        && ThreadPool.UnsafeQueueUserWorkItem(static state => state.self.CheckpointPassive(state.committer), (self: this, committer), preferLocal: false);

    private void CheckpointPassive(GroupCommitter committer)
    {
        bool restarting = false;
        try
        {
            lock (_lock)
            {
                if (_disposed)
                {
                    return;
                }

                _connection ??= connections.OpenWriter();
                long bytes = Checkpoint(_connection, ConnectionStatements.CheckpointPassive) * PageBytes;
                health.SetWal(bytes, limits.WalRefuseBytes);
                restarting = bytes >= limits.RestartCheckpointBytes;
            }

            if (restarting)
            {
                _ = RestartAsync(committer);
            }
        }
        catch (SqliteException error)
        {
            Log.Failed(logger, error); // the writer meets the same disk and deals with it
        }
        finally
        {
            if (!restarting)
            {
                Volatile.Write(ref _running, 0);
            }
        }
    }

    private async Task RestartAsync(GroupCommitter committer)
    {
        try
        {
            var op = new GateOp<long>(static (connection, _) => Restart(connection), inTransaction: false);
            committer.Enqueue(op);
            long frames = await op.Answer.ConfigureAwait(false);
            health.SetWal(frames * PageBytes, limits.WalRefuseBytes);
        }
        catch (Exception error)
        {
            Log.Failed(logger, error);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private static long Restart(SqliteConnection connection)
    {
        // A reader that is still at it is not waited for: everyone would wait with us. The next 4 MiB bring the next try.
        _ = raw.sqlite3_busy_timeout(connection.Handle, 0);
        try
        {
            return Checkpoint(connection, ConnectionStatements.CheckpointRestart);
        }
        finally
        {
            _ = raw.sqlite3_busy_timeout(connection.Handle, ConnectionFactory.BusyTimeoutMs);
        }
    }

    /// <returns>Pages left in the log that the next write goes behind; 0 when it begins anew.</returns>
    private static long Checkpoint(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection.Handle!, sql);
        if (!statement.Step())
        {
            return 0;
        }

        long log = statement.Long(1);
        bool restarted = ReferenceEquals(sql, ConnectionStatements.CheckpointRestart) && !statement.Bool(0) && log == statement.Long(2);
        statement.Reset();
        return restarted || log < 0 ? 0 : log;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 2011, Level = LogLevel.Warning, Message = "A checkpoint of the write-ahead log failed.")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
