using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>An event as CloudEvents 1.0 lays it down for HTTP (CloudEvents HTTP protocol binding, sections 3.1 and 3.2). The id is the gateway's id of the event, so a receiver can tell repeats.</summary>
internal static class CloudEvent
{
    private const string Specification = "1.0";

    /// <summary>Binary mode: the attributes as headers beside the body.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Headers(DeliveryRequest request) =>
        Attributes(request.Event).Select(static a => new KeyValuePair<string, string>("ce-" + a.Key, HeaderValue(a.Value)));

    /// <summary>Structured mode: all in one JSON.</summary>
    public static DeliveryRequest Structured(DeliveryRequest request)
    {
        ArrayBufferWriter<byte> buffer = new(request.Body.Length + 512);
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            foreach ((string name, string value) in Attributes(request.Event))
            {
                json.WriteString(name, value);
            }

            json.WriteString("datacontenttype", request.ContentType);
            if (IsJson(request))
            {
                json.WritePropertyName("data");
                json.WriteRawValue(request.Body.Span); // as it is: numbers keep their text
            }
            else
            {
                json.WriteBase64String("data_base64", request.Body.Span);
            }

            json.WriteEndObject();
        }

        return request with { Body = buffer.WrittenMemory, ContentType = "application/cloudevents+json; charset=utf-8" };
    }

    private static IEnumerable<KeyValuePair<string, string>> Attributes(EventInfo of) =>
    [
        new("specversion", Specification),
        new("id", of.Id),
        new("source", "/webhookbridge/" + Uri.EscapeDataString(of.Source)),
        new("type", "com.webhookbridge." + of.Kind),
        new("time", of.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        .. of.ExternalId is { } subject ? [new KeyValuePair<string, string>("subject", subject)] : Array.Empty<KeyValuePair<string, string>>(),
    ];

    private static bool IsJson(DeliveryRequest request)
    {
        string type = request.ContentType.Split(';')[0].Trim();
        if (type != "application/json" && !type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        try
        {
            Utf8JsonReader reader = new(request.Body.Span);
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Section 3.1.3.2: blank, double quote, percent and everything outside printable ASCII are percent-encoded as UTF-8.</summary>
    private static string HeaderValue(string value)
    {
        StringBuilder text = new(value.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(value))
        {
            if (b is > 0x20 and < 0x7F and not (byte)'"' and not (byte)'%')
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
