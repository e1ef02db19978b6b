using WebhookBridge.Server.Alerts;

namespace WebhookBridge.Server.Hosting;

/// <summary>What a running gateway does on its own now and then.</summary>
internal sealed partial class Upkeep : IAsyncDisposable
{
    private static readonly TimeSpan CleanUpEvery = TimeSpan.FromMinutes(5), LookAtDiskEvery = TimeSpan.FromSeconds(15), LookForSilenceEvery = TimeSpan.FromMinutes(1), LookForProblemsEvery = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _running;

    public Upkeep(Gateway gateway, ILoggerFactory loggers)
    {
        _time = gateway.Time;
        _logger = loggers.CreateLogger<Upkeep>();
        DiskAlarm disk = new(gateway.Store.Log.Alerts);
        AlertMessages messages = new(gateway, loggers.CreateLogger<AlertMessages>());
        _running = Task.WhenAll(
            RepeatAsync(CleanUpEvery, () => CleanUpAsync(gateway, _stop.Token)),
            RepeatAsync(CleanUpEvery, () => CredentialsWatch.LookAsync(gateway.Store.Log.Alerts, gateway.Pump.Statuses(), gateway.Time.GetUtcNow())),
            RepeatAsync(LookAtDiskEvery, () => disk.LookAsync(gateway.Store.Health.DiskFreeBytes, gateway.Store.Limits.MinFreeDiskBytes)),
            RepeatAsync(LookForSilenceEvery, () => SilenceWatch.LookAsync(gateway)),
            RepeatAsync(LookForProblemsEvery, () => TellProblemsAsync(gateway, messages)));
    }

    /// <summary>Lets what has expired go, and what is older than its retention.</summary>
    public static async Task CleanUpAsync(Gateway gateway, CancellationToken stop)
    {
        await gateway.Configuration.ExpireListsAsync();
        await gateway.Store.Retention.RunAsync(await gateway.Retention.LoadAsync(), stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    /// <summary>Looks for problems, then tells what has not been told.</summary>
    private static async Task TellProblemsAsync(Gateway gateway, AlertMessages messages)
    {
        await ProblemWatch.LookAsync(gateway);
        await messages.TellAsync();
    }

    private async Task RepeatAsync(TimeSpan every, Func<Task> work)
    {
        using PeriodicTimer timer = new(every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await work();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.Failed(_logger, e, every);
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
        [LoggerMessage(EventId = 1201, Level = LogLevel.Error, Message = "upkeep.failed: tried again in {Every}")]
        public static partial void Failed(ILogger logger, Exception exception, TimeSpan every);
    }
}
