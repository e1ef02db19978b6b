using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Api;

/// <summary>The API of a gateway: all operations in one table.</summary>
internal static class GatewayApi
{
    public static ApiHost Create(Gateway gateway, ILoggerFactory loggers) => new(
        Operations(gateway), gateway.Keys, gateway.RateLimits, new IdempotentAnswers(gateway.Store), loggers.CreateLogger<ApiHost>());

    public static IReadOnlyList<Operation> Operations(Gateway gateway) =>
    [
        .. new ConfigApi(gateway.Configuration, gateway.Lists, gateway.Store.Log.Actions, gateway.ReadPlatforms).Operations(),
        .. new ListsApi(gateway.Configuration, gateway.Lists, gateway.Audit).Operations(),
        .. new EventsApi(gateway).Operations(),
        .. new DeliveriesApi(gateway).Operations(),
        .. new RejectionsApi(gateway).Operations(),
        .. new PlatformsApi(gateway).Operations(),
        .. new RegistrationsApi(gateway.Registrations).Operations(),
        .. new AlertsApi(gateway).Operations(),
        .. new DestinationsApi(gateway).Operations(),
        .. new ReplaysApi(gateway).Operations(),
        .. new DryRunApi(gateway).Operations(),
        .. new SimulateApi(gateway).Operations(),
        .. new SendApi(gateway).Operations(),
        .. new HooksApi(gateway).Operations(),
        .. new AccessApi(gateway).Operations(),
        .. new SettingsApi(gateway.Retention).Operations(),
    ];
}
