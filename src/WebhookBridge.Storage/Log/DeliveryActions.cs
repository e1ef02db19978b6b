using Microsoft.EntityFrameworkCore;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>What became of a person's wish for a delivery.</summary>
public enum ActionResult
{
    /// <summary>Done and committed; wake the pump.</summary>
    Done,

    NotFound,

    /// <summary>A delivery in this state cannot be treated so.</summary>
    NotInThisState,

    /// <summary>It is being sent at this moment; try again when that has come to an end.</summary>
    InFlight,
}

/// <summary>What people do with deliveries: conditional writes through the gate, each with its audit row (contract sections 4 and 7).</summary>
public sealed class DeliveryActions
{
    private const int Slice = 500;

    private readonly WriteGate _gate;
    private readonly TimeProvider _time;

    internal DeliveryActions(WriteGate gate, TimeProvider time)
    {
        _gate = gate;
        _time = time;
    }

    /// <summary>Once more, at once: what was refused, exhausted or cancelled, or is held; what waits is due now. Bytes and id stay.</summary>
    public ValueTask<ActionResult> RetryAsync(string id, string actor) =>
        ChangeAsync(id, actor, "retry", ["pending", "held", "refused", "exhausted", "cancelled"], static (d, now) => MakePending(d, now));

    /// <summary>Never again, unless it is retried.</summary>
    public ValueTask<ActionResult> CancelAsync(string id, string actor) =>
        ChangeAsync(id, actor, "cancel", ["pending", "held"], static (d, now) =>
        {
            d.State = "cancelled";
            d.Reason = DeliveryReasons.ByPerson;
            d.NextAttemptAt = null;
            d.FinishedAt = now;
        });

    public ValueTask<ActionResult> HoldAsync(string id, string actor) =>
        ChangeAsync(id, actor, "hold", ["pending"], static (d, _) =>
        {
            d.State = "held";
            d.Reason = DeliveryReasons.ByPerson;
            d.NextAttemptAt = null;
        });

    public ValueTask<ActionResult> ResumeAsync(string id, string actor) =>
        ChangeAsync(id, actor, "resume", ["held"], static (d, now) => MakePending(d, now));

    /// <summary>A delivery of an event whose content a person has written: rule and template have run, so it is sent as it is.</summary>
    public async Task AddEditedAsync(string eventId, NewDelivery delivery, RenderedDelivery rendered, string actor)
    {
        long now = Now();
        await _gate.RunAsync(context =>
        {
            long eventSeq = context.Events.Where(e => e.Id == eventId).Select(static e => e.Seq).First();
            context.Deliveries.Add(new DeliveryRow
            {
                Id = delivery.Id,
                EventSeq = eventSeq,
                Route = delivery.Route,
                RouteRevision = delivery.RouteRevision,
                Destination = delivery.Destination,
                State = "pending",
                CreatedAt = now,
                NextAttemptAt = now,
                ReplayOf = context.Deliveries.Where(d => d.EventSeq == eventSeq && d.Route == delivery.Route).OrderByDescending(static d => d.Seq).Select(static d => d.Id).FirstOrDefault(),
                Rendered = new RenderedRow { RenderedType = rendered.ContentType, RenderedBody = rendered.Body.ToArray(), RenderedFields = PairsJson.WriteMap(rendered.Fields) },
            });
            AuditStore.Add(context, now, actor, EventTrail.EditedAction, delivery.Id, $$"""{"event":"{{eventId}}"}""");
        });
    }

    /// <summary>Lets everything of a destination go on that is held by a person or after an unknown outcome; says how many.</summary>
    /// <remarks>What is held until its checkout id is known stays: its time is not up. So does what is held because it is late: a person decides on each.</remarks>
    public async Task<int> ResumeAllAsync(string destination, string actor)
    {
        int total = 0;
        while (true)
        {
            long now = Now();
            int done = await _gate.RunAsync(context => context.Deliveries
                .Where(d => d.State == "held" && d.Destination == destination && !d.Leased && d.Reason != DeliveryReasons.UnknownCheckout && d.Reason != DeliveryReasons.Late)
                .OrderBy(static d => d.Seq)
                .Take(Slice)
                .ExecuteUpdate(s => s
                    .SetProperty(static d => d.State, "pending")
                    .SetProperty(static d => d.Reason, static d => d.Reason == DeliveryReasons.UnknownOutcome ? d.Reason : null)
                    .SetProperty(static d => d.Sending, 0)
                    .SetProperty(static d => d.NextAttemptAt, now)));
            total += done;
            if (done < Slice)
            {
                break;
            }
        }

        await AuditAsync(actor, "resume", $"destination/{destination}", $$"""{"deliveries":{{total}}}""");
        return total;
    }

    /// <summary>Cancels everything that waits on a route and is not being sent; says how many.</summary>
    public async Task<int> CancelAllAsync(string route, string reason, string actor)
    {
        int total = 0;
        while (true)
        {
            long now = Now();
            int done = await _gate.RunAsync(context => context.Deliveries
                .Where(d => (d.State == "pending" || d.State == "held") && d.Route == route && !d.Leased)
                .OrderBy(static d => d.Seq)
                .Take(Slice)
                .ExecuteUpdate(s => s
                    .SetProperty(static d => d.State, "cancelled")
                    .SetProperty(static d => d.Reason, reason)
                    .SetProperty(static d => d.NextAttemptAt, (long?)null)
                    .SetProperty(static d => d.FinishedAt, now)));
            total += done;
            if (done < Slice)
            {
                break;
            }
        }

        await AuditAsync(actor, "cancel", $"route/{route}", $$"""{"deliveries":{{total}}}""");
        return total;
    }

    /// <summary>Adds a delivery of a stored event whose body is made already. Wake the pump afterwards. False when the event is no longer kept.</summary>
    public async Task<bool> AddRenderedAsync(string eventId, NewDelivery delivery, byte[] body, string contentType)
    {
        long now = Now();
        return await _gate.RunAsync(context =>
        {
            long? seq = context.Events.Where(e => e.Id == eventId).Select(static e => (long?)e.Seq).FirstOrDefault();
            if (seq is null)
            {
                return false;
            }

            DeliveryRow row = new()
            {
                Id = delivery.Id,
                EventSeq = seq.Value,
                Route = delivery.Route,
                RouteRevision = delivery.RouteRevision,
                Destination = delivery.Destination,
                State = "pending",
                CreatedAt = now,
                NextAttemptAt = now,
                Rendered = new RenderedRow { RenderedType = contentType, RenderedBody = body, RenderedFields = PairsJson.WriteMap(new Dictionary<string, string>()) },
            };
            context.Deliveries.Add(row);
            context.SaveChanges();
            return true;
        });
    }

    /// <summary>Tries again everything of a destination or a route that was refused or exhausted; says how many.</summary>
    public async Task<int> RetryAllAsync(DeliveryFilter filter, string actor)
    {
        int total = 0;
        while (true)
        {
            long now = Now();
            int done = await _gate.RunAsync(context =>
            {
                List<DeliveryRow> rows = [.. filter.Apply(context.Deliveries).Where(static d => d.State == "refused" || d.State == "exhausted").OrderBy(static d => d.Seq).Take(Slice)];
                rows.ForEach(d => MakePending(d, now));
                context.SaveChanges();
                return rows.Count;
            });
            total += done;
            if (done < Slice)
            {
                break;
            }
        }

        await AuditAsync(actor, "retry", filter.Destination is { } name ? $"destination/{name}" : $"route/{filter.Route}", $$"""{"deliveries":{{total}}}""");
        return total;
    }

    /// <summary>Stops a destination until it is resumed; what waits for it stays pending and costs no attempt.</summary>
    public async Task HoldDestinationAsync(string destination, string reason, string actor)
    {
        long now = Now();
        await _gate.RunAsync(context =>
        {
            DestinationHoldRow? hold = context.DestinationHolds.FirstOrDefault(h => h.Destination == destination);
            if (hold is null)
            {
                context.DestinationHolds.Add(hold = new DestinationHoldRow { Destination = destination, Since = now });
            }

            hold.Reason = reason;
            hold.Actor = actor;
            AuditStore.Add(context, now, actor, "hold", $"destination/{destination}", null);
        });
    }

    /// <returns>False when it was not held.</returns>
    public async Task<bool> ResumeDestinationAsync(string destination, string actor)
    {
        long now = Now();
        return await _gate.RunAsync(context =>
        {
            bool held = context.DestinationHolds.Where(h => h.Destination == destination).ExecuteDelete() > 0;
            if (held)
            {
                AuditStore.Add(context, now, actor, "resume", $"destination/{destination}", null);
                context.SaveChanges();
            }

            return held;
        });
    }

    /// <summary>What waits on a route shall use another revision: rendered bytes of the old one are forgotten (contract section 4). Says how many.</summary>
    public async Task<int> RepinAsync(string route, int revision, string actor)
    {
        int total = 0;
        while (true)
        {
            int done = await _gate.RunAsync(context =>
            {
                List<DeliveryRow> rows = [.. context.Deliveries.Include(static d => d.Rendered)
                    .Where(d => d.Route == route && (d.State == "pending" || d.State == "held") && !d.Leased && d.RouteRevision != revision)
                    .OrderBy(static d => d.Seq).Take(Slice)];
                foreach (DeliveryRow row in rows)
                {
                    row.RouteRevision = revision;
                    if (row.Rendered is { } rendered)
                    {
                        rendered.RenderedType = null;
                        rendered.RenderedBody = null;
                        rendered.RenderedFields = null;
                    }
                }

                context.SaveChanges();
                return rows.Count;
            });
            total += done;
            if (done < Slice)
            {
                break;
            }
        }

        await AuditAsync(actor, "repin", $"route/{route}", $$"""{"revision":{{revision}},"deliveries":{{total}}}""");
        return total;
    }

    private ValueTask<ActionResult> ChangeAsync(string id, string actor, string action, string[] states, Action<DeliveryRow, long> change)
    {
        long now = Now();
        return _gate.RunAsync(context =>
        {
            DeliveryRow? row = context.Deliveries.FirstOrDefault(d => d.Id == id);
            if (row is null)
            {
                return ActionResult.NotFound;
            }

            if (!states.Contains(row.State))
            {
                return ActionResult.NotInThisState;
            }

            if (row.Leased)
            {
                return ActionResult.InFlight;
            }

            change(row, now);
            AuditStore.Add(context, now, actor, action, id, null);
            context.SaveChanges();
            return ActionResult.Done;
        });
    }

    private static void MakePending(DeliveryRow d, long now)
    {
        d.State = "pending";
        d.Reason = d.Reason == DeliveryReasons.UnknownOutcome ? d.Reason : null; // the connector looks before it creates again
        d.Sending = 0;
        d.NextAttemptAt = now;
        d.FinishedAt = null;
    }

    private async Task AuditAsync(string actor, string action, string subject, string detail)
    {
        long now = Now();
        await _gate.RunAsync(context => AuditStore.Add(context, now, actor, action, subject, detail));
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
