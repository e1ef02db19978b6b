using System.Diagnostics.Metrics;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Delivery;

/// <summary>The delivery side of the metrics (contract section 9), on the meter <c>WebhookBridge</c>. Costs next to nothing while nobody listens.</summary>
public sealed class DeliveryMetrics : IDisposable
{
    public const string MeterName = "WebhookBridge";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _attemptSeconds;
    private readonly Histogram<double> _endToEndSeconds;

    public DeliveryMetrics()
    {
        _attempts = _meter.CreateCounter<long>("webhookbridge_attempts_total");
        _deliveries = _meter.CreateCounter<long>("webhookbridge_deliveries_total");
        _attemptSeconds = _meter.CreateHistogram<double>("webhookbridge_attempt_seconds", "s");
        _endToEndSeconds = _meter.CreateHistogram<double>("webhookbridge_end_to_end_seconds", "s");
    }

    /// <summary>Has the gauges of the lanes read from <paramref name="lanes"/> when somebody asks.</summary>
    public void Observe(Func<IEnumerable<LaneStatus>> lanes)
    {
        _meter.CreateObservableGauge("webhookbridge_breaker_state", () => lanes().Select(static l => Of((long)l.Breaker, l)));
        _meter.CreateObservableGauge("webhookbridge_queue_depth", () => lanes().Select(static l => Of(l.Waiting, l)));
        _meter.CreateObservableGauge("webhookbridge_queue_oldest_seconds", () => lanes().Select(static l => new Measurement<double>(l.OldestWait.TotalSeconds, Tag("destination", l.Destination))));
    }

    public void Dispose() => _meter.Dispose();

    internal void Completed(LeasedDelivery delivery, DeliveryCompletion completion)
    {
        if (completion.Attempt is { } attempt)
        {
            if (_attempts.Enabled)
            {
                _attempts.Add(1, Tag("destination", delivery.Destination), Tag("outcome", Word(attempt.Outcome)));
            }

            if (_attemptSeconds.Enabled)
            {
                _attemptSeconds.Record(attempt.DurationMs / 1000.0, Tag("destination", delivery.Destination));
            }
        }

        if (completion.State == DeliveryState.Pending)
        {
            return;
        }

        if (_deliveries.Enabled)
        {
            _deliveries.Add(1, Tag("route", delivery.Route), Tag("state", Word(completion.State)));
        }

        if (completion.State == DeliveryState.Delivered && _endToEndSeconds.Enabled)
        {
            _endToEndSeconds.Record(Math.Max(0, (completion.At - delivery.Event.ReceivedAt).TotalSeconds));
        }
    }

    private static Measurement<long> Of(long value, LaneStatus lane) => new(value, Tag("destination", lane.Destination));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static string Word(AttemptResult outcome) => outcome switch
    {
        AttemptResult.Delivered => "delivered",
        AttemptResult.Retry => "retry",
        _ => "refused",
    };

    private static string Word(DeliveryState state) => state switch
    {
        DeliveryState.Delivered => "delivered",
        DeliveryState.Skipped => "skipped",
        DeliveryState.Held => "held",
        DeliveryState.Refused => "refused",
        DeliveryState.Exhausted => "exhausted",
        DeliveryState.Cancelled => "cancelled",
        _ => "pending",
    };
}
