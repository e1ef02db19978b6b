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

    public static async Task<IReadOnlyList<LogRow>> OfAsync(EventTrail trail, IReadOnlyList<EventRow> events, Texts t)
    {
        IReadOnlyDictionary<long, IReadOnlyList<RouteOutcome>> outcomes = await trail.OutcomesAsync(events);
        return [.. events.Select(e => new LogRow(e, OutcomeWords.Short(outcomes[e.Seq], t), outcomes[e.Seq].Any(OutcomeWords.IsOpen)))];
    }
}
