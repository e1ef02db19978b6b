using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/events</c>: what was received.</summary>
internal sealed class EventsApi(Gateway gateway)
{
    private EventLog Log => gateway.Store.Log.Events;

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/events", ApiScopes.Read, [.. EventQuery.Names, "limit", "after"], ListAsync, new("listEvents", "What was received, newest first.", "EventPage")),
        new("GET", "/events/{id}", ApiScopes.Read, [], GetAsync, new("getEvent", "One event, with what became of it on every route.", "Event") { Refuses = [Problems.NotFound] }),
        new("GET", "/events/{id}/body", ApiScopes.Read, [], BodyAsync, new("getEventBody", "The bytes as received, as an attachment.", OperationText.Bytes) { Refuses = [Problems.NotFound, Problems.BodyGone] }),
        new("GET", "/events/{id}/headers", ApiScopes.Read, [], HeadersAsync, new("getEventHeaders", "The headers as received, credentials struck out.", "EventHeaders") { Refuses = [Problems.NotFound, Problems.BodyGone] }),
    ];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        EventFilter filter = EventQuery.Read(request.Query, request.Time, request.Amount);
        if (filter.Mode is not (null or "live" or "test"))
        {
            throw new ProblemException(Problems.InvalidQuery, "mode is live or test.");
        }

        if (filter.Outcome is { } outcome && !EventFilter.Outcomes.Contains(outcome))
        {
            throw new ProblemException(Problems.InvalidQuery, $"outcome is one of {string.Join(", ", EventFilter.Outcomes)}.");
        }

        Page<EventRow> page = await request.PageAsync((after, limit) => Log.PageAsync(filter, after, limit));
        IReadOnlyList<EventDetail> details = await Log.DetailsAsync(page.Items);
        return ApiAnswer.Page(details, page.Next, (json, detail) => LogJson.Write(json, detail.Event, detail.Routes));
    }

    private async Task<ApiAnswer> GetAsync(ApiRequest request)
    {
        EventDetail detail = await Log.FindAsync(request["id"]) ?? throw NoEvent(request["id"]);
        return ApiAnswer.Json(json => LogJson.Write(json, detail.Event, detail.Routes));
    }

    private async Task<ApiAnswer> BodyAsync(ApiRequest request)
    {
        string id = request["id"];
        byte[] body = await Log.BodyAsync(id) ?? throw await GoneAsync(id);
        // Raw bytes of a stranger: never shown inside our origin.
        return new ApiAnswer(200, "application/octet-stream", body)
            .With("Content-Disposition", $"attachment; filename=\"{id}.bin\"")
            .With("Content-Security-Policy", "sandbox; default-src 'none'");
    }

    private async Task<ApiAnswer> HeadersAsync(ApiRequest request)
    {
        string id = request["id"];
        IReadOnlyList<KeyValuePair<string, string>> headers = await Log.HeadersAsync(id) ?? throw await GoneAsync(id);
        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("headers");
            foreach ((string name, string value) in headers)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("value", IsCredential(name) ? Redactor.Mask : value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Signatures may be seen: they tell what is wrong with a sender. What opens doors may not; the source's own secrets were struck out at receipt.</summary>
    private static bool IsCredential(string name) =>
        Redactor.TellsASecret(name) && !name.Contains("sign", StringComparison.OrdinalIgnoreCase);

    private async Task<ProblemException> GoneAsync(string id) => await Log.FindAsync(id) is null ? NoEvent(id) : new(Problems.BodyGone, $"The body of {id} is no longer kept.");

    private static ProblemException NoEvent(string id) => new(Problems.NotFound, $"There is no event {id}; it may have been removed by retention.");
}

/// <summary>The names by which events are picked, in a query and in the body of a replay: one list.</summary>
internal static class EventQuery
{
    public static readonly IReadOnlyList<string> Names = ["source", "kind", "type", "payment", "checkout", "email", "q", "from", "to", "mode", "outcome", "route", "destination", "currency", "minAmount", "maxAmount"];

    public static EventFilter Read(Func<string, string?> text, Func<string, DateTimeOffset?> time, Func<string, decimal?> amount) => new()
    {
        Source = text("source"),
        Kind = text("kind"),
        Type = text("type"),
        Payment = text("payment"),
        Checkout = text("checkout"),
        Email = text("email"),
        Q = text("q"),
        From = time("from"),
        To = time("to"),
        Mode = text("mode"),
        Outcome = text("outcome"),
        Route = text("route"),
        Destination = text("destination"),
        Currency = text("currency"),
        MinAmount = amount("minAmount"),
        MaxAmount = amount("maxAmount"),
    };
}
