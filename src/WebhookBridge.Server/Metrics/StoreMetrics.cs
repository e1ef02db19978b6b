using System.Diagnostics.Metrics;
using WebhookBridge.Server.Alerts;
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
        _meter.CreateObservableGauge("webhookbridge_alerts_open", () => OpenAlerts(store));
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>Every code that there is, so that one that is at rest reads 0 and not as absent.</summary>
    private static Measurement<int>[] OpenAlerts(SqliteStore store)
    {
        IReadOnlyDictionary<string, int> open = store.Log.Alerts.CountOpen();
        return [.. AlertCodes.All.Union(open.Keys).Select(code => new Measurement<int>(open.GetValueOrDefault(code), new KeyValuePair<string, object?>("code", code)))];
    }
}
