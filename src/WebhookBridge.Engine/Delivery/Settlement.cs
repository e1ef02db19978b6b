using Microsoft.Extensions.Logging;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>Writes the ends of leases to the store, apart from the workers: a slot is free as soon as the answer is known, and a slow disk holds up nobody until too many ends wait.</summary>
/// <remarks>A store that fails is asked again until it takes the outcome: nothing else may send the delivery meanwhile, since its lease is ours.</remarks>
internal sealed class Settlement(IDeliveryQueue queue, TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>Ends that may wait for the store before workers wait too.</summary>
    public const int MaxOutstanding = 2048;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _giveUp = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _drained;
    private int _outstanding;

    /// <summary>Whether workers should wait for their own end to be stored.</summary>
    public bool Full => Volatile.Read(ref _outstanding) > MaxOutstanding;

    /// <summary>Stores a completion.</summary>
    /// <returns>False when the lease was lost, or the process stops and the store does not answer.</returns>
    public async Task<bool> CompleteAsync(string destination, DeliveryCompletion completion)
    {
        Interlocked.Increment(ref _outstanding);
        try
        {
            for (TimeSpan wait = FirstWait; ; wait = Longer(wait))
            {
                try
                {
                    bool ours = await queue.CompleteAsync(completion);
                    if (!ours)
                    {
                        DeliveryLog.LeaseLost(log, completion.DeliveryId, completion.LeaseSeq, completion.State);
                    }

                    return ours;
                }
                catch (Exception e) when (!_giveUp.IsCancellationRequested)
                {
                    DeliveryLog.StoreFailed(log, destination, "the outcome of " + completion.DeliveryId, wait, e);
                }

                await Task.Delay(wait, time, _giveUp.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return false; // the lease is free at the next start, and the delivery is made again
        }
        finally
        {
            Left();
        }
    }

    /// <summary>Gives leases back.</summary>
    public async Task ReleaseAsync(string destination, IReadOnlyList<LeasedDelivery> deliveries, Func<LeasedDelivery, string?> reason)
    {
        Interlocked.Increment(ref _outstanding);
        try
        {
            foreach (IGrouping<string?, LeasedDelivery> group in deliveries.GroupBy(reason))
            {
                List<(string, long)> leases = [.. group.Select(static d => (d.Id, d.LeaseSeq))];
                for (TimeSpan wait = FirstWait; ; wait = Longer(wait))
                {
                    try
                    {
                        await queue.ReleaseAsync(leases, group.Key);
                        break;
                    }
                    catch (Exception e) when (!_giveUp.IsCancellationRequested)
                    {
                        DeliveryLog.StoreFailed(log, destination, "giving leases back", wait, e);
                    }

                    await Task.Delay(wait, time, _giveUp.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // As above.
        }
        finally
        {
            Left();
        }
    }

    /// <summary>Waits until everything is stored; after <paramref name="patience"/> what the store does not take is given up.</summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        Task drained;
        lock (_gate)
        {
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Volatile.Read(ref _outstanding) == 0)
            {
                _drained.TrySetResult();
            }

            drained = _drained.Task;
        }

        try
        {
            await drained.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            await _giveUp.CancelAsync();
        }
    }

    public void Dispose() => _giveUp.Dispose();

    private void Left()
    {
        if (Interlocked.Decrement(ref _outstanding) == 0)
        {
            lock (_gate)
            {
                _drained?.TrySetResult();
            }
        }
    }

    private static TimeSpan Longer(TimeSpan wait) => wait * 2 < LongestWait ? wait * 2 : LongestWait;
}
