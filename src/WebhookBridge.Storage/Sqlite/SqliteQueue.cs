using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>The queue on SQLite: what changes goes through the committer, what only looks has a connection of its own.</summary>
public sealed class SqliteQueue : IDeliveryQueue, IDisposable
{
    private readonly GroupCommitter _committer;
    private readonly SqliteConnection _reader;
    private readonly Statement _nextDue;
    private readonly Statement _nextHeldDue;
    private readonly Statement _backlog;
    private readonly Lock _lock = new();

    internal SqliteQueue(GroupCommitter committer, ConnectionFactory connections)
    {
        _committer = committer;
        _reader = connections.OpenReader();
        _nextDue = new Statement(_reader.Handle!, HotStatements.NextDue);
        _nextHeldDue = new Statement(_reader.Handle!, HotStatements.NextHeldDue);
        _backlog = new Statement(_reader.Handle!, HotStatements.Backlog);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LeasedDelivery>> LeaseAsync(string destination, int max, DateTimeOffset now)
    {
        long due = now.ToUnixTimeMilliseconds();
        return Lease(hot => hot.LeaseDue(destination, max, due));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LeasedDelivery>> LeaseHeldDueAsync(int max, DateTimeOffset now)
    {
        long due = now.ToUnixTimeMilliseconds();
        return Lease(hot => hot.LeaseHeldDue(max, due));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LeasedDelivery>> LeaseHeldForCheckoutAsync(IReadOnlyList<string> routes, string checkoutId, int max) =>
        Lease(hot => hot.LeaseHeldForCheckout(routes, checkoutId, max));

    /// <inheritdoc/>
    public ValueTask<bool> MarkSendingAsync(string deliveryId, long leaseSeq)
    {
        var op = new MarkSendingOp(deliveryId, leaseSeq);
        _committer.Enqueue(op);
        return op.Answer;
    }

    /// <inheritdoc/>
    public ValueTask<bool> CompleteAsync(DeliveryCompletion completion)
    {
        var op = new CompleteOp(completion);
        _committer.Enqueue(op);
        return op.Answer;
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(IReadOnlyList<(string DeliveryId, long LeaseSeq)> leases, string? reason)
    {
        var op = new ReleaseOp(leases, reason);
        _committer.Enqueue(op);
        await op.Answer.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextDueAsync(string destination)
    {
        lock (_lock)
        {
            _nextDue.Bind(1, destination);
            return ValueTask.FromResult(TimeOf(_nextDue));
        }
    }

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextHeldDueAsync()
    {
        lock (_lock)
        {
            return ValueTask.FromResult(TimeOf(_nextHeldDue));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LaneBacklog>> BacklogAsync()
    {
        lock (_lock)
        {
            var lanes = new List<LaneBacklog>();
            while (_backlog.Step())
            {
                lanes.Add(new LaneBacklog(_backlog.Text(0), _backlog.Long(1), DateTimeOffset.FromUnixTimeMilliseconds(_backlog.Long(2))));
            }

            return ValueTask.FromResult<IReadOnlyList<LaneBacklog>>(lanes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _nextDue.Dispose();
            _nextHeldDue.Dispose();
            _backlog.Dispose();
            _reader.Dispose();
        }
    }

    private ValueTask<IReadOnlyList<LeasedDelivery>> Lease(Func<HotCommands, IReadOnlyList<LeasedDelivery>> lease)
    {
        var op = new LeaseOp(lease);
        _committer.Enqueue(op);
        return op.Answer;
    }

    private static DateTimeOffset? TimeOf(Statement statement)
    {
        if (!statement.Step())
        {
            return null;
        }

        long? ms = statement.LongOrNull(0);
        statement.Reset();
        return ms is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
    }
}
