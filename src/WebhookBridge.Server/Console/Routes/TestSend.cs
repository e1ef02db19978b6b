using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>One step that a test event took.</summary>
/// <param name="State">As in the state mark: <c>delivered</c>, <c>skipped</c>, <c>refused</c>, <c>waiting</c>, <c>held</c>, <c>failing</c>.</param>
internal sealed record TestStep(string State, string What, string Said, string? Took = null, string? Content = null);

/// <summary>What became of a test event, or why none was sent.</summary>
internal sealed record SentTest(string? Problem)
{
    public string? EventId { get; init; }

    public IReadOnlyList<TestStep> Steps { get; init; } = [];
}

/// <summary>Sends one signed, marked event through the front door and follows it down one route: the same way that a real one takes.</summary>
internal sealed class TestSend(Gateway gateway)
{
    private const int MostContent = 4000;
    private const int MostSeeds = 30;

    /// <summary>How long the page waits for the first attempt; what takes longer shows in the log.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(40);

    public async Task<SentTest> RunAsync(RouteDefinition route, EventChoice? chosen, string actor, Texts texts, CancellationToken stop)
    {
        if (!route.Enabled)
        {
            return new(texts["test.off"]);
        }

        if (route.When.Mode == Engine.Filtering.RouteMode.Live)
        {
            return new(texts["test.live"]);
        }

        if (SampleFor(route, chosen) is not var (source, sample))
        {
            return new(texts["test.noSample"]);
        }

        try
        {
            Simulations simulations = new(gateway);
            SimulationResult.Request request = Make(simulations, route, source, sample);
            long started = Stopwatch.GetTimestamp();
            SimulatedAnswer answer = await simulations.SendAsync(source, request, stop);
            TimeSpan took = Stopwatch.GetElapsedTime(started);
            await gateway.Audit.RecordAsync(actor, "simulate", "route/" + route.Name);
            if (answer.Status is < 200 or >= 300)
            {
                return new(texts["source.testRefused", answer.Status]);
            }

            using JsonDocument said = JsonDocument.Parse(answer.Body);
            string id = said.RootElement.TryGetProperty("id", out JsonElement given) ? given.GetString() ?? "" : "";
            List<TestStep> steps =
            [
                new("delivered", texts["test.received"], texts["test.receivedText", source, T(texts, took)], null, Clip(request.Body)),
                new("delivered", texts["test.genuine"], texts["test.genuineText"]),
            ];
            return new((string?)null) { EventId = id, Steps = [.. steps, .. await FollowAsync(route, id, texts, stop)] };
        }
        catch (ProblemException problem)
        {
            return new(EngineWords.In(texts, problem.Message));
        }
    }

    /// <summary>Ids, times and amounts of a sample vary: of some tries one that meets the route's conditions is taken, so that the test comes as far as it can.</summary>
    private SimulationResult.Request Make(Simulations simulations, RouteDefinition route, string source, string sample)
    {
        SimulationResult.Request made = simulations.Make(source, sample, RandomNumberGenerator.GetInt32(int.MaxValue), wrongSignature: false);
        ActiveRoute? active = gateway.Current.Value.Routes.GetValueOrDefault(route.Name);
        Platform? platform = gateway.Current.Value.Sources.GetValueOrDefault(source)?.Platform;
        for (int i = 0; active is not null && platform is not null && i < MostSeeds; i++)
        {
            GatewayEvent of = LooseEvent.Read(platform, made.Body, gateway.Time.GetUtcNow(), source);
            if (of.Unreadable is null)
            {
                using EventView view = EventView.Open(of);
                if (active.Conditions.Judge(view, gateway.Time.GetUtcNow()).Verdict == RouteVerdict.Delivery)
                {
                    break;
                }
            }

            made = simulations.Make(source, sample, RandomNumberGenerator.GetInt32(int.MaxValue), wrongSignature: false);
        }

        return made;
    }

    private async Task<List<TestStep>> FollowAsync(RouteDefinition route, string id, Texts texts, CancellationToken stop)
    {
        List<TestStep> steps = [];
        EventRoute? verdict = (await gateway.Store.Log.Events.FindAsync(id))?.Routes.FirstOrDefault(r => r.Route == route.Name);
        if (verdict?.DeliveryId is not { } deliveryId)
        {
            string reason = verdict?.Reason ?? "condition";
            steps.Add(new("skipped", texts["test.when"], texts.Find("test.skipped." + reason) ?? texts["test.skipped.condition"]));
            return steps;
        }

        steps.Add(new("delivered", texts["test.when"], texts["test.whenText"]));
        DeliveryRow delivery = await AttemptedAsync(deliveryId, stop);
        AttemptRow? attempt = delivery.Attempts.Count > 0 ? delivery.Attempts[^1] : null;
        if (attempt?.Phase is "rule" or "render" || delivery.State == "skipped")
        {
            bool rule = attempt?.Phase == "rule" || delivery.State == "skipped";
            steps.Add(new(delivery.State == "skipped" ? "skipped" : "refused", texts[rule ? "step.rule" : "step.shape"],
                delivery.State == "skipped" ? texts["try.ruleSaid", delivery.Reason ?? ""] : EngineWords.In(texts, attempt?.Error ?? "")));
            return steps;
        }

        if (route.Rule is not null)
        {
            steps.Add(new("delivered", texts["step.rule"], texts["preview.sends"]));
        }

        steps.Add(new("delivered", texts["step.shape"], route.Template is null ? texts["shape.none"] : texts["test.shaped"], null, await ShapedAsync(route.Name, id)));
        steps.Add(attempt is null
            ? new("waiting", texts["step.to"], delivery.State == "held" ? texts["try.held"] : texts["test.waiting", route.Destination])
            : Sent(route, delivery, attempt, texts));
        return steps;
    }

    private static TestStep Sent(RouteDefinition route, DeliveryRow delivery, AttemptRow attempt, Texts texts)
    {
        string took = T(texts, TimeSpan.FromMilliseconds(attempt.DurationMs));
        string status = attempt.Status is { } code ? texts["test.status", code] : "";
        return delivery.State switch
        {
            "delivered" => new("delivered", texts["step.to"], texts["test.delivered", route.Destination, status], took, Answer(attempt)),
            "refused" => new("refused", texts["step.to"], texts["test.refused", route.Destination, EngineWords.In(texts, attempt.Error ?? status)], took, Answer(attempt)),
            _ => new("failing", texts["step.to"], texts["test.failing", route.Destination, EngineWords.In(texts, attempt.Error ?? status),
                delivery.NextAttemptAt is { } next ? texts.Relative(DateTimeOffset.FromUnixTimeMilliseconds(next)) : texts["test.noMore"]], took, Answer(attempt)),
        };
    }

    /// <summary>The delivery once its first attempt is over, or as it is when the page has waited long enough.</summary>
    private async Task<DeliveryRow> AttemptedAsync(string id, CancellationToken stop)
    {
        long started = gateway.Time.GetTimestamp();
        while (true)
        {
            DeliveryRow row = (await gateway.Store.Log.Deliveries.FindAsync(id))!;
            if (row.Attempts.Count > 0 || row.State is not "pending" || gateway.Pump.Status(row.Destination).Paused || gateway.Time.GetElapsedTime(started) > MostTime)
            {
                return row;
            }

            await Task.Delay(Look, gateway.Time, stop);
        }
    }

    /// <summary>The chosen sample; for a real event the sample that is most like it, since the same event again would be a repeat.</summary>
    private (string Source, string Sample)? SampleFor(RouteDefinition route, EventChoice? chosen)
    {
        if (EventChoices.SampleName(chosen?.Value) is { } named)
        {
            return named;
        }

        foreach (SourceDefinition source in gateway.Configuration.All(ConfigurationKind.Source).Select(static i => (SourceDefinition)i.Definition).Where(s => chosen is null ? route.Sources.Contains("*") || route.Sources.Contains(s.Name) : s.Name == chosen.Event.Source))
        {
            IReadOnlyList<PlatformSample> samples = gateway.Platforms.Get(source.Platform)?.Samples ?? [];
            PlatformSample? best = samples.FirstOrDefault(s => s.Name == chosen?.Event.Type || s.Name == chosen?.Event.Kind) ?? (samples.Count > 0 ? samples[0] : null);
            if (best is not null)
            {
                return (source.Name, best.Name);
            }
        }

        return null;
    }

    private static string? Answer(AttemptRow attempt) => Part(attempt.Response, "body");

    /// <summary>What the route made of the event; the bytes of a delivery that is over are not kept, and the same event makes the same bytes.</summary>
    private async Task<string?> ShapedAsync(string route, string id) =>
        gateway.Current.Value.Routes.GetValueOrDefault(route) is { } active && await gateway.Store.Log.Events.LoadAsync(id) is { } of
        && (await RouteDraft.Of(gateway, active).TryAsync(of, whole: true)).Shape is Engine.Reshaping.ReshapeResult.Ready ready ? Clip(ready.Rendered.Body.ToArray()) : null;

    private static string? Part(byte[]? json, string name)
    {
        if (json is null)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out JsonElement part) && part.ValueKind == JsonValueKind.String && part.GetString() is { Length: > 0 } text ? text : null;
    }

    private static string? Clip(byte[]? bytes) => bytes is null or { Length: 0 } ? null : Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, MostContent)));

    private static string T(Texts texts, TimeSpan span) => texts.Span(span);
}
