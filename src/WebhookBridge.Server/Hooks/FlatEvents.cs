using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Hooks;

/// <summary>What hooks send: one flat object for each event, made by the gallery's template. Samples are made by the same template, so that a program learns exactly what will come.</summary>
internal sealed class FlatEvents(Gateway gateway)
{
    /// <summary>The gallery's template.</summary>
    public const string Template = "flat-event";

    private const string NoDelivery = "dlv_00000000000000000000000000";

    private readonly Lazy<RouteShape> _shape = new(() =>
    {
        RouteDefinition route = new() { Name = "sample", Sources = ["*"], Destination = "sample", Template = new TemplateReference.Gallery(Template) };
        List<ConfigurationProblem> problems = [];
        return RouteCompiler.Compile(route, 0, gateway.Compiler.SurroundingsOf(new GatewayDefinition(), gateway.Lists.ByName), "$", problems)?.Shape
            ?? throw new InvalidOperationException($"The template \"{Template}\" of the gallery does not work: {problems[0]}");
    });

    /// <summary>The newest events of the kinds, as hooks would send them; one that is made up where there is none yet, so that fields can be mapped.</summary>
    public async Task<IReadOnlyList<byte[]>> SamplesAsync(IReadOnlyList<string> kinds, string? source, int limit)
    {
        if (kinds.Contains(EventKinds.DeliveryFailed))
        {
            return await FailuresAsync(source, limit);
        }

        List<EventRow> rows = [];
        foreach (string? kind in kinds.Count == 0 ? [null] : kinds.Cast<string?>())
        {
            rows.AddRange((await gateway.Store.Log.Events.PageAsync(new EventFilter { Source = source, Kind = kind }, null, limit * 2)).Items);
        }

        List<byte[]> samples = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (EventRow row in rows.OrderByDescending(row => row.Seq))
        {
            if (samples.Count < limit && row.Unreadable is null && await gateway.Store.Log.Events.LoadAsync(row.Id) is { } of && Render(of) is { } flat && ids.Add(IdOf(flat)))
            {
                samples.Add(flat);
            }
        }

        return samples.Count > 0 ? samples : [Render(Invented(kinds.Count == 0 ? "payment.succeeded" : kinds[0], source))!];
    }

    /// <summary>The event as hooks send it; null when the template cannot take it.</summary>
    public byte[]? Render(GatewayEvent of)
    {
        using EventView view = EventView.Open(of, "sample", NoDelivery);
        return _shape.Value.Reshape(view, timeouts: 3) is ReshapeResult.Ready ready ? ready.Rendered.Body.ToArray() : null;
    }

    /// <summary>A delivery that came to a bad end, with what its event tells, as hooks of <c>delivery.failed</c> send it.</summary>
    public byte[]? RenderFailure(GatewayEvent of, FailedDelivery failed)
    {
        if (Render(of) is not { } flat)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(flat);
        return ApiAnswer.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("id", failed.Id);
            json.WriteString("kind", EventKinds.DeliveryFailed);
            json.WriteString("type", EventKinds.DeliveryFailed);
            json.WriteTime("time", failed.At);
            json.WriteString("route", failed.Route);
            json.WriteString("destination", failed.Destination);
            json.WriteString("state", failed.State);
            json.WriteString("reason", failed.Reason);
            json.WriteString("error", failed.Error);
            json.WriteNumber("attempt_count", failed.AttemptCount);
            json.WriteString("gateway_event_id", of.Id);
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                json.WritePropertyName(member.Name is "id" or "kind" or "type" or "time" ? "event_" + member.Name : member.Name);
                member.Value.WriteTo(json);
            }

            json.WriteEndObject();
        });
    }

    private async Task<IReadOnlyList<byte[]>> FailuresAsync(string? source, int limit)
    {
        List<byte[]> samples = [];
        foreach (string state in (string[])["refused", "exhausted"])
        {
            foreach (DeliveryItem item in (await gateway.Store.Log.Deliveries.PageAsync(new DeliveryFilter { State = state }, null, limit * 2)).Items)
            {
                if (samples.Count < limit && await gateway.Store.Log.Events.LoadAsync(item.EventId) is { } of && (source is null || of.Source == source)
                    && await gateway.Store.Log.Deliveries.FindAsync(item.Delivery.Id) is { } row && RenderFailure(of, FailedDelivery.Of(row)) is { } flat)
                {
                    samples.Add(flat);
                }
            }
        }

        GatewayEvent invented = Invented("payment.succeeded", source);
        return samples.Count > 0 ? samples
            : [RenderFailure(invented, new(NoDelivery, "paid-to-crm", "crm", "refused", DeliveryReasons.PermanentAnswer, "The destination answered 422.", 1, gateway.Time.GetUtcNow()))!];
    }

    private GatewayEvent Invented(string kind, string? source) => LooseEvent.Read(gateway.Platforms.Get("generic")!, Encoding.UTF8.GetBytes($$$"""
        {
          "id": "sample-1", "type": "{{{kind}}}", "mode": "test", "created_at": "{{{JsonTimes.Text(gateway.Time.GetUtcNow())}}}",
          "payment": { "id": "pay_sample", "amount": 150.00, "currency": "ZAR", "method": "card", "checkout_id": "ch_sample", "order_id": "1001" },
          "refund": { "id": "ref_sample", "payment_id": "pay_sample", "amount": 50.00, "currency": "ZAR" },
          "subscription": { "id": "sub_sample", "plan": "monthly", "status": "active" },
          "customer": { "name": "Thandi Nkosi", "email": "thandi@example.com", "phone": "+27821234567" },
          "order": { "id": "1001" }
        }
        """), gateway.Time.GetUtcNow(), source);

    private static string IdOf(byte[] flat)
    {
        using JsonDocument document = JsonDocument.Parse(flat);
        return document.RootElement.GetProperty("id").GetString()!;
    }
}

/// <summary>What hooks of <c>delivery.failed</c> tell of a delivery.</summary>
internal sealed record FailedDelivery(string Id, string Route, string Destination, string State, string? Reason, string? Error, int AttemptCount, DateTimeOffset At)
{
    /// <param name="row">With its attempts.</param>
    public static FailedDelivery Of(DeliveryRow row) => new(
        row.Id, row.Route, row.Destination, row.State, row.Reason, row.Attempts.LastOrDefault()?.Error, row.AttemptCount, DateTimeOffset.FromUnixTimeMilliseconds(row.FinishedAt ?? row.CreatedAt));
}
