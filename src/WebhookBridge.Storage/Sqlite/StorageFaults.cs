using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>Tells a fault of one operation from a fault of the disk.</summary>
internal static class StorageFaults
{
    /// <summary>True when only the operation itself is at fault (a constraint, a value that is too big, a bug): the others of its batch can go on.</summary>
    public static bool IsOfTheOperation(Exception error) => Find(error) is { } sqlite
        ? sqlite.SqliteErrorCode is raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG or raw.SQLITE_RANGE or raw.SQLITE_ERROR
        : error is not ObjectDisposedException;

    private static SqliteException? Find(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is SqliteException sqlite)
            {
                return sqlite;
            }
        }

        return null;
    }
}

/// <summary>The store cannot write now: the disk fails, or the process stops.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
