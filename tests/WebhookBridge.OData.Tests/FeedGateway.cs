using System.Net.Http.Headers;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage;
using WebhookBridge.Testing;

namespace WebhookBridge.OData.Tests;

/// <summary>A gateway with a log of its own and real HTTP on loopback, at a clock that stands still.</summary>
public sealed class FeedGateway : IAsyncDisposable
{
    public const string Root = "/odata/v4/";

    private readonly TempFolder _folder;
    private readonly Gateway _gateway;
    private readonly GatewayHost _host;
    private readonly Mistakes _mistakes;

    private FeedGateway(TempFolder folder, Gateway gateway, GatewayHost host, Mistakes mistakes)
    {
        _folder = folder;
        _gateway = gateway;
        _host = host;
        _mistakes = mistakes;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(host.Server.Urls[0]) };
    }

    public static DateTimeOffset Now { get; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public HttpClient Http { get; }

    public string Key { get; private set; } = "";

    internal Gateway Gateway => _gateway;

    public static async Task<FeedGateway> StartAsync()
    {
        TempFolder folder = new();
        Mistakes mistakes = new();
        ILoggerFactory loggers = LoggerFactory.Create(builder => builder.AddProvider(mistakes));
        Gateway gateway = await Gateway.OpenAsync(new GatewayOptions { DataDirectory = folder.Of("data") }, new ManualTimeProvider(Now), loggers);
        GatewayHost host = await GatewayHost.StartAsync(
            new ServeOptions { Urls = ServeOptions.Addresses("--urls", "http://127.0.0.1:0"), DataDirectory = folder.Of("data") }, gateway, loggers);
        FeedGateway made = new(folder, gateway, host, mistakes);
        made.Key = await made.MakeKeyAsync("analyst", ApiScopes.OData, ApiScopes.Read);
        return made;
    }

    public async Task<string> MakeKeyAsync(string name, params string[] scopes) => (await _gateway.Keys.CreateAsync(name, scopes, null, "test")).Key;

    /// <summary>Stores an event, and how its deliveries ended.</summary>
    public async Task StoreAsync(NewEvent made, params DeliveryCompletion[] ends)
    {
        (await _gateway.Store.Journal.AppendAsync([made])).ShouldBeOfType<AppendResult.Stored>();
        foreach (DeliveryCompletion end in ends)
        {
            (await _gateway.Store.Queue.CompleteAsync(end)).ShouldBeTrue();
        }
    }

    public async Task StoreAsync(IReadOnlyList<NewEvent> made) => (await _gateway.Store.Journal.AppendAsync(made)).ShouldBeOfType<AppendResult.Stored>();

    /// <summary>The database for queries in SQL, beside the gateway.</summary>
    public SqliteConnection OpenDatabase()
    {
        SqliteConnection connection = new($"Data Source={_gateway.Store.Directory.DatabaseFile};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }

    public Task<FeedResponse> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    /// <param name="path">Below the root, or a whole address; spaces are escaped here.</param>
    public async Task<FeedResponse> SendAsync(HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        string address = path.StartsWith("http", StringComparison.Ordinal) || path.StartsWith('/') ? path : Root + path;
        using HttpRequestMessage request = new(method, address.Replace(" ", "%20", StringComparison.Ordinal));
        if (!headers.Any(static header => header.Name == "Authorization"))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        }

        foreach ((string name, string value) in headers.Where(static header => header.Name != "Content-Type"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", headers.FirstOrDefault(static header => header.Name == "Content-Type").Value ?? "application/json");
        }

        using HttpResponseMessage answer = await Http.SendAsync(request);
        ((int)answer.StatusCode).ShouldNotBe(500, _mistakes.Last + "\n" + path);
        return new FeedResponse(
            (int)answer.StatusCode,
            await answer.Content.ReadAsStringAsync(),
            answer.Headers.Concat(answer.Content.Headers).ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>What the gateway calls a mistake of its own.</summary>
internal sealed class Mistakes : ILoggerProvider, ILogger
{
    public string? Last { get; private set; }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Last = $"{formatter(state, exception)} {exception}";
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}

public sealed record FeedResponse(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public System.Text.Json.JsonElement Json => System.Text.Json.JsonElement.Parse(Text);

    public override string ToString() => $"{Status} {Text}";
}
