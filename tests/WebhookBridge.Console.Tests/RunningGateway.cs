using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>The real program with a data directory of its own, and a browser to look at it.</summary>
public partial class RunningGateway : IAsyncLifetime, IDisposable
{
    public const string AdminKey = "test-key-of-the-console-suite";
    public const string Email = "lerato@marula.example";
    public const string Password = "correct horse battery";

    private readonly TempFolder _data = new();
    private readonly StringBuilder _log = new();
    private Process? _process;
    private IPlaywright? _playwright;

    /// <summary>Its data directory.</summary>
    public string Data => _data.Of("data");

    /// <summary>Somebody has an account already: the program prints no start token.</summary>
    public bool HasPeople { get; set; }

    public string Url { get; private set; } = "";

    public string StartToken { get; private set; } = "";

    public IBrowser Browser { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Options of <c>serve</c> besides the usual.</summary>
    protected virtual IEnumerable<string> Options => [];

    /// <summary>What the program wrote on its standard error: the log.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public async Task InitializeAsync()
    {
        await StartAsync();
        Assertions.SetDefaultExpectTimeout(15_000);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
    }

    /// <summary>Ends the program as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process!.EnableRaisingEvents = false;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        Http.Dispose();
    }

    /// <summary>Starts the program on its data directory; its address is another one each time.</summary>
    public async Task StartAsync()
    {
        Url = "";
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet")
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                ArgumentList = { Path.Combine(AppContext.BaseDirectory, "webhookbridge.dll"), "serve", "--data", Data, "--urls", "http://127.0.0.1:0" },
                Environment = { ["WEBHOOKBRIDGE_ADMIN_KEY"] = AdminKey, ["HOME"] = _data.Path },
            },
        };
        foreach (string option in Options)
        {
            _process.StartInfo.ArgumentList.Add(option);
        }

        TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            if (Listening().Match(line.Data ?? "") is { Success: true } url)
            {
                Url = url.Groups["url"].Value;
                if (HasPeople || StartToken.Length > 0)
                {
                    ready.TrySetResult();
                }
            }
            else if (Token().Match(line.Data ?? "") is { Success: true } token)
            {
                StartToken = token.Groups["token"].Value;
                ready.TrySetResult();
            }
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("The gateway ended: " + Log));
        _process.EnableRaisingEvents = true;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Url) };
    }

    /// <summary>Runs another command of the program to its end; what it said comes back.</summary>
    public static async Task<string> CommandAsync(params string[] arguments)
    {
        using Process command = new() { StartInfo = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "webhookbridge.dll"), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } };
        command.Start();
        Task<string> output = command.StandardOutput.ReadToEndAsync(), errors = command.StandardError.ReadToEndAsync();
        await command.WaitForExitAsync();
        string said = await output + await errors;
        command.ExitCode.ShouldBe(0, said);
        return said;
    }

    /// <summary>A fresh browser profile; waits are short, the server is on this machine.</summary>
    public async Task<IBrowserContext> NewContextAsync(int width = 1440, string scheme = "light", string locale = "en-GB")
    {
        IBrowserContext context = await Browser.NewContextAsync(new()
        {
            BaseURL = Url,
            ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 },
            ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            Locale = locale,
        });
        context.SetDefaultTimeout(60_000);
        return context;
    }

    /// <summary>Makes the administrator by the first-start page, as a person would.</summary>
    public async Task MakeAdministratorAsync(IPage page, string language = "en", string zone = "Africa/Johannesburg")
    {
        await page.GotoAsync("/");
        await page.FillAsync("#token", StartToken);
        await page.FillAsync("#email", Email);
        await page.FillAsync("#password", Password);
        await page.SelectOptionAsync("#language", language);
        await page.SelectOptionAsync("#zone", zone);
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page).ToHaveURLAsync(Url + "/", new() { Timeout = 60_000 });
    }

    /// <summary>A page with the administrator signed in, who is made when there is nobody.</summary>
    public async Task<IPage> SignedInAsync(IBrowserContext context)
    {
        IPage page = await context.NewPageAsync();
        await page.GotoAsync("/");
        if (page.Url.EndsWith("/start", StringComparison.Ordinal))
        {
            await MakeAdministratorAsync(page);
        }
        else
        {
            await SignInAsync(page);
            await Assertions.Expect(page).ToHaveURLAsync(Url + "/", new() { Timeout = 60_000 });
        }

        return page;
    }

    /// <summary>Applies a configuration.</summary>
    public async Task SetUpAsync(string json)
    {
        using HttpResponseMessage made = await ApiAsync(HttpMethod.Post, "/api/v1/config", json);
        made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
    }

    /// <summary>Signed test events of a source.</summary>
    public async Task SimulateAsync(string source, int count, string sample = "payment.succeeded", int seed = 7)
    {
        using HttpResponseMessage sent = await ApiAsync(HttpMethod.Post, "/api/v1/simulate", $$"""{"source":"{{source}}","event":"{{sample}}","count":{{count}},"seed":{{seed}}}""");
        sent.IsSuccessStatusCode.ShouldBeTrue(await sent.Content.ReadAsStringAsync());
    }

    /// <summary>What a built-in inbox received, as the API writes it.</summary>
    public async Task<string> InboxAsync(string destination)
    {
        using HttpResponseMessage answer = await ApiAsync(HttpMethod.Get, $"/api/v1/destinations/{destination}/inbox", "");
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>The newest of the audit, as the API writes it.</summary>
    public async Task<string> AuditAsync()
    {
        using HttpResponseMessage answer = await ApiAsync(HttpMethod.Get, "/api/v1/audit", "");
        return await answer.Content.ReadAsStringAsync();
    }

    public static async Task SignInAsync(IPage page, string email = Email, string password = Password)
    {
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#email", email);
        await page.FillAsync("#password", password);
        await page.ClickAsync("button[type=submit]");
    }

    /// <summary>A call of the API with the administrator's key.</summary>
    public async Task<HttpResponseMessage> ApiAsync(HttpMethod method, string path, string json)
    {
        using HttpRequestMessage request = new(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        return await Http.SendAsync(request);
    }

    /// <summary>A refusal is written down after the sender has its answer; this waits until that many are there.</summary>
    public async Task WaitForRefusedAsync(string source, int count)
    {
        for (int tries = 0; tries < 200; tries++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/rejections?source=" + source);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
            using HttpResponseMessage answer = await Http.SendAsync(request);
            using JsonDocument page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            if (page.RootElement.GetProperty("items").GetArrayLength() >= count)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        throw new TimeoutException($"{count} refused requests of {source} were not written down within 10 s.");
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_process is { HasExited: false })
        {
            _process.EnableRaisingEvents = false;
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public void Dispose()
    {
        Http?.Dispose();
        _process?.Dispose();
        _data.Dispose();
        GC.SuppressFinalize(this);
    }

    [GeneratedRegex(@"^Listening on (?<url>http://\S+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();

    [GeneratedRegex(@"^Start token: (?<token>[a-z0-9-]+) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
