using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Hosting;

/// <summary>A whole gateway in this process: real HTTP on loopback, real SQLite, a stub destination, and the configuration that most tests need.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime.
public sealed class GatewayFixture : IAsyncLifetime
#pragma warning restore CA1001
{
    public const string YocoSecret = "whsec_Y2FuYXJ5LXNlY3JldC1vZi15b2NvLTEyMzQ1Njc4OTA=";
    public const string UrlSecret = "canary-in-the-address-4711";

    private readonly TempFolder _folder = new();
    private Gateway? _gateway;
    private GatewayHost? _host;
    private StubServer? _stub;
    private HttpClient? _http;

    internal Gateway Gateway => _gateway!;

    public StubServer Destination => _stub!;

    public string Url { get; private set; } = "";

    public string Key { get; private set; } = "";

    public string DataDirectory => _folder.Of("data");

    public HttpClient Http => _http!;

    public string Configuration => $$"""
        {
          "sources": [ { "name": "yoco", "platform": "yoco", "secrets": ["{{YocoSecret}}"] }, { "name": "other", "platform": "yoco", "secrets": ["{{YocoSecret}}"] },
                       { "name": "small", "platform": "yoco", "secrets": ["{{YocoSecret}}"], "maxBodyBytes": 1024 }, { "name": "off", "platform": "yoco", "enabled": false } ],
          "lists": [ { "name": "shop", "values": ["ch_own"] } ],
          "templates": [ { "name": "flat", "body": "{ \"id\": \"{{ "{{ meta.id }}" }}\", \"amount\": {{ "{{ payment.amount }}" }} }" } ],
          "destinations": [ { "name": "box", "connector": "inbox" },
                            { "name": "crm", "connector": "http", "secrets": { "url": "{{Destination.Url}}/{{UrlSecret}}" } } ],
          "routes": [ { "name": "to-box", "source": "yoco", "destination": "box", "template": "flat", "rule": "({ payload }) => payload.amount > 0" },
                      { "name": "held", "source": "other", "destination": "box", "when": { "checkoutIds": { "list": "shop", "unknown": "hold:10m" } } },
                      { "name": "to-crm", "source": "other", "destination": "crm", "when": { "kinds": ["refund.succeeded"] }, "retry": [] } ]
        }
        """;

    public async Task InitializeAsync()
    {
        _stub = await StubServer.StartAsync();
        _gateway = await Gateway.OpenAsync(
            new GatewayOptions { DataDirectory = DataDirectory, AllowedNetworks = [System.Net.IPNetwork.Parse("127.0.0.0/8")], PlatformAddresses = new Dictionary<string, Uri> { ["yoco"] = new(_stub.Url) } }, TimeProvider.System, NullLoggerFactory.Instance);
        Key = (await _gateway.Keys.CreateAsync("tests", ApiScopes.All, null, "test")).Key;
        _host = await GatewayHost.StartAsync(
            new ServeOptions { Urls = ServeOptions.Addresses("--urls", "http://127.0.0.1:0"), DataDirectory = DataDirectory }, _gateway, NullLoggerFactory.Instance);
        Url = _host.Server.Urls[0];
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(Url) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        (await SendAsync(HttpMethod.Post, "/api/v1/config", Configuration)).Status.ShouldBe(200);
    }

    public async Task DisposeAsync()
    {
        _http?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_stub is not null)
        {
            await _stub.DisposeAsync();
        }

        _folder.Dispose();
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach ((string name, string value) in headers)
        {
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage answer = await Http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        return new((int)answer.StatusCode, text, answer.Headers.Concat(answer.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public async Task<Answer> SimulateAsync(string source, string sample, int seed = 1)
    {
        Answer answer = await SendAsync(HttpMethod.Post, "/api/v1/simulate", $$"""{ "source": "{{source}}", "event": "{{sample}}", "seed": {{seed}} }""");
        answer.Status.ShouldBe(200, answer.Text);
        return answer;
    }

    /// <summary>A request as Yoco would send it.</summary>
    internal SimulationResult.Request Signed(string source, string sample, int seed) => new Simulation.Simulations(Gateway).Make(source, sample, seed, wrongSignature: false);

    internal async Task<Answer> PostAsync(SimulationResult.Request made)
    {
        (string, string)[] headers = [.. made.Headers.Select(header => (header.Key, header.Value)), (SimulationTokens.Header, Gateway.Simulations.Issue())];
        return await SendAsync(HttpMethod.Post, made.Target, Encoding.UTF8.GetString(made.Body), headers);
    }

    /// <summary>Waits, in real time, until a look gives what is wanted.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> wanted)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            T seen = await look();
            if (wanted(seen))
            {
                return seen;
            }

            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(60), $"last seen: {seen}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>The deliveries of an event on a route once they have come to a state.</summary>
    public async Task<JsonElement> DeliveryAsync(string eventId, string route, string state) => (await UntilAsync(
        async () => (await GetAsync($"/api/v1/deliveries?event={eventId}&route={route}")).Json.GetProperty("items"),
        items => items.GetArrayLength() > 0 && items[0].GetProperty("state").GetString() == state))[0];
}

public sealed record Answer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonElement.Parse(Text);

    public string Code => Json.GetProperty("code").GetString()!;

    public override string ToString() => $"{Status} {Text}";
}

/// <summary>One gateway for all tests that only look at answers; they use names of their own.</summary>
[CollectionDefinition(Name)]
public sealed class GatewayCollection : ICollectionFixture<GatewayFixture>
{
    public const string Name = "one gateway";
}
