using System.Buffers;
using System.Text.Json;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Platforms;

/// <summary>The events of one request. Dispose it when nobody looks at them any more: what was read of them lies in lent memory.</summary>
public sealed class ReadResult(EventBody body, IReadOnlyList<ReadEvent> events, bool isBatch) : IDisposable
{
    /// <summary>More items in one request are not taken apart (contract section 2).</summary>
    public const int MaxEvents = 500;

    public EventBody Body => body;

    /// <summary>At least one.</summary>
    public IReadOnlyList<ReadEvent> Events => events;

    /// <summary>True when the platform's requests carry items, even if this one carries a single item.</summary>
    public bool IsBatch => isBatch;

    public void Dispose()
    {
        body.Dispose();
        for (int i = 0; i < events.Count; i++)
        {
            events[i].GiveBack();
        }
    }
}

/// <summary>One event as the platform's description reads it.</summary>
public sealed class ReadEvent
{
    /// <summary>Ours, as handed in.</summary>
    public required string Id { get; init; }

    /// <summary>The sender's; null where it names none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The sender's own name; empty where it gives none.</summary>
    public required string Type { get; init; }

    public required string Kind { get; init; }

    public DateTimeOffset? Time { get; init; }

    /// <summary><c>live</c>, <c>test</c> or null.</summary>
    public string? Mode { get; init; }

    public required BodyFormat Format { get; init; }

    public bool DuplicateKeys { get; init; }

    /// <summary>Why it could not be read; null when it could.</summary>
    public string? Unreadable { get; init; }

    /// <summary>The event's own bytes: the whole opened body, or the item's part of it.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>SHA-256 of <see cref="Bytes"/>; valid until the result is disposed.</summary>
    public required ReadOnlyMemory<byte> Sha256 { get; init; }

    /// <summary>UTF-8 JSON that begins with <c>{"meta":{</c>; valid until the result is disposed.</summary>
    public required ReadOnlyMemory<byte> NormalForm { get; init; }

    public required SearchColumns Columns { get; init; }

    /// <summary>Null when nothing names the event, or deduplication is off: never a duplicate.</summary>
    public DedupeKey? Dedupe { get; init; }

    /// <summary>What rules and templates see as <c>event</c>; valid until the result is disposed.</summary>
    public required JsonElement Event { get; init; }

    /// <summary>The rented array that <see cref="NormalForm"/> and <see cref="Sha256"/> lie in.</summary>
    internal byte[]? Lent { get; set; }

    internal void GiveBack()
    {
        if (Lent is byte[] lent)
        {
            Lent = null;
            lent.AsSpan(0, NormalForm.Length + Sha256.Length).Clear(); // people's names and addresses
            ArrayPool<byte>.Shared.Return(lent);
        }
    }
}
