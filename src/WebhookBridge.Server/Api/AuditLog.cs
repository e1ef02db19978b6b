using System.Text;
using System.Text.Json;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary>Who changed what, when. Written in the transaction of the change where there is one; never holds a secret.</summary>
internal sealed class AuditLog(SqliteStore store, TimeProvider time)
{
    /// <summary>Adds a record to a transaction that is under way.</summary>
    public static void Add(StoreContext db, long now, string actor, string action, string subject, Action<Utf8JsonWriter>? detail) => db.Audit.Add(new AuditRow
    {
        At = now,
        Actor = actor,
        Action = action,
        Subject = subject,
        Detail = detail is null ? null : Encoding.UTF8.GetString(ApiAnswer.Write(json =>
        {
            json.WriteStartObject();
            detail(json);
            json.WriteEndObject();
        })),
    });

    /// <summary>Adds a record of its own.</summary>
    public ValueTask RecordAsync(string actor, string action, string subject, Action<Utf8JsonWriter>? detail = null)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return store.Gate.RunAsync(db => Add(db, now, actor, action, subject, detail));
    }
}
