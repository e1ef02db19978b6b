namespace WebhookBridge.Engine.Delivery;

/// <summary>The workers of the pump and the ring of lanes that have something to start: lanes are served in turn, one delivery at a time, so that no lane starves another. Thread-safe.</summary>
internal sealed class WorkerRing(DeliveryPump pump, int mostWorkers, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<Lane> _ring = new();
    private readonly Stack<PumpWorker> _idle = new();
    private readonly List<PumpWorker> _workers = [];
    private int _starting;
    private TaskCompletionSource? _allIdle;

    /// <summary>The lane has something to start.</summary>
    /// <param name="byThisWorker">The caller is a worker that asks for its next delivery anyhow: no other is woken.</param>
    public void Serve(Lane lane, bool byThisWorker)
    {
        lock (_gate)
        {
            if (!lane.Queued)
            {
                lane.Queued = true;
                _ring.Enqueue(lane);
            }

            if (!byThisWorker)
            {
                StartWorker();
            }
        }
    }

    /// <summary>A worker asks for its next delivery; false = it rests now.</summary>
    /// <param name="first">It has just been started.</param>
    public bool TryNext(PumpWorker worker, bool first, out Lane? lane, out LaneStart start)
    {
        lock (_gate)
        {
            if (first)
            {
                _starting--;
            }

            while (_ring.TryDequeue(out lane))
            {
                lane.Queued = false;
                if (lane.TryTake(out start))
                {
                    if (start.More)
                    {
                        lane.Queued = true;
                        _ring.Enqueue(lane);
                    }

                    StartWorker();
                    return true;
                }
            }

            _idle.Push(worker);
            if (_idle.Count == _workers.Count)
            {
                _allIdle?.TrySetResult();
            }

            start = default;
            return false;
        }
    }

    /// <summary>Ends once no worker has a delivery.</summary>
    public Task WhenIdle()
    {
        lock (_gate)
        {
            _allIdle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_idle.Count == _workers.Count)
            {
                _allIdle.TrySetResult();
            }

            return _allIdle.Task;
        }
    }

    /// <summary>Cuts every running attempt off.</summary>
    public void CancelAll()
    {
        PumpWorker[] workers;
        lock (_gate)
        {
            workers = [.. _workers];
        }

        foreach (PumpWorker worker in workers)
        {
            worker.Cancel();
        }
    }

    public void Dispose()
    {
        foreach (PumpWorker worker in _workers)
        {
            worker.Dispose();
        }
    }

    /// <summary>Under the lock. One at a time: each that finds work starts the next.</summary>
    private void StartWorker()
    {
        if (_starting > 0 || _ring.Count == 0)
        {
            return;
        }

        if (!_idle.TryPop(out PumpWorker? worker))
        {
            if (_workers.Count >= mostWorkers)
            {
                return;
            }

            worker = new PumpWorker(this, pump, time);
            _workers.Add(worker);
        }

        _starting++;
        ThreadPool.UnsafeQueueUserWorkItem(worker, preferLocal: false);
    }
}
