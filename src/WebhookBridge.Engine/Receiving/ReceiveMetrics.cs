using System.Diagnostics.Metrics;

namespace WebhookBridge.Engine.Receiving;

/// <summary>What is counted at the door (contract section 9), on the meter <c>WebhookBridge</c>.</summary>
public sealed class ReceiveMetrics : IDisposable
{
    private readonly Meter _meter = new("WebhookBridge");
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _accept;

    public ReceiveMetrics()
    {
        _accepted = _meter.CreateCounter<long>("webhookbridge_events_accepted_total");
        _duplicates = _meter.CreateCounter<long>("webhookbridge_duplicates_total");
        _rejected = _meter.CreateCounter<long>("webhookbridge_rejected_total");
        _accept = _meter.CreateHistogram<double>("webhookbridge_accept_seconds", "s");
    }

    /// <param name="count">May be 0, when all was known already: the time counts all the same.</param>
    public void Accepted(string source, int count, TimeSpan took)
    {
        _accepted.Add(count, new KeyValuePair<string, object?>("source", source));
        _accept.Record(took.TotalSeconds);
    }

    public void Duplicates(string source, int count) => _duplicates.Add(count, new KeyValuePair<string, object?>("source", source));

    public void Rejected(string source, string code) =>
        _rejected.Add(1, new KeyValuePair<string, object?>("source", source), new KeyValuePair<string, object?>("code", code));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
