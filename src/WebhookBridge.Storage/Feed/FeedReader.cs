using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Feed;

/// <summary>A query of the feed could not be answered now.</summary>
/// <param name="tooLong">True when it ran out of time, false when others were before it.</param>
public sealed class FeedBusyException(bool tooLong) : Exception(tooLong ? "The query took too long." : "Too many queries run at once.")
{
    public bool TooLong { get; } = tooLong;
}

/// <summary>Runs the feed's queries so that they cannot hurt the gateway: a few at a time, each with a limit of time that SQLite itself obeys.</summary>
/// <remarks>A statement of SQLite runs on the thread that calls it and hears of no cancellation token, so the progress handler asks the token every few thousand steps.</remarks>
public sealed class FeedReader : IDisposable
{
    private const int StepsBetweenLooks = 5_000;

    private readonly Func<StoreContext> _open;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;

    /// <param name="open">A context for reading.</param>
    /// <param name="atOnce">Queries that run at the same time.</param>
    public FeedReader(Func<StoreContext> open, int atOnce, TimeProvider time)
    {
        _open = open;
        _time = time;
        _places = new SemaphoreSlim(atOnce, atOnce);
    }

    /// <summary>Reads on a thread of its own and a connection of its own, which is closed before this returns: nothing is held while an answer is written (design section 4).</summary>
    /// <param name="limit">For waiting and for running, each.</param>
    /// <exception cref="FeedBusyException">Not within the limit.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<T> ReadAsync<T>(Func<StoreContext, T> read, TimeSpan limit, CancellationToken aborted)
    {
        if (!await WaitAsync(limit, aborted))
        {
            throw new FeedBusyException(tooLong: false);
        }

        try
        {
            using CancellationTokenSource patience = new(limit, _time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborted);
            return await Task.Run(() => Read(read, both.Token), CancellationToken.None);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new FeedBusyException(tooLong: true);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>The SQL of a query, for tests and for the documents.</summary>
    public static string TextOf(IQueryable query) => query.ToQueryString();

    public void Dispose() => _places.Dispose();

    private async Task<bool> WaitAsync(TimeSpan limit, CancellationToken aborted)
    {
        using CancellationTokenSource patience = new(limit, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborted);
        try
        {
            await _places.WaitAsync(both.Token);
            return true;
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return false;
        }
    }

    private T Read<T>(Func<StoreContext, T> read, CancellationToken stop)
    {
        using StoreContext context = _open();
        var connection = (SqliteConnection)context.Database.GetDbConnection();
        FeedFunctions.Register(connection);
        raw.sqlite3_progress_handler(connection.Handle, StepsBetweenLooks, static state => ((CancellationToken)state).IsCancellationRequested ? 1 : 0, stop);
        try
        {
            stop.ThrowIfCancellationRequested();
            return read(context);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException(e.Message, e, stop);
        }
    }
}
