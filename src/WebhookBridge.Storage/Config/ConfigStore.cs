using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Config;

/// <summary>What people set up, with every revision that ever was, and the secrets sealed. A save is one transaction with its audit row.</summary>
public sealed class ConfigStore
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly StartReader _start;
    private readonly SecretBox _box;
    private readonly TimeProvider _time;

    internal ConfigStore(WriteGate gate, Func<StoreContext> open, StartReader start, SecretBox box, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _start = start;
        _box = box;
        _time = time;
    }

    /// <summary>Everything that is set up now, secrets revealed.</summary>
    public IReadOnlyList<StoredItem> LoadAll()
    {
        ILookup<(string, string), ConfigSecretRow> secrets = _start.ConfigSecrets().ToLookup(static s => (s.Kind, s.Name));
        return [.. _start.ConfigItems().Select(i => ToItem(i, secrets[(i.Kind, i.Name)]))];
    }

    /// <summary>One item as it is now; null when there is none.</summary>
    public async Task<StoredItem?> LoadAsync(string kind, string name)
    {
        await using StoreContext context = _open();
        ConfigItemRow? item = await context.ConfigItems.FirstOrDefaultAsync(i => i.Kind == kind && i.Name == name);
        return item is null ? null : ToItem(item, await context.ConfigSecrets.Where(s => s.Kind == kind && s.Name == name).ToListAsync());
    }

    /// <summary>An item's JSON as it was at a revision, without secrets; null when that never was or was a deletion.</summary>
    public async Task<string?> LoadRevisionAsync(string kind, string name, int revision)
    {
        await using StoreContext context = _open();
        return await context.ConfigRevisions
            .Where(r => r.Kind == kind && r.Name == name && r.Revision == revision)
            .Select(static r => r.Json)
            .FirstOrDefaultAsync();
    }

    /// <summary>All revisions of an item, newest first; a null JSON is a deletion.</summary>
    public async Task<IReadOnlyList<ConfigRevisionRow>> RevisionsAsync(string kind, string name)
    {
        await using StoreContext context = _open();
        return await context.ConfigRevisions.Where(r => r.Kind == kind && r.Name == name).OrderByDescending(static r => r.Revision).ToListAsync();
    }

    /// <summary>Makes all changes or none. Putting what is there already, secrets included, changes nothing and keeps the revision.</summary>
    public async Task<SaveResult> SaveAsync(IReadOnlyList<ConfigChange> changes, string actor)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return await _gate.RunAsync(context => Save(context, changes, actor, now));
    }

    /// <summary>Seals everything anew with the box's newest key, and says how many values that were. Part of a rotation of the master key.</summary>
    public async Task<int> ResealAsync(SecretBox newer)
    {
        return await _gate.RunAsync(context =>
        {
            int count = 0;
            foreach (ConfigSecretRow row in context.ConfigSecrets.ToList().Where(r => !newer.IsCurrent(r.Sealed)))
            {
                SecretPlace place = Place(row.Kind, row.Name, row.Field);
                row.Sealed = newer.Seal(newer.Open(row.Sealed, place), place);
                count++;
            }

            foreach (SealedValueRow row in context.SealedValues.ToList().Where(r => !newer.IsCurrent(r.Sealed)))
            {
                SecretPlace place = SealedPlace(row.Kind, row.Name);
                row.Sealed = newer.Seal(newer.Open(row.Sealed, place), place);
                count++;
            }

            foreach (IdempotencyRow row in context.IdempotencyKeys.ToList().Where(r => !newer.IsCurrent(r.Body)))
            {
                SecretPlace place = IdempotencyStore.Place(row.Scope, row.Key);
                row.Body = newer.Seal(newer.Open(row.Body, place), place);
                count++;
            }

            foreach (RejectionRow row in context.Rejections.ToList().Where(r => !newer.IsCurrent(r.Headers)))
            {
                row.Target = newer.Seal(newer.Open(row.Target, RejectionRecorder.Place(row.Id, "target")), RejectionRecorder.Place(row.Id, "target"));
                row.Headers = newer.Seal(newer.Open(row.Headers, RejectionRecorder.Place(row.Id, "headers")), RejectionRecorder.Place(row.Id, "headers"));
                count++;
            }

            context.SaveChanges();
            return count;
        });
    }

    /// <summary>Keeps a secret that belongs to no item (the web server's sign-in keys), sealed.</summary>
    public async Task PutSealedAsync(string kind, string name, string secret)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        byte[] sealedBytes = _box.Seal(secret, SealedPlace(kind, name));
        await _gate.RunAsync(context =>
        {
            context.SealedValues.Where(v => v.Kind == kind && v.Name == name).ExecuteDelete();
            context.SealedValues.Add(new SealedValueRow { Kind = kind, Name = name, Sealed = sealedBytes, ChangedAt = now });
        });
    }

    /// <summary>The kind of what a destination's session keeps (access tokens and the like); it goes with the destination.</summary>
    public static string SessionKind(string destination) => "session/" + destination;

    /// <summary>All sealed values of a kind, opened, by name.</summary>
    public async Task<IReadOnlyDictionary<string, SecretText>> LoadSealedAsync(string kind)
    {
        await using StoreContext context = _open();
        List<SealedValueRow> rows = await context.SealedValues.Where(v => v.Kind == kind).OrderBy(static v => v.Name).ToListAsync();
        return rows.ToDictionary(static r => r.Name, r => new SecretText(_box.OpenText(r.Sealed, SealedPlace(kind, r.Name))), StringComparer.Ordinal);
    }

    private SaveResult Save(StoreContext context, IReadOnlyList<ConfigChange> changes, string actor, long now)
    {
        Dictionary<(string, string), ConfigItemRow> items = [];
        foreach (ConfigChange change in changes)
        {
            ConfigItemRow? item = context.ConfigItems.FirstOrDefault(i => i.Kind == change.Kind && i.Name == change.Name);
            int actual = item?.Revision ?? 0;
            if (change.ExpectedRevision is { } expected && expected != actual)
            {
                return new SaveResult.Stale(change.Kind, change.Name, actual);
            }

            if (item is not null)
            {
                items[(change.Kind, change.Name)] = item;
            }
        }

        var saved = new List<StoredItem>();
        foreach (ConfigChange change in changes)
        {
            ConfigItemRow? item = items.GetValueOrDefault((change.Kind, change.Name));
            switch (change)
            {
                case ConfigChange.Put put:
                    saved.Add(Put(context, item, put, actor, now));
                    break;
                case ConfigChange.Delete when item is not null:
                    Delete(context, item, actor, now);
                    break;
            }
        }

        context.SaveChanges();
        return new SaveResult.Saved(saved);
    }

    private StoredItem Put(StoreContext context, ConfigItemRow? item, ConfigChange.Put put, string actor, long now)
    {
        List<ConfigSecretRow> stored = [.. context.ConfigSecrets.Where(s => s.Kind == put.Kind && s.Name == put.Name)];
        bool secretsChanged = PutSecrets(context, put, stored);
        if (item is not null && item.Json == put.Json && !secretsChanged)
        {
            return ToItem(item, stored);
        }

        int last = context.ConfigRevisions.Where(r => r.Kind == put.Kind && r.Name == put.Name).Max(static r => (int?)r.Revision) ?? 0;
        bool created = item is null;
        if (item is null)
        {
            item = new ConfigItemRow { Kind = put.Kind, Name = put.Name };
            context.ConfigItems.Add(item);
        }

        item.Revision = last + 1; // a deleted item that comes back goes on counting: deliveries pin (name, revision)
        item.Json = put.Json;
        item.ChangedAt = now;
        item.ChangedBy = actor;
        context.ConfigRevisions.Add(new ConfigRevisionRow { Kind = put.Kind, Name = put.Name, Revision = item.Revision, Json = put.Json, ChangedAt = now, ChangedBy = actor });
        Audit(context, actor, now, created ? "create" : "change", put, item.Revision);
        context.SaveChanges();
        return ToItem(item, context.ConfigSecrets.Where(s => s.Kind == put.Kind && s.Name == put.Name).ToList());
    }

    private bool PutSecrets(StoreContext context, ConfigChange.Put put, List<ConfigSecretRow> stored)
    {
        bool changed = false;
        foreach (ConfigSecretRow row in stored.Where(s => !put.Secrets.ContainsKey(s.Field)))
        {
            context.ConfigSecrets.Remove(row);
            changed = true;
        }

        foreach ((string field, SecretText? secret) in put.Secrets)
        {
            if (secret is null)
            {
                continue;
            }

            SecretPlace place = Place(put.Kind, put.Name, field);
            ConfigSecretRow? row = stored.Find(s => s.Field == field);
            if (row is not null && FixedTime.Equals(_box.OpenText(row.Sealed, place), secret.Reveal()))
            {
                continue;
            }

            if (row is null)
            {
                context.ConfigSecrets.Add(row = new ConfigSecretRow { Kind = put.Kind, Name = put.Name, Field = field });
            }

            row.Sealed = _box.Seal(secret.Reveal(), place);
            changed = true;
        }

        return changed;
    }

    private static void Delete(StoreContext context, ConfigItemRow item, string actor, long now)
    {
        int last = context.ConfigRevisions.Where(r => r.Kind == item.Kind && r.Name == item.Name).Max(static r => r.Revision);
        context.ConfigItems.Remove(item);
        context.ConfigSecrets.Where(s => s.Kind == item.Kind && s.Name == item.Name).ExecuteDelete();
        if (item.Kind == "destination")
        {
            string session = SessionKind(item.Name);
            context.SealedValues.Where(v => v.Kind == session).ExecuteDelete();
        }

        context.ConfigRevisions.Add(new ConfigRevisionRow { Kind = item.Kind, Name = item.Name, Revision = last + 1, Json = null, ChangedAt = now, ChangedBy = actor });
        Audit(context, actor, now, "delete", new ConfigChange.Delete(item.Kind, item.Name), last + 1);
    }

    private static void Audit(StoreContext context, string actor, long now, string action, ConfigChange change, int revision) =>
        context.Audit.Add(new AuditRow
        {
            At = now,
            Actor = actor,
            Action = action,
            Subject = $"{change.Kind}/{change.Name}",
            Detail = JsonSerializer.Serialize(new Dictionary<string, int> { ["revision"] = revision }),
        });

    private StoredItem ToItem(ConfigItemRow item, IEnumerable<ConfigSecretRow> secrets) => new(
        item.Kind,
        item.Name,
        item.Revision,
        item.Json,
        secrets.ToDictionary(static s => s.Field, s => new SecretText(_box.OpenText(s.Sealed, Place(s.Kind, s.Name, s.Field))), StringComparer.Ordinal),
        DateTimeOffset.FromUnixTimeMilliseconds(item.ChangedAt),
        item.ChangedBy);

    private static SecretPlace Place(string kind, string name, string field) => new("config_secrets", $"{kind}/{name}", field);

    private static SecretPlace SealedPlace(string kind, string name) => new("sealed_values", kind, name);
}
