using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>A delivery to be made of an event that is stored already.</summary>
/// <param name="Delivery">Its <c>ReplayOf</c> is filled in by the store: the newest delivery of the event on that route.</param>
public sealed record ReplayDelivery(long EventSeq, NewDelivery Delivery);

/// <summary>What a slice of a replay came to.</summary>
/// <param name="Created">Ids of the deliveries made; the pump is to be woken for them.</param>
/// <param name="LeftOut">Delivered already (and not asked for), or waiting already.</param>
/// <param name="Running">False when the replay has been cancelled: nothing was made.</param>
public sealed record ReplaySlice(IReadOnlyList<string> Created, int LeftOut, bool Running);

/// <summary>What became of a replay's deliveries.</summary>
/// <param name="Stuck">Held, refused, used up or cancelled.</param>
public sealed record ReplayProgress(long Delivered, long Waiting, long Stuck, long Skipped);

/// <summary>Replays: jobs that make new deliveries of stored events, in slices, each slice with its progress in one transaction (contract sections 4 and 7).</summary>
public sealed class ReplayStore
{
    private const int Slice = 500;

    private readonly GroupCommitter _committer;
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly TimeProvider _time;

    internal ReplayStore(GroupCommitter committer, WriteGate gate, Func<StoreContext> open, TimeProvider time)
    {
        _committer = committer;
        _gate = gate;
        _open = open;
        _time = time;
    }

    /// <summary>Writes a job down, running.</summary>
    /// <param name="request">JSON, as the API took it.</param>
    /// <param name="total">Events that it is about.</param>
    public async Task CreateAsync(string id, string request, long total, string actor)
    {
        long now = Now();
        await _gate.RunAsync(context =>
        {
            context.Replays.Add(new ReplayRow { Id = id, CreatedAt = now, CreatedBy = actor, Request = request, State = "running", Total = total });
            AuditStore.Add(context, now, actor, "replay", id, request);
        });
    }

    public async Task<ReplayRow?> FindAsync(string id)
    {
        await using StoreContext context = _open();
        return await context.Replays.FirstOrDefaultAsync(r => r.Id == id);
    }

    public async Task<Page<ReplayRow>> PageAsync(string? after, int limit)
    {
        await using StoreContext context = _open();
        IQueryable<ReplayRow> replays = context.Replays;
        if (PageCursor.ParseOrThrow(after) is { } cursor)
        {
            replays = replays.Where(r => r.Seq < cursor.Seq);
        }

        List<ReplayRow> rows = await replays.OrderByDescending(static r => r.Seq).Take(limit + 1).ToListAsync();
        return Pages.Cut(rows, limit, static r => new PageCursor(r.CreatedAt, r.Seq));
    }

    /// <summary>What became of the deliveries that a job made.</summary>
    /// <remarks>They were all made at or after the job's begin, so the walk over the index of that time is as long as the job.</remarks>
    public async Task<ReplayProgress> ProgressAsync(ReplayRow job)
    {
        await using StoreContext context = _open();
        long until = (job.FinishedAt ?? Now()) + 1;
        var states = await context.Deliveries.Where(d => d.CreatedAt >= job.CreatedAt && d.CreatedAt <= until && d.ReplayId == job.Id)
            .GroupBy(static d => d.State).Select(static g => new { g.Key, Count = g.LongCount() }).ToListAsync();
        long Of(params string[] names) => states.Where(s => names.Contains(s.Key)).Sum(static s => s.Count);
        return new(Of("delivered"), Of("pending"), Of("held", "refused", "exhausted", "cancelled"), Of("skipped"));
    }

    /// <summary>Jobs that a stop interrupted; they go on behind their cursor.</summary>
    public async Task<IReadOnlyList<ReplayRow>> RunningAsync()
    {
        await using StoreContext context = _open();
        return await context.Replays.Where(static r => r.State == "running").OrderBy(static r => r.Seq).ToListAsync();
    }

    /// <summary>Makes the deliveries of one slice and moves the job on, all in one transaction.</summary>
    /// <param name="events">Events of the slice, those without a delivery included.</param>
    /// <param name="cursor">The last event of the slice.</param>
    public ValueTask<ReplaySlice> AppendSliceAsync(string id, IReadOnlyList<ReplayDelivery> deliveries, int events, long cursor, bool includeDelivered)
    {
        var op = new ReplaySliceOp(id, deliveries, events, cursor, includeDelivered);
        _committer.Enqueue(op);
        return op.Answer;
    }

    public ValueTask<bool> FinishAsync(string id, string? error = null) => EndAsync(id, error is null ? "done" : "failed", error);

    /// <summary>Stops a job: nothing more is made.</summary>
    /// <returns>False when it was over already.</returns>
    public ValueTask<bool> StopAsync(string id) => EndAsync(id, "cancelled", null);

    /// <summary>Where deliveries of a job still wait.</summary>
    public async Task<IReadOnlyList<string>> WaitingAtAsync(ReplayRow job)
    {
        await using StoreContext context = _open();
        return await Waiting(context, job).Select(static d => d.Destination).Distinct().ToListAsync();
    }

    /// <summary>Cancels what a job made and what still waits and is not being sent; says how many.</summary>
    /// <param name="stopped">What <see cref="StopAsync"/> answered.</param>
    public async Task<int> TakeBackAsync(ReplayRow job, bool stopped, string actor)
    {
        int takenBack = 0;
        for (int done = Slice; done == Slice; takenBack += done)
        {
            long now = Now();
            done = await _gate.RunAsync(context => Waiting(context, job)
                .Where(static d => !d.Leased)
                .OrderBy(static d => d.Seq)
                .Take(Slice)
                .ExecuteUpdate(s => s
                    .SetProperty(static d => d.State, "cancelled")
                    .SetProperty(static d => d.Reason, DeliveryReasons.ByPerson)
                    .SetProperty(static d => d.NextAttemptAt, (long?)null)
                    .SetProperty(static d => d.FinishedAt, now)));
        }

        if (stopped || takenBack > 0)
        {
            long at = Now();
            await _gate.RunAsync(context =>
            {
                context.Replays.Where(r => r.Id == job.Id && r.State == "done").ExecuteUpdate(static s => s.SetProperty(static r => r.State, "cancelled"));
                AuditStore.Add(context, at, actor, "cancel", job.Id, $$"""{"deliveries":{{takenBack}}}""");
            });
        }

        return takenBack;
    }

    private static IQueryable<DeliveryRow> Waiting(StoreContext context, ReplayRow job) =>
        context.Deliveries.Where(d => d.CreatedAt >= job.CreatedAt && d.ReplayId == job.Id && (d.State == "pending" || d.State == "held"));

    private ValueTask<bool> EndAsync(string id, string state, string? error)
    {
        long now = Now();
        return _gate.RunAsync(context => context.Replays.Where(r => r.Id == id && r.State == "running").ExecuteUpdate(s => s
            .SetProperty(static r => r.State, state)
            .SetProperty(static r => r.Error, error)
            .SetProperty(static r => r.FinishedAt, now)) == 1);
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}

internal sealed class ReplaySliceOp(string id, IReadOnlyList<ReplayDelivery> deliveries, int events, long cursor, bool includeDelivered) : WriteOp<ReplaySlice>
{
    public override void Apply(HotCommands hot, long now)
    {
        if (!IsRunning(hot))
        {
            Result = new ReplaySlice([], 0, Running: false);
            return;
        }

        var created = new List<string>();
        int leftOut = 0;
        using Statement newest = hot.Temporary(ReplayStatements.NewestOfRoute);
        using Statement exists = hot.Temporary(ReplayStatements.IsDeliveredOrWaits);
        foreach ((long eventSeq, NewDelivery delivery) in deliveries)
        {
            exists.Bind(1, eventSeq);
            exists.Bind(2, delivery.Route);
            exists.Bind(3, includeDelivered);
            if (exists.Step())
            {
                exists.Reset();
                leftOut++;
                continue;
            }

            newest.Bind(1, eventSeq);
            newest.Bind(2, delivery.Route);
            string? replayOf = null;
            if (newest.Step())
            {
                replayOf = newest.Id(0, IdSource.Delivery);
                newest.Reset();
            }

            hot.InsertDelivery(eventSeq, delivery with { ReplayOf = replayOf }, now, first: false, id);
            created.Add(delivery.Id);
        }

        using Statement progress = hot.Temporary(ReplayStatements.Progress);
        progress.BindId(1, id);
        progress.Bind(2, (long)events);
        progress.Bind(3, (long)created.Count);
        progress.Bind(4, (long)leftOut);
        progress.Bind(5, cursor);
        progress.Run();
        Result = new ReplaySlice(created, leftOut, Running: true);
    }

    private bool IsRunning(HotCommands hot)
    {
        using Statement running = hot.Temporary(ReplayStatements.IsRunning);
        running.BindId(1, id);
        return running.Step();
    }
}
