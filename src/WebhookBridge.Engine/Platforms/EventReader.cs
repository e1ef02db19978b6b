using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Reads a genuine request: 1 open the body, 2 take it apart into items, 3 for each its names, 4 its normal form, 5 its dedupe key.</summary>
internal static class EventReader
{
    public static ReadResult Read(Platform platform, InboundRequest request, ReadOnlyMemory<byte> openedBody, VerifyResult.Genuine genuine, SourceDefinition source, Func<string> nextId, bool simulated)
    {
        EventReading reading = platform.Reading;
        EventBody body = EventBody.Open(openedBody, request.Header("Content-Type"), reading.ExpectsForm);
        string? unreadable = reading.ExpectsJson && body.Format != BodyFormat.Json
            ? body.Problem ?? $"the platform '{platform.Name}' sends JSON, and the body is none"
            : null;
        var context = new Context(platform, request, genuine, source, nextId, simulated, body);
        if (reading.Items is not BodyPath path)
        {
            return new ReadResult(body, [ReadOne(context, body.Root, openedBody, unreadable)], isBatch: false);
        }

        if (unreadable is null && !path.Exists(body.Root))
        {
            unreadable = $"the body has no list at '{path.Text}'";
        }

        List<JsonElement> items = unreadable is null ? path.All(body.Root) : [];
        if (items.Count > ReadResult.MaxEvents)
        {
            unreadable = string.Create(CultureInfo.InvariantCulture, $"the request carries {items.Count} events; at most {ReadResult.MaxEvents} are read from one");
        }

        if (unreadable is not null || items.Count == 0)
        {
            return new ReadResult(body, [ReadOne(context, body.Root, openedBody, unreadable)], isBatch: true);
        }

        var events = new ReadEvent[items.Count];
        for (int i = 0; i < events.Length; i++)
        {
            events[i] = ReadOne(context, items[i], JsonMarshal.GetRawUtf8Value(items[i]).ToArray(), null);
        }

        return new ReadResult(body, events, isBatch: true);
    }

    private static ReadEvent ReadOne(in Context context, JsonElement item, ReadOnlyMemory<byte> bytes, string? unreadable)
    {
        EventReading reading = context.Platform.Reading;
        var scope = new EventScope(context.Body.Root, item, context.Body.Format == BodyFormat.Form, context.Request);
        string id = context.NextId();
        string? externalId = reading.Id?.Text(scope);
        string type = (reading.Type is EventValue place && place.TryElement(scope, out JsonElement name) ? reading.KnownType(name) : null) ?? reading.Type?.Text(scope) ?? string.Empty;
        EventLine? line = unreadable is null ? reading.Line(type, item, scope.IsForm) : null;
        if (line is not null && line.Type.Length == type.Length)
        {
            type = line.Type; // the table's own text: nothing to keep, nothing to escape
        }

        string kind = line?.Kind ?? (reading.KindFromType && EventKinds.IsKnown(type) ? type : EventKinds.Other);
        DateTimeOffset? time = reading.Time is null ? null : EventTimes.Read(reading.Time, scope, reading.Zone, out _);
        string? mode = context.Simulated ? "test" : Mode(reading.Mode, scope);
        var meta = new NormalMeta(externalId ?? id, line, type, kind, time, mode, context.Simulated, context.Source.Name, context.Platform.Name, context.Request.ReceivedAt);
        EventView view = unreadable is null ? line?.View ?? reading.DefaultView : Nothing;
        ByteBuffer written = new NormalFormWriter(reading).Write(meta, view, scope, out SearchColumns columns);
        int length = written.Length;
        SHA256.HashData(bytes.Span, written.Reserve(SHA256.HashSizeInBytes));
        byte[] lent = written.Detach();
        ReadOnlyMemory<byte> normal = lent.AsMemory(0, length);
        ReadOnlyMemory<byte> hash = lent.AsMemory(length, SHA256.HashSizeInBytes);
        return new ReadEvent
        {
            Id = id,
            ExternalId = externalId,
            Type = type,
            Kind = kind,
            Time = time,
            Mode = mode,
            Format = context.Body.Format,
            DuplicateKeys = context.Body.DuplicateKeys,
            Unreadable = unreadable,
            Bytes = bytes,
            Sha256 = hash,
            NormalForm = normal,
            Columns = columns,
            Dedupe = DedupeKeys.Make(context.Platform, context.Source, context.Genuine, externalId, scope, normal, hash.Span),
            Event = item,
            Lent = lent,
        };
    }

    private static readonly EventView Nothing = new("none", []);

    private static string? Mode(EventValue? value, in EventScope scope)
    {
        if (value is null)
        {
            return null;
        }

        if (value.TryElement(scope, out JsonElement element) && element.ValueKind == JsonValueKind.String)
        {
            return element.ValueEquals("live"u8) || element.ValueEquals("true"u8) ? "live" : element.ValueEquals("test"u8) || element.ValueEquals("false"u8) ? "test" : null;
        }

        return value.Text(scope) switch
        {
            "live" or "true" => "live",
            "test" or "false" => "test",
            _ => null,
        };
    }

    private readonly record struct Context(Platform Platform, InboundRequest Request, VerifyResult.Genuine Genuine, SourceDefinition Source, Func<string> NextId, bool Simulated, EventBody Body);
}
