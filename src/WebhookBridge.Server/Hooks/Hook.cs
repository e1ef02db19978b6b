using WebhookBridge.Connectors.Http;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Hooks;

/// <summary>A subscription of a program (REST hook). It is nothing but a route and a destination of one name, whose connector is <c>rest-hook</c> and whose setting <c>key</c> names the API key that subscribed: whoever looks at the configuration, or exports it, sees all there is.</summary>
internal sealed record Hook(RouteDefinition? Route, DestinationDefinition Destination, DateTimeOffset CreatedAt)
{
    /// <summary>What every hook's id, route and destination begin with.</summary>
    public const string Prefix = "hook-";

    public string Id => Destination.Name;

    /// <summary>Id of the API key; null when somebody took it away by hand.</summary>
    public string? KeyId => KeyOf(Destination);

    public string TargetUrl => SecretNames.Shown(new(ConfigurationKind.Destination, Id, "url", 0), Destination.Secrets["url"]);

    public static bool IsHook(DestinationDefinition destination) => destination.Connector == RestHookConnector.Id;

    /// <summary>The hooks that are in force.</summary>
    public static IEnumerable<Hook> All(GatewayConfiguration configuration) => configuration.All(ConfigurationKind.Destination)
        .Where(item => item.Definition is DestinationDefinition destination && IsHook(destination))
        .Select(item => new Hook(configuration.Find(ConfigurationKind.Route, item.Name)?.Definition as RouteDefinition, (DestinationDefinition)item.Definition, item.ChangedAt));

    private static string? KeyOf(DestinationDefinition destination) =>
        destination.Settings.TryGetValue(RestHookConnector.Key, out System.Text.Json.JsonElement key) && key.ValueKind == System.Text.Json.JsonValueKind.String ? key.GetString() : null;
}
