namespace WebhookBridge.Storage.Sqlite;

/// <summary>What the <see cref="Migrator"/> keeps for itself.</summary>
internal static class SchemaStatements
{
    public const string CreateTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
          number     INTEGER PRIMARY KEY,
          name       TEXT NOT NULL,
          sha256     TEXT NOT NULL,
          applied_at TEXT NOT NULL
        ) STRICT
        """;

    public const string HasTable = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'";

    public const string Applied = "SELECT number, name, sha256 FROM schema_migrations ORDER BY number";

    public const string Record = "INSERT INTO schema_migrations (number, name, sha256, applied_at) VALUES (?1, ?2, ?3, ?4)";
}
