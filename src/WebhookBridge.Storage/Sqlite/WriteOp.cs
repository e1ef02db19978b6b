using System.Threading.Tasks.Sources;
using Microsoft.Data.Sqlite;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>One thing for the writer to do. It may be run again after a rollback, so <see cref="Apply"/> begins anew each time.</summary>
internal abstract class WriteOp
{
    /// <summary>Memory that it holds while it waits, about.</summary>
    public virtual int Bytes => 256;

    /// <summary>After a failing disk it waits for a better time, instead of being failed: what was delivered must be recorded.</summary>
    public virtual bool WaitsForRecovery => false;

    /// <summary>Leases that nobody may hold when this was rolled back: they are freed once the disk works again, for a failed commit can turn out to be there.</summary>
    public virtual IEnumerable<(string DeliveryId, long LeaseSeq)> Orphans => [];

    public abstract void Apply(HotCommands hot, long now);

    /// <summary>The commit is on disk: answer.</summary>
    public abstract void Committed();

    public abstract void Fail(Exception error);
}

/// <summary>An operation that is itself the awaited thing: one allocation a write.</summary>
internal abstract class WriteOp<T> : WriteOp, IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _source = new() { RunContinuationsAsynchronously = true };

    public ValueTask<T> Answer => new(this, _source.Version);

    protected T? Result { get; set; }

    public override void Committed() => _source.SetResult(Result!);

    public override void Fail(Exception error) => _source.SetException(error);

    public T GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected void Answered(T result) => _source.SetResult(result);
}

/// <summary>Anything else that writes: between batches, in a transaction of its own (design section 4, "one write gate").</summary>
internal sealed class GateOp<T>(Func<SqliteConnection, StoreContext, T> work, bool inTransaction) : WriteOp<T>, IGateOp
{
    public bool InTransaction => inTransaction;

    public void Run(SqliteConnection connection, StoreContext context) => Result = work(connection, context);

    public override void Apply(HotCommands hot, long now) => throw new InvalidOperationException("Runs alone.");
}

/// <summary>Runs alone, on the writer's connection.</summary>
internal interface IGateOp
{
    bool InTransaction { get; }

    void Run(SqliteConnection connection, StoreContext context);
}
