using System.Text.Json;
using WebhookBridge.Server.CommandLine;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.CommandLine;

public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nonsense")]
    [InlineData("serve", "--nonsense")]
    [InlineData("serve", "--urls", "ftp://x")]
    [InlineData("serve", "--urls", "https://localhost:1")]
    [InlineData("serve", "--tls-cert", "a.pem")]
    [InlineData("serve", "--trusted-proxies", "ten")]
    [InlineData("key", "create", "Wrong Name")]
    [InlineData("simulate", "yoco", "x", "--count", "0")]
    [InlineData("render")]
    public async Task Run_WrongUsage_EndsWith2AndOneLine(params string[] arguments)
    {
        (int exit, string output, string errors) = await RunAsync(arguments);

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.Trim().ShouldNotBeEmpty();
        errors.Trim().Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public async Task ApplyExportCheck_OnADataDirectory_AgreeWithEachOther()
    {
        string data = _folder.Of("data"), file = _folder.Of("gateway.json");
        await File.WriteAllTextAsync(_folder.Of("secret.txt"), "whsec_Y2FuYXJ5LXNlY3JldC1vZi15b2NvLTEyMzQ1Njc4OTA=\n");
        await File.WriteAllTextAsync(file, """
            { "sources": [ { "name": "yoco", "platform": "yoco", "secrets": ["file:secret.txt"] } ], "destinations": [ { "name": "box", "connector": "inbox" } ],
              "routes": [ { "name": "r", "source": "yoco", "destination": "box" } ] }
            """);

        (int exit, string output, _) = await RunAsync("apply", file, "--data", data, "--dry-run", "--json");
        exit.ShouldBe(0);
        JsonElement.Parse(output).GetProperty("changes").GetArrayLength().ShouldBe(3);
        (await RunAsync("apply", file, "--data", data)).ExitCode.ShouldBe(0);
        (await RunAsync("simulate", "yoco", "payment.succeeded", "--count", "3", "--seed", "1", "--data", data)).Output.ShouldContain("accepted 3");

        (exit, output, _) = await RunAsync("simulate", "yoco", "payment.succeeded", "--wrong-signature", "--seed", "4", "--data", data);
        (exit, output).ShouldBe((0, "Sent 1, accepted 0, last status 401 (seed 4).\n"));
        (await RunAsync("simulate", "yoco", "payment.succeeded", "--age", "10m", "--seed", "4", "--data", data)).Output.ShouldContain("last status 401");

        (exit, output, string errors) = await RunAsync("export", "--data", data);
        exit.ShouldBe(0);
        output.ShouldContain("${YOCO_SECRET}");
        errors.ShouldContain("YOCO_SECRET");
        (exit, output, _) = await RunAsync("check", "--data", data, "--json");
        exit.ShouldBe(0);
        JsonElement check = JsonElement.Parse(output);
        check.GetProperty("ok").GetBoolean().ShouldBeTrue();
        check.GetProperty("events").GetInt32().ShouldBe(3);
        JsonElement route = check.GetProperty("routes")[0];
        (route.GetProperty("pending").GetInt32() + route.GetProperty("delivered").GetInt32()).ShouldBe(3);

        string backup = _folder.Of("backup.db");
        (await RunAsync("backup", backup, "--data", data)).ExitCode.ShouldBe(0);
        (await RunAsync("restore", backup, "--data", data)).ExitCode.ShouldBe(0);
        (await RunAsync("check", "--data", data)).Output.ShouldContain("Everything is accounted for.");
        (await RunAsync("key", "create", "one", "--scopes", "read,replay", "--data", data)).Output.ShouldStartWith("wbk_");
        (await RunAsync("key", "rotate", "one", "--data", data)).Output.ShouldStartWith("wbk_");
        (await RunAsync("user", "add", "ann@example.com", "--data", data)).Output.ShouldContain("Password of ann@example.com");
        (await RunAsync("user", "reset", "nobody", "--data", data)).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Apply_FileWithMistakes_NamesEveryPlaceAndEndsWith1()
    {
        string file = _folder.Of("bad.json");
        await File.WriteAllTextAsync(file, """{ "sources": [ { "name": "yoco", "platform": "yoco", "secrets": ["${NOT_SET_ANYWHERE}"] } ], "route": [] }""");

        (int exit, _, string errors) = await RunAsync("apply", file, "--data", _folder.Of("data"));

        exit.ShouldBe(1);
        errors.ShouldContain("$.sources[0].secrets[0]");
        errors.ShouldContain("NOT_SET_ANYWHERE");
        errors.ShouldContain("$.route:");
    }

    [Fact]
    public async Task Open_DirectoryInUse_NamesProcessAndServer()
    {
        string data = _folder.Of("data");
        using Storage.DataDirectory held = Storage.DataDirectory.OpenLocked(data);

        (int exit, _, string errors) = await RunAsync("key", "create", "k", "--data", data);

        exit.ShouldBe(1);
        errors.ShouldContain($"process {Environment.ProcessId}");
        errors.ShouldContain("--server");
    }

    [Fact]
    public async Task Render_BrokenTemplate_NamesLineAndColumn()
    {
        await File.WriteAllTextAsync(_folder.Of("t.scriban"), "a\n{{ if }}");
        await File.WriteAllTextAsync(_folder.Of("d.json"), "{}");

        (int exit, _, string errors) = await RunAsync("render", "--template", _folder.Of("t.scriban"), "--data", _folder.Of("d.json"));

        exit.ShouldBe(1);
        errors.ShouldContain("line 2, column");
    }

    [Theory]
    [InlineData("e => e.n > 1", "send")]
    [InlineData("skip('not mine')", "skip: not mine")]
    public async Task Judge_Rule_PrintsTheVerdict(string rule, string expected)
    {
        await File.WriteAllTextAsync(_folder.Of("r.js"), rule);
        await File.WriteAllTextAsync(_folder.Of("e.json"), """{ "n": 2 }""");

        (int exit, string output, string errors) = await RunAsync("judge", "--rule", _folder.Of("r.js"), "--event", _folder.Of("e.json"));

        exit.ShouldBe(0, errors);
        output.Trim().ShouldBe(expected);
    }

    [Fact]
    public async Task ConnectorsList_Json_DescribesEveryField()
    {
        (int exit, string output, _) = await RunAsync("connectors", "list", "--json", "--data", _folder.Of("data"));

        exit.ShouldBe(0);
        JsonElement.Parse(output).GetProperty("connectors").EnumerateArray().Select(connector => connector.GetProperty("id").GetString()).ShouldContain("zapier");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Demo_Exit_SeesEveryExpectedOutcome()
    {
        (int exit, string output, string errors) = await RunAsync("demo", "--exit", "--json");

        exit.ShouldBe(0, errors + output);
        JsonElement.Parse(output).GetProperty("outcomes").EnumerateArray().ShouldAllBe(outcome => outcome.GetProperty("asExpected").GetBoolean());
    }

    internal static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int exit = await Commands.RunAsync(arguments, output, errors);
        return (exit, output.ToString(), errors.ToString());
    }
}
