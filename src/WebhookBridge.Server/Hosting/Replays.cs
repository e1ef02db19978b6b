using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Api;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Hosting;

/// <summary>What is to be replayed.</summary>
/// <param name="Ids">Ids of events, or of deliveries (then only their route); null = by filter.</param>
/// <param name="Routes">Only these routes; null = all.</param>
/// <param name="OnlyFailed">Only routes whose newest delivery of the event was refused, used up its tries, or was cancelled.</param>
/// <param name="AsThen">By the revisions that the events' first deliveries were pinned to, instead of today's routes.</param>
internal sealed record ReplayRequest(EventFilter Filter, IReadOnlyList<string>? Ids, IReadOnlyList<string>? Routes, bool AsThen, bool IncludeDelivered, bool OnlyFailed = false)
{
    /// <summary>Most ids in one request.</summary>
    public const int MaxIds = 1000;

    /// <summary>Reads the body of <c>POST /replays</c>, and what was stored of it.</summary>
    public static ReplayRequest Read(ObjectReader reader)
    {
        EventFilter filter = new();
        bool hasFilter = reader.Has("filter", out JsonElement element);
        if (hasFilter)
        {
            ObjectReader names = new(element, reader.PathOf("filter"), reader.Problems);
            filter = Api.EventQuery.Read(names.Text, name => Time(names, name), name => Amount(names, name));
            if (filter.Outcome is { } outcome && !EventFilter.Outcomes.Contains(outcome))
            {
                names.Add("outcome", $"\"{outcome}\" is no outcome.", $"Use one of {string.Join(", ", EventFilter.Outcomes)}.");
            }

            if (filter.Mode is not (null or "live" or "test"))
            {
                names.Add("mode", $"\"{filter.Mode}\" is no mode.", "Write \"live\" or \"test\".");
            }

            names.End();
        }

        IReadOnlyList<string>? ids = reader.Has("ids", out _) ? reader.Texts("ids") : null;
        if ((ids is null) == !hasFilter)
        {
            reader.Add("filter", "Either \"filter\" or \"ids\" says what is to be replayed.", "Write { \"filter\": { \"from\": \"…\" } } or { \"ids\": [ \"evt_…\" ] }.");
        }

        if (ids is { Count: 0 or > MaxIds })
        {
            reader.Add("ids", $"Here are {ids.Count} ids.", $"Name 1 to {MaxIds}, or use a filter.");
        }

        string revision = reader.Text("as") ?? "today";
        if (revision is not ("today" or "then"))
        {
            reader.Add("as", $"\"{revision}\" is not known.", "Write \"today\" for today's routes, or \"then\" for the revisions of the first deliveries.");
        }

        return new(filter, ids, reader.Has("routes", out _) ? reader.Texts("routes") : null, revision == "then", reader.Flag("includeDelivered", false), reader.Flag("onlyFailed", false));
    }

    /// <summary>As <see cref="Read"/> takes it.</summary>
    public string Write() => Encoding.UTF8.GetString(ApiAnswer.Write(json =>
    {
        json.WriteStartObject();
        if (Ids is { } ids)
        {
            WriteTexts(json, "ids", ids);
        }
        else
        {
            json.WriteStartObject("filter");
            foreach ((string name, string? value) in new[]
            {
                ("source", Filter.Source), ("kind", Filter.Kind), ("type", Filter.Type), ("payment", Filter.Payment), ("checkout", Filter.Checkout), ("email", Filter.Email), ("q", Filter.Q), ("mode", Filter.Mode),
                ("outcome", Filter.Outcome), ("route", Filter.Route), ("destination", Filter.Destination), ("currency", Filter.Currency),
                ("minAmount", Filter.MinAmount?.ToString(CultureInfo.InvariantCulture)), ("maxAmount", Filter.MaxAmount?.ToString(CultureInfo.InvariantCulture)),
                ("from", Filter.From is { } from ? JsonTimes.Text(from) : null), ("to", Filter.To is { } to ? JsonTimes.Text(to) : null),
            })
            {
                if (value is not null)
                {
                    json.WriteString(name, value);
                }
            }

            json.WriteEndObject();
        }

        if (Routes is { } routes)
        {
            WriteTexts(json, "routes", routes);
        }

        json.WriteString("as", AsThen ? "then" : "today");
        json.WriteBoolean("includeDelivered", IncludeDelivered);
        json.WriteBoolean("onlyFailed", OnlyFailed);
        json.WriteEndObject();
    }));

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static decimal? Amount(ObjectReader reader, string name)
    {
        if (reader.Text(name) is not { } text)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
        {
            return amount;
        }

        reader.Add(name, $"\"{text}\" is not an amount.", "Write it as a text, such as \"500.00\".");
        return null;
    }

    private static DateTimeOffset? Time(ObjectReader reader, string name)
    {
        if (reader.Text(name) is not { } text)
        {
            return null;
        }

        if (ApiRequest.TryTime(text) is { } time)
        {
            return time;
        }

        reader.Add(name, $"\"{text}\" is not a time.", "Write for example 2026-01-31T13:00:00Z.");
        return null;
    }
}

/// <summary>Replays events: makes new deliveries slice by slice, in the background, and goes on behind its place after a restart.</summary>
internal sealed partial class Replays(Gateway gateway, ILogger logger) : IAsyncDisposable
{
    private const int Slice = 200;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly Lock _gate = new();

    /// <summary>Takes up what a stop interrupted.</summary>
    public async Task ResumeAsync()
    {
        if (!gateway.Store.Log.AnyRunningReplay())
        {
            return;
        }

        foreach (ReplayRow row in await gateway.Store.Log.Replays.RunningAsync())
        {
            using JsonDocument document = JsonDocument.Parse(row.Request);
            Run(row.Id, ReplayRequest.Read(new ObjectReader(document.RootElement, "$", [])), row.Cursor);
        }
    }

    /// <summary>Writes a replay down and begins it.</summary>
    /// <param name="json">The request as it came.</param>
    public async Task<string> StartAsync(ReplayRequest request, string json, string actor)
    {
        string id = gateway.Ids.Next(IdSource.Replay);
        await gateway.Store.Log.Replays.CreateAsync(id, json, await CountAsync(request), actor);
        Run(id, request, 0);
        return id;
    }

    /// <summary>Stops a replay: nothing more is made, and what it made and still waits is taken back.</summary>
    /// <returns>False when there was nothing left to stop.</returns>
    public async Task<bool> CancelAsync(string id, string actor)
    {
        bool stopped = await gateway.Store.Log.Replays.StopAsync(id);
        if (await gateway.Store.Log.Replays.FindAsync(id) is not { } job)
        {
            return false;
        }

        int takenBack = 0;
        await gateway.Pump.AsideAsync(await gateway.Store.Log.Replays.WaitingAtAsync(job), async () => takenBack = await gateway.Store.Log.Replays.TakeBackAsync(job, stopped, actor));
        return stopped || takenBack > 0;
    }

    /// <summary>How many events it is about.</summary>
    public async Task<long> CountAsync(ReplayRequest request) =>
        request.Ids is { } ids ? (await EventsOfAsync(ids)).Count : await gateway.Store.Log.Events.CountAsync(request.Filter);

    /// <summary>What it would make, by route, without making it.</summary>
    /// <param name="most">Looks at so many events and no more, oldest first.</param>
    public async Task<IReadOnlyDictionary<string, long>> TryAsync(ReplayRequest request, CancellationToken stop, int most = int.MaxValue)
    {
        int seen = 0;
        SortedDictionary<string, long> routes = new(StringComparer.Ordinal);
        for (long cursor = 0; ;)
        {
            IReadOnlyList<(long Seq, GatewayEvent Event)> slice = await NextAsync(request, cursor, keep: false);
            foreach ((long seq, GatewayEvent of) in slice)
            {
                HashSet<string> delivered = request.IncludeDelivered ? [] : LeftOut(seq);
                foreach (NewDelivery delivery in Deliveries(request, seq, of))
                {
                    routes[delivery.Route] = routes.GetValueOrDefault(delivery.Route) + (delivered.Contains(delivery.Route) ? 0 : 1);
                }
            }

            stop.ThrowIfCancellationRequested();
            seen += slice.Count;
            if (request.Ids is not null || slice.Count < Slice || seen >= most)
            {
                return routes;
            }

            cursor = slice[^1].Seq;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _stop.Dispose();
    }

    private void Run(string id, ReplayRequest request, long cursor)
    {
        lock (_gate)
        {
            _running.RemoveAll(task => task.IsCompleted);
            _running.Add(Task.Run(() => RunAsync(id, request, cursor)));
        }
    }

    private async Task RunAsync(string id, ReplayRequest request, long cursor)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                IReadOnlyList<(long Seq, GatewayEvent Event)> slice = await NextAsync(request, cursor, keep: true);
                if (slice.Count > 0)
                {
                    List<ReplayDelivery> deliveries = [.. slice.SelectMany(item => Deliveries(request, item.Seq, item.Event).Select(delivery => new ReplayDelivery(item.Seq, delivery)))];
                    cursor = slice[^1].Seq;
                    ReplaySlice made = await gateway.Store.Log.Replays.AppendSliceAsync(id, deliveries, slice.Count, cursor, request.IncludeDelivered);
                    foreach (string destination in deliveries.Select(delivery => delivery.Delivery.Destination).Distinct())
                    {
                        gateway.Pump.Wake(destination);
                    }

                    if (!made.Running)
                    {
                        return;
                    }
                }

                if (request.Ids is not null || slice.Count < Slice)
                {
                    await gateway.Store.Log.Replays.FinishAsync(id);
                    return;
                }
            }
        }
        catch (Exception e)
        {
            Log.Failed(logger, id, e);
            if (!_stop.IsCancellationRequested)
            {
                await gateway.Store.Log.Replays.FinishAsync(id, "The gateway made a mistake; its log tells more.");
            }
        }
    }

    private async Task<IReadOnlyList<(long Seq, GatewayEvent Event)>> NextAsync(ReplayRequest request, long cursor, bool keep)
    {
        List<(long Seq, GatewayEvent Event)> slice = [.. request.Ids is { } ids
            ? (await gateway.Store.Log.Events.ForReplayAsync(await EventsOfAsync(ids))).Where(item => item.Seq > cursor)
            : await gateway.Store.Log.Events.ForReplayAsync(request.Filter, cursor, Slice)];
        for (int i = 0; i < slice.Count; i++)
        {
            if (slice[i].Event.Unreadable is not null && await ReadAgain.TryAsync(gateway, slice[i].Seq, slice[i].Event, keep) is { } read)
            {
                slice[i] = (slice[i].Seq, read);
            }
        }

        return slice;
    }

    /// <summary>Ids of events stay; an id of a delivery stands for its event.</summary>
    private async Task<IReadOnlyList<string>> EventsOfAsync(IReadOnlyList<string> ids)
    {
        List<string> events = [];
        foreach (string id in ids)
        {
            string? found = id.StartsWith(IdSource.Delivery, StringComparison.Ordinal) ? (await gateway.Store.Log.Deliveries.FindAsync(id))?.Event?.Id : id;
            if (found is not null && !events.Contains(found))
            {
                events.Add(found);
            }
        }

        return events;
    }

    private IEnumerable<NewDelivery> Deliveries(ReplayRequest request, long seq, GatewayEvent of)
    {
        IEnumerable<(string Route, int Revision, string Destination)> routes = request.AsThen ? Then(seq) : Today(of);
        if (request.Routes is { } only)
        {
            routes = routes.Where(route => only.Contains(route.Route));
        }

        if (request.OnlyFailed)
        {
            HashSet<string> failed = FailedRoutes(seq);
            routes = routes.Where(route => failed.Contains(route.Route));
        }

        if (request.Ids is { } ids && ids.Any(id => id.StartsWith(IdSource.Delivery, StringComparison.Ordinal)))
        {
            HashSet<string> named = NamedRoutes(seq, ids);
            routes = routes.Where(route => ids.Contains(of.Id) || named.Contains(route.Route));
        }

        return routes.Select(route => new NewDelivery(gateway.Ids.Next(IdSource.Delivery), route.Route, route.Revision, route.Destination, DeliveryState.Pending, null, gateway.Time.GetUtcNow(), Leased: false));
    }

    /// <summary>Today's routes that take the event. What waits for a checkout id is sent: a person has asked for it.</summary>
    private IEnumerable<(string Route, int Revision, string Destination)> Today(GatewayEvent of)
    {
        GatewaySnapshot snapshot = gateway.Current.Value;
        if (of.Unreadable is not null)
        {
            yield break;
        }

        using EventView view = EventView.Open(of);
        foreach (ActiveRoute route in snapshot.Routes.Values.OrderBy(route => route.Name, StringComparer.Ordinal))
        {
            if (route.Definition.Enabled && route.Definition.Sources.Any(source => source == "*" || source == of.Source)
                && route.Conditions.Judge(view, gateway.Time.GetUtcNow()).Verdict == RouteVerdict.Delivery)
            {
                yield return (route.Name, route.Revision, route.Definition.Destination);
            }
        }
    }

    private IEnumerable<(string Route, int Revision, string Destination)> Then(long seq)
    {
        using StoreContext db = gateway.Store.OpenContext();
        return [.. db.Deliveries.Where(d => d.EventSeq == seq && d.First).OrderBy(d => d.Route).Select(d => new { d.Route, d.RouteRevision, d.Destination }).AsEnumerable().Select(d => (d.Route, d.RouteRevision, d.Destination))];
    }

    private HashSet<string> FailedRoutes(long seq)
    {
        using StoreContext db = gateway.Store.OpenContext();
        return [.. db.Deliveries.Where(d => d.EventSeq == seq).Select(d => new { d.Seq, d.Route, d.State }).AsEnumerable()
            .GroupBy(d => d.Route).Select(g => g.MaxBy(d => d.Seq)!).Where(d => d.State is "refused" or "exhausted" or "cancelled").Select(d => d.Route)];
    }

    private HashSet<string> NamedRoutes(long seq, IReadOnlyList<string> ids)
    {
        using StoreContext db = gateway.Store.OpenContext();
        return [.. db.Deliveries.Where(d => d.EventSeq == seq).AsEnumerable().Where(d => ids.Contains(d.Id)).Select(d => d.Route)];
    }

    /// <summary>Routes on which the event was delivered, or waits already.</summary>
    private HashSet<string> LeftOut(long seq)
    {
        using StoreContext db = gateway.Store.OpenContext();
        return [.. db.Deliveries.Where(d => d.EventSeq == seq && (d.State == "delivered" || d.State == "pending" || d.State == "held")).Select(d => d.Route)];
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1301, Level = LogLevel.Error, Message = "replay.failed {Id}")]
        public static partial void Failed(ILogger logger, string id, Exception exception);
    }
}
