using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>The built-in inbox destination: the last deliveries of each, to look at (contract section 7).</summary>
public sealed class InboxStore
{
    private readonly GroupCommitter _committer;
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly StoreLimits _limits;

    internal InboxStore(GroupCommitter committer, WriteGate gate, Func<StoreContext> open, StoreLimits limits)
    {
        _committer = committer;
        _gate = gate;
        _open = open;
        _limits = limits;
    }

    /// <summary>Keeps one; the oldest of its destination goes when there are too many. The same delivery again replaces the first (at least once, design invariant 7).</summary>
    public async ValueTask AddAsync(InboxRow item)
    {
        var op = new InboxOp(item, _limits.InboxPerDestination);
        _committer.Enqueue(op);
        await op.Answer.ConfigureAwait(false);
    }

    /// <summary>A page, newest first.</summary>
    public async Task<Page<InboxRow>> PageAsync(string destination, string? after, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<InboxRow> rows = context.Inbox.Where(i => i.Destination == destination);
        if (PageCursor.ParseOrThrow(after) is { } cursor)
        {
            rows = rows.Where(i => i.Seq < cursor.Seq);
        }

        return Pages.Cut(await rows.OrderByDescending(static i => i.Seq).Take(limit + 1).ToListAsync(), limit, static i => new PageCursor(i.ReceivedAt, i.Seq));
    }

    /// <summary>Empties an inbox; says how many there were.</summary>
    public ValueTask<int> ClearAsync(string destination) =>
        _gate.RunAsync(context => context.Inbox.Where(i => i.Destination == destination).ExecuteDelete());

    private sealed class InboxOp(InboxRow item, int keep) : WriteOp<bool>
    {
        public override int Bytes => item.Body.Length + 512;

        public override void Apply(HotCommands hot, long now)
        {
            using Statement remove = hot.Temporary(InboxStatements.RemoveSame);
            remove.Bind(1, item.DeliveryId);
            remove.Run();
            using Statement insert = hot.Temporary(InboxStatements.Insert);
            insert.Bind(1, item.Destination);
            insert.Bind(2, item.DeliveryId);
            insert.Bind(3, item.EventId);
            insert.Bind(4, item.ReceivedAt);
            insert.Bind(5, item.ContentType);
            insert.Bind(6, (ReadOnlyMemory<byte>?)item.Headers);
            insert.Bind(7, item.Body.AsSpan());
            insert.Run();
            using Statement trim = hot.Temporary(InboxStatements.Trim);
            trim.Bind(1, item.Destination);
            trim.Bind(2, (long)keep);
            trim.Run();
        }
    }
}
