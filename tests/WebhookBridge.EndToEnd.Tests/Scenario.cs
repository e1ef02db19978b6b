using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>A gateway with one signed source and one route to a stub destination, on a data directory that outlives its processes.</summary>
internal sealed class Scenario : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private Scenario(StubServer destination)
    {
        Destination = destination;
        Port = GatewayProcess.FreePort();
        Sender = new Sender($"http://127.0.0.1:{Port}/in/shop");
    }

    public StubServer Destination { get; }

    public Sender Sender { get; }

    public int Port { get; }

    public string Data => _folder.Of("data");

    public string Configuration => _folder.Of("config.json");

    public string File(string name) => _folder.Of(name);

    public static async Task<Scenario> StartAsync(object? retry = null, object? limits = null)
    {
        var scenario = new Scenario(await StubServer.StartAsync());
        string configuration = JsonSerializer.Serialize(new
        {
            sources = new[] { new { name = "shop", platform = "yoco", secrets = new[] { Sender.Secret } } },
            destinations = new[]
            {
                new { name = "crm", connector = "http", settings = new { method = "POST" }, secrets = new { url = scenario.Destination.Url + "/hook" }, limits = limits ?? new { concurrency = 16, timeout = "5s" } },
            },
            routes = new[]
            {
                new
                {
                    name = "paid", source = "shop", destination = "crm",
                    when = new { kinds = new[] { "payment.succeeded" } },
                    rule = "({ payload }) => payload.metadata.checkoutId === 'ch_1'",
                    template = new { contentType = "application/json", body = """{ "event": "{{ event.id }}", "amount": {{ payment.amount }}, "delivery": "{{ meta.delivery_id }}" }""" },
                    retry = retry ?? new[] { "100ms", "200ms", "400ms", "1s", "1s", "1s", "1s", "1s", "1s", "1s" },
                },
            },
        });
        await System.IO.File.WriteAllTextAsync(scenario.Configuration, configuration);
        return scenario;
    }

    public Task<GatewayProcess> OpenAsync(IReadOnlyDictionary<string, string>? environment = null, string[]? options = null) =>
        GatewayProcess.StartAsync(Data, Port, Configuration, environment, options);

    /// <summary>What every test ends with: all that was acknowledged is there, once, final and delivered; the database proves it of itself.</summary>
    public async Task VerifyAsync(GatewayProcess gateway)
    {
        await gateway.SettleAsync(TimeSpan.FromSeconds(60));
        List<JsonElement> events = await gateway.ListAsync("/api/v1/events");
        var byExternal = events.GroupBy(static e => e.GetProperty("externalId").GetString()!).ToDictionary(static g => g.Key, static g => g.ToList());
        byExternal.Values.ShouldAllBe(static g => g.Count == 1, "an event was stored twice");
        Sender.AcceptedTimes.Values.ShouldAllBe(static n => n == 1, "an event was answered accepted twice");
        foreach ((string external, string id) in Sender.Acknowledged)
        {
            byExternal.ShouldContainKey(external, "an acknowledged event is gone");
            byExternal[external][0].GetProperty("id").GetString().ShouldBe(id);
        }

        List<JsonElement> deliveries = await gateway.ListAsync("/api/v1/deliveries");
        deliveries.Count.ShouldBe(events.Count, "one route, so one delivery for each event");
        foreach (JsonElement delivery in deliveries.Where(static d => d.GetProperty("state").GetString() is not ("delivered" or "skipped")))
        {
            JsonElement attempts = await gateway.GetAsync($"/api/v1/deliveries/{delivery.GetProperty("id").GetString()}/attempts");
            delivery.GetProperty("state").GetString().ShouldBe("delivered", $"{delivery.GetRawText()} {attempts.GetRawText()}");
        }

        var arrived = Destination.Requests.Select(static r => JsonDocument.Parse(r.Body).RootElement.GetProperty("delivery").GetString()).ToHashSet();
        foreach (JsonElement delivery in deliveries.Where(static d => d.GetProperty("state").GetString() == "delivered"))
        {
            arrived.ShouldContain(delivery.GetProperty("id").GetString(), "a delivery counts as delivered that never arrived");
        }

        (int exitCode, string check) = await GatewayProcess.RunAsync("check", "--data", Data, "--json");
        exitCode.ShouldBe(0, check);
        JsonElement result = JsonDocument.Parse(check).RootElement;
        result.GetProperty("ok").GetBoolean().ShouldBeTrue(check);
        result.GetProperty("events").GetInt64().ShouldBe(events.Count);
    }

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        await Destination.DisposeAsync();
        _folder.Dispose();
    }
}
