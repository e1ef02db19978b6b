using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using WebhookBridge.Testing;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>What keeps the gateway from starting is said in one sentence with the fix, and ends with 1 (2 for wrong usage).</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Serve_PortInUse_SaysSo()
    {
        using var folder = new TempFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        await FailsAsync(1, $"Another program listens on {url} already: stop it, or choose another port with --urls.", "serve", "--urls", url, "--data", folder.Of("data"));
    }

    [Fact]
    public async Task Serve_AddressThatIsNotOurs_SaysSo()
    {
        using var folder = new TempFolder();
        await FailsAsync(1, "It is not possible to listen on http://192.0.2.1:8080 (Cannot assign requested address): choose another address with --urls.", "serve", "--urls", "http://192.0.2.1:8080", "--data", folder.Of("data"));
    }

    /// <summary>A folder of the kernel: nobody can write there, not even root.</summary>
    [Theory]
    [InlineData("/sys/kernel", "The data directory /sys/kernel cannot be written. Give this user write permission, or name another with --data.")]
    [InlineData("/proc/webhookbridge", "The data directory /proc/webhookbridge cannot be made")]
    [InlineData("/etc/passwd", "The data directory /etc/passwd cannot be made")]
    public async Task Serve_DirectoryThatCannotBeWritten_SaysSo(string directory, string sentence) =>
        await FailsAsync(1, sentence, "serve", "--urls", "http://127.0.0.1:0", "--data", directory);

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Serve_DirectoryInUse_NamesTheProcess()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using GatewayProcess gateway = await scenario.OpenAsync();
        await FailsAsync(1, $"The data directory {scenario.Data} is in use by process {gateway.Id}.", "serve", "--urls", "http://127.0.0.1:0", "--data", scenario.Data);
        await FailsAsync(1, "--server", "apply", scenario.Configuration, "--data", scenario.Data);
        (int exitCode, string _, string error) = await GatewayProcess.RunWithErrorsAsync("check", "--data", scenario.Data);
        exitCode.ShouldBe(0, error);
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Serve_NewerDatabase_RefusesAndLeavesItAsItIs()
    {
        await using Scenario scenario = await Scenario.StartAsync();
        await using (GatewayProcess gateway = await scenario.OpenAsync())
        {
            (await scenario.Sender.SendAsync(1, default)).ShouldBe(200);
            await gateway.StopAsync();
        }

        string file = Path.Combine(scenario.Data, "webhookbridge.db");
        await using (var database = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await database.OpenAsync();
            await using SqliteCommand newer = database.CreateCommand();
            newer.CommandText = "INSERT INTO schema_migrations SELECT 9999, name, sha256, applied_at FROM schema_migrations LIMIT 1";
            await newer.ExecuteNonQueryAsync();
        }

        byte[] before = await File.ReadAllBytesAsync(file);
        await FailsAsync(1, "The database is newer than this program: it has schema 9999", "serve", "--urls", "http://127.0.0.1:0", "--data", scenario.Data);
        await FailsAsync(1, "The database is newer than this program", "check", "--data", scenario.Data);
        // Behind the header, which counts who had it open.
        (await File.ReadAllBytesAsync(file)).AsSpan(100).SequenceEqual(before.AsSpan(100)).ShouldBeTrue();
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Serve_ConfigurationWithTypos_NamesAllOfThemAndTheFix()
    {
        using var folder = new TempFolder();
        string file = folder.Of("config.json");
        await File.WriteAllTextAsync(file, """{ "sources": [ { "name": "shop", "platfrom": "yoco" } ], "routes": [ { "name": "r", "source": "shopp", "destination": "crm", "retry": ["5 minutes"] } ] }""");
        (int exitCode, string _, string error) = await GatewayProcess.RunWithErrorsAsync("serve", "--urls", "http://127.0.0.1:0", "--data", folder.Of("data"), "--config", file);
        exitCode.ShouldBe(1, error);
        error.ShouldContain("sources[0].platfrom");
        error.ShouldContain("routes[0].retry");
        error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("--urls", "htp://x", "--urls does not understand \"htp://x\"")]
    [InlineData("--urls", "https://127.0.0.1:0", "needs a certificate: add --tls-cert FILE and --tls-key FILE")]
    [InlineData("--trusted-proxies", "everyone", "write networks such as 10.0.0.0/8")]
    [InlineData("--egress-proxy", "socks://x", "write an http address")]
    [InlineData("--dta", "x", "Unrecognized command or argument '--dta'")]
    public async Task Serve_WrongUsage_EndsWithTwo(string option, string value, string sentence) => await FailsAsync(2, sentence, "serve", option, value);

    private static async Task FailsAsync(int expected, string sentence, params string[] arguments)
    {
        (int exitCode, string _, string error) = await GatewayProcess.RunWithErrorsAsync(arguments);
        exitCode.ShouldBe(expected, error);
        error.ShouldContain(sentence);
        error.Trim().Split('\n').Length.ShouldBe(1, error);
    }
}
