namespace WebhookBridge.Storage.Sqlite;

/// <summary>What every connection is told, and what the database as a whole is asked.</summary>
internal static class ConnectionStatements
{
    /// <summary>FULL: a commit is on disk before anyone hears of it (design invariant 1). Checkpoints are run by the <see cref="Checkpointer"/>, never inside a commit.</summary>
    /// <remarks>auto_vacuum counts only before the first page is written, which switching to the log does: pages freed by retention can then be given back to the disk.</remarks>
    public const string Writer = """
        PRAGMA busy_timeout = 10000;
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA wal_autocheckpoint = 0;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -4096;
        """;

    public const string Reader = """
        PRAGMA busy_timeout = 10000;
        PRAGMA query_only = ON;
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -2048;
        """;

    public const string Begin = "BEGIN IMMEDIATE";
    public const string Commit = "COMMIT";
    public const string Rollback = "ROLLBACK";
    public const string Savepoint = "SAVEPOINT one";
    public const string ReleaseSavepoint = "RELEASE one";
    public const string RollbackToSavepoint = "ROLLBACK TO one";

    public const string QuickCheck = "PRAGMA quick_check(1)";
    public const string IntegrityCheck = "PRAGMA integrity_check(20)";
    public const string ForeignKeyCheck = "PRAGMA foreign_key_check";

    /// <summary>Copies what it can without waiting for anyone.</summary>
    public const string CheckpointPassive = "PRAGMA wal_checkpoint(PASSIVE)";

    /// <summary>Copies the rest and lets the log begin anew; nobody may write meanwhile.</summary>
    public const string CheckpointRestart = "PRAGMA wal_checkpoint(RESTART)";

    /// <summary>At a clean stop: leaves an empty log behind.</summary>
    public const string CheckpointTruncate = "PRAGMA wal_checkpoint(TRUNCATE)";

    public const string FreePages = "PRAGMA freelist_count";

    /// <summary>Gives a few free pages back to the file system.</summary>
    public const string IncrementalVacuum = "PRAGMA incremental_vacuum(64)";

    public const string SetState = "INSERT INTO process_state (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    public const string GetState = "SELECT value FROM process_state WHERE name = ?1";
}
