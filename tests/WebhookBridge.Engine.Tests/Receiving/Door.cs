using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Tests.Delivery;
using WebhookBridge.Engine.Tests.Platforms;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Receiving;

/// <summary>A receiver with a journal in memory, set up by a configuration file as people write it.</summary>
internal sealed class Door : IAsyncDisposable
{
    public const string Secret = "whsec_ZG9vci10ZXN0cy1zZWNyZXQtMDEyMzQ1Njc4OQ==";

    private readonly PumpHarness _pump = new();
    private readonly ReceiveMetrics _metrics = new();

    private Door(string configuration, Func<ActiveSource, SecretText, ValueTask<LearnResult>>? keep = null)
    {
        var reading = ConfigurationDocument.Read(Encoding.UTF8.GetBytes(configuration), SecretSyntax.Plain);
        reading.Problems.ShouldBeEmpty();
        Dictionary<string, ValueList> lists = reading.Value!.Lists.ToDictionary(static l => l.Name, static _ => new ValueList());
        var compiler = new SnapshotCompiler(Shipped.Catalog, static _ => null, Clock);
        GatewaySnapshot? snapshot = compiler.Compile(reading.Value, lists, static (_, _) => 1, out IReadOnlyList<ConfigurationProblem> problems);
        problems.ShouldBeEmpty();
        _pump.Configuration.Publish(snapshot!);
        Simulations = new SimulationTokens(Clock);
        Receive = keep is null
            ? new ReceiveWebhook(_pump.Configuration, Journal, _pump.Pump, Simulations, _metrics, new IdSource(Clock), Clock)
            : new ReceiveWebhook(_pump.Configuration, Journal, _pump.Pump, Simulations, _metrics, new IdSource(Clock), Clock) { KeepLearnedSecret = keep };
    }

    public ManualTimeProvider Clock => _pump.Clock;

    public MemoryJournal Journal { get; } = new();

    public SimulationTokens Simulations { get; }

    public ReceiveWebhook Receive { get; }

    public static Door Open(string routes, string source = """{ "name": "shop", "platform": "yoco", "secrets": ["SECRET"] }""", Func<ActiveSource, SecretText, ValueTask<LearnResult>>? keep = null) => new(
        $$"""
        { "sources": [ {{source.Replace("SECRET", Secret, StringComparison.Ordinal)}} ], "lists": [ { "name": "known", "values": [] } ],
          "destinations": [ { "name": "crm", "connector": "http", "enabled": false, "secrets": { "url": "http://127.0.0.1:9/x" } } ], "routes": [ {{routes}} ] }
        """,
        keep);

    /// <summary>A Yoco event, signed.</summary>
    public InboundRequest Signed(string body, string id = "msg_1", string? token = null, bool gzip = false)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        if (gzip)
        {
            using var packed = new MemoryStream();
            using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
            {
                stream.Write(bytes);
            }

            bytes = packed.ToArray();
        }

        string timestamp = Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. bytes];
        string signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret["whsec_".Length..]), signed));
        List<KeyValuePair<string, string>> headers = [new("Content-Type", "application/json"), new("webhook-id", id), new("webhook-timestamp", timestamp), new("webhook-signature", signature)];
        if (token is not null)
        {
            headers.Add(new(SimulationTokens.Header, token));
        }

        if (gzip)
        {
            headers.Add(new("Content-Encoding", "gzip"));
        }

        return Request(bytes, headers);
    }

    public InboundRequest Request(byte[] body, IReadOnlyList<KeyValuePair<string, string>> headers) => new()
    {
        Method = "POST",
        PublicOrigin = "http://localhost:8080",
        Path = "/in/shop",
        Query = "",
        Headers = headers,
        Body = body,
        ReceivedAt = Clock.GetUtcNow(),
        RemoteIp = "127.0.0.1",
    };

    public async Task<(int Status, JsonElement Body)> SendAsync(InboundRequest request)
    {
        ReceiveAnswer answer = await Receive.ReceiveAsync(Receive.FindSource("shop", null)!, request);
        return (answer.Status, JsonDocument.Parse(answer.Body).RootElement);
    }

    public static string Payment(string checkout = "ch_1", int amount = 1090, string id = "p_1") =>
        $$$"""{"id":"evt_{{{id}}}","type":"payment.succeeded","createdDate":"2026-03-01T11:00:00.000Z","payload":{"id":"{{{id}}}","type":"payment","status":"succeeded","mode":"live","amount":{{{amount}}},"currency":"ZAR","metadata":{"checkoutId":"{{{checkout}}}"} } }""";

    public async ValueTask DisposeAsync()
    {
        _metrics.Dispose();
        await _pump.DisposeAsync();
    }
}

/// <summary>A journal that keeps what it is given and knows its keys.</summary>
internal sealed class MemoryJournal : IEventJournal
{
    private readonly Dictionary<UInt128, string> _keys = [];

    public List<NewEvent> Stored { get; } = [];

    public List<Rejection> Rejections { get; } = [];

    public string? Unavailable { get; set; }

    public ValueTask<AppendResult> AppendAsync(IReadOnlyList<NewEvent> events)
    {
        if (Unavailable is not null)
        {
            return new(new AppendResult.Unavailable(Unavailable));
        }

        var outcomes = new List<AppendOutcome>();
        foreach (NewEvent one in events)
        {
            if (one.Dedupe is { } dedupe && !_keys.TryAdd(dedupe.Key, one.Event.Id))
            {
                outcomes.Add(new AppendOutcome(_keys[dedupe.Key], Duplicate: true));
                continue;
            }

            Stored.Add(one);
            outcomes.Add(new AppendOutcome(one.Event.Id, Duplicate: false));
        }

        return new(new AppendResult.Stored(outcomes));
    }

    public void RecordRejection(Rejection rejection) => Rejections.Add(rejection);
}
