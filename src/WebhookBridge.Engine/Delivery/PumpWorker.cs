namespace WebhookBridge.Engine.Delivery;

/// <summary>One of the pump's workers: takes deliveries from the lanes in turn until there is none, then rests. Its time-out is used again and again.</summary>
internal sealed class PumpWorker(WorkerRing ring, DeliveryPump pump, TimeProvider time) : IThreadPoolWorkItem, IDisposable
{
    private CancellationTokenSource _limit = new();

    public void Execute() => _ = RunAsync();

    /// <summary>Cuts the running attempt off.</summary>
    public void Cancel()
    {
        try
        {
            Volatile.Read(ref _limit).Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was about to be replaced: the next attempt does not start any more.
        }
    }

    public void Dispose() => _limit.Dispose();

    private async Task RunAsync()
    {
        bool first = true;
        while (ring.TryNext(this, first, out Lane? lane, out LaneStart start))
        {
            first = false;
            Renew();
            if (pump.CutOff())
            {
                Cancel();
            }

            await pump.RunAsync(lane!, start, _limit);
        }
    }

    private void Renew()
    {
        if (ReferenceEquals(time, TimeProvider.System) && _limit.TryReset())
        {
            return;
        }

        CancellationTokenSource old = _limit;
        Volatile.Write(ref _limit, new CancellationTokenSource(Timeout.InfiniteTimeSpan, time));
        old.Dispose();
    }
}
