using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>One numbered file of <c>Schema/</c>.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    public static IReadOnlyList<Migration> All { get; } = LoadAll();

    private static List<Migration> LoadAll()
    {
        Assembly assembly = typeof(Migration).Assembly;
        var all = new List<Migration>();
        foreach (string resource in assembly.GetManifestResourceNames().Where(static n => n.EndsWith(".sql", StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            string name = resource[(resource.IndexOf("Schema.", StringComparison.Ordinal) + 7)..^4];
            all.Add(new Migration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd().ReplaceLineEndings("\n")));
        }

        all.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return all;
    }
}

/// <summary>Brings the tables up to date at start: each file once, in one transaction, its checksum kept; a backup beside the database before a later one; a newer schema is refused.</summary>
/// <remarks>The lock on the data directory keeps every other process away; the transaction takes SQLite's write lock besides.</remarks>
internal sealed class Migrator(ConnectionFactory connections, IReadOnlyList<Migration> migrations, TimeProvider time)
{
    public void Run()
    {
        using SqliteConnection connection = connections.OpenWriter();
        List<(int Number, string Name, string Sha256)> applied = Applied(connection);
        Compare(applied, migrations);
        if (applied.Count == migrations.Count)
        {
            return;
        }

        if (applied.Count > 0)
        {
            BackupBeside(connection, applied.Count);
        }

        ConnectionFactory.Execute(connection, ConnectionStatements.Begin);
        ConnectionFactory.Execute(connection, SchemaStatements.CreateTable);
        foreach (Migration migration in migrations.Skip(applied.Count))
        {
            ConnectionFactory.Execute(connection, migration.Sql);
            using var record = new Statement(connection.Handle!, SchemaStatements.Record);
            record.Bind(1, (long)migration.Number);
            record.Bind(2, migration.Name);
            record.Bind(3, migration.Sha256);
            record.Bind(4, time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
            record.Run();
        }

        ConnectionFactory.Execute(connection, ConnectionStatements.Commit);
    }

    /// <summary>For a database that is only read: its schema has to be ours, neither newer nor older.</summary>
    public static void RequireCurrent(SqliteConnection connection)
    {
        List<(int Number, string Name, string Sha256)> applied = Applied(connection);
        Compare(applied, Migration.All);
        if (applied.Count < Migration.All.Count)
        {
            throw new DataDirectoryException("The database is of an older version of WebhookBridge. Start the gateway once; it brings the tables up to date.");
        }
    }

    /// <summary>For a backup: it is ours, and not newer; an older one is brought up to date at the next start.</summary>
    public static void RequireKnown(SqliteConnection connection)
    {
        List<(int Number, string Name, string Sha256)> applied = Applied(connection);
        Compare(applied, Migration.All);
        if (applied.Count == 0)
        {
            throw new DataDirectoryException("The file is no database of WebhookBridge.");
        }
    }

    private static List<(int Number, string Name, string Sha256)> Applied(SqliteConnection connection)
    {
        var applied = new List<(int, string, string)>();
        if (ConnectionFactory.Scalar(connection, SchemaStatements.HasTable) is 0L)
        {
            return applied;
        }

        using var rows = new Statement(connection.Handle!, SchemaStatements.Applied);
        while (rows.Step())
        {
            applied.Add((rows.Int(0), rows.Text(1), rows.Text(2)));
        }

        return applied;
    }

    private static void Compare(List<(int Number, string Name, string Sha256)> applied, IReadOnlyList<Migration> known)
    {
        for (int i = 0; i < applied.Count; i++)
        {
            (int number, string name, string sha256) = applied[i];
            if (i >= known.Count)
            {
                throw new DataDirectoryException($"The database is newer than this program: it has schema {applied[^1].Number}, this program knows up to {known[^1].Number}. Start the version of WebhookBridge that wrote it, or a later one.");
            }

            if (known[i].Number != number || known[i].Sha256 != sha256)
            {
                throw new DataDirectoryException($"The database was made by another build of this program: schema step {name} is not the one that this program knows. Start the version of WebhookBridge that wrote it.");
            }
        }
    }

    private void BackupBeside(SqliteConnection connection, int version)
    {
        string stamp = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string file = $"{connections.File}.schema{version}-{stamp}.bak";
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        copy.Open();
        connection.BackupDatabase(copy);
    }
}
