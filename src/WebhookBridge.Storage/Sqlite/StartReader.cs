using Microsoft.Data.Sqlite;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>Reads what a start needs, on one short connection for each question.</summary>
internal sealed class StartReader(Func<SqliteConnection> connect)
{
    public List<ConfigItemRow> ConfigItems() => Read(StartStatements.ConfigItems, static _ => { }, static row => new ConfigItemRow
    {
        Kind = row.Text(0),
        Name = row.Text(1),
        Revision = row.Int(2),
        Json = row.Text(3),
        ChangedAt = row.Long(4),
        ChangedBy = row.Text(5),
    });

    public List<ConfigSecretRow> ConfigSecrets() => Read(StartStatements.ConfigSecrets, static _ => { }, static row => new ConfigSecretRow
    {
        Kind = row.Text(0),
        Name = row.Text(1),
        Field = row.Text(2),
        Sealed = row.BlobArray(3),
    });

    public List<DestinationHoldRow> Holds() => Read(StartStatements.Holds, static _ => { }, static row => new DestinationHoldRow
    {
        Destination = row.Text(0),
        Reason = row.Text(1),
        Since = row.Long(2),
        Actor = row.Text(3),
    });

    /// <param name="now">Milliseconds; what has expired by then is left out.</param>
    public List<(string Value, DateTimeOffset? ExpiresAt)> ListItems(string list, long now) => Read(
        StartStatements.ListItems,
        statement =>
        {
            statement.Bind(1, list);
            statement.Bind(2, now);
        },
        static row => (row.Text(0), row.LongOrNull(1) is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : (DateTimeOffset?)null));

    public bool AnyRunningReplay() => Read(StartStatements.AnyRunningReplay, static _ => { }, static _ => true).Count > 0;

    public bool HasKey(string name, byte[] sha256) => Read(
        StartStatements.HasKey,
        statement =>
        {
            statement.Bind(1, name);
            statement.Bind(2, sha256.AsSpan());
        },
        static _ => true).Count > 0;

    private List<T> Read<T>(string sql, Action<Statement> bind, Func<Statement, T> row)
    {
        using SqliteConnection connection = connect();
        using var statement = new Statement(connection.Handle!, sql);
        bind(statement);
        var rows = new List<T>();
        while (statement.Step())
        {
            rows.Add(row(statement));
        }

        return rows;
    }
}
