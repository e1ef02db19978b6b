using WebhookBridge.Storage;

namespace WebhookBridge.Server.Hosting;

/// <summary>What a running gateway does on its own now and then.</summary>
internal sealed partial class Upkeep : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Upkeep(Gateway gateway, ILoggerFactory loggers) => _running = RunAsync(gateway, loggers.CreateLogger<Upkeep>());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Gateway gateway, ILogger logger)
    {
        using PeriodicTimer timer = new(Every, gateway.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await gateway.Configuration.ExpireListsAsync();
                    await gateway.Store.Retention.RunAsync(RetentionPolicy.Default, _stop.Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.Failed(logger, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1201, Level = LogLevel.Error, Message = "upkeep.failed: tried again in five minutes")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
