using Microsoft.Extensions.Logging.Abstractions;
using System.Text;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Hosting;

/// <summary>A description in the data directory that somebody takes away: its source stands still, everything else goes on and can be changed.</summary>
public sealed class GonePlatformTests : IDisposable
{
    private const string Own = """
        { "name": "own", "displayName": "Own", "category": "generic", "countries": [], "complete": false,
          "schemes": [ { "id": "token", "kind": "token", "signature": { "from": "header:X-Token" } } ], "read": { "body": "json" }, "facts": [] }
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ApplyAsync_PlatformOfAnotherSourceGone_TakesWhatWorks()
    {
        string platform = Directory.CreateDirectory(Path.Combine(_folder.Of("data"), "platforms", "own")).FullName;
        await File.WriteAllTextAsync(Path.Combine(platform, "platform.json"), Own);
        await using (Gateway gateway = await OpenAsync())
        {
            (await ApplyAsync(gateway, """
                { "sources": [ { "name": "mine", "platform": "own", "secrets": ["token-0123456789"] }, { "name": "shop", "platform": "yoco" } ],
                  "destinations": [ { "name": "box", "connector": "inbox" } ],
                  "routes": [ { "name": "all", "source": "*", "destination": "box" }, { "name": "of-mine", "source": "mine", "destination": "box" } ] }
                """)).ShouldBeOfType<ChangeResult.Done>();
            gateway.Receive.FindSource("mine", null).ShouldNotBeNull();
        }

        Directory.Delete(platform, recursive: true);
        await using Gateway again = await OpenAsync();
        again.Receive.FindSource("mine", null).ShouldBeNull();
        again.Receive.FindSource("shop", null).ShouldNotBeNull();

        (await ApplyAsync(again, """{ "destinations": [ { "name": "second", "connector": "inbox" } ] }""")).ShouldBeOfType<ChangeResult.Done>();
        (await ApplyAsync(again, """{ "routes": [ { "name": "all", "source": "shop", "destination": "second" } ] }""")).ShouldBeOfType<ChangeResult.Done>();
        again.Receive.FindSource("shop", null).ShouldNotBeNull().Routes.Set.Routes.ShouldBe(["all"]);

        ChangeResult touched = await ApplyAsync(again, """{ "sources": [ { "name": "mine", "platform": "own", "enabled": false } ] }""");
        touched.ShouldBeOfType<ChangeResult.Invalid>().Problems.ShouldHaveSingleItem().Path.ShouldBe("$.sources[0].platform");
        ChangeResult another = await ApplyAsync(again, """{ "sources": [ { "name": "third", "platform": "own" } ] }""");
        another.ShouldBeOfType<ChangeResult.Invalid>().Problems.ShouldHaveSingleItem().Path.ShouldBe("$.sources[0].platform");
    }

    private async Task<Gateway> OpenAsync() =>
        await Gateway.OpenAsync(new GatewayOptions { DataDirectory = _folder.Of("data"), Limits = new() { MinFreeDiskBytes = 0 } }, new ManualTimeProvider(), NullLoggerFactory.Instance);

    private static Task<ChangeResult> ApplyAsync(Gateway gateway, string json)
    {
        ConfigurationReading<GatewayDefinition> reading = ConfigurationDocument.Read(Encoding.UTF8.GetBytes(json), SecretSyntax.Plain);
        return gateway.Configuration.ApplyAsync(reading.Value.ShouldNotBeNull(string.Join("; ", reading.Problems)), dryRun: false, "test");
    }
}
