using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>One prepared statement of the hot path, bound by position.</summary>
/// <remarks>Straight on SQLite's own calls: the provider's command object looks parameters up by name and allocates a reader each time, which costs more than the insert itself. Not thread-safe.</remarks>
internal sealed class Statement : IDisposable
{
    private const uint Persistent = 1; // SQLITE_PREPARE_PERSISTENT: kept for long, so do not take it from lookaside memory

    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;

    public Statement(sqlite3 db, string sql)
    {
        _db = db;
        Check(raw.sqlite3_prepare_v3(db, sql, Persistent, out _statement));
    }

    public void Bind(int index, long value) => Check(raw.sqlite3_bind_int64(_statement, index, value));

    public void Bind(int index, long? value)
    {
        if (value is { } number)
        {
            Bind(index, number);
        }
        else
        {
            BindNull(index);
        }
    }

    public void Bind(int index, bool value) => Bind(index, value ? 1L : 0L);

    public void BindNull(int index) => Check(raw.sqlite3_bind_null(_statement, index));

    public void Bind(int index, ReadOnlySpan<byte> blob) =>
        Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, index, 0) : raw.sqlite3_bind_blob(_statement, index, blob));

    public void Bind(int index, ReadOnlyMemory<byte>? blob)
    {
        if (blob is { } bytes)
        {
            Bind(index, bytes.Span);
        }
        else
        {
            BindNull(index);
        }
    }

    public void BindId(int index, string id)
    {
        Span<byte> bytes = stackalloc byte[UlidBytes.Length];
        UlidBytes.Write(id, bytes);
        Bind(index, (ReadOnlySpan<byte>)bytes);
    }

    public void BindIdOrNull(int index, string? id)
    {
        if (id is null)
        {
            BindNull(index);
        }
        else
        {
            BindId(index, id);
        }
    }

    public void Bind(int index, string? text)
    {
        if (text is null)
        {
            BindNull(index);
            return;
        }

        if (text.Length == 0)
        {
            Check(raw.sqlite3_bind_text(_statement, index, string.Empty));
            return;
        }

        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        Span<byte> buffer = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
        int length = Encoding.UTF8.GetBytes(text, buffer);
        Check(raw.sqlite3_bind_text(_statement, index, buffer[..length]));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>True when there is a row to read; at the end (false) the statement is reset. A failed step resets and throws.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            SqliteException error = Error(code);
            _ = raw.sqlite3_reset(_statement);
            throw error;
        }

        _ = raw.sqlite3_reset(_statement);
        return false;
    }

    /// <summary>Runs a statement that returns nothing; the number of rows it changed.</summary>
    public int Run()
    {
        if (Step())
        {
            Reset();
        }

        return raw.sqlite3_changes(_db);
    }

    public void Reset() => _ = raw.sqlite3_reset(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public int Int(int column) => raw.sqlite3_column_int(_statement, column);

    public bool Bool(int column) => raw.sqlite3_column_int(_statement, column) != 0;

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? string.Empty;

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public byte[] BlobArray(int column) => Blob(column).ToArray();

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : BlobArray(column);

    public string Id(int column, string prefix) => UlidBytes.ToText(prefix, Blob(column));

    public string? IdOrNull(int column, string prefix) => IsNull(column) ? null : Id(column, prefix);

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    private SqliteException Error(int code) =>
        new($"SQLite error {code}: {raw.sqlite3_errmsg(_db).utf8_to_string()}", code & 0xFF, raw.sqlite3_extended_errcode(_db));
}
