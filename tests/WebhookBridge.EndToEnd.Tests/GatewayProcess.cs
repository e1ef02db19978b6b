using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>The real server as a child process, with its data directory and configuration: to be killed.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    public const string AdminKey = "wb_crash_tests_0123456789abcdef0123456789abcdef";

    private readonly Process _process;
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _output = new();

    private GatewayProcess(Process process, string url)
    {
        _process = process;
        Url = url;
        Api = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = static (_, shown, _, _) => shown?.Subject == "CN=localhost" } }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(100) };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
    }

    public string Url { get; }

    public HttpClient Api { get; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public int Id => _process.Id;

    /// <summary>Bytes of memory that it holds now.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Starts it and waits until it says that it listens.</summary>
    public static async Task<GatewayProcess> StartAsync(string data, int port, string? configuration = null, IReadOnlyDictionary<string, string>? environment = null, string[]? options = null)
    {
        GatewayProcess gateway = Launch(data, port, configuration, environment, options);
        await gateway._listening.Task.WaitAsync(TimeSpan.FromSeconds(120));
        return gateway;
    }

    public static GatewayProcess Launch(string data, int port, string? configuration = null, IReadOnlyDictionary<string, string>? environment = null, string[]? options = null)
    {
        // Options of the caller come last and win: another address, another list of networks.
        string url = options is not null && Array.IndexOf(options, "--urls") is >= 0 and int at ? options[at + 1] : $"http://127.0.0.1:{port}";
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "webhookbridge.dll"), "serve", .. options?.Contains("--urls") == true ? [] : new[] { "--urls", url }, "--data", data, "--allow-private-destinations", "127.0.0.0/8", .. configuration is null ? [] : new[] { "--config", configuration }, .. options ?? []];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["WEBHOOKBRIDGE_ADMIN_KEY"] = AdminKey;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        var gateway = new GatewayProcess(process, url);
        process.OutputDataReceived += (_, line) => gateway.Read(line.Data);
        process.ErrorDataReceived += (_, line) => gateway.Read(line.Data);
        process.Exited += (_, _) => gateway._listening.TrySetException(new InvalidOperationException("The gateway ended: " + gateway.Output));
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return gateway;
    }

    /// <summary>Runs one command of the program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        (int exitCode, string output, string _) = await RunWithErrorsAsync(arguments);
        return (exitCode, output);
    }

    /// <summary>Runs one command of the program to its end, with what it says on standard error.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunWithErrorsAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "webhookbridge.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, output, await error);
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is closed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as an operator stops it.</summary>
    public async Task StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(15));
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage answer = await Api.GetAsync(path);
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>All items of a list, page by page.</summary>
    public async Task<List<JsonElement>> ListAsync(string path)
    {
        var all = new List<JsonElement>();
        string? after = null;
        do
        {
            JsonElement page = await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=200{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}");
            all.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        return all;
    }

    /// <summary>Waits until no delivery is pending any more.</summary>
    public async Task SettleAsync(TimeSpan patience)
    {
        long began = Stopwatch.GetTimestamp();
        while ((await GetAsync("/api/v1/deliveries?state=pending&limit=1")).GetProperty("items").GetArrayLength() > 0)
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(patience, "deliveries are still pending");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line.StartsWith("Listening on", StringComparison.Ordinal))
        {
            _listening.TrySetResult();
        }
    }
}
