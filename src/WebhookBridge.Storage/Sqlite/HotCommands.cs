using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>The prepared statements of the one writer, with what binds and reads them. Used by the committer's thread only, inside its transaction.</summary>
internal sealed class HotCommands : IDisposable
{
    private const long DayMs = 86_400_000;

    private readonly List<Statement> _all = [];
    private readonly Dictionary<string, long> _routeSets = new(StringComparer.Ordinal);
    private readonly sqlite3 _db;
    private readonly Statement _begin, _commit, _rollback, _savepoint, _releaseSavepoint, _rollbackToSavepoint;
    private readonly Statement _insertKey, _findKey, _deleteKey, _insertBodyKey, _findBodyKey, _countDuplicate, _findNewerState;
    private readonly Statement _insertRouteSet, _findRouteSet, _insertEvent, _insertBody, _insertDelivery;
    private readonly Statement _selectDue, _selectHeldDue, _selectHeldForCheckout, _lease, _complete, _insertAttempt, _markSending, _release, _reclaimOne;

    public HotCommands(SqliteConnection connection)
    {
        _db = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        _begin = Prepare(ConnectionStatements.Begin);
        _commit = Prepare(ConnectionStatements.Commit);
        _rollback = Prepare(ConnectionStatements.Rollback);
        _savepoint = Prepare(ConnectionStatements.Savepoint);
        _releaseSavepoint = Prepare(ConnectionStatements.ReleaseSavepoint);
        _rollbackToSavepoint = Prepare(ConnectionStatements.RollbackToSavepoint);
        _insertKey = Prepare(HotStatements.InsertKey);
        _findKey = Prepare(HotStatements.FindKey);
        _deleteKey = Prepare(HotStatements.DeleteKey);
        _insertBodyKey = Prepare(HotStatements.InsertBodyKey);
        _findBodyKey = Prepare(HotStatements.FindBodyKey);
        _countDuplicate = Prepare(HotStatements.CountDuplicate);
        _findNewerState = Prepare(HotStatements.FindNewerState);
        _insertRouteSet = Prepare(HotStatements.InsertRouteSet);
        _findRouteSet = Prepare(HotStatements.FindRouteSet);
        _insertEvent = Prepare(HotStatements.InsertEvent);
        _insertBody = Prepare(HotStatements.InsertBody);
        _insertDelivery = Prepare(HotStatements.InsertDelivery);
        _selectDue = Prepare(HotStatements.SelectDue);
        _selectHeldDue = Prepare(HotStatements.SelectHeldDue);
        _selectHeldForCheckout = Prepare(HotStatements.SelectHeldForCheckout);
        _lease = Prepare(HotStatements.Lease);
        _complete = Prepare(HotStatements.Complete);
        _insertAttempt = Prepare(HotStatements.InsertAttempt);
        _markSending = Prepare(HotStatements.MarkSending);
        _release = Prepare(HotStatements.Release);
        _reclaimOne = Prepare(HotStatements.ReclaimOne);
    }

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        _routeSets.Clear(); // what was added in this transaction is gone again
        if (raw.sqlite3_get_autocommit(_db) == 0)
        {
            _rollback.Run();
        }
    }

    public void Savepoint() => _savepoint.Run();

    public void ReleaseSavepoint() => _releaseSavepoint.Run();

    public void RollbackToSavepoint()
    {
        _routeSets.Clear();
        _rollbackToSavepoint.Run();
        _releaseSavepoint.Run();
    }

    /// <summary>Stores one event, or counts it as a repeat of the first.</summary>
    public AppendOutcome Append(NewEvent item, ReadOnlySpan<byte> storedKey, byte[] headers)
    {
        GatewayEvent e = item.Event;
        long receivedAt = e.ReceivedAt.ToUnixTimeMilliseconds();
        bool suspected = e.SuspectedReplay;
        if (item.Dedupe is { } dedupe)
        {
            long? expires = ExpiryOf(dedupe, receivedAt);
            if (!TryInsert(_insertKey, e, storedKey, expires, receivedAt))
            {
                return Duplicate(_findKey, e, storedKey, receivedAt);
            }

            if (dedupe.BodyKey is { } body)
            {
                Span<byte> bodyKey = stackalloc byte[16];
                BinaryPrimitives.WriteUInt128BigEndian(bodyKey, body);
                if (!TryInsert(_insertBodyKey, e, bodyKey, expires, receivedAt))
                {
                    if (dedupe.RefuseSuspectedReplay)
                    {
                        _deleteKey.Bind(1, e.Source);
                        _deleteKey.Bind(2, storedKey);
                        _deleteKey.Run();
                        return Duplicate(_findBodyKey, e, bodyKey, receivedAt);
                    }

                    suspected = true;
                }
            }
        }

        bool late = e.Late || IsLate(e);
        long seq = InsertEvent(item, receivedAt, suspected, late);

        _insertBody.Bind(1, seq);
        _insertBody.Bind(2, headers);
        _insertBody.Bind(3, e.Body.Span);
        if (item.BatchBody.IsEmpty)
        {
            _insertBody.BindNull(4);
        }
        else
        {
            _insertBody.Bind(4, item.BatchBody.Span);
        }

        _insertBody.Run();

        for (int i = 0; i < item.Deliveries.Count; i++)
        {
            InsertDelivery(seq, late ? item.Deliveries[i].OfLateEvent() : item.Deliveries[i], receivedAt, first: true, replayId: null);
        }

        return new AppendOutcome(e.Id, Duplicate: false, suspected, late);
    }

    public void InsertDelivery(long eventSeq, NewDelivery delivery, long createdAt, bool first, string? replayId)
    {
        Statement s = _insertDelivery;
        s.BindId(1, delivery.Id);
        s.Bind(2, eventSeq);
        s.Bind(3, delivery.Route);
        s.Bind(4, (long)delivery.RouteRevision);
        s.Bind(5, delivery.Destination);
        s.Bind(6, StateNames.Of(delivery.State));
        s.Bind(7, delivery.Reason);
        s.Bind(8, delivery.Leased);
        s.Bind(9, createdAt);
        s.Bind(10, delivery.NextAttemptAt?.ToUnixTimeMilliseconds() ?? (delivery.State == DeliveryState.Pending ? createdAt : null));
        s.Bind(11, first);
        s.BindIdOrNull(12, delivery.ReplayOf);
        s.BindIdOrNull(13, replayId);
        s.Bind(14, delivery.State == DeliveryState.Skipped ? createdAt : null);
        s.Run();
    }

    public IReadOnlyList<LeasedDelivery> LeaseDue(string destination, int max, long now)
    {
        _selectDue.Bind(1, destination);
        _selectDue.Bind(2, now);
        _selectDue.Bind(3, (long)max);
        return LeaseAll(_selectDue);
    }

    public IReadOnlyList<LeasedDelivery> LeaseHeldDue(int max, long now)
    {
        _selectHeldDue.Bind(1, now);
        _selectHeldDue.Bind(2, (long)max);
        return LeaseAll(_selectHeldDue);
    }

    public IReadOnlyList<LeasedDelivery> LeaseHeldForCheckout(IReadOnlyList<string> routes, string checkoutId, int max)
    {
        _selectHeldForCheckout.Bind(1, checkoutId);
        _selectHeldForCheckout.Bind(2, PairsJson.WriteNames(routes));
        _selectHeldForCheckout.Bind(3, (long)max);
        return LeaseAll(_selectHeldForCheckout);
    }

    /// <returns>False when the lease was lost.</returns>
    public bool Complete(DeliveryCompletion c)
    {
        long at = c.At.ToUnixTimeMilliseconds();
        bool final = StateNames.IsFinal(c.State);
        // Refused and exhausted can still be retried by a person: "retry keeps the delivery and its bytes" (contract section 4).
        bool forget = c.State is DeliveryState.Delivered or DeliveryState.Skipped or DeliveryState.Cancelled;
        RenderedDelivery? rendered = forget ? null : c.Rendered;
        Statement s = _complete;
        s.BindId(1, c.DeliveryId);
        s.Bind(2, c.LeaseSeq);
        s.Bind(3, StateNames.Of(c.State));
        s.Bind(4, c.Reason);
        s.Bind(5, final ? null : c.NextAttemptAt?.ToUnixTimeMilliseconds() ?? (c.State == DeliveryState.Pending ? at : null));
        s.Bind(6, final ? at : null);
        s.Bind(7, (long)(c.Attempt?.Number ?? 0));
        s.Bind(8, (long)c.CodeTimeouts);
        s.Bind(9, c.RemoteId);
        s.Bind(10, rendered?.ContentType);
        s.Bind(11, rendered?.Body);
        s.Bind(12, (ReadOnlyMemory<byte>?)PairsJson.WriteMap(rendered?.Fields));
        s.Bind(13, forget);
        if (!s.Step())
        {
            return false;
        }

        long seq = s.Long(0);
        s.Reset();
        if (c.Attempt is { } attempt)
        {
            InsertAttempt(seq, attempt);
        }

        return true;
    }

    /// <returns>False when the lease was lost.</returns>
    public bool MarkSending(string deliveryId, long leaseSeq)
    {
        _markSending.BindId(1, deliveryId);
        _markSending.Bind(2, leaseSeq);
        return _markSending.Run() == 1;
    }

    public void Release(string deliveryId, long leaseSeq, long now, string? reason)
    {
        _release.BindId(1, deliveryId);
        _release.Bind(2, leaseSeq);
        _release.Bind(3, now);
        _release.Bind(4, reason);
        _release.Run();
    }

    public void ReclaimOne(string deliveryId, long leaseSeq)
    {
        _reclaimOne.BindId(1, deliveryId);
        _reclaimOne.Bind(2, leaseSeq);
        _reclaimOne.Run();
    }

    /// <summary>A statement for one operation that is too rare to be kept prepared; the caller disposes it.</summary>
    public Statement Temporary(string sql) => new(_db, sql);

    public void Dispose()
    {
        foreach (Statement statement in _all)
        {
            statement.Dispose();
        }
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_db, sql);
        _all.Add(statement);
        return statement;
    }

    private static long? ExpiryOf(DedupeKey dedupe, long receivedAt) =>
        dedupe.Window is { } window && window < TimeSpan.FromDays(36_500) ? receivedAt + (long)window.TotalMilliseconds : null;

    private static bool TryInsert(Statement s, GatewayEvent e, ReadOnlySpan<byte> key, long? expires, long now)
    {
        s.Bind(1, e.Source);
        s.Bind(2, key);
        s.BindId(3, e.Id);
        s.Bind(4, expires);
        s.Bind(5, now);
        return s.Run() == 1;
    }

    private AppendOutcome Duplicate(Statement find, GatewayEvent e, ReadOnlySpan<byte> key, long receivedAt)
    {
        find.Bind(1, e.Source);
        find.Bind(2, key);
        find.Step();
        string firstId = find.Id(0, IdSource.Event);
        find.Reset();
        _countDuplicate.BindId(1, firstId);
        _countDuplicate.Bind(2, receivedAt);
        _countDuplicate.Bind(3, e.Sha256.Span);
        _countDuplicate.Run();
        return new AppendOutcome(firstId, Duplicate: true);
    }

    private bool IsLate(GatewayEvent e)
    {
        if (e.Columns.PaymentId is null || e.Time is not { } time)
        {
            return false;
        }

        _findNewerState.Bind(1, e.Columns.PaymentId);
        _findNewerState.Bind(2, e.Source);
        _findNewerState.Bind(3, time.ToUnixTimeMilliseconds());
        _findNewerState.Bind(4, e.Test); // a simulated event says nothing about real money
        bool found = _findNewerState.Step();
        if (found)
        {
            _findNewerState.Reset();
        }

        return found;
    }

    private long RouteSetSeq(RouteSet set)
    {
        if (_routeSets.TryGetValue(set.Id, out long seq))
        {
            return seq;
        }

        _insertRouteSet.Bind(1, set.Id);
        _insertRouteSet.Bind(2, set.Source);
        _insertRouteSet.Bind(3, PairsJson.WriteNames(set.Routes));
        _insertRouteSet.Run();
        _findRouteSet.Bind(1, set.Id);
        _findRouteSet.Step();
        seq = _findRouteSet.Long(0);
        _findRouteSet.Reset();
        return _routeSets[set.Id] = seq;
    }

    private long InsertEvent(NewEvent item, long receivedAt, bool suspected, bool late)
    {
        GatewayEvent e = item.Event;
        SearchColumns c = e.Columns;
        long routeSet = RouteSetSeq(item.Routes);
        Statement s = _insertEvent;
        s.BindId(1, e.Id);
        s.Bind(2, e.Source);
        s.Bind(3, e.Platform);
        s.Bind(4, e.ExternalId);
        s.Bind(5, e.Type);
        s.Bind(6, e.Kind);
        s.Bind(7, e.Mode);
        s.Bind(8, e.Test);
        s.Bind(9, e.Time?.ToUnixTimeMilliseconds());
        s.Bind(10, receivedAt);
        s.Bind(11, receivedAt / DayMs);
        s.Bind(12, (long)e.Format);
        s.Bind(13, (long)e.Body.Length);
        s.Bind(14, e.Sha256.Span);
        s.Bind(15, c.PaymentId);
        s.Bind(16, c.PaymentStatus);
        s.Bind(17, c.CheckoutId);
        s.Bind(18, c.OrderId);
        s.Bind(19, c.SubscriptionId);
        s.Bind(20, c.CustomerName);
        s.Bind(21, c.CustomerEmail);
        s.Bind(22, c.Currency);
        s.Bind(23, c.AmountMinor);
        s.Bind(24, c.AmountScaled);
        s.BindIdOrNull(25, e.BatchId);
        s.Bind(26, late);
        s.Bind(27, e.DuplicateKeys);
        s.Bind(28, suspected);
        s.Bind(29, e.Unreadable);
        s.Bind(30, routeSet);
        s.Bind(31, item.Verdicts.Span);
        s.Bind(32, e.NormalForm.Span);
        s.Run();
        return raw.sqlite3_last_insert_rowid(_db);
    }

    private void InsertAttempt(long deliverySeq, AttemptRecord a)
    {
        Statement s = _insertAttempt;
        s.BindId(1, a.Id);
        s.Bind(2, deliverySeq);
        s.Bind(3, (long)a.Number);
        s.Bind(4, a.StartedAt.ToUnixTimeMilliseconds());
        s.Bind(5, a.DurationMs);
        s.Bind(6, StateNames.Of(a.Outcome));
        s.Bind(7, StateNames.Of(a.Phase));
        s.Bind(8, StateNames.Of(a.Blame));
        s.Bind(9, (long?)a.Status);
        s.Bind(10, a.Error);
        s.Bind(11, a.NextAttemptAt?.ToUnixTimeMilliseconds());
        s.Bind(12, a.Request);
        s.Bind(13, a.Response);
        s.Bind(14, a.Note);
        s.Run();
    }

    private List<LeasedDelivery> LeaseAll(Statement select)
    {
        var leased = new List<LeasedDelivery>();
        var seqs = new List<long>();
        while (select.Step())
        {
            seqs.Add(select.Long(0));
            leased.Add(LeasedRow.Read(select));
        }

        foreach (long seq in seqs)
        {
            _lease.Bind(1, seq);
            _lease.Run();
        }

        return leased;
    }
}
