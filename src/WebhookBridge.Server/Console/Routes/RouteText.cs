using System.Text.Encodings.Web;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>A route's definition as lines that a person can compare.</summary>
internal static class RouteText
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The definition as the store would write it, indented; rules and templates keep their lines.</summary>
    public static string Of(object definition)
    {
        using JsonDocument json = JsonDocument.Parse(ConfigurationWriter.WriteItem(definition, secret: null));
        return JsonSerializer.Serialize(json.RootElement, Readable).Replace("\\n", "\n      ", StringComparison.Ordinal);
    }
}
