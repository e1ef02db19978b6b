using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>The built-in inbox destination: the last deliveries of each, to look at (contract section 7).</summary>
public sealed class InboxStore : IInbox
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

    /// <inheritdoc/>
    /// <remarks>The oldest of its destination goes when there are too many.</remarks>
    public async ValueTask StoreAsync(InboxItem item)
    {
        var op = new InboxOp(item, _limits.InboxPerDestination);
        _committer.Enqueue(op);
        await op.Answer.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<InboxItem>> ListAsync(string destination, int limit, string? before)
    {
        await using StoreContext context = _open();
        IQueryable<InboxRow> rows = context.Inbox.Where(i => i.Destination == destination);
        if (before is not null)
        {
            rows = rows.Where(i => i.Seq < context.Inbox.Where(b => b.DeliveryId == before && b.Destination == destination).Select(static b => b.Seq).FirstOrDefault());
        }

        List<InboxRow> page = await rows.OrderByDescending(static i => i.Seq).Take(limit).ToListAsync();
        return [.. page.Select(static i => new InboxItem
        {
            Destination = i.Destination,
            DeliveryId = i.DeliveryId,
            EventId = i.EventId,
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(i.ReceivedAt),
            ContentType = i.ContentType,
            Body = i.Body,
            Test = i.Test,
        })];
    }

    /// <summary>A page for the API, newest first.</summary>
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

    /// <inheritdoc/>
    public ValueTask<long> ClearAsync(string destination) =>
        _gate.RunAsync(context => (long)context.Inbox.Where(i => i.Destination == destination).ExecuteDelete());

    private sealed class InboxOp(InboxItem item, int keep) : WriteOp<bool>
    {
        public override int Bytes => item.Body.Length + 512;

        public override void Apply(HotCommands hot, long now)
        {
            using Statement insert = hot.Temporary(InboxStatements.Insert);
            insert.Bind(1, item.Destination);
            insert.Bind(2, item.DeliveryId);
            insert.Bind(3, item.EventId);
            insert.Bind(4, item.ReceivedAt.ToUnixTimeMilliseconds());
            insert.Bind(5, item.ContentType);
            insert.Bind(6, item.Test);
            insert.Bind(7, item.Body.Span);
            insert.Run();
            using Statement trim = hot.Temporary(InboxStatements.Trim);
            trim.Bind(1, item.Destination);
            trim.Bind(2, (long)keep);
            trim.Run();
        }
    }
}
