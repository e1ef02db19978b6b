using Microsoft.Data.Sqlite;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>The way in for every write that is not the hot path: it runs on the writer's thread between batches, in a transaction of its own (design section 4).</summary>
/// <remarks>Events wait meanwhile, so work is kept to a few milliseconds; what is long goes in slices.</remarks>
public sealed class WriteGate
{
    private readonly GroupCommitter? _committer;

    /// <param name="committer">Null where the database was opened for reading only: then everything throws.</param>
    internal WriteGate(GroupCommitter? committer) => _committer = committer;

    /// <summary>Runs <paramref name="work"/> and commits. What it throws undoes it and comes out here.</summary>
    /// <remarks>The context is the writer's own and is empty again afterwards: nothing may keep it.</remarks>
    public ValueTask<T> RunAsync<T>(Func<StoreContext, T> work) => EnqueueAsync(new GateOp<T>((_, context) => work(context), inTransaction: true));

    /// <summary>As <see cref="RunAsync{T}"/>, for work that answers nothing; changes that are left in the context are saved.</summary>
    public async ValueTask RunAsync(Action<StoreContext> work) => await RunAsync<object?>(context =>
    {
        work(context);
        context.SaveChanges();
        return null;
    }).ConfigureAwait(false);

    /// <summary>For statements of our own on the writer's connection.</summary>
    internal ValueTask<T> RawAsync<T>(Func<SqliteConnection, T> work, bool inTransaction = true) =>
        EnqueueAsync(new GateOp<T>((connection, _) => work(connection), inTransaction));

    private ValueTask<T> EnqueueAsync<T>(GateOp<T> op)
    {
        (_committer ?? throw new InvalidOperationException("The database was opened for reading only.")).Enqueue(op);
        return op.Answer;
    }
}
