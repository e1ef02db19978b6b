using System.Globalization;
using Microsoft.Data.Sqlite;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage;

/// <summary>Copies of the database: taken beside a running gateway, put back only when none runs.</summary>
public static class Backup
{
    /// <summary>Writes a consistent copy to a file, whole or not at all. Secrets in it are sealed; the master key is not in it.</summary>
    /// <param name="withMasterKey">Writes the key beside it, as <c>FILE.key</c>, readable for its owner only.</param>
    public static void Write(DataDirectory directory, string file, bool withMasterKey)
    {
        string full = Path.GetFullPath(file);
        if (File.Exists(full))
        {
            throw new DataDirectoryException($"{full} exists already. Name another file.");
        }

        string partial = full + ".partial";
        try
        {
            File.Delete(partial);
            using (SqliteConnection source = new ConnectionFactory(directory.DatabaseFile).OpenReadOnly())
            {
                Migrator.RequireCurrent(source);
                Copy(source, partial);
            }

            if (withMasterKey)
            {
                MasterKey.LoadOrCreate(Environment.GetEnvironmentVariable(MasterKey.Variable), directory.MasterKeyFile, mayCreate: false).WriteFile(full + ".key");
            }

            Sync(partial);
            File.Move(partial, full);
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            File.Delete(partial);
            throw new DataDirectoryException($"The backup {full} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Puts a backup in the place of the database. What was there is kept beside it; its path is returned, null when there was none.</summary>
    /// <param name="directory">Locked: no gateway runs on it.</param>
    public static string? Restore(DataDirectory directory, string file, TimeProvider time)
    {
        if (!directory.IsLocked)
        {
            throw new ArgumentException("The data directory was opened for reading only.", nameof(directory));
        }

        if (!File.Exists(file))
        {
            throw new DataDirectoryException($"The backup {Path.GetFullPath(file)} is not there.");
        }

        string incoming = directory.DatabaseFile + ".restoring";
        try
        {
            File.Delete(incoming);
            using (SqliteConnection source = new ConnectionFactory(Path.GetFullPath(file)).OpenReadOnly())
            {
                Migrator.RequireKnown(source);
                if (ConnectionFactory.Scalar(source, ConnectionStatements.QuickCheck) is not "ok")
                {
                    throw new DataDirectoryException($"The backup {file} is damaged: quick_check found errors. Nothing was changed.");
                }

                Copy(source, incoming);
            }

            Sync(incoming);
            string? aside = MoveAside(directory.DatabaseFile, time);
            File.Move(incoming, directory.DatabaseFile);
            return aside;
        }
        catch (SqliteException error)
        {
            throw new DataDirectoryException($"The backup {file} cannot be read: {error.Message} Nothing was changed.", error);
        }
    }

    private static string? MoveAside(string database, TimeProvider time)
    {
        if (!File.Exists(database))
        {
            return null;
        }

        string aside = $"{database}.before-restore-{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        foreach (string end in (ReadOnlySpan<string>)["-shm", "-wal", ""])
        {
            if (File.Exists(database + end))
            {
                File.Move(database + end, aside + end);
            }
        }

        return aside;
    }

    /// <summary>SQLite's own backup: page by page in one read transaction, writers go on.</summary>
    private static void Copy(SqliteConnection source, string file)
    {
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        target.Open();
        source.BackupDatabase(target);
    }

    private static void Sync(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }
}
