using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Config;

/// <summary>Items of named lists, up to 1,000,000 each: how a shop tells the gateway its own checkout ids (contract section 3).</summary>
public sealed class ListStore
{
    /// <summary>Values of one list.</summary>
    public const int MaxItems = 1_000_000;

    private const int Slice = 1000; // a few milliseconds of the writer

    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly StartReader _start;
    private readonly TimeProvider _time;

    internal ListStore(WriteGate gate, Func<StoreContext> open, StartReader start, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _start = start;
        _time = time;
    }

    /// <summary>Adds values, in slices; one that is there takes the new expiry. Says how many were not there before.</summary>
    public async Task<int> AddAsync(string list, IReadOnlyList<string> values, TimeSpan? expiresIn)
    {
        long? expires = expiresIn is { } span ? (_time.GetUtcNow() + span).ToUnixTimeMilliseconds() : null;
        int added = 0;
        for (int start = 0; start < values.Count; start += Slice)
        {
            int from = start;
            added += await _gate.RawAsync(connection => Add(connection, list, values, from, Math.Min(from + Slice, values.Count), expires));
        }

        return added;
    }

    /// <returns>How many were there.</returns>
    public async Task<int> RemoveAsync(string list, IReadOnlyList<string> values)
    {
        int removed = 0;
        for (int start = 0; start < values.Count; start += Slice)
        {
            int from = start;
            removed += await _gate.RawAsync(connection =>
            {
                using var remove = new Statement(connection.Handle!, ListStatements.Remove);
                int count = 0;
                for (int i = from; i < Math.Min(from + Slice, values.Count); i++)
                {
                    remove.Bind(1, list);
                    remove.Bind(2, values[i]);
                    count += remove.Run();
                }

                return count;
            });
        }

        return removed;
    }

    /// <summary>Makes the list hold exactly these values without expiry, in one transaction.</summary>
    public async Task ReplaceAsync(string list, IReadOnlyList<string> values) => await _gate.RawAsync(connection =>
    {
        using var clear = new Statement(connection.Handle!, ListStatements.Clear);
        clear.Bind(1, list);
        clear.Run();
        return Add(connection, list, values, 0, values.Count, expires: null);
    });

    /// <summary>Removes all items of a list that is deleted.</summary>
    public async Task ClearAsync(string list) => await ReplaceAsync(list, []);

    /// <summary>Whether the list holds the value now.</summary>
    public async Task<bool> ContainsAsync(string list, string value)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await using StoreContext context = _open();
        return await context.ListItems.AnyAsync(i => i.List == list && i.Value == value && (i.ExpiresAt == null || i.ExpiresAt > now));
    }

    public async Task<long> CountAsync(string list)
    {
        await using StoreContext context = _open();
        return await context.ListItems.LongCountAsync(i => i.List == list);
    }

    /// <summary>A page of values in their order; hand the last one in as <paramref name="after"/>.</summary>
    public async Task<IReadOnlyList<ListItemRow>> PageAsync(string list, string? after, int limit)
    {
        await using StoreContext context = _open();
        string start = after ?? string.Empty;
#pragma warning disable CA1309 // Translated to SQL, where texts compare by their bytes; EF Core knows this overload only.
        return await context.ListItems.Where(i => i.List == list && string.Compare(i.Value, start) > 0).OrderBy(static i => i.Value).Take(limit).ToListAsync();
#pragma warning restore CA1309
    }

    /// <summary>Every value of a list that has not expired, for memory: value and expiry.</summary>
    public IReadOnlyList<(string Value, DateTimeOffset? ExpiresAt)> LoadAll(string list)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return _start.ListItems(list, now);
    }

    /// <summary>Removes what has expired, in slices; says which lists lost something.</summary>
    public async Task<IReadOnlySet<string>> ExpireAsync()
    {
        var lists = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            int count = await _gate.RawAsync(connection =>
            {
                using var expire = new Statement(connection.Handle!, ListStatements.Expire);
                expire.Bind(1, now);
                expire.Bind(2, (long)Slice);
                int removed = 0;
                while (expire.Step())
                {
                    lists.Add(expire.Text(0));
                    removed++;
                }

                return removed;
            });
            if (count < Slice)
            {
                return lists;
            }
        }
    }

    private static int Add(SqliteConnection connection, string list, IReadOnlyList<string> values, int from, int to, long? expires)
    {
        using var add = new Statement(connection.Handle!, ListStatements.Add);
        using var extend = new Statement(connection.Handle!, ListStatements.SetExpiry);
        int added = 0;
        for (int i = from; i < to; i++)
        {
            add.Bind(1, list);
            add.Bind(2, values[i]);
            add.Bind(3, expires);
            if (add.Run() == 1)
            {
                added++;
                continue;
            }

            extend.Bind(1, list);
            extend.Bind(2, values[i]);
            extend.Bind(3, expires);
            extend.Run();
        }

        return added;
    }
}
