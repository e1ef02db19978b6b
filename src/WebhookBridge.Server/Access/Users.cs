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

            if (user.Role == Administrator && !db.Users.Any(other => other.Name != user.Name && other.Role == Administrator && !other.Disabled))
            {
                throw new ProblemException(Api.Problems.WrongState, $"{user.Name} is the last administrator: add another one first.");
            }

            db.Users.Remove(user);
            AuditLog.Add(db, now, actor, "user.remove", "user/" + user.Name, null);
            db.SaveChanges();
            return true;
        });
    }

    private static string NewStamp() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
