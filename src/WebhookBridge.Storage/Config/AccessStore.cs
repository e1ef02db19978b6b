using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Config;

/// <summary>Who may come in: API keys (as SHA-256 only) and users (the password's hash is the caller's).</summary>
public sealed class AccessStore
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly TimeProvider _time;

    internal AccessStore(WriteGate gate, Func<StoreContext> open, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _time = time;
    }

    /// <summary>What is kept of a key.</summary>
    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

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

    /// <summary>The live key of that text; null when there is none, or it has expired or been revoked.</summary>
    /// <remarks>Found by its hash: nobody can steer towards a hash, so the look-up's time tells nothing.</remarks>
    public async Task<ApiKeyRow?> FindKeyAsync(string key)
    {
        long now = Now();
        byte[] hash = HashOf(key);
        await using StoreContext context = _open();
        return await context.ApiKeys.FirstOrDefaultAsync(k => k.Sha256 == hash && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now));
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

    public async Task<UserRow?> FindUserAsync(string name)
    {
        await using StoreContext context = _open();
        return await context.Users.FirstOrDefaultAsync(u => u.Name == name);
    }

    public async Task<IReadOnlyList<UserRow>> UsersAsync()
    {
        await using StoreContext context = _open();
        return await context.Users.OrderBy(static u => u.Name).ToListAsync();
    }

    /// <summary>Creates or replaces a user. A new <c>Stamp</c> ends the sessions that carry the old one.</summary>
    public async Task PutUserAsync(UserRow user, string actor)
    {
        long now = Now();
        await _gate.RunAsync(context =>
        {
            UserRow? old = context.Users.FirstOrDefault(u => u.Name == user.Name);
            if (old is null)
            {
                user.CreatedAt = now;
                context.Users.Add(user);
            }
            else
            {
                (old.PasswordHash, old.Role, old.Stamp, old.Disabled) = (user.PasswordHash, user.Role, user.Stamp, user.Disabled);
            }

            AuditStore.Add(context, now, actor, old is null ? "create" : "change", $"user/{user.Name}", null);
        });
    }

    public async Task<bool> RemoveUserAsync(string name, string actor)
    {
        long now = Now();
        return await _gate.RunAsync(context => Audited(context, now, actor, "delete", $"user/{name}", context.Users.Where(u => u.Name == name).ExecuteDelete()));
    }

    public async Task TouchUserAsync(string name)
    {
        long now = Now();
        await _gate.RunAsync<int>(context => context.Users.Where(u => u.Name == name).ExecuteUpdate(s => s.SetProperty(static u => u.LastSignIn, now)));
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
