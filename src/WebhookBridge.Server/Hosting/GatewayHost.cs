using WebhookBridge.Server.Api;
using WebhookBridge.Server.CommandLine;
using WebhookBridge.Server.Feed;
using WebhookBridge.Server.Metrics;

namespace WebhookBridge.Server.Hosting;

/// <summary>A gateway that receives and delivers: pump, web server and upkeep around it. Disposing stops them in the other order; the gateway is the caller's.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly MetricsPage _metrics;
    private readonly StoreMetrics _storeMetrics;
    private readonly Upkeep _upkeep;

    private GatewayHost(MetricsPage metrics, StoreMetrics storeMetrics, WebServer server, Upkeep upkeep)
    {
        _metrics = metrics;
        _storeMetrics = storeMetrics;
        Server = server;
        _upkeep = upkeep;
    }

    public WebServer Server { get; }

    /// <exception cref="CommandException">An address or the certificate cannot be used.</exception>
    public static async Task<GatewayHost> StartAsync(ServeOptions options, Gateway gateway, ILoggerFactory loggers)
    {
        MetricsPage metrics = new();
        StoreMetrics storeMetrics = new(gateway.Store);
        try
        {
            await gateway.StartPumpAsync();
            FeedEndpoint feed = new(gateway.Feed, gateway.Keys, FeedLimits.Default, loggers.CreateLogger<FeedEndpoint>());
            GatewayPages pages = new(gateway, GatewayApi.Create(gateway, loggers), feed, metrics, new TrustedProxies(options.TrustedProxies));
            WebServer server = await WebServer.StartAsync(options, gateway, pages, loggers);
            gateway.Listening = server.OwnAddress;
            return new GatewayHost(metrics, storeMetrics, server, new Upkeep(gateway, loggers));
        }
        catch
        {
            storeMetrics.Dispose();
            metrics.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _upkeep.DisposeAsync();
        _storeMetrics.Dispose();
        _metrics.Dispose();
    }
}
