using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Config;

/// <summary>API keys, as SHA-256 only. People stand in <see cref="Accounts.AccountStore"/>.</summary>
public sealed class AccessStore
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly StartReader _start;
    private readonly TimeProvider _time;

    internal AccessStore(WriteGate gate, Func<StoreContext> open, StartReader start, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _start = start;
        _time = time;
    }

    /// <summary>What is kept of a key.</summary>
    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Whether a key of this name and text is there and not revoked.</summary>
    public bool HasKey(string name, string key) => _start.HasKey(name, HashOf(key));

    /// <summary>Keeps a new key; the text itself is shown once by the caller and forgotten.</summary>
    /// <param name="scopes">Words of contract section 7, separated by spaces.</param>
    public async Task AddKeyAsync(string id, string name, string key, string scopes, DateTimeOffset? expiresAt, string actor)
    {
        long now = Now();
        byte[] hash = HashOf(key);
        await _gate.RunAsync(context =>
        {
            context.ApiKeys.Add(new ApiKeyRow
            {
                Id = id,
                Name = name,
                Sha256 = hash,
                Scopes = scopes,
                CreatedAt = now,
                CreatedBy = actor,
                ExpiresAt = expiresAt?.ToUnixTimeMilliseconds(),
            });
            AuditStore.Add(context, now, actor, "create", $"key/{id}", null);
        });
    }

    /// <summary>Gives a key another text, keeping id, name and scopes. False when there is none of that id.</summary>
    public async Task<bool> RotateKeyAsync(string id, string key, string actor)
    {
        long now = Now();
        byte[] hash = HashOf(key);
        return await _gate.RunAsync(context => Audited(context, now, actor, "rotate", $"key/{id}", context.ApiKeys
            .Where(k => k.Id == id && k.RevokedAt == null)
            .ExecuteUpdate(s => s.SetProperty(static k => k.Sha256, hash).SetProperty(static k => k.LastUsedAt, (long?)null))));
    }

    public async Task<bool> RevokeKeyAsync(string id, string actor)
    {
        long now = Now();
        return await _gate.RunAsync(context => Audited(context, now, actor, "revoke", $"key/{id}", context.ApiKeys
            .Where(k => k.Id == id && k.RevokedAt == null)
            .ExecuteUpdate(s => s.SetProperty(static k => k.RevokedAt, now))));
    }

    /// <summary>Every key, also those that are over.</summary>
    public async Task<IReadOnlyList<ApiKeyRow>> KeysAsync()
    {
        await using StoreContext context = _open();
        return await context.ApiKeys.OrderByDescending(static k => k.CreatedAt).ToListAsync();
    }

    /// <summary>Notes that a key was used; the caller does so now and then, not each time.</summary>
    public async Task TouchKeyAsync(string id)
    {
        long now = Now();
        await _gate.RunAsync<int>(context => context.ApiKeys.Where(k => k.Id == id).ExecuteUpdate(s => s.SetProperty(static k => k.LastUsedAt, now)));
    }

    private static bool Audited(StoreContext context, long now, string actor, string action, string subject, int changed)
    {
        if (changed > 0)
        {
            AuditStore.Add(context, now, actor, action, subject, null);
            context.SaveChanges();
        }

        return changed > 0;
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
