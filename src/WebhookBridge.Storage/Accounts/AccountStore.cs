using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Accounts;

/// <summary>People and their sessions. Every change is one transaction with its audit row.</summary>
public sealed class AccountStore(SqliteStore store)
{
    private const int LongestAgent = 300;

    private volatile bool _anyone;

    /// <summary>False until the first person exists. Once true it stays so: the last administrator cannot be removed.</summary>
    public async ValueTask<bool> AnyAsync(CancellationToken cancellation)
    {
        if (!_anyone)
        {
            await using StoreContext context = store.OpenContext();
            _anyone = await context.Users.AnyAsync(cancellation);
        }

        return _anyone;
    }

    /// <summary>Capitals do not matter.</summary>
    public async Task<Account?> FindAsync(string name, CancellationToken cancellation)
    {
        await using StoreContext context = store.OpenContext();
        return await Named(context, name).FirstOrDefaultAsync(cancellation) is { } row ? ToAccount(row) : null;
    }

    /// <summary>The person of that name, capitals or not: one rule for the console, the API and the command line.</summary>
    public static IQueryable<UserRow> Named(StoreContext context, string name) => context.Users.Where(u => EF.Functions.Collate(u.Name, "NOCASE") == name);

    /// <summary>Makes the first person; false when there is one already.</summary>
    public async Task<bool> CreateFirstAsync(Account account, DateTimeOffset now) => await store.Gate.RunAsync(context =>
    {
        if (context.Users.Any())
        {
            return false;
        }

        context.Users.Add(new UserRow
        {
            Name = account.Name,
            PasswordHash = account.PasswordHash,
            Role = account.Role,
            Stamp = NewStamp(),
            CreatedAt = now.ToUnixTimeMilliseconds(),
            Language = account.Language,
            TimeZone = account.TimeZone,
        });
        Audit(context, now, account.Name, "user.add", account.Name);
        context.SaveChanges();
        return true;
    });

    /// <summary>A person has proved who they are.</summary>
    public async Task StartSessionAsync(Account account, byte[] key, DateTimeOffset now, DateTimeOffset expires, string address, string agent) =>
        await store.Gate.RunAsync(context =>
        {
            long at = now.ToUnixTimeMilliseconds();
            context.Sessions.Where(s => s.ExpiresAt <= at).ExecuteDelete();
            context.Users.Where(u => u.Name == account.Name).ExecuteUpdate(s => s.SetProperty(static u => u.LastSignIn, at));
            context.Sessions.Add(new SessionRow
            {
                Key = key,
                User = account.Name,
                Stamp = account.Stamp,
                CreatedAt = at,
                SeenAt = at,
                ExpiresAt = expires.ToUnixTimeMilliseconds(),
                Address = address,
                Agent = agent.Length > LongestAgent ? agent[..LongestAgent] : agent,
            });
            Audit(context, now, account.Name, "user.signIn", account.Name);
        });

    /// <summary>The session of a key and its person; null when there is none, it has ended, or the person is disabled or has changed password or role.</summary>
    public async Task<AccountSession?> FindSessionAsync(byte[] key, DateTimeOffset now, CancellationToken cancellation)
    {
        long at = now.ToUnixTimeMilliseconds();
        await using StoreContext context = store.OpenContext();
        var found = await (from session in context.Sessions
                           join user in context.Users on session.User equals user.Name
                           where session.Key == key && session.ExpiresAt > at && session.Stamp == user.Stamp && !user.Disabled
                           select new { session, user }).FirstOrDefaultAsync(cancellation);
        return found is null ? null : ToSession(found.session, ToAccount(found.user));
    }

    public async Task TouchSessionAsync(byte[] key, DateTimeOffset now) =>
        await store.Gate.RunAsync(context => { context.Sessions.Where(s => s.Key == key).ExecuteUpdate(s => s.SetProperty(static r => r.SeenAt, now.ToUnixTimeMilliseconds())); });

    /// <summary>Where a person is signed in, newest first.</summary>
    public async Task<IReadOnlyList<AccountSession>> SessionsOfAsync(string name, DateTimeOffset now, CancellationToken cancellation)
    {
        long at = now.ToUnixTimeMilliseconds();
        await using StoreContext context = store.OpenContext();
        UserRow? user = await context.Users.FirstOrDefaultAsync(u => u.Name == name, cancellation);
        return user is null ? [] : [.. (await context.Sessions.Where(s => s.User == name && s.ExpiresAt > at && s.Stamp == user.Stamp).OrderByDescending(static s => s.CreatedAt).ToListAsync(cancellation))
            .Select(s => ToSession(s, ToAccount(user)))];
    }

    /// <summary>Signs a person out in one place.</summary>
    public async Task EndSessionAsync(byte[] key, string name, DateTimeOffset now) => await store.Gate.RunAsync(context =>
    {
        context.Sessions.Where(s => s.Key == key).ExecuteDelete();
        Audit(context, now, name, "user.signOut", name);
    });

    /// <summary>Signs a person out everywhere.</summary>
    public async Task EndSessionsAsync(string name, DateTimeOffset now) => await store.Gate.RunAsync(context =>
    {
        context.Sessions.Where(s => s.User == name).ExecuteDelete();
        Audit(context, now, name, "user.signOutEverywhere", name);
    });

    public async Task SetPreferencesAsync(string name, string language, string timeZone, DateTimeOffset now) => await store.Gate.RunAsync(context =>
    {
        context.Users.Where(u => u.Name == name).ExecuteUpdate(s => s.SetProperty(static u => u.Language, language).SetProperty(static u => u.TimeZone, timeZone));
        Audit(context, now, name, "user.preferences", name);
    });

    /// <summary>Ends every session of the person but the one that asks.</summary>
    public async Task SetPasswordAsync(string name, string hash, string actor, byte[]? keepSession, DateTimeOffset now) => await store.Gate.RunAsync(context =>
    {
        string stamp = NewStamp();
        context.Users.Where(u => u.Name == name).ExecuteUpdate(s => s.SetProperty(static u => u.PasswordHash, hash).SetProperty(static u => u.Stamp, stamp));
        context.Sessions.Where(s => s.User == name && s.Key != keepSession).ExecuteDelete();
        context.Sessions.Where(s => s.Key == keepSession).ExecuteUpdate(s => s.SetProperty(static r => r.Stamp, stamp));
        Audit(context, now, actor, "user.password", name);
    });

    private static string NewStamp() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static void Audit(StoreContext context, DateTimeOffset now, string actor, string action, string name) =>
        context.Audit.Add(new AuditRow { At = now.ToUnixTimeMilliseconds(), Actor = actor, Action = action, Subject = $"user/{name}" });

    private static Account ToAccount(UserRow row) => new(row.Name, row.Role, row.PasswordHash, row.Language, row.TimeZone)
    {
        Disabled = row.Disabled,
        Stamp = row.Stamp,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
        LastSignIn = row.LastSignIn is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
    };

    private static AccountSession ToSession(SessionRow row, Account account) => new(
        row.Key,
        account,
        DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt),
        DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt),
        DateTimeOffset.FromUnixTimeMilliseconds(row.SeenAt),
        row.Address,
        row.Agent);
}
