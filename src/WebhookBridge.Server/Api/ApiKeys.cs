using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary>API keys: made, shown once, stored as SHA-256 (design invariant 10), known by their hash.</summary>
internal sealed class ApiKeys(SqliteStore store, TimeProvider time)
{
    /// <summary>The name of the key that <c>WEBHOOKBRIDGE_ADMIN_KEY</c> sets.</summary>
    public const string EnvironmentKeyName = "environment";

    private const string KeyPrefix = "wbk_";
    private const string IdPrefix = "key_";

    /// <summary>How often the time of last use is written.</summary>
    private static readonly TimeSpan UseIsWrittenEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<UInt128, KnownKey> _known = new();

    /// <summary>Who calls, by <c>Authorization: Bearer</c>.</summary>
    /// <exception cref="ProblemException">No key, an unknown one, or one that has ended.</exception>
    public async ValueTask<ApiCaller> AuthenticateAsync(HttpContext http)
    {
        string? header = http.Request.Headers.Authorization;
        const string Scheme = "Bearer ";
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Refused(Problems.NotAuthenticated, "Send a key as `Authorization: Bearer <key>`; `webhookbridge key create` makes one.");
        }

        return await FindAsync(header[Scheme.Length..].Trim()) ?? throw Refused(Problems.NotAuthenticated, "This key is not known, or it was revoked.");
    }

    /// <summary>The caller of a key; null when it is not known.</summary>
    /// <exception cref="ProblemException">It has ended.</exception>
    public async ValueTask<ApiCaller?> FindAsync(string key)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        UInt128 shortHash = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
        if (!_known.TryGetValue(shortHash, out KnownKey? known) || !CryptographicOperations.FixedTimeEquals(known.Hash, hash))
        {
            ApiKeyRow? row;
            using (StoreContext db = store.OpenContext())
            {
                // One that has ended is found too, so that its owner hears why it no longer works.
                row = db.ApiKeys.FirstOrDefault(k => k.Sha256 == hash && k.RevokedAt == null);
            }

            if (row is null)
            {
                return null;
            }

            known = new(new(row.Name, row.Id, row.Scopes.Split(' ').ToHashSet(StringComparer.Ordinal)), hash, row.ExpiresAt, row.LastUsedAt ?? 0);
            _known[shortHash] = known;
        }

        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (known.ExpiresAt <= now)
        {
            throw Refused(Problems.KeyExpired, $"The key \"{known.Caller.Name}\" ended at {JsonTimes.Text(DateTimeOffset.FromUnixTimeMilliseconds(known.ExpiresAt.Value))}.");
        }

        if (now - known.UseWrittenAt >= UseIsWrittenEvery.TotalMilliseconds)
        {
            known.UseWrittenAt = now;
            await store.Access.TouchKeyAsync(known.Caller.KeyId);
        }

        return known.Caller;
    }

    /// <summary>Makes a key. What is given back is all there will ever be to see of it.</summary>
    public async Task<(string Id, string Key)> CreateAsync(string name, IReadOnlyCollection<string> scopes, DateTimeOffset? expires, string actor)
    {
        string key = NewKey();
        return (await StoreAsync(name, key, scopes, expires, actor), key);
    }

    /// <summary>Makes sure that the key of the environment is in force with every scope, and no older one of its name.</summary>
    public async Task SetEnvironmentKeyAsync(string key)
    {
        if (store.Access.HasKey(EnvironmentKeyName, key))
        {
            return;
        }

        if ((await ListAsync()).Find(row => row.Name == EnvironmentKeyName) is { } old)
        {
            if (!old.Sha256.AsSpan().SequenceEqual(SHA256.HashData(Encoding.UTF8.GetBytes(key))))
            {
                await store.Access.RotateKeyAsync(old.Id, key, EnvironmentKeyName);
            }

            return;
        }

        await StoreAsync(EnvironmentKeyName, key, ApiScopes.All, null, EnvironmentKeyName);
    }

    /// <summary>Gives a key a new secret: same id, name, scopes and end. The old one ends at once. Null when there is no such key.</summary>
    public async Task<(string Id, string Key)?> RotateAsync(string idOrName, string actor)
    {
        string key = NewKey();
        if ((await ListAsync()).FirstOrDefault(row => row.Id == idOrName || row.Name == idOrName) is not { } row || !await store.Access.RotateKeyAsync(row.Id, key, actor))
        {
            return null;
        }

        _known.Clear();
        return (row.Id, key);
    }

    /// <summary>The keys that are in force or have ended, newest first; revoked ones are gone.</summary>
    public async Task<List<ApiKeyRow>> ListAsync() => [.. (await store.Access.KeysAsync()).Where(row => row.RevokedAt is null)];

    /// <summary>Ends a key at once; false when there is none.</summary>
    public async Task<bool> RevokeAsync(string id, string actor)
    {
        bool found = await store.Access.RevokeKeyAsync(id, actor);
        _known.Clear();
        return found;
    }

    private static string NewKey() => KeyPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private async Task<string> StoreAsync(string name, string key, IReadOnlyCollection<string> scopes, DateTimeOffset? expires, string actor)
    {
        if ((await ListAsync()).Exists(row => row.Name == name))
        {
            throw new ProblemException(Problems.NameTaken, $"There is already a key named \"{name}\": rotate or revoke it, or choose another name.");
        }

        string id = IdPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await store.Access.AddKeyAsync(id, name, key, string.Join(' ', ApiScopes.All.Where(scopes.Contains).Concat(scopes.Where(ApiScopes.IsSend).Distinct().Order(StringComparer.Ordinal))), expires, actor);
        return id;
    }

    private static ProblemException Refused(Problem problem, string detail) => new(problem, detail) { Headers = [new("WWW-Authenticate", "Bearer realm=\"webhookbridge\"")] };

    private sealed class KnownKey(ApiCaller caller, byte[] hash, long? expiresAt, long useWrittenAt)
    {
        public ApiCaller Caller { get; } = caller;

        public byte[] Hash { get; } = hash;

        public long? ExpiresAt { get; } = expiresAt;

        /// <summary>Two calls at once may both write it; that costs a write and nothing else.</summary>
        public long UseWrittenAt { get; set; } = useWrittenAt;
    }
}
