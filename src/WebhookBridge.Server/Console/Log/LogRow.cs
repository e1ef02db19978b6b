using WebhookBridge.Server.Access;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>An event as the log lists it: words, personal data masked.</summary>
internal sealed record LogRow(EventRow Event, IReadOnlyList<Said> Outcomes, bool Open)
{
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(Event.ReceivedAt);

    public string Customer => Event.CustomerEmail is { } email ? Masks.Email(email) : Event.CustomerName is { } name ? Masks.Name(name) : "–";

    public bool IsTest => Event.Test || Event.Mode == "test";

    public string What(Texts t) => WhatOf(Event, t);

    public static string WhatOf(EventRow row, Texts t) =>
        row.Unreadable is not null ? t["event.unreadable"] : row.Kind == "other" && row.Type.Length > 0 ? row.Type : t.Find("kind." + row.Kind) ?? row.Type;

    public static async Task<IReadOnlyList<LogRow>> OfAsync(Gateway gateway, IReadOnlyList<EventRow> events, Texts t)
    {
        IReadOnlyDictionary<long, IReadOnlyList<RouteOutcome>> outcomes = await gateway.Store.Log.Trail.OutcomesAsync(events);
        return [.. events.Select(e => Of(gateway, e, outcomes[e.Seq], t))];
    }

    public static LogRow Of(Gateway gateway, EventRow of, IReadOnlyList<RouteOutcome> outcomes, Texts t) =>
        new(of, OutcomeWords.Short([.. outcomes.Select(o => OutcomeWords.Now(o, gateway.Pump))], t), outcomes.Any(OutcomeWords.IsOpen));
}
