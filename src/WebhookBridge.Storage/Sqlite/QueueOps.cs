using System.Buffers.Binary;
using System.Security.Cryptography;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>The events of one request: all or none.</summary>
internal sealed class AppendOp : WriteOp<AppendResult>
{
    private readonly IReadOnlyList<NewEvent> _events;
    private readonly byte[][] _headers;
    private readonly byte[]?[] _keys;

    /// <summary>Whatever can be made ready on the caller's thread is: the writer's time is what everyone waits for.</summary>
    public AppendOp(IReadOnlyList<NewEvent> events)
    {
        _events = events;
        _headers = new byte[events.Count][];
        _keys = new byte[events.Count][];
        int bytes = 1024;
        IReadOnlyList<KeyValuePair<string, string>>? previous = null;
        for (int i = 0; i < events.Count; i++)
        {
            GatewayEvent e = events[i].Event;
            _headers[i] = ReferenceEquals(previous, e.Headers) ? _headers[i - 1] : PairsJson.WritePairs(e.Headers);
            previous = e.Headers;
            _keys[i] = events[i].Dedupe is { } dedupe ? StoredKey(dedupe) : null;
            bytes += e.Body.Length + e.NormalForm.Length + _headers[i].Length + events[i].BatchBody.Length + 1024;
        }

        Bytes = bytes;
    }

    public override int Bytes { get; }

    public override IEnumerable<(string DeliveryId, long LeaseSeq)> Orphans =>
        _events.SelectMany(static e => e.Deliveries).Where(static d => d.Leased).Select(static d => (d.Id, 1L));

    public override void Apply(HotCommands hot, long now)
    {
        var outcomes = new AppendOutcome[_events.Count];
        for (int i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = hot.Append(_events[i], _keys[i], _headers[i]);
        }

        Result = new AppendResult.Stored(outcomes);
    }

    /// <summary>Nothing was stored, and the sender is told to come again.</summary>
    public override void Fail(Exception error) => Answered(new AppendResult.Unavailable(error.Message));

    /// <summary>Where the sender's id stands outside the signature, the key is (id, body): a forged id cannot suppress another event (design invariant 3).</summary>
    private static byte[] StoredKey(DedupeKey dedupe)
    {
        byte[] key = new byte[16];
        if (dedupe.BodyKey is not { } body)
        {
            BinaryPrimitives.WriteUInt128BigEndian(key, dedupe.Key);
            return key;
        }

        Span<byte> both = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(both, dedupe.Key);
        BinaryPrimitives.WriteUInt128BigEndian(both[16..], body);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(both, hash);
        hash[..16].CopyTo(key);
        return key;
    }
}

internal sealed class CompleteOp(DeliveryCompletion completion) : WriteOp<bool>
{
    public override bool WaitsForRecovery => true;

    public override void Apply(HotCommands hot, long now) => Result = hot.Complete(completion);
}

internal sealed class MarkSendingOp(string deliveryId, long leaseSeq) : WriteOp<bool>
{
    public override bool WaitsForRecovery => true;

    public override void Apply(HotCommands hot, long now) => Result = hot.MarkSending(deliveryId, leaseSeq);
}

internal sealed class ReleaseOp(IReadOnlyList<(string DeliveryId, long LeaseSeq)> leases, string? reason) : WriteOp<bool>
{
    public override bool WaitsForRecovery => true;

    public override void Apply(HotCommands hot, long now)
    {
        for (int i = 0; i < leases.Count; i++)
        {
            hot.Release(leases[i].DeliveryId, leases[i].LeaseSeq, now, reason);
        }
    }
}

internal sealed class LeaseOp(Func<HotCommands, IReadOnlyList<LeasedDelivery>> lease) : WriteOp<IReadOnlyList<LeasedDelivery>>
{
    public override bool WaitsForRecovery => true;

    public override IEnumerable<(string DeliveryId, long LeaseSeq)> Orphans => Result?.Select(static d => (d.Id, d.LeaseSeq)) ?? [];

    public override void Apply(HotCommands hot, long now)
    {
        Result = null;
        Result = lease(hot);
    }
}
