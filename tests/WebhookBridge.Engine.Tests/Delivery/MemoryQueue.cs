using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Delivery;

/// <summary>The delivery queue in memory, with the manners of the real one: leases with a fence, completions that count only while the lease is held.</summary>
internal sealed class MemoryQueue : IDeliveryQueue
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Row> _rows = [];
    private readonly List<(Func<MemoryQueue, bool> Until, TaskCompletionSource Met)> _waiters = [];

    /// <summary>Every completion that counted, in order.</summary>
    public List<DeliveryCompletion> Completions { get; } = [];

    public List<(string DeliveryId, string? Reason)> Releases { get; } = [];

    /// <summary>What was written down as being sent.</summary>
    public List<string> Marks { get; } = [];

    public int LostLeases { get; private set; }

    public int LargestLease { get; private set; }

    public int LeaseCalls { get; private set; }

    /// <summary>Throws at the next calls of <see cref="CompleteAsync"/>, so many times.</summary>
    public int FailCompletions { get; set; }

    /// <summary>Completions wait for this signal.</summary>
    public Task CompletionGate { get; set; } = Task.CompletedTask;

    /// <summary>Keep completed rows; off for floods.</summary>
    public bool Keeping { get; set; } = true;

    public int Finished { get; private set; }

    public Row this[string id]
    {
        get
        {
            lock (_gate)
            {
                return _rows[id];
            }
        }
    }

    public int Leased
    {
        get
        {
            lock (_gate)
            {
                return _rows.Values.Count(static r => r.LeasedNow);
            }
        }
    }

    /// <summary>Adds a row; when <paramref name="leased"/>, as an append does after a reservation.</summary>
    public LeasedDelivery Add(LeasedDelivery delivery, DateTimeOffset due, bool leased = false, DeliveryState state = DeliveryState.Pending, string? checkout = null)
    {
        lock (_gate)
        {
            Row row = new() { Delivery = delivery with { LeaseSeq = leased ? 1 : 0 }, Due = due, State = state, LeasedNow = leased, Checkout = checkout };
            _rows.Add(delivery.Id, row);
            return row.Delivery;
        }
    }

    public Task WhenAsync(Func<MemoryQueue, bool> until)
    {
        TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (until(this))
            {
                return Task.CompletedTask;
            }

            _waiters.Add((until, met));
        }

        return met.Task.WaitAsync(ManualTimeProvider.RealPatience);
    }

    public Task WhenCompletedAsync(int count) => WhenAsync(q => q.Completions.Count >= count);

    public Task WhenStateAsync(string id, DeliveryState state) => WhenAsync(q => q._rows[id].State == state && !q._rows[id].LeasedNow);

    /// <summary>What a person does to a row while a worker has it: the fence moves on.</summary>
    public void Fence(string id)
    {
        lock (_gate)
        {
            _rows[id].Delivery = _rows[id].Delivery with { LeaseSeq = _rows[id].Delivery.LeaseSeq + 1 };
            _rows[id].LeasedNow = false;
            _rows[id].State = DeliveryState.Cancelled;
            Tell();
        }
    }

    /// <summary>Cancels a delivery that is not final, leased or not.</summary>
    public bool TryCancel(string id)
    {
        lock (_gate)
        {
            if (_rows[id].State != DeliveryState.Pending)
            {
                return false;
            }
        }

        Fence(id);
        return true;
    }

    public ValueTask<IReadOnlyList<LeasedDelivery>> LeaseAsync(string destination, int max, DateTimeOffset now) =>
        new(Lease(max, r => r.State == DeliveryState.Pending && r.Delivery.Destination == destination && r.Due <= now, count: true));

    public ValueTask<DateTimeOffset?> NextDueAsync(string destination)
    {
        lock (_gate)
        {
            return new(_rows.Values.Where(r => r.State == DeliveryState.Pending && !r.LeasedNow && r.Delivery.Destination == destination).Min(static r => (DateTimeOffset?)r.Due));
        }
    }

    public ValueTask<IReadOnlyList<LaneBacklog>> BacklogAsync()
    {
        lock (_gate)
        {
            return new((IReadOnlyList<LaneBacklog>)[.. _rows.Values.Where(static r => r.State == DeliveryState.Pending && !r.LeasedNow)
                .GroupBy(static r => r.Delivery.Destination)
                .Select(static g => new LaneBacklog(g.Key, g.Count(), g.Min(static r => r.Due)))]);
        }
    }

    public ValueTask<bool> MarkSendingAsync(string deliveryId, long leaseSeq)
    {
        lock (_gate)
        {
            Marks.Add(deliveryId);
            return new(_rows.TryGetValue(deliveryId, out Row? row) && row.LeasedNow && row.Delivery.LeaseSeq == leaseSeq);
        }
    }

    public async ValueTask<bool> CompleteAsync(DeliveryCompletion completion)
    {
        await CompletionGate;
        lock (_gate)
        {
            if (FailCompletions > 0)
            {
                FailCompletions--;
                throw new IOException("disk I/O error");
            }

            if (!_rows.TryGetValue(completion.DeliveryId, out Row? row) || !row.LeasedNow || row.Delivery.LeaseSeq != completion.LeaseSeq)
            {
                LostLeases++;
                Tell();
                return false;
            }

            row.State = completion.State;
            row.Reason = completion.Reason;
            row.Due = completion.NextAttemptAt ?? row.Due;
            row.LeasedNow = false;
            row.Delivery = row.Delivery with
            {
                AttemptCount = row.Delivery.AttemptCount + (completion.Attempt is null ? 0 : 1),
                Rendered = completion.Rendered,
                CodeTimeouts = completion.CodeTimeouts,
                Reason = completion.Reason,
                RemoteId = completion.RemoteId,
            };
            if (Keeping)
            {
                Completions.Add(completion);
            }
            else if (completion.State != DeliveryState.Pending)
            {
                _rows.Remove(completion.DeliveryId);
            }

            Finished += completion.State == DeliveryState.Pending ? 0 : 1;
            Tell();
            return true;
        }
    }

    public ValueTask ReleaseAsync(IReadOnlyList<(string DeliveryId, long LeaseSeq)> leases, string? reason)
    {
        lock (_gate)
        {
            foreach ((string id, long seq) in leases)
            {
                Row row = _rows[id];
                if (row.LeasedNow && row.Delivery.LeaseSeq == seq)
                {
                    row.LeasedNow = false;
                    row.Reason = reason;
                    row.Delivery = row.Delivery with { Reason = reason };
                    Releases.Add((id, reason));
                }
            }

            Tell();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<LeasedDelivery>> LeaseHeldDueAsync(int max, DateTimeOffset now) =>
        new(Lease(max, r => r.State == DeliveryState.Held && r.Due <= now, count: false));

    public ValueTask<IReadOnlyList<LeasedDelivery>> LeaseHeldForCheckoutAsync(IReadOnlyList<string> routes, string checkoutId, int max) =>
        new(Lease(max, r => r.State == DeliveryState.Held && routes.Contains(r.Delivery.Route) && r.Checkout == checkoutId, count: false));

    public ValueTask<DateTimeOffset?> NextHeldDueAsync()
    {
        lock (_gate)
        {
            return new(_rows.Values.Where(static r => r.State == DeliveryState.Held && !r.LeasedNow).Min(static r => (DateTimeOffset?)r.Due));
        }
    }

    private List<LeasedDelivery> Lease(int max, Func<Row, bool> which, bool count)
    {
        lock (_gate)
        {
            List<LeasedDelivery> leased = [];
            foreach (Row row in _rows.Values.Where(r => !r.LeasedNow && which(r)).OrderBy(static r => r.Due).Take(max))
            {
                row.LeasedNow = true;
                row.State = DeliveryState.Pending;
                row.Delivery = row.Delivery with { LeaseSeq = row.Delivery.LeaseSeq + 1 };
                leased.Add(row.Delivery);
            }

            if (count)
            {
                LeaseCalls++;
                LargestLease = Math.Max(LargestLease, leased.Count);
            }

            return leased;
        }
    }

    private void Tell()
    {
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Until(this))
            {
                _waiters[i].Met.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    internal sealed class Row
    {
        public required LeasedDelivery Delivery { get; set; }

        public DateTimeOffset Due { get; set; }

        public DeliveryState State { get; set; }

        public string? Reason { get; set; }

        public bool LeasedNow { get; set; }

        public string? Checkout { get; init; }
    }
}
