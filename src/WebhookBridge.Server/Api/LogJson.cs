using System.Text.Json;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary>Rows of the log as the API shows them (contract section 7).</summary>
internal static class LogJson
{
    /// <summary>An event with what became of it on each route.</summary>
    public static void Write(Utf8JsonWriter json, EventRow row, IReadOnlyList<EventRoute> routes)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("source", row.Source);
        json.WriteString("platform", row.Platform);
        json.WriteString("type", row.Type);
        json.WriteString("kind", row.Kind);
        json.WriteString("mode", row.Mode);
        json.WriteBoolean("test", row.Test);
        json.WriteString("externalId", row.ExternalId);
        json.WriteTime("time", row.Time);
        json.WriteTime("receivedAt", row.ReceivedAt);
        json.WriteNumber("size", row.Size);
        json.WriteString("sha256", Convert.ToHexStringLower(row.Sha256));
        json.WriteStartObject("duplicates");
        json.WriteNumber("count", row.DuplicateCount);
        json.WriteTime("last", row.DuplicateLast);
        if (row.DuplicateCount > 0)
        {
            json.WriteBoolean("identical", row.DuplicateIdentical);
        }
        else
        {
            json.WriteNull("identical");
        }

        json.WriteEndObject();
        json.WriteBoolean("late", row.Late);
        json.WriteBoolean("suspectedReplay", row.SuspectedReplay);
        json.WriteBoolean("duplicateKeys", row.DuplicateKeys);
        json.WriteString("unreadable", row.Unreadable);
        json.WriteString("batchId", row.BatchId);
        WriteNormalForm(json, row.NormalForm);
        json.WriteStartArray("routes");
        foreach (EventRoute outcome in routes)
        {
            json.WriteStartObject();
            json.WriteString("route", outcome.Route);
            json.WriteString("verdict", outcome.Verdict);
            json.WriteString("reason", outcome.Reason);
            json.WriteString("deliveryId", outcome.DeliveryId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, DeliveryRow row, string eventId)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("eventId", eventId);
        json.WriteString("route", row.Route);
        json.WriteNumber("routeRevision", row.RouteRevision);
        json.WriteString("destination", row.Destination);
        json.WriteString("state", row.State);
        json.WriteString("reason", row.Reason);
        json.WriteNumber("attemptCount", row.AttemptCount);
        json.WriteTime("nextAttemptAt", row.NextAttemptAt);
        json.WriteTime("createdAt", row.CreatedAt);
        json.WriteTime("finishedAt", row.FinishedAt);
        json.WriteString("replayOf", row.ReplayOf);
        json.WriteString("remoteId", row.RemoteId);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AttemptRow row, string deliveryId)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("deliveryId", deliveryId);
        json.WriteNumber("number", row.Number);
        json.WriteTime("startedAt", row.StartedAt);
        json.WriteNumber("durationMs", row.DurationMs);
        json.WriteString("outcome", row.Outcome);
        json.WriteString("phase", row.Phase);
        json.WriteString("blame", row.Blame);
        if (row.Status is { } status)
        {
            json.WriteNumber("status", status);
        }
        else
        {
            json.WriteNull("status");
        }

        WriteRaw(json, "request", row.Request);
        WriteRaw(json, "response", row.Response);
        json.WriteString("error", row.Error);
        json.WriteString("note", row.Note);
        json.WriteTime("nextAttemptAt", row.NextAttemptAt);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, RejectionRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("source", row.Source);
        json.WriteTime("receivedAt", row.ReceivedAt);
        json.WriteString("code", row.Code);
        json.WriteString("text", row.Text);
        json.WriteNumber("status", row.Status);
        json.WriteString("remoteIp", row.RemoteIp);
        json.WriteNumber("size", row.Size);
        json.WriteString("acceptedEvent", row.AcceptedEvent);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ReplayRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("state", row.State);
        json.WriteNumber("total", row.Total);
        json.WriteNumber("events", row.Events);
        json.WriteNumber("created", row.Created);
        json.WriteNumber("leftOut", row.LeftOut);
        json.WriteString("error", row.Error);
        json.WriteTime("createdAt", row.CreatedAt);
        json.WriteString("createdBy", row.CreatedBy);
        json.WriteTime("finishedAt", row.FinishedAt);
        json.WriteEndObject();
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, long? milliseconds) =>
        json.WriteTime(name, milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);

    /// <summary>The groups of the normal form beside each other, without <c>meta</c>, whose values stand above.</summary>
    private static void WriteNormalForm(Utf8JsonWriter json, byte[] normalForm)
    {
        if (normalForm.Length == 0)
        {
            return;
        }

        using JsonDocument document = JsonDocument.Parse(normalForm);
        foreach (JsonProperty group in document.RootElement.EnumerateObject())
        {
            if (!group.NameEquals("meta"))
            {
                group.WriteTo(json);
            }
        }
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, byte[]? utf8)
    {
        json.WritePropertyName(name);
        if (utf8 is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(utf8);
        }
    }
}
