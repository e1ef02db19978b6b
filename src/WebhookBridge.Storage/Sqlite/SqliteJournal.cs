using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Storage.Sqlite;

/// <summary>The journal on SQLite: an append waits for the commit of its batch.</summary>
public sealed class SqliteJournal : IEventJournal
{
    private readonly GroupCommitter _committer;
    private readonly RejectionRecorder _rejections;

    internal SqliteJournal(GroupCommitter committer, RejectionRecorder rejections)
    {
        _committer = committer;
        _rejections = rejections;
    }

    /// <inheritdoc/>
    public ValueTask<AppendResult> AppendAsync(IReadOnlyList<NewEvent> events)
    {
        if (events.Count == 0)
        {
            return ValueTask.FromResult<AppendResult>(new AppendResult.Stored([]));
        }

        var op = new AppendOp(events);
        return _committer.TryEnqueue(op) is { } refusal
            ? ValueTask.FromResult<AppendResult>(new AppendResult.Unavailable(refusal))
            : op.Answer;
    }

    /// <inheritdoc/>
    public void RecordRejection(Rejection rejection) => _rejections.Record(rejection);
}
