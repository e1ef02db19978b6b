using System.Security.Cryptography;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Accounts;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Access;

/// <summary>People who sign in to the console, with their roles. Capitals in a name do not matter.</summary>
internal sealed class Users(SqliteStore store, TimeProvider time)
{
    public const string Viewer = "viewer";
    public const string Administrator = "administrator";
    public const int MinPassword = PasswordHash.MinimumLength;

    public static readonly IReadOnlyList<string> Roles = [.. Enum.GetValues<Role>().Select(role => role.Name())];

    /// <summary>What is wrong with a new user, by field.</summary>
    public static IEnumerable<(string Field, string Message)> Problems(string name, string role, string? password)
    {
        if (name.Length is 0 or > 200 || name.Any(char.IsControl) || name != name.Trim())
        {
            yield return ("name", "A user's name has 1 to 200 characters and no blanks around it.");
        }

        if (!Roles.Contains(role))
        {
            yield return ("role", $"\"{role}\" is not a role: there are {string.Join(", ", Roles)}.");
        }

        if (password is { Length: < MinPassword or > PasswordHash.MaximumLength })
        {
            yield return ("password", $"A password has at least {MinPassword} characters.");
        }
    }

    public List<UserRow> List()
    {
        using StoreContext db = store.OpenContext();
        return [.. db.Users.OrderBy(user => user.Name)];
    }

    /// <exception cref="ProblemException">The name is taken.</exception>
    public async Task AddAsync(string name, string role, string password, string actor)
    {
        string hash = PasswordHash.Create(password);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await store.Gate.RunAsync(db =>
        {
            if (AccountStore.Named(db, name).Any())
            {
                throw new ProblemException(Api.Problems.NameTaken, $"There is already a user {name}: give a new password with `webhookbridge user reset`, or choose another name.");
            }

            db.Users.Add(new UserRow { Name = name, Role = role, PasswordHash = hash, Stamp = NewStamp(), CreatedAt = now });
            AuditLog.Add(db, now, actor, "user.add", "user/" + name, json => json.WriteString("role", role));
        });
    }

    /// <summary>Gives a new password and ends every session; false when there is no such user.</summary>
    public async Task<bool> ResetAsync(string name, string password, string actor)
    {
        string hash = PasswordHash.Create(password);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await store.Gate.RunAsync(db =>
        {
            if (AccountStore.Named(db, name).FirstOrDefault() is not { } user)
            {
                return false;
            }

            user.PasswordHash = hash;
            user.Stamp = NewStamp();
            user.Disabled = false;
            AuditLog.Add(db, now, actor, "user.reset", "user/" + user.Name, null);
            db.SaveChanges();
            return true;
        });
    }

    /// <summary>Gives a person another role; their sessions go on with it. False when there is no such person.</summary>
    /// <exception cref="ProblemException">It is the last administrator.</exception>
    public Task<bool> SetRoleAsync(string name, string role, string actor) => ChangeAsync(name, actor, "user.role", json => json.WriteString("role", role), (db, user) =>
    {
        if (role != Administrator)
        {
            KeepOne(db, user);
        }

        user.Role = role;
    });

    /// <summary>Shuts a person out, or lets them in again. False when there is no such person.</summary>
    /// <exception cref="ProblemException">It is the last administrator.</exception>
    public Task<bool> SetDisabledAsync(string name, bool disabled, string actor) => ChangeAsync(name, actor, disabled ? "user.disable" : "user.enable", null, (db, user) =>
    {
        if (disabled)
        {
            KeepOne(db, user);
            user.Stamp = NewStamp(); // ends the sessions
        }

        user.Disabled = disabled;
    });

    /// <summary>False when there is no such user.</summary>
    /// <exception cref="ProblemException">It is the last administrator who may sign in: nobody could set up anything any more.</exception>
    public async Task<bool> RemoveAsync(string name, string actor)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await store.Gate.RunAsync(db =>
        {
            if (AccountStore.Named(db, name).FirstOrDefault() is not { } user)
            {
                return false;
            }

            KeepOne(db, user);
            db.Users.Remove(user);
            AuditLog.Add(db, now, actor, "user.remove", "user/" + user.Name, null);
            db.SaveChanges();
            return true;
        });
    }

    private async Task<bool> ChangeAsync(string name, string actor, string action, Action<System.Text.Json.Utf8JsonWriter>? detail, Action<StoreContext, UserRow> change)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await store.Gate.RunAsync(db =>
        {
            if (AccountStore.Named(db, name).FirstOrDefault() is not { } user)
            {
                return false;
            }

            change(db, user);
            AuditLog.Add(db, now, actor, action, "user/" + user.Name, detail);
            db.SaveChanges();
            return true;
        });
    }

    private static void KeepOne(StoreContext db, UserRow user)
    {
        if (user.Role == Administrator && !user.Disabled && !db.Users.Any(other => other.Name != user.Name && other.Role == Administrator && !other.Disabled))
        {
            throw new ProblemException(Api.Problems.WrongState, $"{user.Name} is the last administrator: add another one first.");
        }
    }

    private static string NewStamp() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
