using System.Buffers;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Engine.Model;

/// <summary>An event under the names that conditions, rules and templates see (contract section 2): <c>event</c>, <c>meta</c> and the groups of the normal form.</summary>
/// <remarks>Values are read lazily from the bytes; numbers keep their source text. Not thread-safe for disposal; reading is.</remarks>
public sealed class EventView : IDisposable
{
    /// <summary>Every name at the top, in the order of the documentation.</summary>
    public static readonly IReadOnlyList<string> RootNames =
        ["event", "meta", "payment", "refund", "dispute", "payout", "customer", "order", "subscription", "cart"];

    /// <summary>What every stored normal form begins with; a delivery's own members are put in behind it.</summary>
    private static ReadOnlySpan<byte> MetaStart => "{\"meta\":{"u8;

    private readonly IDisposable? _body;
    private readonly JsonElement _event;
    private readonly JsonDocument _normal;

    private EventView(GatewayEvent of, IDisposable? body, JsonElement root, JsonDocument normal, string? deliveryId)
    {
        Of = of;
        DeliveryId = deliveryId;
        _body = body;
        _event = root;
        _normal = normal;
    }

    /// <summary>The event itself.</summary>
    public GatewayEvent Of { get; }

    /// <summary>The delivery that the event is looked at for; null at receipt.</summary>
    public string? DeliveryId { get; }

    /// <summary>The view that conditions have at receipt: <c>meta</c> without route and delivery.</summary>
    public static EventView Open(GatewayEvent of)
    {
        JsonDocument body = EventBody.Parse(of.Body, of.Format);
        return new(of, body, body.RootElement, JsonDocument.Parse(of.NormalForm), null);
    }

    /// <summary>The same for a body that is open already; its document must live as long as the view.</summary>
    public static EventView Open(GatewayEvent of, JsonElement body) => new(of, null, body, JsonDocument.Parse(of.NormalForm), null);

    /// <summary>The view that rule and template have: <c>meta.route</c>, <c>meta.delivery_id</c> and <c>meta.late</c> are set.</summary>
    public static EventView Open(GatewayEvent of, string route, string deliveryId)
    {
        var buffer = new ArrayBufferWriter<byte>(of.NormalForm.Length + 128);
        buffer.Write(MetaStart);
        buffer.Write("\"route\":\""u8);
        Encoding.UTF8.GetBytes(route, buffer); // names are lower case, digits and hyphens: nothing to escape
        buffer.Write("\",\"delivery_id\":\""u8);
        Encoding.UTF8.GetBytes(deliveryId, buffer);
        buffer.Write(of.Late ? "\",\"late\":true,"u8 : "\",\"late\":false,"u8);
        buffer.Write(of.NormalForm.Span[MetaStart.Length..]);
        JsonDocument body = EventBody.Parse(of.Body, of.Format);
        return new(of, body, body.RootElement, JsonDocument.Parse(buffer.WrittenMemory), deliveryId);
    }

    /// <summary>The value of a name at the top; a group that the event has not got is an object whose members are all null.</summary>
    public bool TryGetRoot(string name, out JsonElement value)
    {
        if (name == "event")
        {
            value = _event;
            return true;
        }

        return _normal.RootElement.TryGetProperty(name, out value) || NormalFormDefaults.TryGet(name, out value);
    }

    /// <summary>Every name at the top with its value, in the order of <see cref="RootNames"/>.</summary>
    public KeyValuePair<string, JsonElement>[] Roots()
    {
        var roots = new KeyValuePair<string, JsonElement>[RootNames.Count];
        for (int i = 0; i < roots.Length; i++)
        {
            TryGetRoot(RootNames[i], out JsonElement value);
            roots[i] = new(RootNames[i], value);
        }

        return roots;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _body?.Dispose();
        _normal.Dispose();
    }
}
