using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Config;

/// <summary>What is known of an Idempotency-Key.</summary>
public abstract record IdempotencyAnswer
{
    private IdempotencyAnswer()
    {
    }

    /// <summary>Never seen, or longer than a day ago.</summary>
    public sealed record Unknown : IdempotencyAnswer;

    /// <summary>Answer this again.</summary>
    public sealed record Known(int Status, string? ContentType, ReadOnlyMemory<byte> Body) : IdempotencyAnswer;

    /// <summary>The key came before with another request: a mistake of the caller.</summary>
    public sealed record OtherRequest : IdempotencyAnswer;
}

/// <summary>Answers to POSTs that carried an Idempotency-Key, for 24 hours (contract section 7). They are sealed: the answer to making an API key holds the key (design invariant 10).</summary>
public sealed class IdempotencyStore
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly SecretBox _box;
    private readonly TimeProvider _time;

    internal IdempotencyStore(WriteGate gate, Func<StoreContext> open, SecretBox box, TimeProvider time)
    {
        _box = box;
        _gate = gate;
        _open = open;
        _time = time;
    }

    /// <param name="scope">The API key's id and the path: keys of different callers never meet.</param>
    /// <param name="requestHash">SHA-256 of the request's body.</param>
    public async Task<IdempotencyAnswer> FindAsync(string scope, string key, ReadOnlyMemory<byte> requestHash)
    {
        long oldest = (_time.GetUtcNow() - Life).ToUnixTimeMilliseconds();
        await using StoreContext context = _open();
        IdempotencyRow? row = await context.IdempotencyKeys.FirstOrDefaultAsync(i => i.Scope == scope && i.Key == key && i.CreatedAt > oldest);
        return row is null ? new IdempotencyAnswer.Unknown()
            : !FixedTime.Equals(row.RequestHash, requestHash.Span) ? new IdempotencyAnswer.OtherRequest()
            : new IdempotencyAnswer.Known(row.Status, row.ContentType, _box.Open(row.Body, Place(scope, key)));
    }

    /// <summary>Keeps the answer; the first one of a key stays.</summary>
    public async Task KeepAsync(string scope, string key, ReadOnlyMemory<byte> requestHash, int status, string? contentType, ReadOnlyMemory<byte> body)
    {
        DateTimeOffset now = _time.GetUtcNow();
        long oldest = (now - Life).ToUnixTimeMilliseconds();
        byte[] sealedBody = _box.Seal(body.Span, Place(scope, key));
        await _gate.RunAsync(context =>
        {
            context.IdempotencyKeys.Where(i => i.Scope == scope && i.Key == key && i.CreatedAt <= oldest).ExecuteDelete();
            if (!context.IdempotencyKeys.Any(i => i.Scope == scope && i.Key == key))
            {
                context.IdempotencyKeys.Add(new IdempotencyRow
                {
                    Scope = scope,
                    Key = key,
                    RequestHash = requestHash.ToArray(),
                    Status = status,
                    ContentType = contentType,
                    Body = sealedBody,
                    CreatedAt = now.ToUnixTimeMilliseconds(),
                });
            }
        });
    }

    /// <summary>Where a kept answer stands, for its seal.</summary>
    internal static SecretPlace Place(string scope, string key) => new("idempotency_keys", $"{scope}/{key}", "body");
}
