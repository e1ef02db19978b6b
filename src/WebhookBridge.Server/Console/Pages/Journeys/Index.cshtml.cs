using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Log;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Journeys;

/// <summary>Everything about one payment in order, across sources and routes.</summary>
internal sealed class JourneyModel(Gateway gateway) : ConsolePage
{
    public string Payment { get; private set; } = "";

    public IReadOnlyList<Step> Steps { get; private set; } = [];

    public EventRow First => Steps[0].Row.Event;

    public EventRow Last => Steps[^1].Row.Event;

    public int Sources => Steps.Select(static s => s.Row.Event.Source).Distinct().Count();

    public bool IsTest => Steps.Any(static s => s.Row.IsTest);

    public async Task<IActionResult> OnGetAsync(string id)
    {
        if (await gateway.Store.Log.Events.JourneyAsync(id) is not { } journey)
        {
            return NotFound();
        }

        Payment = id;
        IReadOnlyDictionary<long, IReadOnlyList<RouteOutcome>> outcomes = await gateway.Store.Log.Trail.OutcomesAsync([.. journey.Steps.Select(static s => s.Event)]);
        WhyNot words = new(T, masked: true);
        Steps = [.. journey.Steps.Select(step => new Step(
            LogRow.Of(gateway, step.Event, outcomes[step.Event.Seq], T),
            [.. step.Deliveries.Select(d => new Sending(d, RouteStory.SaidOf(OutcomeWords.Now(new RouteOutcome(d.Route, d.State, d.Reason, d), gateway.Pump), T), d.Attempts.Count == 0 ? null : words.Answer(d.Attempts.MaxBy(static a => a.Seq))))],
            [.. outcomes[step.Event.Seq].Where(static o => o.Newest is null).Select(static o => o.Route)]))];
        return Page();
    }

    internal sealed record Sending(DeliveryRow Row, Said Said, string? Answer);

    /// <param name="Silent">Routes that did not send it.</param>
    internal sealed record Step(LogRow Row, IReadOnlyList<Sending> Sent, IReadOnlyList<string> Silent);
}
