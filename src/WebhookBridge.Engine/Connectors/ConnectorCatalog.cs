using System.Collections.Frozen;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Every connector of this process: the bundled ones and the plugins that could be loaded; and those that could not, with the reason.</summary>
public sealed class ConnectorCatalog
{
    private readonly FrozenDictionary<string, CatalogEntry> _byId;

    private ConnectorCatalog(IEnumerable<CatalogEntry> entries)
    {
        Entries = [.. entries.OrderBy(static e => e.Id, StringComparer.Ordinal)];
        _byId = Entries.ToFrozenDictionary(static e => e.Id);
    }

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<CatalogEntry> Entries { get; }

    /// <summary>Takes the bundled connectors and loads what lies in the plugin folder. A plugin that fails is quarantined; a bundled connector that fails is a bug and throws.</summary>
    /// <param name="bundled">The connectors that ship with the program.</param>
    /// <param name="pluginFolder">Holds one folder for each plugin; null or absent = no plugins. Read at start only.</param>
    public static ConnectorCatalog Load(IEnumerable<IConnector> bundled, string? pluginFolder)
    {
        Dictionary<string, CatalogEntry> entries = [];
        foreach (IConnector connector in bundled)
        {
            ConnectorDescription description = connector.Describe();
            string? problem = DescriptionCheck.FirstProblem(description);
            if (problem is not null || !entries.TryAdd(description.Id, new CatalogEntry.Ready("bundled", connector, description)))
            {
                throw new InvalidOperationException($"Bundled connector {description.Id}: {problem ?? "the id occurs twice"}");
            }
        }

        foreach (CatalogEntry plugin in PluginLoader.LoadAll(pluginFolder))
        {
            if (!entries.TryAdd(plugin.Id, plugin))
            {
                string id = Path.GetFileName(plugin.Origin) is { Length: > 0 } folder && !entries.ContainsKey(folder) ? folder : plugin.Origin;
                entries[id] = new CatalogEntry.Quarantined(id, plugin.Origin, $"another connector has the id {plugin.Id}");
            }
        }

        return new ConnectorCatalog(entries.Values);
    }

    /// <summary>The entry of that id, ready or quarantined; null when there is none.</summary>
    public CatalogEntry? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The connector of that id, if it is ready.</summary>
    public CatalogEntry.Ready? FindReady(string id) => Find(id) as CatalogEntry.Ready;
}

/// <summary>A connector as the catalog knows it.</summary>
public abstract record CatalogEntry
{
    private CatalogEntry(string id, string origin)
    {
        Id = id;
        Origin = origin;
    }

    /// <summary>The connector's id; of a plugin that could not be loaded the folder's name.</summary>
    public string Id { get; }

    /// <summary><c>bundled</c>, or the plugin's folder.</summary>
    public string Origin { get; }

    /// <summary>It can be used.</summary>
    public sealed record Ready : CatalogEntry
    {
        public Ready(string origin, IConnector connector, ConnectorDescription description)
            : base(description.Id, origin)
        {
            Connector = connector;
            Description = description;
        }

        public IConnector Connector { get; }

        public ConnectorDescription Description { get; }
    }

    /// <summary>A plugin that could not be loaded; its destinations wait.</summary>
    public sealed record Quarantined : CatalogEntry
    {
        public Quarantined(string id, string origin, string reason)
            : base(id, origin) => Reason = reason;

        /// <summary>One sentence.</summary>
        public string Reason { get; }
    }
}
