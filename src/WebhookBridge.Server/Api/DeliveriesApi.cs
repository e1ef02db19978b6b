using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/deliveries</c>: what became of events on their routes, and what people do about it.</summary>
internal sealed class DeliveriesApi(Gateway gateway)
{
    /// <summary>The words for where a delivery stands.</summary>
    public static readonly IReadOnlyList<string> States = [.. Enum.GetNames<DeliveryState>().Select(name => name.ToLowerInvariant())];

    private DeliveryLog Log => gateway.Store.Log.Deliveries;

    private DeliveryActions Actions => gateway.Store.Log.Actions;

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/deliveries", ApiScopes.Read, ["route", "destination", "state", "event", "from", "to", "limit", "after"], ListAsync, new("listDeliveries", "What was made of events, newest first.", "DeliveryPage")),
        new("GET", "/deliveries/{id}", ApiScopes.Read, [], request => OneAsync(request["id"]), new("getDelivery", "One delivery.", "Delivery") { Refuses = [Problems.NotFound] }),
        new("GET", "/deliveries/{id}/attempts", ApiScopes.Read, ["limit", "after"], AttemptsAsync, new("listAttempts", "Every try of a delivery, newest first, with request and answer.", "AttemptPage") { Refuses = [Problems.NotFound] }),
        new("POST", "/deliveries/{id}/retry", ApiScopes.Replay, [], request => ActAsync(request, Actions.RetryAsync, "can be sent again: one that waits, is held, or was refused, exhausted or cancelled"),
            new("retryDelivery", "Once more, at once, with the same bytes.", "Delivery") { Refuses = [Problems.NotFound, Problems.WrongState] }),
        new("POST", "/deliveries/{id}/cancel", ApiScopes.Replay, [], request => ActAsync(request, Actions.CancelAsync, "can be cancelled: one that waits or is held"),
            new("cancelDelivery", "Never again, unless it is retried.", "Delivery") { Refuses = [Problems.NotFound, Problems.WrongState] }),
        new("POST", "/deliveries/{id}/hold", ApiScopes.Replay, [], request => ActAsync(request, Actions.HoldAsync, "can be held: one that waits"),
            new("holdDelivery", "Waits for a person.", "Delivery") { Refuses = [Problems.NotFound, Problems.WrongState] }),
        new("POST", "/deliveries/{id}/resume", ApiScopes.Replay, [], request => ActAsync(request, Actions.ResumeAsync, "can go on: one that is held"),
            new("resumeDelivery", "Goes on.", "Delivery") { Refuses = [Problems.NotFound, Problems.WrongState] }),
    ];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        string? state = request.Query("state");
        if (state is not null && !States.Contains(state))
        {
            throw new ProblemException(Problems.InvalidQuery, $"state is one of {string.Join(", ", States)}.");
        }

        DeliveryFilter filter = new()
        {
            Route = request.Query("route"),
            Destination = request.Query("destination"),
            State = state,
            Event = request.Query("event"),
            From = request.Time("from"),
            To = request.Time("to"),
        };
        Page<DeliveryItem> page = await request.PageAsync((after, limit) => Log.PageAsync(filter, after, limit));
        return ApiAnswer.Page(page.Items, page.Next, (json, item) => LogJson.Write(json, item.Delivery, item.EventId));
    }

    private async Task<ApiAnswer> OneAsync(string id)
    {
        DeliveryRow row = await FindAsync(id);
        return ApiAnswer.Json(json => LogJson.Write(json, row, row.Event!.Id));
    }

    private async Task<ApiAnswer> AttemptsAsync(ApiRequest request)
    {
        DeliveryRow row = await FindAsync(request["id"]);
        int limit = request.Limit();
        long before = request.Place()?.Seq ?? long.MaxValue;
        AttemptRow[] attempts = [.. row.Attempts.Where(attempt => attempt.Seq < before).OrderByDescending(attempt => attempt.Seq).Take(limit + 1)];
        string? next = attempts.Length > limit ? new PageCursor(attempts[limit - 1].StartedAt, attempts[limit - 1].Seq).ToString() : null;
        return ApiAnswer.Page(attempts.AsSpan(0, Math.Min(limit, attempts.Length)).ToArray(), next, (json, attempt) => LogJson.Write(json, attempt, row.Id));
    }

    private async Task<ApiAnswer> ActAsync(ApiRequest request, Func<string, string, ValueTask<ActionResult>> act, string which)
    {
        string id = request["id"];
        switch (await act(id, request.Caller.Name))
        {
            case ActionResult.Done:
                DeliveryRow row = await FindAsync(id);
                gateway.Pump.Wake(row.Destination);
                return ApiAnswer.Json(json => LogJson.Write(json, row, row.Event!.Id));
            case ActionResult.NotFound:
                throw NoDelivery(id);
            case ActionResult.InFlight:
                throw new ProblemException(Problems.WrongState, $"The delivery {id} is being sent at this moment: try again when that has come to an end.") { Headers = [new("Retry-After", "1")] };
            default:
                throw new ProblemException(Problems.WrongState, $"The delivery {id} is {(await FindAsync(id)).State}; only some {which}.");
        }
    }

    private async Task<DeliveryRow> FindAsync(string id) => await Log.FindAsync(id) ?? throw NoDelivery(id);

    private static ProblemException NoDelivery(string id) => new(Problems.NotFound, $"There is no delivery {id}.");
}
