using System.Collections.Concurrent;
using System.Collections.Frozen;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Server.Api;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.Hosting;

/// <summary>Named lists: the database is the truth, memory is what conditions look at. A value that becomes known is told, so that what waits for it goes on.</summary>
internal sealed class ValueLists(ListStore store, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ValueList> _lists = new(StringComparer.Ordinal);

    /// <summary>Told after the commit: the list's name and the values that were put.</summary>
    public Func<string, IReadOnlyList<string>, Task> Known { get; set; } = static (_, _) => Task.CompletedTask;

    public IReadOnlyDictionary<string, ValueList> ByName => _lists;

    /// <summary>The lists there are, and empty ones for the names that are new.</summary>
    public IReadOnlyDictionary<string, ValueList> With(IEnumerable<string> names) =>
        names.ToFrozenDictionary(name => name, name => _lists.GetValueOrDefault(name) ?? new ValueList(), StringComparer.Ordinal);

    public void Load(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            ValueList list = _lists[name] = new ValueList();
            foreach ((string value, DateTimeOffset? end) in store.LoadAll(name))
            {
                list.Put(value, end);
            }
        }
    }

    /// <summary>Makes sure that the list is there before a snapshot refers to it.</summary>
    public void Add(string name) => _lists.TryAdd(name, new ValueList());

    /// <summary>Makes the list hold exactly these values.</summary>
    public async Task ReplaceAsync(string name, IReadOnlyList<string> values)
    {
        HashSet<string> keep = [.. values];
        List<string> gone = [.. store.LoadAll(name).Select(item => item.Value).Where(value => !keep.Contains(value))];
        await store.ReplaceAsync(name, values);
        ValueList list = _lists.GetOrAdd(name, _ => new ValueList());
        gone.ForEach(list.Remove);
        foreach (string value in values)
        {
            list.Put(value, null);
        }

        await Known(name, values);
    }

    /// <summary>Puts values or gives them a new end; returns after the commit.</summary>
    /// <exception cref="ProblemException">The list would grow beyond what a list may hold.</exception>
    public async Task PutAsync(string name, IReadOnlyList<string> values, TimeSpan? expiresIn)
    {
        ValueList list = _lists.GetOrAdd(name, _ => new ValueList());
        if (list.Count + (long)values.Count > ListStore.MaxItems && list.Count + values.Distinct().LongCount(value => !list.Contains(value, DateTimeOffset.MinValue)) > ListStore.MaxItems)
        {
            throw new ProblemException(Problems.NotPossible, $"A list holds at most {ListStore.MaxItems} values; \"{name}\" has {list.Count}.");
        }

        await store.AddAsync(name, values, expiresIn);
        DateTimeOffset? end = expiresIn is { } life ? time.GetUtcNow() + life : null;
        foreach (string value in values)
        {
            list.Put(value, end);
        }

        await Known(name, values);
    }

    /// <summary>Takes values out; those that are not there are no mistake.</summary>
    public async Task RemoveAsync(string name, IReadOnlyList<string> values)
    {
        await store.RemoveAsync(name, values);
        foreach (string value in values)
        {
            _lists.GetValueOrDefault(name)?.Remove(value);
        }
    }

    /// <summary>Removes a list with all that is in it.</summary>
    public async Task RemoveAsync(string name)
    {
        await store.ClearAsync(name);
        _lists.TryRemove(name, out _);
    }

    public Task<IReadOnlyList<ListItemRow>> PageAsync(string name, string? after, int limit) => store.PageAsync(name, after, limit);

    public Task<bool> ContainsAsync(string name, string value) => store.ContainsAsync(name, value);

    /// <summary>All values without an end: what belongs to the configuration. Those with one are the shop's.</summary>
    public List<string> Lasting(string name) => [.. store.LoadAll(name).Where(item => item.ExpiresAt is null).Select(item => item.Value)];

    /// <summary>Takes out what has ended, and gives its room in memory back.</summary>
    /// <returns>True when a list was made anew: the caller publishes a snapshot with it.</returns>
    public async Task<bool> RemoveExpiredAsync()
    {
        IReadOnlySet<string> changed = await store.ExpireAsync();
        Load(changed.Where(_lists.ContainsKey));
        return changed.Count > 0;
    }
}
