using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Reshaping;

/// <summary>What a route makes of an event: its template for the body and its other fields, compiled. Immutable.</summary>
public sealed class RouteShape
{
    /// <summary>Joins field and target in the key of a map's entry, as the connector SDK reads it.</summary>
    private const char MapSeparator = ':';

    private static readonly FrozenDictionary<string, string> NoFields = FrozenDictionary<string, string>.Empty;

    private readonly CompiledTemplate? _body;
    private readonly string _contentType;
    private readonly (string Key, CompiledTemplate Template)[] _fields;

    /// <param name="body">Null = the event as received.</param>
    /// <param name="contentType">Media type of what <paramref name="body"/> makes.</param>
    /// <param name="fields">By field id, or by field id, colon and target.</param>
    public RouteShape(CompiledTemplate? body, string contentType, IReadOnlyList<(string Key, CompiledTemplate Template)> fields)
    {
        _body = body;
        _contentType = contentType;
        _fields = [.. fields];
    }

    /// <summary>The key of one entry of a map.</summary>
    public static string MapKey(string field, string target) => field + MapSeparator + target;

    /// <summary>Renders body and fields for one delivery. Deterministic: the same event and delivery give the same bytes.</summary>
    public ReshapeResult Reshape(EventView view, int timeouts)
    {
        GatewayEvent e = view.Of;
        if (_body is null && _fields.Length == 0)
        {
            return new ReshapeResult.Ready(new RenderedDelivery(e.Body, ReceivedContentType(e), NoFields));
        }

        KeyValuePair<string, System.Text.Json.JsonElement>[] roots = view.Roots();
        var buffer = new ArrayBufferWriter<byte>(1024);
        ReadOnlyMemory<byte> body = e.Body;
        string contentType = ReceivedContentType(e);
        if (_body is not null)
        {
            if (_body.Render(roots, buffer, e.ReceivedAt, timeouts) is { } problem)
            {
                return Failed("template", problem);
            }

            body = buffer.WrittenSpan.ToArray();
            contentType = _contentType;
        }

        if (_fields.Length == 0)
        {
            return new ReshapeResult.Ready(new RenderedDelivery(body, contentType, NoFields));
        }

        var fields = new Dictionary<string, string>(_fields.Length);
        foreach ((string key, CompiledTemplate template) in _fields)
        {
            buffer.ResetWrittenCount();
            if (template.Render(roots, buffer, e.ReceivedAt, timeouts) is { } problem)
            {
                return Failed($"field \"{key}\"", problem);
            }

            fields[key] = Encoding.UTF8.GetString(buffer.WrittenSpan);
        }

        return new ReshapeResult.Ready(new RenderedDelivery(body, contentType, fields));
    }

    private static ReshapeResult Failed(string part, TemplateProblem problem) => problem.TimedOut
        ? new ReshapeResult.TimedOut($"the {part} ran out of time at {problem}")
        : new ReshapeResult.Failed($"the {part} failed at {problem}", problem.Line, problem.Column);

    private static string ReceivedContentType(GatewayEvent e)
    {
        if (e.BatchId is null)
        {
            foreach ((string name, string value) in e.Headers)
            {
                if (name.Equals("content-type", StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }
        }

        return e.Format switch { BodyFormat.Json => "application/json", BodyFormat.Form => "application/x-www-form-urlencoded", _ => "text/plain; charset=utf-8" };
    }
}
