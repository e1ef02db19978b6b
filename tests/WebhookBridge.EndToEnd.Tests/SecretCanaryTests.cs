using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>A marker in every secret, and then a search through everything that the program wrote or answered (design invariant 10).</summary>
public sealed class SecretCanaryTests : IAsyncLifetime, IDisposable
{
    private const string Marker = "CANARYBIRD";

    private static readonly string[] Forms =
        [Marker, .. Enumerable.Range(0, 3).Select(static shift => Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('.', shift) + Marker))[(shift == 0 ? 0 : 4)..^4])];

    private readonly TempFolder _folder = new();
    private readonly List<string> _answers = [];
    private StubServer _destination = null!;
    private GatewayProcess _gateway = null!;

    public async Task InitializeAsync()
    {
        _destination = await StubServer.StartAsync();
        string configuration = _folder.Of("config.json");
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(new
        {
            sources = new object[]
            {
                new { name = "signed", platform = "generic", settings = new { scheme = "hmac" }, secrets = new[] { Secret(1) } },
                new { name = "token", platform = "generic", settings = new { scheme = "token" }, secrets = new[] { Secret(2) } },
                new { name = "basic", platform = "generic", settings = new { scheme = "basic" }, secrets = new[] { "user:" + Secret(3) } },
                new { name = "path", platform = "generic", settings = new { scheme = "path-secret" }, secrets = new[] { Secret(4) } },
            },
            destinations = new object[]
            {
                new
                {
                    name = "crm", connector = "http",
                    settings = new { method = "POST", auth = "bearer", sign = true },
                    secrets = new { url = $"{_destination.Url}/hook/{Secret(5)}", token = Secret(6), signingSecret = "whsec_" + Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret(7) + Secret(7))) },
                },
            },
            routes = new object[] { new { name = "all", source = "*", destination = "crm", retry = new[] { "50ms" } } },
        }));
        _gateway = await GatewayProcess.StartAsync(_folder.Of("data"), GatewayProcess.FreePort(), configuration);
    }

    [Fact]
    public async Task Secrets_AfterAllKindsOfUse_AppearNowhere()
    {
        // Use them: genuine and forged requests, a delivery that is refused with its own credentials in the answer, one that works.
        _destination.Plays(StubReply.Status(503));
        _destination.At("/hook/" + Secret(5), request => StubReply.Status(200, "you sent " + request.Header("Authorization")));
        await PostAsync("/in/token", "X-Token", Secret(2));
        await PostAsync("/in/token", "X-Signature", Secret(2));
        await PostAsync("/in/token", "X-Signature", "wrong");
        await PostAsync("/in/basic", "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Secret(3))));
        await PostAsync("/in/basic", "Authorization", "Basic d3Jvbmc6d3Jvbmc=");
        await PostAsync("/in/path/" + Secret(4), "X-Nothing", "1");
        await PostAsync("/in/path/wrong", "X-Nothing", "1");
        await PostAsync("/in/signed", "X-Signature", "00");
        await _gateway.SettleAsync(TimeSpan.FromSeconds(20));

        // Ask for everything, rightly and wrongly.
        foreach (string path in new[]
        {
            "/api/v1/config", "/api/v1/sources/signed", "/api/v1/sources/token", "/api/v1/sources/basic", "/api/v1/sources/path", "/api/v1/destinations/crm", "/api/v1/routes/all",
            "/api/v1/events", "/api/v1/deliveries", "/api/v1/rejections", "/api/v1/audit", "/api/v1/keys", "/api/v1/users", "/metrics", "/health/ready",
        })
        {
            await GetAsync(path);
        }

        foreach (JsonElement one in await _gateway.ListAsync("/api/v1/events"))
        {
            await GetAsync($"/api/v1/events/{one.GetProperty("id").GetString()}");
            await GetAsync($"/api/v1/events/{one.GetProperty("id").GetString()}/headers");
        }

        List<JsonElement> deliveries = await _gateway.ListAsync("/api/v1/deliveries");
        deliveries.ShouldNotBeEmpty("the genuine requests were delivered");
        foreach (JsonElement one in deliveries)
        {
            await GetAsync($"/api/v1/deliveries/{one.GetProperty("id").GetString()}/attempts");
        }

        List<JsonElement> rejections = await _gateway.ListAsync("/api/v1/rejections");
        rejections.Count.ShouldBeGreaterThanOrEqualTo(3);
        foreach (JsonElement one in rejections)
        {
            await GetAsync($"/api/v1/rejections/{one.GetProperty("id").GetString()}/diagnosis");
        }

        await PutAsync("/api/v1/destinations/other", new { connector = "http", secrets = new { url = "not an address " + Secret(8) }, settings = new { method = 5 } });
        await PutAsync("/api/v1/sources/other", new { platform = "nothing", secrets = new[] { Secret(9) } });
        (int exitCode, string export) = await GatewayProcess.RunAsync("export", "--data", _folder.Of("data"));
        exitCode.ShouldBe(0);
        _answers.Add(export);
        (await GatewayProcess.RunAsync("backup", _folder.Of("backup.db"), "--data", _folder.Of("data"))).ExitCode.ShouldBe(0);
        await _gateway.StopAsync();

        // Search: answers, the log on the terminal, every file.
        _answers.Add(_gateway.Output);
        foreach (string answer in _answers)
        {
            Find(Encoding.UTF8.GetBytes(answer)).ShouldBeNull($"in: {answer}");
        }

        foreach (string file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(static f => !f.EndsWith("config.json", StringComparison.Ordinal)))
        {
            Find(await File.ReadAllBytesAsync(file)).ShouldBeNull($"in the file {Path.GetFileName(file)}");
        }
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    private static string Secret(int number) => $"{Marker}{number}xZ9qLmPw3RtY";

    /// <summary>The marker, plain or in base64 at any of the three alignments (its first and last characters left out where they mix with a neighbour).</summary>
    private static string? Find(byte[] bytes) => Forms.FirstOrDefault(form => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)) >= 0);

    private async Task PostAsync(string path, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("""{"id":1}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.TryAddWithoutValidation(header, value);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_gateway.Url) };
        using HttpResponseMessage answer = await http.SendAsync(request);
        _answers.Add(await answer.Content.ReadAsStringAsync());
    }

    private async Task GetAsync(string path)
    {
        using HttpResponseMessage answer = await _gateway.Api.GetAsync(path);
        _answers.Add($"{path}: {await answer.Content.ReadAsStringAsync()}");
        answer.IsSuccessStatusCode.ShouldBeTrue(_answers[^1]);
    }

    private async Task PutAsync(string path, object body)
    {
        using HttpResponseMessage answer = await _gateway.Api.PutAsJsonAsync(path, body);
        _answers.Add(await answer.Content.ReadAsStringAsync());
        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
    }
}
