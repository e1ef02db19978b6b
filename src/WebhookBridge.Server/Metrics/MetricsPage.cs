using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace WebhookBridge.Server.Metrics;

/// <summary>Collects the meter <c>WebhookBridge</c> and writes it as Prometheus text (exposition format 0.0.4; contract section 9).</summary>
internal sealed class MetricsPage : IDisposable
{
    /// <summary>Beyond it, a label's value is <c>other</c>: a caller must not be able to fill the memory with names.</summary>
    private const int MaxLabelSets = 500;

    private const string MeterName = "WebhookBridge";

    private static readonly double[] SecondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
    private static readonly double[] CountBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public MetricsPage()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeterName)
            {
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((Family)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((Family)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((Family)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Everything measured so far.</summary>
    public string Write()
    {
        lock (_gate)
        {
            foreach (Family family in _families.Values)
            {
                family.StartObservation();
            }
        }

        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        lock (_gate)
        {
            foreach (Family family in _families.Values)
            {
                family.Write(text);
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private Family FamilyOf(Instrument instrument)
    {
        lock (_gate)
        {
            if (!_families.TryGetValue(instrument.Name, out Family? family))
            {
                Type kind = instrument.GetType().GetGenericTypeDefinition();
                _families[instrument.Name] = family = kind == typeof(Histogram<>) ? new Family(instrument, "histogram", instrument.Unit == "s" ? SecondsBuckets : CountBuckets)
                    : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? new Family(instrument, "counter", null)
                    : new Family(instrument, "gauge", null);
            }

            return family;
        }
    }

    /// <summary>One metric with all its label values; the contract knows none with more than two labels.</summary>
    private sealed class Family(Instrument instrument, string type, double[]? buckets)
    {
        private static readonly (string, string) Other = ("other", "other");

        private readonly Lock _gate = new();
        private readonly Dictionary<(string, string), Series> _series = [];
        private readonly bool _adds = type == "counter" && !instrument.IsObservable;
        private string[] _labels = [];

        public void StartObservation()
        {
            if (instrument.IsObservable)
            {
                lock (_gate)
                {
                    _series.Clear();
                }
            }
        }

        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            (string, string) key = (tags.Length > 0 ? Text(tags[0]) : "", tags.Length > 1 ? Text(tags[1]) : "");
            lock (_gate)
            {
                if (!_series.TryGetValue(key, out Series? series))
                {
                    if (_labels.Length < tags.Length)
                    {
                        _labels = tags.Length > 1 ? [tags[0].Key, tags[1].Key] : [tags[0].Key];
                    }

                    key = _series.Count < MaxLabelSets ? key : Other;
                    if (!_series.TryGetValue(key, out series))
                    {
                        _series[key] = series = new Series(buckets is null ? [] : new long[buckets.Length]);
                    }
                }

                if (buckets is null)
                {
                    series.Sum = _adds || key == Other ? series.Sum + value : value;
                    return;
                }

                series.Sum += value;
                series.Count++;
                int bucket = 0;
                while (bucket < buckets.Length && value > buckets[bucket])
                {
                    bucket++;
                }

                if (bucket < buckets.Length)
                {
                    series.Buckets[bucket]++;
                }
            }
        }

        public void Write(StringBuilder text)
        {
            text.Append("# TYPE ").Append(instrument.Name).Append(' ').Append(type).Append('\n');
            lock (_gate)
            {
                foreach (((string First, string Second) key, Series series) in _series.OrderBy(pair => pair.Key))
                {
                    string labels = _labels.Length switch
                    {
                        0 => "",
                        1 => $"{_labels[0]}=\"{Escape(key.First)}\"",
                        _ => $"{_labels[0]}=\"{Escape(key.First)}\",{_labels[1]}=\"{Escape(key.Second)}\"",
                    };
                    if (buckets is null)
                    {
                        Line(text, instrument.Name, labels, series.Sum);
                        continue;
                    }

                    long upTo = 0;
                    for (int i = 0; i < buckets.Length; i++)
                    {
                        upTo += series.Buckets[i];
                        Line(text, instrument.Name + "_bucket", Join(labels, $"le=\"{Number(buckets[i])}\""), upTo);
                    }

                    Line(text, instrument.Name + "_bucket", Join(labels, "le=\"+Inf\""), series.Count);
                    Line(text, instrument.Name + "_sum", labels, series.Sum);
                    Line(text, instrument.Name + "_count", labels, series.Count);
                }
            }
        }

        private static string Text(KeyValuePair<string, object?> tag) => tag.Value as string ?? Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";

        private static string Escape(string value) =>
            value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

        private static void Line(StringBuilder text, string name, string labels, double value) =>
            text.Append(name).Append(labels.Length > 0 ? "{" : "").Append(labels).Append(labels.Length > 0 ? "}" : "").Append(' ').Append(Number(value)).Append('\n');

        private static string Join(string labels, string more) => labels.Length > 0 ? labels + "," + more : more;

        private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }

    private sealed class Series(long[] buckets)
    {
        public double Sum { get; set; }

        public long Count { get; set; }

        public long[] Buckets { get; } = buckets;
    }
}
