using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>What the writer does when the disk is full, fails, or the file is damaged (design section 4).</summary>
internal sealed partial class GroupCommitter
{
    /// <summary>
    /// Fails the whole batch but what must be recorded all the same, then closes and opens the database until it can be written and is sound.
    /// </summary>
    /// <returns><paramref name="start"/>: what was kept stands there now.</returns>
    private int Recover(List<WriteOp> batch, int start, Exception error)
    {
        string code = error is SqliteException sqlite ? $"SQLite {sqlite.SqliteExtendedErrorCode}" : error.GetType().Name;
        Log.Broken(_logger, code, error);
        var reason = new StoreUnavailableException("The database cannot be written.", error);
        _health.SetBroken(reason.Message);
        FailOrKeep(batch, start, reason);
        lock (_gate)
        {
            FailOrKeep(_incoming, 0, reason);
        }

        int tries = 0;
        TimeSpan wait = FirstRetry;
        while (!TryReopen(out Exception? still))
        {
            if (tries++ == 0 || wait >= LastRetry)
            {
                Log.StillBroken(_logger, still);
            }

            if (!WaitToRetry(wait))
            {
                // Stopping: what could not be recorded stays leased in the file and is free at the next start.
                var stopped = new StoreUnavailableException("The gateway stopped while the database could not be written.", still);
                FailAll(batch[start..], stopped);
                batch.RemoveRange(start, batch.Count - start);
                lock (_gate)
                {
                    FailAll(_incoming, stopped);
                    _incoming.Clear();
                }

                return start;
            }

            wait = wait * 2 < LastRetry ? wait * 2 : LastRetry;
        }

        _health.SetWorking();
        Log.Working(_logger, tries + 1);
        return start;
    }

    private void FailOrKeep(List<WriteOp> ops, int start, StoreUnavailableException error)
    {
        int kept = start;
        for (int i = start; i < ops.Count; i++)
        {
            WriteOp op = ops[i];
            _orphans.AddRange(op.Orphans);
            if (op.WaitsForRecovery)
            {
                ops[kept++] = op;
            }
            else
            {
                op.Fail(error);
            }
        }

        ops.RemoveRange(kept, ops.Count - kept);
    }

    private bool TryReopen([NotNullWhen(false)] out Exception? error)
    {
        try
        {
            Close();
            Open();

            // A write first: it costs little while the disk is still full. Then the look at the whole, before the next 2xx.
            _hot.Begin();
            foreach ((string deliveryId, long leaseSeq) in _orphans)
            {
                _hot.ReclaimOne(deliveryId, leaseSeq);
            }

            using (var probe = new Statement(_connection.Handle!, ConnectionStatements.SetState))
            {
                probe.Bind(1, "recovered_at");
                probe.Bind(2, _time.GetUtcNow().ToString("O"));
                probe.Run();
            }

            _hot.Commit();
            if (ConnectionFactory.Scalar(_connection, ConnectionStatements.QuickCheck) is not "ok")
            {
                error = new StoreUnavailableException("The database is damaged: quick_check found errors. Restore a backup.");
                return false;
            }

            _orphans.Clear();
            error = null;
            return true;
        }
        catch (Exception failure)
        {
            error = failure;
            return false;
        }
    }

    /// <returns>False when the store stops.</returns>
    private bool WaitToRetry(TimeSpan wait)
    {
        using ITimer timer = _time.CreateTimer(
            static state =>
            {
                var self = (GroupCommitter)state!;
                lock (self._gate)
                {
                    self._retryDue = true;
                    Monitor.Pulse(self._gate);
                }
            },
            this,
            wait,
            Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            while (!_retryDue && !_stopping)
            {
                Monitor.Wait(_gate);
            }

            bool due = _retryDue;
            _retryDue = false;
            return due && !_stopping;
        }
    }
}
