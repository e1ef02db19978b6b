using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.Apps.Tests;

/// <summary>The real server as a child process, set up for the apps: sources of two platforms, one of our own, and a route that always fails.</summary>
public sealed class RunningGateway : IAsyncLifetime
{
    private const string AdminKey = "wb_apps_tests_0123456789abcdef0123456789abcdef";
    private const string YocoSecret = "whsec_Y2FuYXJ5LXNlY3JldC1vZi15b2NvLTEyMzQ1Njc4OTA=";

    private readonly TempFolder _folder = new();
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    /// <summary>What the apps' tests are told.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    public async Task InitializeAsync()
    {
        string url = $"http://127.0.0.1:{FreePort()}";
        string configuration = _folder.Of("gateway.json");
        await File.WriteAllTextAsync(configuration, $$"""
            {
              "sources": [ { "name": "yoco", "platform": "yoco", "secrets": ["{{YocoSecret}}"] }, { "name": "altafinex", "platform": "altafinex", "secrets": ["altafinex-secret-1234"] },
                           { "name": "shop", "platform": "generic" }, { "name": "failing", "platform": "yoco", "secrets": ["{{YocoSecret}}"] } ],
              "destinations": [ { "name": "nowhere", "connector": "http", "secrets": { "url": "{{url}}/nowhere" } } ],
              "routes": [ { "name": "to-nowhere", "source": "failing", "destination": "nowhere" } ]
            }
            """);
        ProcessStartInfo start = new("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "webhookbridge.dll"), "serve", "--urls", url, "--data", _folder.Of("data"), "--config", configuration, "--allow-private-destinations", "127.0.0.0/8"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["WEBHOOKBRIDGE_ADMIN_KEY"] = AdminKey;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("The gateway ended: " + _output));
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await _listening.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Environment = new Dictionary<string, string>
        {
            ["WEBHOOKBRIDGE_URL"] = url,
            ["WEBHOOKBRIDGE_ADMIN_KEY"] = AdminKey,
            ["WEBHOOKBRIDGE_KEY"] = await KeyAsync(url),
        };
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        _folder.Dispose();
    }

    /// <summary>A key that may do what an app needs, and no more.</summary>
    private static async Task<string> KeyAsync(string url)
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        using StringContent body = new("""{ "name": "apps", "scopes": ["hooks", "read", "replay", "send:shop"] }""", Encoding.UTF8, "application/json");
        using HttpResponseMessage made = await http.PostAsync("/api/v1/keys", body);
        string text = await made.Content.ReadAsStringAsync();
        ((int)made.StatusCode).ShouldBe(201, text);
        return JsonElement.Parse(text).GetProperty("key").GetString()!;
    }

    private void Read(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line?.Contains("Listening on", StringComparison.Ordinal) == true)
        {
            _listening.TrySetResult();
        }
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
