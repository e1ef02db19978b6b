using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Config;

/// <summary>What administrators set for the gateway itself: a JSON document by name. What it says is the caller's affair.</summary>
public sealed class SettingStore
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly TimeProvider _time;

    internal SettingStore(WriteGate gate, Func<StoreContext> open, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _time = time;
    }

    /// <returns>The document, or null when it was never set.</returns>
    public async Task<SettingRow?> FindAsync(string name)
    {
        await using StoreContext context = _open();
        return await context.Settings.FirstOrDefaultAsync(s => s.Name == name);
    }

    /// <summary>Sets it, with an audit record of the new document: it must hold no secret.</summary>
    public async Task SetAsync(string name, string json, string actor)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await _gate.RunAsync(context =>
        {
            if (context.Settings.Find(name) is not { } row)
            {
                context.Settings.Add(row = new SettingRow { Name = name });
            }

            row.Json = json;
            row.ChangedAt = now;
            row.ChangedBy = actor;
            AuditStore.Add(context, now, actor, "set", $"setting/{name}", json);
        });
    }
}
