using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Server.Access;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Log;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;
using ActionResult = WebhookBridge.Storage.Log.ActionResult;

namespace WebhookBridge.Server.WebConsole.Pages.Events;

/// <summary>One event: what it says, what happened on every route and why, and what can be done about it.</summary>
internal sealed class EventModel(Gateway gateway, Reveals reveals) : ConsolePage
{
    private static readonly string[] Known = ["retry", "cancel", "hold", "resume", "edited"];

    public EventRow Event { get; private set; } = null!;

    public IReadOnlyList<RouteStory> Routes { get; private set; } = [];

    /// <summary>True where this person has asked to see personal data and bodies, and may.</summary>
    public bool Revealed { get; private set; }

    public bool HasBody { get; private set; }

    public IReadOnlyList<IHtmlContent> Body { get; private set; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private set; } = [];

    /// <summary>Pairs of a name and a value of the normal form, personal ones masked.</summary>
    public IReadOnlyList<(string Name, string Value, bool Personal)> Normal { get; private set; } = [];

    public IReadOnlyList<(string Mark, string Text)> Proof { get; private set; } = [];

    public string? Newer { get; private set; }

    public string? Older { get; private set; }

    public int OfPayment { get; private set; }

    public string? Done { get; private set; }

    public string? Problem { get; private set; }

    public DateTimeOffset ReceivedAt => DateTimeOffset.FromUnixTimeMilliseconds(Event.ReceivedAt);

    public bool IsTest => Event.Test || Event.Mode == "test";

    public string What => LogRow.WhatOf(Event, T);

    public string PlatformName => gateway.Platforms.Get(Event.Platform)?.DisplayName ?? Event.Platform;

    /// <summary>True while something may still happen by itself: then the page looks again.</summary>
    public bool IsMoving => Routes.Any(static r => r.Outcome.Verdict == "pending");

    /// <summary>Changes with everything that the routes' part shows.</summary>
    public string Version => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', Routes.SelectMany(static r => r.Deliveries).Select(static d => $"{d.Row.Id}{d.Row.State}{d.Row.Reason}{d.Row.AttemptCount}{d.Row.NextAttemptAt}{d.Row.Leased}")))).AsSpan(0, 6));

    public string Customer => Event.CustomerEmail is { } email ? Revealed ? email : Masks.Email(email) : "–";

    public async Task<IActionResult> OnGetAsync(string id, string? done)
    {
        Done = Known.Contains(done) ? done : null;
        return await LoadAsync(id) ? Page() : NotFound();
    }

    /// <summary>The part about the routes, when something has changed.</summary>
    public async Task<IActionResult> OnGetRoutesAsync(string id, string? version) =>
        !await LoadAsync(id) ? NotFound() : version == Version ? StatusCode(StatusCodes.Status204NoContent) : Partial("Log/_Routes", this);

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostRevealAsync(string id)
    {
        await reveals.OpenAsync(Me, id);
        return LocalRedirect("/events/" + id);
    }

    /// <summary>The bytes as received, as a file: never shown inside our own origin.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnGetBytesAsync(string id)
    {
        if (await gateway.Store.Log.Events.BodyAsync(id) is not { } body)
        {
            return NotFound();
        }

        await gateway.Audit.RecordAsync(Me.Email!, "reveal", id, static json => json.WriteString("what", "bytes"));
        return File(body, "application/octet-stream", id + ".bin");
    }

    [Needs(Role.Operator)]
    public Task<IActionResult> OnPostRetryAsync(string id, string? delivery) => ActAsync(id, delivery, "retry", gateway.Store.Log.Actions.RetryAsync);

    [Needs(Role.Operator)]
    public Task<IActionResult> OnPostCancelAsync(string id, string? delivery) => ActAsync(id, delivery, "cancel", gateway.Store.Log.Actions.CancelAsync);

    [Needs(Role.Operator)]
    public Task<IActionResult> OnPostHoldAsync(string id, string? delivery) => ActAsync(id, delivery, "hold", gateway.Store.Log.Actions.HoldAsync);

    [Needs(Role.Operator)]
    public Task<IActionResult> OnPostResumeAsync(string id, string? delivery) => ActAsync(id, delivery, "resume", gateway.Store.Log.Actions.ResumeAsync);

    private async Task<IActionResult> ActAsync(string id, string? delivery, string deed, Func<string, string, ValueTask<ActionResult>> act)
    {
        ActionResult result = delivery is null ? ActionResult.NotFound : await act(delivery, Me.Email!);
        if (result == ActionResult.Done)
        {
            gateway.Pump.Wake((await gateway.Store.Log.Deliveries.FindAsync(delivery!))!.Destination);
            return LocalRedirect($"/events/{id}?done={deed}");
        }

        Problem = T[result == ActionResult.InFlight ? "event.inFlight" : "event.notNow"];
        return await LoadAsync(id) ? Page() : NotFound();
    }

    private async Task<bool> LoadAsync(string id)
    {
        EventTrail trail = gateway.Store.Log.Trail;
        if (await trail.FindAsync(id) is not { } story)
        {
            return false;
        }

        (Event, HasBody) = (story.Event, story.HasBody);
        Revealed = reveals.IsOpen(Me, id);
        GatewayEvent? of = HasBody ? await gateway.Store.Log.Events.LoadAsync(id) : null;
        Routes = await RouteStory.OfAsync(gateway, story, of, Revealed, T);
        (Newer, Older) = await trail.NeighboursAsync(Event);
        OfPayment = Event.PaymentId is { } payment ? await trail.CountOfPaymentAsync(payment) : 0;
        Normal = [.. NormalForm(Event.NormalForm)];
        if (of is not null)
        {
            Proof = [.. Proofs(of)];
            Headers = Me.May(Role.Operator) ? [.. of.Headers.Select(static h => KeyValuePair.Create(h.Key, Redactor.TellsASecret(h.Key) && !h.Key.Contains("sign", StringComparison.OrdinalIgnoreCase) ? Redactor.Mask : h.Value))] : [];
            Body = Revealed ? PrettyJson.Lines(of.Body.Span) : [];
        }

        return true;
    }

    /// <summary>What made it genuine, as far as it can be told now.</summary>
    private IEnumerable<(string Mark, string Text)> Proofs(GatewayEvent of)
    {
        if (of.Test)
        {
            yield return ("ok", T["event.proof.simulated"]);
        }

        if (of.BatchId is null && gateway.Current.Value.Sources.GetValueOrDefault(of.Source) is { } source)
        {
            InboundRequest request = new()
            {
                Method = "POST",
                PublicOrigin = source.Definition.PublicUrl ?? "http://localhost",
                Path = "/in/" + of.Source,
                Query = "",
                Headers = of.Headers,
                Body = of.Body,
                ReceivedAt = of.ReceivedAt,
            };
            if (source.Verifier.Verify(request, of.ReceivedAt) is VerifyResult.Genuine genuine)
            {
                yield return ("ok", T[genuine.SecretIndex < 0 ? "event.proof.none" : "event.proof.matches"]);
                if (genuine.SignedAt is { } signed)
                {
                    yield return ("ok", T["event.proof.signed", T.Span((of.ReceivedAt - signed).Duration())]);
                }
            }
            else
            {
                yield return ("na", T["event.proof.then"]);
            }
        }
        else
        {
            yield return ("na", T["event.proof.then"]);
        }

        yield return of.SuspectedReplay ? ("no", T["event.proof.suspected"]) : ("ok", T["event.proof.first"]);
        if (of.DuplicateKeys)
        {
            yield return ("no", T["event.proof.twice"]);
        }
    }

    private IEnumerable<(string Name, string Value, bool Personal)> NormalForm(byte[] json)
    {
        if (json.Length == 0)
        {
            yield break;
        }

        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonProperty group in document.RootElement.EnumerateObject())
        {
            if (group.NameEquals("meta") || group.Value.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            foreach (JsonProperty member in group.Value.EnumerateObject())
            {
                foreach ((string name, JsonElement value) in Leaves(group.Name + "." + member.Name, member.Value))
                {
                    bool personal = group.NameEquals("customer") && member.Name is not ("id" or "locale");
                    string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                    yield return (name, personal && !Revealed ? Mask(member.Name, text) : text.Length > 400 ? text[..400] + "…" : text, personal);
                }
            }
        }
    }

    private static string Mask(string name, string value) => name switch
    {
        "email" => Masks.Email(value),
        "phone" or "document" => Masks.Tail(value),
        _ => Masks.Name(value),
    };

    private static IEnumerable<(string Name, JsonElement Value)> Leaves(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty inner in value.EnumerateObject())
            {
                foreach ((string, JsonElement) leaf in Leaves(name + "." + inner.Name, inner.Value))
                {
                    yield return leaf;
                }
            }
        }
        else if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0))
        {
            yield return (name, value);
        }
    }
}
