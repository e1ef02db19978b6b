using System.Diagnostics.Metrics;
using WebhookBridge.Storage;

namespace WebhookBridge.Server.Metrics;

/// <summary>What the store tells about itself (contract section 9), on the meter <c>WebhookBridge</c>.</summary>
internal sealed class StoreMetrics : IDisposable
{
    private readonly Meter _meter = new("WebhookBridge");

    public StoreMetrics(SqliteStore store)
    {
        Histogram<int> batch = _meter.CreateHistogram<int>("webhookbridge_commit_batch_size", "operations");
        store.Health.OnCommit = operations => batch.Record(operations);
        _meter.CreateObservableGauge("webhookbridge_database_bytes", store.DatabaseBytes);
        _meter.CreateObservableGauge("webhookbridge_wal_bytes", () => store.Health.WalBytes);
        _meter.CreateObservableGauge("webhookbridge_disk_free_bytes", () => store.Health.DiskFreeBytes);
    }

    public void Dispose() => _meter.Dispose();
}
