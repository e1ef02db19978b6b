using System.Text.Json;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/events</c>: what was received.</summary>
internal sealed class EventsApi(Gateway gateway)
{
    private static readonly string[] FilterNames = ["source", "kind", "type", "payment", "checkout", "email", "q", "from", "to", "mode"];

    private EventLog Log => gateway.Store.Log.Events;

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/events", ApiScopes.Read, [.. FilterNames, "limit", "after"], ListAsync),
        new("GET", "/events/{id}", ApiScopes.Read, [], GetAsync),
        new("GET", "/events/{id}/body", ApiScopes.Read, [], BodyAsync),
        new("GET", "/events/{id}/headers", ApiScopes.Read, [], HeadersAsync),
    ];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        EventFilter filter = new()
        {
            Source = request.Query("source"),
            Kind = request.Query("kind"),
            Type = request.Query("type"),
            Payment = request.Query("payment"),
            Checkout = request.Query("checkout"),
            Email = request.Query("email"),
            Q = request.Query("q"),
            From = request.Time("from"),
            To = request.Time("to"),
            Mode = request.Query("mode") is null or "live" or "test" ? request.Query("mode") : throw new ProblemException(Problems.InvalidQuery, "mode is live or test."),
        };
        Page<EventRow> page = await request.PageAsync((after, limit) => Log.PageAsync(filter, after, limit));
        Dictionary<long, List<EventRoute>> routes = Routes(page.Items);
        return ApiAnswer.Page(page.Items, page.Next, (json, row) => LogJson.Write(json, row, routes[row.Seq]));
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

    /// <summary>What became of the events of one page on their routes, in three queries.</summary>
    private Dictionary<long, List<EventRoute>> Routes(IReadOnlyList<EventRow> events)
    {
        using StoreContext db = gateway.Store.OpenContext();
        long[] seqs = [.. events.Select(e => e.Seq)];
        long[] sets = [.. events.Select(e => e.RouteSet).Distinct()];
        Dictionary<long, string[]> names = db.RouteSets.Where(set => sets.Contains(set.Seq)).AsEnumerable().ToDictionary(set => set.Seq, set => Names(set.Routes));
        ILookup<long, DeliveryRow> deliveries = db.Deliveries.Where(d => seqs.Contains(d.EventSeq)).OrderBy(d => d.Seq).ToLookup(d => d.EventSeq);
        return events.ToDictionary(e => e.Seq, e => LogJson.Routes(names[e.RouteSet], e.Verdicts, deliveries[e.Seq]));
    }

    private static string[] Names(string array)
    {
        using JsonDocument document = JsonDocument.Parse(array);
        return [.. document.RootElement.EnumerateArray().Select(name => name.GetString()!)];
    }
}
