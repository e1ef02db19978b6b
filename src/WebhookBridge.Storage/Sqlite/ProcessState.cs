using Microsoft.Data.Sqlite;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>A few values that the program notes for itself.</summary>
internal static class ProcessState
{
    public static void Set(SqliteConnection connection, string name, string value)
    {
        using var set = new Statement(connection.Handle!, ConnectionStatements.SetState);
        set.Bind(1, name);
        set.Bind(2, value);
        set.Run();
    }

    public static string? Get(SqliteConnection connection, string name)
    {
        using var get = new Statement(connection.Handle!, ConnectionStatements.GetState);
        get.Bind(1, name);
        if (!get.Step())
        {
            return null;
        }

        string value = get.Text(0);
        get.Reset();
        return value;
    }
}
