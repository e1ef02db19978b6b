using System.Text.Json;
using System.Text.RegularExpressions;
using NoteBoard;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Connectors;

/// <summary>docs/connector-guide.md shows code that is compiled here, and a manifest that loads it.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(RepositoryRoot.Of("docs", "connector-guide.md"));

    [Fact]
    public void Code_InTheGuide_IsTheConnectorOfTheseTests() =>
        Block("csharp").ShouldBe(File.ReadAllText(RepositoryRoot.Of("tests", "WebhookBridge.Engine.Tests", "Connectors", "GuideConnector.cs")).TrimEnd());

    [Fact]
    public void Manifest_InTheGuide_LoadsIt()
    {
        using TempFolder plugins = new();
        Directory.CreateDirectory(plugins.Of("note-board"));
        File.WriteAllText(plugins.Of("note-board", "plugin.json"), Block("json"));
        File.Copy(typeof(NoteBoardConnector).Assembly.Location, plugins.Of("note-board", "NoteBoard.dll"));
        ConnectorCatalog catalog = ConnectorCatalog.Load([], plugins.Path);
        // The assembly of these tests stands in for NoteBoard.dll; its own dependencies are not beside it.
        (catalog.Find("note-board") as CatalogEntry.Quarantined)?.Reason.ShouldBeNull();
        catalog.FindReady("note-board").ShouldNotBeNull().Description.BodyField!.Id.ShouldBe("text");
    }

    [Fact]
    public async Task Connector_OfTheGuide_SendsAndChecks()
    {
        await using StubServer stub = await StubServer.StartAsync();
        stub.Plays(StubReply.Status(201, "", ("Location", "/api/notes/7")), StubReply.Status(429, "", ("Retry-After", "3")), StubReply.Ok);
        (ConnectorSettings settings, IReadOnlyList<SettingProblem> problems) = SettingsCheck.Check(
            new NoteBoardConnector(),
            new Dictionary<string, JsonElement> { ["board"] = JsonSerializer.SerializeToElement("https://board.example/") },
            new Dictionary<string, SecretText> { ["key"] = new("k3y") });
        problems.ShouldBeEmpty();
        using FakeHost host = new(stub);
        await using IConnectorSession session = new NoteBoardConnector().Open(settings, host);
        DeliveryRequest request = new()
        {
            DeliveryId = "dlv_01JH0000000000000000000000",
            Attempt = 1,
            Body = "paid"u8.ToArray(),
            ContentType = "text/plain; charset=utf-8",
            Fields = new Dictionary<string, string>(),
            Event = new EventInfo { Id = "evt_1", Kind = "payment.succeeded", Type = "p", Source = "s", Platform = "yoco", Test = false, Time = default },
        };
        (await session.SendAsync(request, CancellationToken.None)).ShouldBe(new SendResult.Delivered("/api/notes/7"));
        (await session.SendAsync(request, CancellationToken.None)).ShouldBeOfType<SendResult.RetryLater>().After.ShouldBe(TimeSpan.FromSeconds(3));
        (await session.CheckAsync(CancellationToken.None)).ShouldBeOfType<CheckResult.Works>();
        stub.Requests[0].ShouldSatisfyAllConditions(
            r => r.Path.ShouldBe("/api/notes"), r => r.BodyText.ShouldBe("paid"), r => r.Header("Authorization").ShouldBe("Bearer k3y"), r => r.Header("Idempotency-Key").ShouldBe(request.DeliveryId));
    }

    private static string Block(string language) => Fence().Matches(Guide).Single(m => m.Groups["language"].Value == language).Groups["text"].Value.TrimEnd();

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fence();
}
