using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>
/// Keeps refused requests within limits (design invariant 5): per source so many and so many bytes, first out is the oldest of the code that takes the most
/// room, so that noise cannot push out the rest; beyond so many a minute they are only counted.
/// </summary>
internal sealed class RejectionRecorder(GroupCommitter committer, SecretBox box, StoreLimits limits)
{
    private const int MaxWaiting = 256;
    private const int MaxCounters = 4096;
    private const long DayMs = 86_400_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Minute, int Count)> _minutes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private Dictionary<(string Source, string Code, long Day), (int Total, int Kept)> _counts = [];
    private List<Sealed> _pending = [];
    private bool _underWay;

    /// <summary>Never throws, never waits. What comes while the last is being written goes together, so that a flood costs few commits.</summary>
    public void Record(Rejection rejection)
    {
        lock (_lock)
        {
            bool keep = _pending.Count < MaxWaiting && IsWithinMinute(rejection);
            (string Source, string Code, long Day) counter = (rejection.Source, rejection.Code, rejection.ReceivedAt.ToUnixTimeMilliseconds() / DayMs);
            (int total, int kept) = _counts.GetValueOrDefault(counter);
            if (total > 0 || _counts.Count < MaxCounters)
            {
                _counts[counter] = (total + 1, kept + (keep ? 1 : 0));
            }

            if (keep)
            {
                _pending.Add(new Sealed(
                    rejection,
                    box.Seal(WriteTarget(rejection), Place(rejection.Id, "target")),
                    box.Seal(PairsJson.WritePairs(rejection.Headers), Place(rejection.Id, "headers"))));
            }

            if (_underWay)
            {
                return;
            }

            _underWay = true;
        }

        Send();
    }

    /// <summary>Target, origin and certificate, a line each: together they are what a sender may sign or show beside headers and body.</summary>
    public static string WriteTarget(Rejection rejection) => $"{rejection.Target}\n{rejection.Origin}\n{rejection.ClientCertificateSha256}";

    /// <summary>Reads what <see cref="WriteTarget"/> wrote; older rows hold the target alone.</summary>
    public static (string Target, string? Origin, string? Certificate) ReadTarget(string text)
    {
        string[] lines = text.Split('\n');
        return (lines[0], lines.Length > 1 && lines[1].Length > 0 ? lines[1] : null, lines.Length > 2 && lines[2].Length > 0 ? lines[2] : null);
    }

    public static SecretPlace Place(string id, string field) => new("rejections", id, field);

    private void Send() => committer.Enqueue(new Op(this));

    private bool IsWithinMinute(Rejection rejection)
    {
        long minute = rejection.ReceivedAt.ToUnixTimeMilliseconds() / 60_000;
        (long last, int count) = _minutes.GetValueOrDefault(rejection.Source);
        count = last == minute ? count + 1 : 1;
        if (_minutes.Count > MaxCounters)
        {
            _minutes.Clear();
        }

        _minutes[rejection.Source] = (minute, count);
        return count <= limits.RejectionsPerMinute;
    }

    private void WriteAll(SqliteConnection connection)
    {
        List<Sealed> pending;
        Dictionary<(string Source, string Code, long Day), (int Total, int Kept)> counts;
        lock (_lock)
        {
            (pending, _pending) = (_pending, []);
            (counts, _counts) = (_counts, []);
        }

        using (var count = new Statement(connection.Handle!, RejectionStatements.Count))
        {
            foreach (((string source, string code, long day), (int total, int kept)) in counts)
            {
                count.Bind(1, source);
                count.Bind(2, code);
                count.Bind(3, day);
                count.Bind(4, (long)total);
                count.Bind(5, (long)kept);
                count.Run();
            }
        }

        foreach (Sealed one in pending)
        {
            Write(connection, one);
        }
    }

    private void Write(SqliteConnection connection, Sealed one)
    {
        Rejection r = one.Rejection;
        Kept kept = KeptOf(connection, r.Source);
        long bytes = r.Body.Length + one.Headers.Length + one.Target.Length;
        using (var insert = new Statement(connection.Handle!, RejectionStatements.Insert))
        {
            insert.BindId(1, r.Id);
            insert.Bind(2, r.Source);
            insert.Bind(3, r.ReceivedAt.ToUnixTimeMilliseconds());
            insert.Bind(4, r.Code);
            insert.Bind(5, r.Text);
            insert.Bind(6, (long)r.Status);
            insert.Bind(7, r.RemoteIp);
            insert.Bind(8, r.Method);
            insert.Bind(9, one.Target);
            insert.Bind(10, one.Headers);
            insert.Bind(11, r.Body.Span);
            insert.Bind(12, (long)r.Body.Length);
            insert.Run();
        }

        kept.Add(r.Code, 1, bytes);
        while ((kept.Rows > limits.RejectionsPerSource || kept.Bytes > limits.RejectionBytesPerSource) && DropOldest(connection, r.Source, kept))
        {
        }
    }

    private Kept KeptOf(SqliteConnection connection, string source)
    {
        if (_kept.TryGetValue(source, out Kept? kept))
        {
            return kept;
        }

        kept = new Kept();
        using var sums = new Statement(connection.Handle!, RejectionStatements.Sums);
        sums.Bind(1, source);
        while (sums.Step())
        {
            kept.Add(sums.Text(0), sums.Long(1), sums.Long(2));
        }

        return _kept[source] = kept;
    }

    private static bool DropOldest(SqliteConnection connection, string source, Kept kept)
    {
        string code = kept.Largest();
        using var drop = new Statement(connection.Handle!, RejectionStatements.DropOldest);
        drop.Bind(1, source);
        drop.Bind(2, code);
        if (!drop.Step())
        {
            kept.Forget(code);
            return kept.Rows > 0;
        }

        kept.Add(code, -1, -drop.Long(0));
        drop.Reset();
        return true;
    }

    /// <summary>What a source has by code.</summary>
    private sealed class Kept
    {
        private readonly Dictionary<string, (long Rows, long Bytes)> _codes = new(StringComparer.Ordinal);

        public long Rows { get; private set; }

        public long Bytes { get; private set; }

        public void Add(string code, long rows, long bytes)
        {
            (long r, long b) = _codes.GetValueOrDefault(code);
            _codes[code] = (r + rows, b + bytes);
            Rows += rows;
            Bytes += bytes;
        }

        public void Forget(string code)
        {
            if (_codes.Remove(code, out (long Rows, long Bytes) gone))
            {
                Rows -= gone.Rows;
                Bytes -= gone.Bytes;
            }
        }

        /// <summary>By rows first; by bytes where rows are equal.</summary>
        public string Largest() => _codes.MaxBy(static c => (c.Value.Rows, c.Value.Bytes)).Key;
    }

    private sealed record Sealed(Rejection Rejection, byte[] Target, byte[] Headers);

    private sealed class Op(RejectionRecorder recorder) : WriteOp, IGateOp
    {
        public bool InTransaction => true;

        public void Run(SqliteConnection connection, StoreContext context) => recorder.WriteAll(connection);

        public override void Apply(HotCommands hot, long now) => throw new InvalidOperationException("Runs alone.");

        public override void Committed()
        {
            lock (recorder._lock)
            {
                recorder._underWay = recorder._counts.Count > 0;
                if (!recorder._underWay)
                {
                    return;
                }
            }

            recorder.Send();
        }

        /// <summary>Losing some is no error; the sums may be wrong now and are taken anew.</summary>
        public override void Fail(Exception error)
        {
            recorder._kept.Clear();
            lock (recorder._lock)
            {
                recorder._underWay = false;
            }
        }
    }
}
