using System.Collections.Concurrent;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Finds the revision of a route that a delivery is pinned to: today's from the snapshot, an older one compiled from what was stored.</summary>
/// <param name="load">Loads and compiles a stored revision; null when it is not there any more.</param>
public sealed class RouteRevisions(CurrentConfiguration configuration, Func<string, int, ValueTask<ActiveRoute?>> load)
{
    /// <summary>Old revisions kept compiled; beyond it the cache starts anew, which costs a compilation each.</summary>
    private const int MaxKept = 256;

    private readonly ConcurrentDictionary<(string Route, int Revision), ActiveRoute> _older = new();

    /// <summary>The route at that revision, or null when route and revision are gone.</summary>
    public ValueTask<ActiveRoute?> FindAsync(string route, int revision)
    {
        if (configuration.Value.Routes.TryGetValue(route, out ActiveRoute? current) && current.Revision == revision)
        {
            return new(current);
        }

        return _older.TryGetValue((route, revision), out ActiveRoute? older) ? new(older) : LoadAsync(route, revision);
    }

    private async ValueTask<ActiveRoute?> LoadAsync(string route, int revision)
    {
        ActiveRoute? loaded = await load(route, revision);
        if (loaded is not null)
        {
            if (_older.Count >= MaxKept)
            {
                _older.Clear();
            }

            _older[(route, revision)] = loaded;
        }

        return loaded;
    }
}
