using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>
/// The one writer: a thread that takes what waits, writes it in one transaction and answers after the commit (design invariant 1, section 4).
/// There is no timer: a batch is what came in while the last one was being written.
/// </summary>
internal sealed partial class GroupCommitter : IDisposable
{
    /// <summary>Appends that may wait; one more is told to come again.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>Bytes of appends that may wait.</summary>
    public const long MaxWaitingBytes = 64L * 1024 * 1024;

    /// <summary>Operations in one transaction.</summary>
    public const int MaxBatch = 1024;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);

    private readonly object _gate = new(); // Monitor, for its Wait
    private readonly ConnectionFactory _connections;
    private readonly StoreHealth _health;
    private readonly Checkpointer _checkpointer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly List<(string DeliveryId, long LeaseSeq)> _orphans = [];

    private List<WriteOp> _incoming = [];
    private List<WriteOp> _batch = [];
    private long _waitingBytes;
    private bool _stopping;
    private bool _retryDue;
    private SqliteConnection _connection;
    private StoreContext _context;
    private HotCommands _hot;

    public GroupCommitter(ConnectionFactory connections, StoreHealth health, Checkpointer checkpointer, TimeProvider time, ILogger logger)
    {
        _connections = connections;
        _health = health;
        _checkpointer = checkpointer;
        _time = time;
        _logger = logger;
        Open();
        _thread = new Thread(Run) { IsBackground = true, Name = "store-writer" };
    }

    /// <summary>The writer's connection, for tests that break it.</summary>
    internal SqliteConnection Connection => _connection;

    public void Start() => _thread.Start();

    /// <summary>For appends: the reason why not, when it is not taken.</summary>
    public string? TryEnqueue(WriteOp op)
    {
        lock (_gate)
        {
            if (_health.Refusal is { } refusal)
            {
                return refusal;
            }

            if (_incoming.Count >= MaxWaiting || (_incoming.Count > 0 && _waitingBytes + op.Bytes > MaxWaitingBytes))
            {
                return "Too many events wait to be stored.";
            }

            Add(op);
            return null;
        }
    }

    /// <summary>For work that already has its place in memory (completions, leases) and for people's writes: never refused for want of room.</summary>
    public void Enqueue(WriteOp op)
    {
        lock (_gate)
        {
            if (!_stopping && (op.WaitsForRecovery || _health.Broken is null))
            {
                Add(op);
                return;
            }
        }

        op.Fail(new StoreUnavailableException(_health.Refusal ?? "The store is closed."));
    }

    /// <summary>Writes what waits, then ends the thread. Appends have been refused since the call.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _health.SetStopping();
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    public void Dispose()
    {
        Stop();
        Close();
    }

    /// <summary>EF and the prepared statements share the one connection: two writers would throw away each other's page cache.</summary>
    /// <remarks>The context first: it registers functions, which makes SQLite prepare anew all statements that are there.</remarks>
    [MemberNotNull(nameof(_connection), nameof(_context), nameof(_hot))]
    private void Open()
    {
        _connection = _connections.OpenWriter();
        _context = StoreContext.ForGate(_connection);
        _hot = new HotCommands(_connection);
    }

    private void Close()
    {
        _hot.Dispose();
        _context.Dispose();
        _connection.Dispose();
    }

    private void Add(WriteOp op)
    {
        _incoming.Add(op);
        _waitingBytes += op.Bytes;
        if (_incoming.Count == 1)
        {
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (TakeWaiting())
        {
            try
            {
                WriteAll(_batch);
            }
            catch (Exception bug)
            {
                // Cannot come from an operation; whatever it was, nobody may wait for ever.
                Log.Bug(_logger, bug);
                FailAll(_batch, bug);
            }

            _batch.Clear();
        }
    }

    /// <returns>False when there is nothing left and the store stops.</returns>
    private bool TakeWaiting()
    {
        lock (_gate)
        {
            while (_incoming.Count == 0)
            {
                if (_stopping)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            (_incoming, _batch) = (_batch, _incoming);
            _waitingBytes = 0;
            return true;
        }
    }

    private void WriteAll(List<WriteOp> batch)
    {
        int next = 0;
        while (next < batch.Count)
        {
            next = batch[next] is IGateOp ? WriteAlone(batch, next) : WriteTogether(batch, next);
        }
    }

    /// <returns>Where to go on: behind what was written, or at the same place after a recovery, for what was kept.</returns>
    private int WriteTogether(List<WriteOp> batch, int start)
    {
        int end = start;
        while (end < batch.Count && end - start < MaxBatch && batch[end] is not IGateOp)
        {
            end++;
        }

        try
        {
            long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            _hot.Begin();
            for (int i = start; i < end; i++)
            {
                batch[i].Apply(_hot, now);
            }

            _hot.Commit();
        }
        catch (Exception error)
        {
            return StorageFaults.IsOfTheOperation(error) ? WriteOneByOne(batch, start, end) : Recover(batch, start, error);
        }

        for (int i = start; i < end; i++)
        {
            batch[i].Committed();
        }

        AfterCommit(end - start);
        return end;
    }

    /// <summary>One of them broke a constraint: each gets a savepoint of its own, still in one transaction.</summary>
    private int WriteOneByOne(List<WriteOp> batch, int start, int end)
    {
        var failed = new Dictionary<int, Exception>();
        try
        {
            _hot.Rollback();
            long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            _hot.Begin();
            for (int i = start; i < end; i++)
            {
                _hot.Savepoint();
                try
                {
                    batch[i].Apply(_hot, now);
                    _hot.ReleaseSavepoint();
                }
                catch (Exception error) when (StorageFaults.IsOfTheOperation(error))
                {
                    _hot.RollbackToSavepoint();
                    failed[i] = error;
                    Log.Refused(_logger, batch[i].GetType().Name, error);
                }
            }

            _hot.Commit();
        }
        catch (Exception error)
        {
            return Recover(batch, start, error);
        }

        for (int i = start; i < end; i++)
        {
            if (failed.TryGetValue(i, out Exception? error))
            {
                batch[i].Fail(error);
            }
            else
            {
                batch[i].Committed();
            }
        }

        AfterCommit(end - start);
        return end;
    }

    private int WriteAlone(List<WriteOp> batch, int index)
    {
        WriteOp op = batch[index];
        var work = (IGateOp)op;
        try
        {
            if (work.InTransaction)
            {
                _hot.Begin();
            }

            work.Run(_connection, _context);
            if (work.InTransaction)
            {
                _hot.Commit();
            }
        }
        catch (Exception error)
        {
            _context.ChangeTracker.Clear();
            op.Fail(error);
            return StorageFaults.IsOfTheOperation(error) && TryRollback() ? index + 1 : Recover(batch, index + 1, error);
        }

        _context.ChangeTracker.Clear();
        op.Committed();
        AfterCommit(1);
        return index + 1;
    }

    private bool TryRollback()
    {
        try
        {
            _hot.Rollback();
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private void AfterCommit(int operations)
    {
        _health.CountCommit(operations);
        if (_connection.Handle is { } handle)
        {
            _checkpointer.AfterCommit(handle, this);
        }
    }

    private static void FailAll(List<WriteOp> batch, Exception error)
    {
        foreach (WriteOp op in batch)
        {
            try
            {
                op.Fail(error);
            }
            catch (InvalidOperationException)
            {
                // Answered before.
            }
        }
    }

    internal static partial class Log
    {
        [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "The database cannot be written ({Code}); events are refused until it can.")]
        public static partial void Broken(ILogger logger, string code, Exception error);

        [LoggerMessage(EventId = 2002, Level = LogLevel.Warning, Message = "The database can be written again after {Tries} tries.")]
        public static partial void Working(ILogger logger, int tries);

        [LoggerMessage(EventId = 2003, Level = LogLevel.Error, Message = "{Operation} was refused by the database; the others of its batch are stored.")]
        public static partial void Refused(ILogger logger, string operation, Exception error);

        [LoggerMessage(EventId = 2004, Level = LogLevel.Critical, Message = "The writer failed in a way that it should not.")]
        public static partial void Bug(ILogger logger, Exception error);

        [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "The database is still not writable.")]
        public static partial void StillBroken(ILogger logger, Exception error);
    }
}
