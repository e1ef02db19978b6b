using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Delivery;

/// <summary>A pump with its parts around a queue in memory. The clock is the test's unless told otherwise.</summary>
internal sealed class PumpHarness : IAsyncDisposable
{
    private readonly Dictionary<string, ActiveDestination> _destinations = [];
    private readonly Dictionary<string, ActiveRoute> _routes = [];
    private readonly IdSource _ids;
    private int _revision;

    public PumpHarness(TimeProvider? time = null, PumpOptions? options = null, EgressPolicy? egress = null, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, IReadOnlyList<IConnector>? more = null, ILogger<DeliveryPump>? log = null, MemoryQueue? queue = null)
    {
        Time = time ?? Clock;
        Queue = queue ?? new MemoryQueue();
        _ids = new IdSource(Time);
        Due = new DueClock(Time);
        Catalog = ConnectorCatalog.Load([new HttpConnector(), HookPresets.Connector("zapier"), HookPresets.Connector("make"), .. more ?? []], pluginFolder: null);
        Attempt = new DeliveryAttempt(
            (name, revision) => new(_routes.GetValueOrDefault(name) is { } r && r.Revision == revision ? r : null),
            (route, view, timeouts) => Judge(route, view, timeouts),
            (route, view, timeouts) => Reshape(route, view, timeouts),
            _ids, Due, Time, () => 0, Queue.MarkSendingAsync);
        Pump = new DeliveryPump(
            Queue, Configuration, new DestinationOpener(Catalog, new GuardedConnect(egress ?? new EgressPolicy(AllowPrivate: true, []), resolve), Time),
            Attempt, Due, Time, Metrics, log ?? NullLogger<DeliveryPump>.Instance, options ?? new PumpOptions());
    }

    public ManualTimeProvider Clock { get; } = new();

    public TimeProvider Time { get; }

    public MemoryQueue Queue { get; }

    public CurrentConfiguration Configuration { get; } = new();

    public ConnectorCatalog Catalog { get; }

    public DueClock Due { get; }

    public DeliveryMetrics Metrics { get; } = new();

    public DeliveryAttempt Attempt { get; }

    public DeliveryPump Pump { get; }

    public JudgeByRule Judge { get; set; } = static (_, _, _) => new(RuleVerdict.Send.Instance);

    public ReshapeEvent Reshape { get; set; } = static (_, view, _) => new ReshapeResult.Ready(new RenderedDelivery(view.Of.Body, "application/json", new Dictionary<string, string>()));

    public PumpHarness WithHttp(string name, string url, Func<DestinationDefinition, DestinationDefinition>? change = null)
    {
        DestinationDefinition definition = new()
        {
            Name = name,
            Connector = "http",
            Secrets = new Dictionary<string, SecretText> { ["url"] = new(url) },
        };
        _destinations[name] = new ActiveDestination(change?.Invoke(definition) ?? definition, ++_revision);
        return this;
    }

    public PumpHarness With(string name, string connector)
    {
        _destinations[name] = new ActiveDestination(new DestinationDefinition { Name = name, Connector = connector }, ++_revision);
        return this;
    }

    public PumpHarness WithRoute(string name, string destination, RetryDefinition? retry = null, string? rule = null)
    {
        RouteDefinition definition = new() { Name = name, Sources = ["*"], Destination = destination, Rule = rule, Retry = retry ?? RetryDefinition.Standard };
        _routes[name] = new ActiveRoute { Definition = definition, Revision = 1, Conditions = Conditions.Compile(definition.When, static _ => null, out _)!, Shape = new RouteShape(null, "", []) };
        return this;
    }

    public PumpHarness Without(string destination)
    {
        _destinations.Remove(destination);
        return this;
    }

    public void Publish() => Configuration.Publish(new GatewaySnapshot { Destinations = _destinations.ToFrozenDictionary(), Routes = _routes.ToFrozenDictionary() });

    public async Task<PumpHarness> StartAsync()
    {
        Publish();
        await Pump.StartAsync();
        return this;
    }

    public GatewayEvent NewEvent(string body = """{"id":1}""", bool test = false) => new()
    {
        Id = _ids.Next(IdSource.Event),
        Source = "yoco",
        Platform = "yoco",
        Type = "payment.succeeded",
        Kind = "payment.succeeded",
        Mode = test ? "test" : "live",
        Test = test,
        ReceivedAt = Time.GetUtcNow(),
        Format = BodyFormat.Json,
        Body = Encoding.UTF8.GetBytes(body),
        Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(body)),
        Headers = [new("Content-Type", "application/json")],
        NormalForm = Encoding.UTF8.GetBytes("""{"meta":{"id":"x"}}"""),
        Columns = SearchColumns.None,
    };

    public LeasedDelivery NewDelivery(string route, string destination, GatewayEvent? of = null) => new()
    {
        Id = _ids.Next(IdSource.Delivery),
        Event = of ?? NewEvent(),
        Route = route,
        RouteRevision = 1,
        Destination = destination,
        LeaseSeq = 0,
        AttemptCount = 0,
        CreatedAt = Time.GetUtcNow(),
    };

    /// <summary>What the receiver does: reserve, store, hand over or wake.</summary>
    public string Receive(string route, string destination, GatewayEvent? of = null)
    {
        of ??= NewEvent();
        bool leased = Pump.TryReserve(destination, of, out _);
        LeasedDelivery stored = Queue.Add(NewDelivery(route, destination, of), Due.Now, leased);
        if (leased)
        {
            Pump.Enqueue(stored);
        }
        else
        {
            Pump.Wake(destination);
        }

        return stored.Id;
    }

    public static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value);

    public async ValueTask DisposeAsync()
    {
        await Pump.DisposeAsync();
        Metrics.Dispose();
    }
}
