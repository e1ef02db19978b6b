using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>One try, in words, with what went out and what came back.</summary>
/// <param name="Request">Lines; empty when nothing was sent.</param>
/// <param name="Response">Lines; empty when nothing came back.</param>
internal sealed record TryStory(AttemptRow Attempt, string State, string Text, IReadOnlyList<string> Request, IReadOnlyList<string> Response)
{
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(Attempt.StartedAt);
}

/// <summary>One delivery of an event on a route.</summary>
/// <param name="Sent">What was or will be sent; null where that is not to be shown or not known any more.</param>
/// <param name="OnHold">Its destination is on hold: nothing is tried before that ends.</param>
internal sealed record DeliveryStory(DeliveryRow Row, Said Said, bool OnHold, IReadOnlyList<TryStory> Tries, string? Sent)
{
    public bool CanRetry => Row.State is "pending" or "held" or "refused" or "exhausted" or "cancelled" && !Row.Leased;

    public bool CanCancel => Row.State is "pending" or "held" && !Row.Leased;

    public bool CanHold => Row.State == "pending" && !Row.Leased;

    public bool CanResume => Row.State == "held";

    public DateTimeOffset? Next => !OnHold && Row is { State: "pending", AttemptCount: > 0, NextAttemptAt: { } at } ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}

/// <summary>What happened to an event on one route: a sentence first, then every delivery and try.</summary>
internal sealed record RouteStory(RouteOutcome Outcome, Said Said, string Why, bool RouteExists, IReadOnlyList<DeliveryStory> Deliveries)
{
    private const int MostBody = 16 * 1024;

    /// <param name="open">Whether bodies and personal data may be shown.</param>
    public static async Task<IReadOnlyList<RouteStory>> OfAsync(Gateway gateway, EventStory story, GatewayEvent? of, bool open, Texts t)
    {
        WhyNot why = new(t, masked: !open);
        List<RouteStory> routes = [];
        foreach (RouteOutcome outcome in story.Routes)
        {
            ActiveRoute? route = await RouteAsync(gateway, outcome, story.Event.ReceivedAt);
            DeliveryRow[] deliveries = [.. story.Deliveries.Where(d => d.Route == outcome.Route).Reverse()];
            List<DeliveryStory> told = [];
            foreach (DeliveryRow row in deliveries)
            {
                string? sent = open && of is not null ? await SentAsync(gateway, row, of) : null;
                RouteOutcome now = OutcomeWords.Now(new(row.Route, row.State, row.Reason, row), gateway.Pump);
                told.Add(new(row, SaidOf(now, t), now is { Verdict: "pending", Reason: DeliveryReasons.DestinationPaused }, [.. row.Attempts.OrderBy(static a => a.Seq).Select(a => Tell(a, why, open))], sent));
            }

            AttemptRow? last = outcome.Newest?.Attempts.MaxBy(static a => a.Seq);
            routes.Add(new(
                outcome,
                SaidOf(OutcomeWords.Now(outcome, gateway.Pump), t),
                why.Explain(outcome, route, of, last, outcome.Newest is { } newest ? gateway.Pump.Status(newest.Destination) : null),
                gateway.Current.Value.Routes.ContainsKey(outcome.Route),
                told));
        }

        return routes;
    }

    /// <summary>The state for the head of a route: with its moment.</summary>
    public static Said SaidOf(RouteOutcome o, Texts t)
    {
        return new(OutcomeWords.StateOf(o), o switch
        {
            { Verdict: "delivered", Newest.FinishedAt: { } at } => t["event.deliveredAt", t.Time(At(at), true)],
            { Verdict: "pending", Reason: DeliveryReasons.DestinationPaused, Newest: { } d } => t["outcome.paused", d.Destination],
            { Verdict: "pending", Newest: { AttemptCount: > 0, NextAttemptAt: { } at } } => t["event.tryAgainAt", t.Time(At(at)), t.Relative(At(at))],
            { Verdict: "pending" } => t["event.waiting"],
            { Verdict: "held", Newest: { } d } => t["event.heldSince", t.Time(At(d.CreatedAt), true)],
            { Verdict: "refused", Newest: { } d } => t["event.refusedAt", t.Time(At(d.FinishedAt ?? d.CreatedAt), true)],
            { Verdict: "refused" } => t["event.unreadable"],
            { Verdict: "exhausted", Newest: { } d } => t["event.gaveUpAt", t.Time(At(d.FinishedAt ?? d.CreatedAt), true)],
            { Verdict: "cancelled" } => t["outcome.cancelled"],
            { Verdict: "removed" } => t["outcome.removed"],
            _ => t["event.notSent"],
        });
    }

    /// <summary>The revision that the newest delivery is pinned to; where there is none, the one that was in force at the receipt.</summary>
    private static async Task<ActiveRoute?> RouteAsync(Gateway gateway, RouteOutcome outcome, long receivedAt)
    {
        int? revision = outcome.Newest?.RouteRevision
            ?? (await gateway.Store.Config.RevisionsAsync(StoredItems.Word(ConfigurationKind.Route), outcome.Route)).Where(r => r.ChangedAt <= receivedAt && r.Json is not null).Max(static r => (int?)r.Revision);
        return revision is not { } wanted ? null
            : gateway.Current.Value.Routes.TryGetValue(outcome.Route, out ActiveRoute? current) && current.Revision == wanted ? current
            : await gateway.Configuration.LoadRevisionAsync(outcome.Route, wanted);
    }

    /// <summary>The bytes that wait; for what is over, what the pinned revision makes of the event, which is the same bytes (nothing else goes into it).</summary>
    private static async Task<string?> SentAsync(Gateway gateway, DeliveryRow row, GatewayEvent of)
    {
        if (row.State == "skipped")
        {
            return null;
        }

        if ((await gateway.Store.Log.Deliveries.FindAsync(row.Id))?.Rendered?.RenderedBody is { } waiting)
        {
            return Cut(waiting);
        }

        ActiveRoute? route = gateway.Current.Value.Routes.TryGetValue(row.Route, out ActiveRoute? current) && current.Revision == row.RouteRevision ? current
            : await gateway.Configuration.LoadRevisionAsync(row.Route, row.RouteRevision);
        if (route is null || await gateway.Store.Log.Trail.IsEditedAsync(row.Id))
        {
            return null;
        }

        using EventView view = EventView.Open(of, row.Route, row.Id);
        return route.Shape.Reshape(view, timeouts: 0) is ReshapeResult.Ready ready ? Cut(ready.Rendered.Body.Span) : null;
    }

    private static string Cut(ReadOnlySpan<byte> body) => body.Length <= MostBody ? Encoding.UTF8.GetString(body) : Encoding.UTF8.GetString(body[..MostBody]) + "…";

    private static TryStory Tell(AttemptRow a, WhyNot why, bool open) => new(
        a,
        a.Outcome switch { "delivered" => "delivered", "retry" => "failing", _ => "refused" },
        why.Answer(a),
        // A try that never got as far as a connection has a request written down, and sent nothing.
        a.Request is { } request && a.Phase is not ("resolve" or "connect" or "tls") ? Lines(request, open, body: false) : [],
        a.Response is { } response ? Lines(response, open, body: true) : []);

    private static List<string> Lines(byte[] json, bool open, bool body)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        List<string> lines = [];
        if (root.TryGetProperty("method", out JsonElement method))
        {
            lines.Add($"{method.GetString()} {root.GetProperty("host").GetString()}");
        }
        else if (root.TryGetProperty("status", out JsonElement status))
        {
            lines.Add(status.ToString());
        }

        if (root.TryGetProperty("headers", out JsonElement headers) && headers.ValueKind == JsonValueKind.Object)
        {
            lines.AddRange(headers.EnumerateObject().Select(static h => $"{h.Name}: {(h.Value.ValueKind == JsonValueKind.String ? h.Value.GetString() : h.Value.GetRawText())}"));
        }

        if (body && open && root.TryGetProperty("body", out JsonElement text) && text.GetString() is { Length: > 0 } written)
        {
            lines.Add("");
            lines.AddRange(written.ReplaceLineEndings("\n").Split('\n'));
        }

        return lines;
    }

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
