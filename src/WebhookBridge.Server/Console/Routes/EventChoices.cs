using System.Collections.Concurrent;
using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Storage;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>An event to look at: a real one, or a platform's sample.</summary>
/// <param name="Value">The id, or <c>sample:source:name</c>.</param>
internal sealed record EventChoice(string Value, GatewayEvent Event, bool Real);

/// <summary>The events that the route page works with: the newest real ones of the sources, and the samples of their platforms.</summary>
internal sealed class EventChoices(Gateway gateway)
{
    /// <summary>How many events a route is tried on.</summary>
    public const int Most = 500;

    private const string SamplePrefix = "sample:";

    /// <summary>While somebody types, the same events are asked for with every letter.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (long At, IReadOnlyList<GatewayEvent> Events)> _recent = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<EventChoice>> _samples = new(StringComparer.Ordinal);

    /// <summary>The newest real events of these sources, newest first.</summary>
    public async Task<IReadOnlyList<GatewayEvent>> RecentAsync(IReadOnlyList<string> sources)
    {
        string key = string.Join(',', sources.Order(StringComparer.Ordinal));
        long now = gateway.Time.GetTimestamp();
        if (_recent.TryGetValue(key, out (long At, IReadOnlyList<GatewayEvent> Events) kept) && gateway.Time.GetElapsedTime(kept.At, now) < Fresh)
        {
            return kept.Events;
        }

        IReadOnlyList<GatewayEvent> events = await gateway.Store.Log.Events.LatestAsync(sources.Contains("*") ? null : sources, Most);
        if (_recent.Count > 8)
        {
            _recent.Clear(); // a few people at a time: the bodies of 500 events each are enough to keep
        }

        _recent[key] = (now, events);
        return events;
    }

    /// <summary>The samples of the sources' platforms.</summary>
    public IReadOnlyList<EventChoice> Samples(IReadOnlyList<string> sources) =>
        [.. gateway.Configuration.All(ConfigurationKind.Source).Select(static item => (SourceDefinition)item.Definition).Where(source => sources.Contains("*") || sources.Contains(source.Name)).SelectMany(SamplesOf)];

    /// <summary>The source and the name of a sample; null where the value names a real event.</summary>
    public static (string Source, string Name)? SampleName(string? value) =>
        value is not null && value.StartsWith(SamplePrefix, StringComparison.Ordinal) && value.Split(':', 3) is [_, var source, var name] ? (source, name) : null;

    private IReadOnlyList<EventChoice> SamplesOf(SourceDefinition source) => _samples.GetOrAdd(source.Name + ":" + source.Platform, _ =>
        gateway.Platforms.Get(source.Platform) is not { } platform ? [] : [.. platform.Samples.Select(sample => new EventChoice($"{SamplePrefix}{source.Name}:{sample.Name}", Read(platform, sample, source.Name), false))]);

    private GatewayEvent Read(Platform platform, PlatformSample sample, string source)
    {
        byte[] body = sample.Form is { } form ? Encoding.UTF8.GetBytes(form) : Encoding.UTF8.GetBytes(sample.Json!.Value.GetRawText());
        return LooseEvent.Read(platform, body, gateway.Time.GetUtcNow(), source);
    }
}
