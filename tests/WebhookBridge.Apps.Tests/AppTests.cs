using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Testing;

namespace WebhookBridge.Apps.Tests;

/// <summary>The apps for Zapier, Make and n8n, each by its own tests in JavaScript against a real gateway; and the gateway's OpenAPI document and its OData feed, by a validator and clients that others wrote.</summary>
[Trait("Pace", "normal")]
public sealed partial class AppTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Theory]
    [InlineData("connectors/zapier-app", 14)]
    [InlineData("connectors/make-app", 13)]
    [InlineData("connectors/n8n-node", 11)]
    [InlineData("tests/WebhookBridge.Apps.Tests/openapi", 2)]
    [InlineData("tests/WebhookBridge.Apps.Tests/odata", 9)]
    public async Task Tests_AgainstARealGateway_Pass(string app, int atLeast)
    {
        string folder = Prepare(app);

        (int exit, string output) = await NpmAsync(folder, gateway.Environment, "test");

        exit.ShouldBe(0, output);
        Count(output, "pass").ShouldBeGreaterThanOrEqualTo(atLeast, output);
        Count(output, "fail").ShouldBe(0, output);
        Count(output, "skipped").ShouldBe(0, output);
        Console.WriteLine($"note: {app}: {Count(output, "pass")} tests in JavaScript");
    }

    /// <summary>The vendors' SDKs have licences of their own: they are named, not shipped.</summary>
    [Theory]
    [InlineData("zapier-app", "zapier-platform-core")]
    [InlineData("n8n-node", "n8n-workflow")]
    public void Package_OfTheVendorsSdk_IsAPeerAndNeverADependency(string app, string sdk)
    {
        using JsonDocument package = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Of("connectors", app, "package.json")));

        package.RootElement.GetProperty("peerDependencies").TryGetProperty(sdk, out _).ShouldBeTrue();
        package.RootElement.TryGetProperty("dependencies", out _).ShouldBeFalse();
        File.ReadAllText(RepositoryRoot.Of("docs", "licences.md")).ShouldContain(sdk);
    }

    /// <summary>A copy of the app beside the helper of its tests, with the packages of its lock file.</summary>
    private static string Prepare(string app)
    {
        string from = RepositoryRoot.Of(app);
        string root = Path.Combine(AppContext.BaseDirectory, "apps");
        string folder = Path.Combine(root, app);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(from, file);
            if (!relative.StartsWith("node_modules", StringComparison.Ordinal) && !relative.StartsWith("dist", StringComparison.Ordinal))
            {
                Copy(file, Path.Combine(folder, relative));
            }
        }

        string helper = Path.Combine("tests", "WebhookBridge.Apps.Tests", "gateway.js");
        Copy(RepositoryRoot.Of(helper), Path.Combine(root, helper));
        if (File.Exists(Path.Combine(folder, "package-lock.json")))
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules"), Path.Combine(Install(folder), "node_modules"));
        }

        return folder;
    }

    /// <summary>The packages of a lock file, installed once into a cache folder outside the source tree.</summary>
    private static string Install(string app)
    {
        string key = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(app, "package-lock.json"))))[..16];
        string cache = Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_CACHE")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "webhookbridge-tests");
        string folder = Path.Combine(cache, "apps-npm-" + key);
        if (File.Exists(Path.Combine(folder, "installed")))
        {
            return folder;
        }

        Directory.CreateDirectory(folder);
        foreach (string name in (string[])["package.json", "package-lock.json", ".npmrc"])
        {
            Copy(Path.Combine(app, name), Path.Combine(folder, name));
        }

        (int exit, string output) = NpmAsync(folder, new Dictionary<string, string>(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error").GetAwaiter().GetResult();
        exit.ShouldBe(0, "npm ci failed; the tests of the apps need npm and its registry once: " + output);
        File.WriteAllText(Path.Combine(folder, "installed"), "");
        return folder;
    }

    private static async Task<(int Exit, string Output)> NpmAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new("npm") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        // Reports come as lines "# pass 12" whatever the terminal.
        start.Environment["NODE_OPTIONS"] = "--test-reporter=tap";
        using Process npm = Process.Start(start)!;
        Task<string> errors = npm.StandardError.ReadToEndAsync();
        Task<string> output = npm.StandardOutput.ReadToEndAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(5));
        await npm.WaitForExitAsync(patience.Token);
        return (npm.ExitCode, await output + await errors);
    }

    private static int Count(string output, string what) =>
        Summary().Matches(output).Where(line => line.Groups["what"].Value == what).Sum(line => int.Parse(line.Groups["count"].Value, CultureInfo.InvariantCulture));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
    }

    [GeneratedRegex(@"^# (?<what>pass|fail|skipped) (?<count>\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Summary();
}
