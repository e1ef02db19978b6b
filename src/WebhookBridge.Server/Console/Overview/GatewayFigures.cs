using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Rejected;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Overview;

/// <summary>The figures of the last 24 hours, counted once for all who look, at most every few seconds. Where counting is quick, who looks waits for it; in a large log only the very first does.</summary>
internal sealed class GatewayFigures(Gateway gateway, RefusedRequests refused)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    /// <summary>Counting that takes no longer is done in front of the reader: "0 events" above fifteen rows looks like a mistake.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(30);

    private readonly Lock _gate = new();
    private Snapshot? _last;
    private Task? _counting;

    /// <summary>The figures as they were a few seconds ago; an answer that is much older is counted anew first.</summary>
    public async ValueTask<Snapshot> NowAsync()
    {
        DateTimeOffset now = gateway.Time.GetUtcNow();
        Task? wait = null;
        lock (_gate)
        {
            if (_last is null || now - _last.At > (_last.Cost < Quick ? Fresh : TimeSpan.FromMinutes(1)) || now < _last.At)
            {
                wait = _counting ??= Task.Run(CountAsync);
            }
            else if (now - _last.At > Fresh + _last.Cost * 10)
            {
                _counting ??= Task.Run(CountAsync);
            }
        }

        if (wait is not null)
        {
            await wait;
        }

        return Volatile.Read(ref _last)!;
    }

    /// <summary>Something was done that is to be seen at once: the next who asks waits for a new count.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _last = null;
        }
    }

    private async Task CountAsync()
    {
        try
        {
            DateTimeOffset now = gateway.Time.GetUtcNow();
            long began = gateway.Time.GetTimestamp();
            DateTimeOffset since = now.AddHours(-24);
            Figures figures = await gateway.Store.Log.Figures.CountAsync(since, now, TimeSpan.FromMinutes(30), [.. gateway.Configuration.All(ConfigurationKind.Destination).Select(static d => d.Name)]);
            IReadOnlyList<StuckGroup> stuck = await gateway.Store.Log.Figures.StuckAsync(now.AddDays(-30));
            IReadOnlyList<RefusedCause> causes = refused.Causes(since, null);
            IReadOnlyList<AlertRow> alerts = await gateway.Store.Log.Alerts.OpenAsync();
            Volatile.Write(ref _last, new(now, gateway.Time.GetElapsedTime(began), figures, stuck, causes, alerts));
        }
        finally
        {
            lock (_gate)
            {
                _counting = null;
            }
        }
    }

    /// <param name="Cost">How long the counting took.</param>
    internal sealed record Snapshot(DateTimeOffset At, TimeSpan Cost, Figures Figures, IReadOnlyList<StuckGroup> Stuck, IReadOnlyList<RefusedCause> Refused, IReadOnlyList<AlertRow> Alerts)
    {
        public long Received => Figures.Received;

        public OpenCounts Open => Figures.Open;
    }
}
