using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Testing;
using Xunit.Abstractions;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>docs/connector-guide.md: its code is the sample's, and its commands lead from nothing to a loaded plugin.</summary>
public sealed partial class ConnectorGuideTests(ITestOutputHelper output)
{
    private static readonly string Guide = File.ReadAllText(RepositoryRoot.Of("docs", "connector-guide.md"));

    [Theory]
    [InlineData("csharp", "NoteBoardConnector.cs")]
    [InlineData("json", "plugin.json")]
    public void Block_InTheGuide_IsTheSamples(string language, string file) =>
        Blocks(language).ShouldHaveSingleItem().ShouldBe(File.ReadAllText(RepositoryRoot.Of("samples", "connector-minimal", "NoteBoard", file)).TrimEnd());

    /// <summary>Exactly what the guide says, in its order, with folders and caches of its own.</summary>
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Commands_OfTheGuide_LeadToALoadedPlugin()
    {
        using TempFolder folder = new();
        string home = Environment.GetEnvironmentVariable("HOME") ?? "/";
        ProcessStartInfo start = new("bash", ["-e", "-o", "pipefail", "-c", string.Join('\n', Blocks("sh"))])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        foreach ((string name, string value) in new[]
        {
            ("WEBHOOKBRIDGE", RepositoryRoot.Path), ("PACKAGES", folder.Of("packages")), ("WORK", folder.Of("work")), ("DATA", folder.Of("data")),
            ("DOTNET_CLI_HOME", folder.Of("cli")), // the template is installed for this test only
            ("NUGET_PACKAGES", folder.Of("cache")), ("NUGET_FALLBACK_PACKAGES", Path.Combine(home, ".nuget", "packages")), // our packages are those just made, the rest is there already
            ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_UI_LANGUAGE", "en"), ("MSBUILDDISABLENODEREUSE", "1"), ("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"),
        })
        {
            start.Environment[name] = value;
        }

        Directory.CreateDirectory(folder.Of("packages"));
        Directory.CreateDirectory(folder.Of("bin"));
        await File.WriteAllTextAsync(folder.Of("bin", "webhookbridge"), $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "webhookbridge.dll")}' \"$@\"\n");
        File.SetUnixFileMode(folder.Of("bin", "webhookbridge"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        start.Environment["PATH"] = folder.Of("bin") + ":" + start.Environment["PATH"];
        using Process process = Process.Start(start)!;
        Task<string> said = process.StandardOutput.ReadToEndAsync(), complained = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(10));
        string all = await said + await complained;
        output.WriteLine(all);
        process.ExitCode.ShouldBe(0, all);
        all.ShouldContain("Passed!");
        all.Split('\n').ShouldContain(static l => l.Contains("note-board", StringComparison.Ordinal) && l.Contains("ready", StringComparison.OrdinalIgnoreCase), "connectors list shows it");

        // And the gateway takes it: loaded into a context of its own, with the gateway's SDK.
        CatalogEntry.Ready ready = ConnectorCatalog.Load([], folder.Of("data", "plugins")).FindReady("note-board").ShouldNotBeNull();
        ready.Description.Fields.Select(static f => f.Id).ShouldBe(["key", "apiAddress", "text"]);

        // It sends: with its own copy of the shared library, through the gateway's guard.
        await using StubServer board = await StubServer.StartAsync();
        board.Default = StubReply.Status(200, """{"id":"n1"}""");
        using ConnectorHost host = new("d", 1, new GuardedConnect(new EgressPolicy(AllowPrivate: true, [])), new Redactor([]), TimeProvider.System, ConnectorMemory.OfThisProcess());
        await using IConnectorSession session = ready.Connector.Open(new ConnectorSettings(
            new Dictionary<string, JsonElement> { ["apiAddress"] = JsonSerializer.SerializeToElement(board.Url) }, new Dictionary<string, string> { ["key"] = "0123456789abcdef" }), host);
        (await session.SendAsync(Request, CancellationToken.None)).ShouldBe(new SendResult.Delivered("n1"));
        board.Requests.ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Method.ShouldBe("PUT"), r => r.Path.ShouldBe("/api/notes/dlv_01JH0000000000000000000000"), r => r.BodyText.ShouldBe("""{"text":"paid"}"""));
    }

    private static DeliveryRequest Request => new()
    {
        DeliveryId = "dlv_01JH0000000000000000000000",
        Attempt = 1,
        Body = "{}"u8.ToArray(),
        ContentType = "application/json",
        Fields = new Dictionary<string, string> { ["text"] = "paid" },
        Event = new EventInfo { Id = "evt_1", Kind = "payment.succeeded", Type = "p", Source = "s", Platform = "yoco", Test = false, Time = default },
    };

    private static List<string> Blocks(string language) => [.. Fence().Matches(Guide).Where(m => m.Groups["language"].Value == language).Select(static m => m.Groups["text"].Value.TrimEnd())];

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fence();
}
