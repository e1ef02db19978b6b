using Microsoft.Data.Sqlite;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>The one place where connections are opened, so that none lacks its pragmas.</summary>
/// <remarks>Waiting for a busy database is SQLite's own (<c>busy_timeout</c>): the provider's retry sleeps 150 ms at a time (design section 4).</remarks>
internal sealed class ConnectionFactory(string file)
{
    /// <summary>The same number stands in the pragmas of <see cref="ConnectionStatements"/>.</summary>
    public const int BusyTimeoutMs = 10_000;

    public string File { get; } = file;

    /// <summary>For the committer only: there is one writer in the process.</summary>
    public SqliteConnection OpenWriter() => Open(File, SqliteOpenMode.ReadWriteCreate, ConnectionStatements.Writer);

    public SqliteConnection OpenReader() => Open(File, SqliteOpenMode.ReadWrite, ConnectionStatements.Reader);

    /// <summary>For a database that another process may hold, or that lies on a read-only disk.</summary>
    /// <remarks>A log needs a file beside the database. Where none can be made and none is there, nothing can change the database either, and it may be read as it is.</remarks>
    public SqliteConnection OpenReadOnly()
    {
        try
        {
            return Open(File, SqliteOpenMode.ReadOnly, ConnectionStatements.Reader);
        }
        catch (SqliteException error) when (error.SqliteErrorCode is SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_READONLY && !System.IO.File.Exists(File + "-wal"))
        {
            return Open(new Uri(File).AbsoluteUri + "?immutable=1", SqliteOpenMode.ReadOnly, ConnectionStatements.Reader);
        }
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of the *Statements files come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of the *Statements files come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private static SqliteConnection Open(string source, SqliteOpenMode mode, string pragmas)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = source,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 1, // shorter than busy_timeout, so that the provider never comes to its own retry (0 would be for ever)
        };
        var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, pragmas);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
