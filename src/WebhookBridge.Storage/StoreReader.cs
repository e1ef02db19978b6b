using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage;

/// <summary>Reads a database that a running gateway may hold, for export and the like. Whatever would write throws.</summary>
public sealed class StoreReader
{
    private readonly ConnectionFactory _connections;

    public StoreReader(DataDirectory directory, SecretBox box, TimeProvider time)
    {
        _connections = new ConnectionFactory(directory.DatabaseFile);
        try
        {
            using SqliteConnection connection = _connections.OpenReadOnly();
            Migrator.RequireCurrent(connection);
        }
        catch (SqliteException error)
        {
            throw new DataDirectoryException($"The database {directory.DatabaseFile} cannot be read: {error.Message} Check the file's permissions.", error);
        }

        var gate = new WriteGate(committer: null);
        StartReader start = new(_connections.OpenReadOnly);
        Config = new ConfigStore(gate, OpenContext, start, box, time);
        Lists = new ListStore(gate, OpenContext, start, time);
    }

    public ConfigStore Config { get; }

    public ListStore Lists { get; }

    public StoreContext OpenContext() => StoreContext.ForReading(_connections.OpenReadOnly(), prepare: null);
}
