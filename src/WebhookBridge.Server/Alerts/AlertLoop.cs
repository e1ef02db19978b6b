using WebhookBridge.Server.Hosting;

namespace WebhookBridge.Server.Alerts;

/// <summary>Looks every few seconds for problems, and tells what has not been told.</summary>
internal sealed partial class AlertLoop : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public AlertLoop(Gateway gateway, ILoggerFactory loggers) => _running = RunAsync(gateway, new AlertMessages(gateway, loggers.CreateLogger<AlertMessages>()), loggers.CreateLogger<AlertLoop>());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Gateway gateway, AlertMessages messages, ILogger logger)
    {
        using PeriodicTimer timer = new(Every, gateway.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await ProblemWatch.LookAsync(gateway);
                    await messages.TellAsync();
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
        [LoggerMessage(EventId = 1204, Level = LogLevel.Error, Message = "alerts.failed: tried again in a few seconds")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
