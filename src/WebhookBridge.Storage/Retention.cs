using Microsoft.Data.Sqlite;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage;

/// <summary>Removes what is old, in slices of a few milliseconds between batches of events, and gives the room back to the disk (design section 4).</summary>
public sealed class Retention
{
    /// <summary>The newest event that retention ever removed (its 16 bytes in hex): <see cref="Check"/> knows by it which keys may stand alone.</summary>
    internal const string RemovedUpTo = "events_removed_up_to";

    private const int RowsOfASlice = 200;
    private const int KeptFreePages = 64;
    private static readonly TimeSpan SliceTime = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AlertLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan CountLife = TimeSpan.FromDays(400);

    private readonly WriteGate _gate;
    private readonly TimeProvider _time;
    private readonly Func<long> _fileBytes;

    internal Retention(WriteGate gate, TimeProvider time, Func<long> fileBytes)
    {
        _gate = gate;
        _time = time;
        _fileBytes = fileBytes;
    }

    /// <summary>One run over everything. Stops between two slices when <paramref name="stop"/> asks for it; the next run goes on.</summary>
    public async Task<RetentionReport> RunAsync(RetentionPolicy policy, CancellationToken stop)
    {
        long before = _fileBytes();
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        long events = await RemoveEventsAsync(now - Ms(policy.Events), maxBytes: null, stop);
        long bodies = await RemoveBodiesAsync(now - Ms(policy.Bodies), maxBytes: null, stop);
        if (policy.MaxBytes is { } most)
        {
            bodies += await RemoveBodiesAsync(now + 1, most, stop);
            events += await RemoveEventsAsync(now + 1, most, stop);
        }

        long rejections = await RemoveAsync(RetentionStatements.OldRejections, now - Ms(policy.Rejections), stop);
        long keys = await RemoveAsync(RetentionStatements.OldKeys, now, stop) + await RemoveAsync(RetentionStatements.OldBodyKeys, now, stop);
        await RemoveAsync(RetentionStatements.OldAnswers, now - Ms(Config.IdempotencyStore.Life), stop);
        await RemoveAsync(RetentionStatements.OldAlerts, now - Ms(AlertLife), stop);
        await RemoveAsync(RetentionStatements.OldCounts, now - Ms(CountLife), stop);
        await GiveBackAsync(stop);
        return new RetentionReport(bodies, events, rejections, keys, Math.Max(0, before - _fileBytes()));
    }

    private async Task<long> RemoveEventsAsync(long cutoff, long? maxBytes, CancellationToken stop)
    {
        long removed = 0;
        (long At, long Seq) cursor = (long.MinValue, 0);
        bool more = true;
        while (more && !stop.IsCancellationRequested)
        {
            (int count, cursor, more) = await _gate.RawAsync(connection =>
            {
                using var room = new Room(connection, maxBytes);
                if (room.Suffices)
                {
                    return (0, cursor, false);
                }

                var old = new List<(long Seq, long At, byte[] Id)>();
                using (var select = new Statement(connection.Handle!, RetentionStatements.OldEvents))
                {
                    select.Bind(1, cursor.At);
                    select.Bind(2, cursor.Seq);
                    select.Bind(3, cutoff);
                    select.Bind(4, (long)RowsOfASlice);
                    while (select.Step())
                    {
                        old.Add((select.Long(0), select.Long(1), select.BlobArray(2)));
                    }
                }

                using var delete = new Statement(connection.Handle!, RetentionStatements.DeleteEvent);
                int done = ForAWhile(old, room, e =>
                {
                    delete.Bind(1, e.Seq);
                    delete.Run();
                });
                if (done > 0)
                {
                    RememberRemoved(connection, old.Take(done).Select(static e => Convert.ToHexString(e.Id)).Max(StringComparer.Ordinal)!);
                    cursor = (old[done - 1].At, old[done - 1].Seq);
                }

                return (done, cursor, done < old.Count || old.Count == RowsOfASlice);
            });
            removed += count;
        }

        return removed;
    }

    private async Task<long> RemoveBodiesAsync(long cutoff, long? maxBytes, CancellationToken stop)
    {
        long removed = 0;
        long cursor = 0;
        bool more = true;
        while (more && !stop.IsCancellationRequested)
        {
            (int count, cursor, more) = await _gate.RawAsync(connection =>
            {
                using var room = new Room(connection, maxBytes);
                if (room.Suffices)
                {
                    return (0, cursor, false);
                }

                var old = new List<long>();
                using (var last = new Statement(connection.Handle!, RetentionStatements.LastOldEvent))
                using (var select = new Statement(connection.Handle!, RetentionStatements.OldBodies))
                {
                    last.Bind(1, cutoff);
                    last.Step();
                    select.Bind(1, cursor);
                    select.Bind(2, last.LongOrNull(0));
                    select.Bind(3, cutoff);
                    select.Bind(4, (long)RowsOfASlice);
                    while (select.Step())
                    {
                        old.Add(select.Long(0));
                    }
                }

                using var delete = new Statement(connection.Handle!, RetentionStatements.DeleteBody);
                using var attempts = new Statement(connection.Handle!, RetentionStatements.StripAttempts);
                using var rendered = new Statement(connection.Handle!, RetentionStatements.StripRendered);
                int done = ForAWhile(old, room, seq =>
                {
                    foreach (Statement statement in (ReadOnlySpan<Statement>)[delete, attempts, rendered])
                    {
                        statement.Bind(1, seq);
                        statement.Run();
                    }
                });
                return (done, done > 0 ? old[done - 1] : cursor, done < old.Count || old.Count == RowsOfASlice);
            });
            removed += count;
        }

        return removed;
    }

    private async Task<long> RemoveAsync(string sql, long cutoff, CancellationToken stop)
    {
        long removed = 0;
        while (!stop.IsCancellationRequested)
        {
            int count = await _gate.RawAsync(connection =>
            {
                using var delete = new Statement(connection.Handle!, sql);
                delete.Bind(1, cutoff);
                delete.Bind(2, (long)RowsOfASlice);
                return delete.Run();
            });
            removed += count;
            if (count < RowsOfASlice)
            {
                break;
            }
        }

        return removed;
    }

    /// <summary>Moves pages from the end of the file into its holes; the file itself gets shorter at the next checkpoint.</summary>
    private async Task GiveBackAsync(CancellationToken stop)
    {
        bool vacuumed = false;
        while (!stop.IsCancellationRequested && await _gate.RawAsync(static connection =>
        {
            if (ConnectionFactory.Scalar(connection, ConnectionStatements.FreePages) is not long free || free <= KeptFreePages)
            {
                return false;
            }

            using var vacuum = new Statement(connection.Handle!, ConnectionStatements.IncrementalVacuum);
            while (vacuum.Step())
            {
            }

            return ConnectionFactory.Scalar(connection, ConnectionStatements.FreePages) is long left && left < free;
        }))
        {
            vacuumed = true;
        }

        if (vacuumed)
        {
            await _gate.RawAsync(static connection => ConnectionFactory.Scalar(connection, ConnectionStatements.CheckpointPassive), inTransaction: false);
        }
    }

    /// <summary>As many as fit into a slice, at least one, and none beyond what makes room enough.</summary>
    private int ForAWhile<T>(List<T> rows, Room room, Action<T> each)
    {
        long started = _time.GetTimestamp();
        int done = 0;
        while (done < rows.Count && (done == 0 || (_time.GetElapsedTime(started) < SliceTime && !room.Suffices)))
        {
            each(rows[done++]);
        }

        return done;
    }

    private static void RememberRemoved(SqliteConnection connection, string id)
    {
        if (StringComparer.Ordinal.Compare(id, ProcessState.Get(connection, RemovedUpTo)) > 0)
        {
            ProcessState.Set(connection, RemovedUpTo, id);
        }
    }

    private static long Ms(TimeSpan span) => (long)Math.Min(span.TotalMilliseconds, 1e14);

    /// <summary>Whether what is in use is within a bound of bytes; never, where there is none. Inside a transaction what it has freed counts.</summary>
    private sealed class Room(SqliteConnection connection, long? maxBytes) : IDisposable
    {
        private readonly Statement? _used = maxBytes is null ? null : new(connection.Handle!, RetentionStatements.UsedBytes);

        public bool Suffices
        {
            get
            {
                if (_used is null)
                {
                    return false;
                }

                _used.Step();
                long bytes = _used.Long(0);
                _used.Reset();
                return bytes <= maxBytes;
            }
        }

        public void Dispose() => _used?.Dispose();
    }
}
