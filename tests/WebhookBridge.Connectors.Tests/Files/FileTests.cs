using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Files;
using WebhookBridge.Connectors.Tests.Dialogues;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Files;

public sealed class FileTests : IDisposable
{
    private readonly TempFolder _data = new();

    private string Folder => _data.Of("files");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Csv_Rows_UnderOneHeader_FormulasHarmless_NumbersExact()
    {
        await using Scene scene = Open(new { name = "accounting/orders" });
        (await SendAsync(scene, """{"Date":"2026-03-01","Amount":10.990000000000000001,"Who":"=HYPERLINK(\"http://evil\")","Phone":"+27 82 123 4567","Note":"a,\"b\"\nc"}"""))
            .ShouldBeOfType<Classification.Delivered>().RemoteId.ShouldBe("accounting/orders-2026-03.csv:0");
        await SendAsync(scene, """{"Note":null,"Who":"@SUM(A1)","Amount":-5,"Phone":"-2+3","Date":"\tx"}""");
        File.ReadAllText(_data.Of("files", "accounting", "orders-2026-03.csv")).ShouldBe(
            "Date,Amount,Who,Phone,Note\r\n" +
            "2026-03-01,10.990000000000000001,\"'=HYPERLINK(\"\"http://evil\"\")\",+27 82 123 4567,\"a,\"\"b\"\"\nc\"\r\n" +
            "'\tx,-5,'@SUM(A1),'-2+3,\r\n");
        File.GetUnixFileMode(_data.Of("files", "accounting", "orders-2026-03.csv")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData(" =1+1", "' =1+1")]
    [InlineData("\n=1+1", "'\n=1+1")]
    [InlineData("+5511987654321", "+5511987654321")]
    [InlineData("-10.50", "-10.50")]
    [InlineData("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0")]
    [InlineData("@x", "'@x")]
    [InlineData("-", "'-")]
    [InlineData("＝1", "'＝1")]
    [InlineData("Tom - Jerry", "Tom - Jerry")]
    [InlineData("", "")]
    public void Harmless_Text_GetsAnApostropheWhenItCouldRun(string text, string expected) => Row.Harmless(text).ShouldBe(expected);

    [Fact]
    public async Task Csv_SemicolonAndColumns_AsSet()
    {
        await using Scene scene = Open(new { name = "o", rotate = "never", separator = ";", columns = "Id, Amount" });
        await SendAsync(scene, """{"Amount":"1;5","Id":"a"}""");
        await SendAsync(scene, """["b", 2.50]""");
        File.ReadAllText(_data.Of("files", "o.csv")).ShouldBe("Id;Amount\r\na;\"1;5\"\r\nb;2.50\r\n");
        (await SendAsync(scene, """{"Other":1}""")).ShouldBeOfType<Classification.Refuse>().Code.ShouldBe("columns_differ");
    }

    [Fact]
    public async Task Jsonl_EventAsReceived_OnOneLine()
    {
        await using Scene scene = Open(new { name = "journal", format = "jsonl", rotate = "daily" });
        await SendAsync(scene, "{\n  \"amount\": 10.50,\n  \"name\": \"ção\"\n}");
        File.ReadAllText(_data.Of("files", "journal-2026-03-01.jsonl")).ShouldBe("{\"amount\":10.50,\"name\":\"ção\"}\n");
        (await SendAsync(scene, "no json")).ShouldBeOfType<Classification.Refuse>().Code.ShouldBe("body_not_a_row");
    }

    [Fact]
    public async Task Rotation_ByDayAndBySize_BeginsANewFileWithItsHeader()
    {
        await using Scene scene = Open(new { name = "o", rotate = "daily", maxMegabytes = 1 });
        string big = new('x', 700_000);
        await SendAsync(scene, $$"""{"A":"{{big}}"}""");
        await SendAsync(scene, $$"""{"A":"{{big}}"}""");
        await SendAsync(scene, """{"A":"third"}""");
        File.ReadAllText(_data.Of("files", "o-2026-03-01.2.csv")).ShouldBe("A\r\nthird\r\n");
        scene.Time.Advance(TimeSpan.FromDays(1));
        await SendAsync(scene, """{"A":"fourth"}""");
        File.ReadAllText(_data.Of("files", "o-2026-03-02.csv")).ShouldBe("A\r\nfourth\r\n");
    }

    [Fact]
    public async Task Send_AfterAnUnknownOutcome_TheRowIsNotWrittenTwice()
    {
        await using Scene scene = Open(new { name = "o", rotate = "never" });
        DeliveryRequest request = Scene.Request("""{"Id":"evt_1"}""", "application/json");
        await scene.AttemptAsync(request);
        (await scene.AttemptAsync(request with { Attempt = 2, AfterUnknownOutcome = true })).ShouldBeOfType<Classification.Delivered>().Note.ShouldBe("The row was there already.");
        File.ReadAllLines(_data.Of("files", "o.csv")).ShouldBe(["Id", "evt_1"]);
    }

    /// <summary>A crash in the middle of a row: the attempt after it ends the row, and there is one of it.</summary>
    [Theory]
    [InlineData("Id,Note\r\nevt_0,x\r\n", 3)]
    [InlineData("Id,Note\r\nevt_0,x\r\n", 9)]
    [InlineData("", 4)]
    [InlineData("", 12)]
    public async Task Send_FileEndsInTheBeginningOfThisRow_ItIsWrittenOver(string before, int begun)
    {
        await using Scene scene = Open(new { name = "o", rotate = "never" });
        string row = (before.Length == 0 ? "Id,Note\r\n" : "") + "evt_1,\"a\nb\"\r\n";
        Directory.CreateDirectory(Folder);
        File.WriteAllText(_data.Of("files", "o.csv"), before + row[..begun]);
        DeliveryRequest request = Scene.Request("""{"Id":"evt_1","Note":"a\nb"}""", "application/json");
        (await scene.AttemptAsync(request with { Attempt = 2, AfterUnknownOutcome = true })).ShouldBeOfType<Classification.Delivered>();
        File.ReadAllText(_data.Of("files", "o.csv")).ShouldBe(before + row);
    }

    [Theory]
    [InlineData("Id,Note\r\nsomebody,wrote", "Id,Note\r\nsomebody,wrote\r\nevt_1,c\r\n")]
    [InlineData("Id,Note\r\nevt_0,\"cut o", "Id,Note\r\nevt_0,\"cut o\"\r\nevt_1,c\r\n")]
    public async Task Send_FileEndsInAnOpenLineOfAnother_ItStaysAndIsEnded(string before, string after)
    {
        await using Scene scene = Open(new { name = "o", rotate = "never" });
        Directory.CreateDirectory(Folder);
        File.WriteAllText(_data.Of("files", "o.csv"), before);
        await SendAsync(scene, """{"Id":"evt_1","Note":"c"}""");
        File.ReadAllText(_data.Of("files", "o.csv")).ShouldBe(after);
    }

    [Fact]
    public async Task Send_ManyWritersAtOnce_EveryRowIsWhole()
    {
        FileConnector connector = new(Folder);
        await using Scene one = Scene.Open(connector, new { name = "o", rotate = "never" }, []);
        await using Scene two = Scene.Open(connector, new { name = "o", rotate = "never" }, []);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () => (await SendAsync(i % 2 == 0 ? one : two, $$"""{"Id":"{{i}}","Text":"{{new string('y', 500)}}"}""")).ShouldBeOfType<Classification.Delivered>())));
        string[] lines = File.ReadAllLines(_data.Of("files", "o.csv"));
        lines.Length.ShouldBe(201);
        lines.Skip(1).Select(static l => int.Parse(l.Split(',')[0])).Order().ShouldBe(Enumerable.Range(0, 200));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("a/../../evil")]
    [InlineData("a\\..\\evil")]
    [InlineData("a//b")]
    [InlineData(".hidden")]
    [InlineData("a.b")]
    [InlineData("a/b/c/d/e")]
    [InlineData("a\u0000b")]
    [InlineData("")]
    public async Task Name_ThatLeadsOut_IsRefusedTwice(string name)
    {
        Dictionary<string, JsonElement> settings = new() { ["name"] = JsonSerializer.SerializeToElement(name) };
        SettingsCheck.Check(new FileConnector(Folder), settings, new Dictionary<string, SecretText>()).Problems.ShouldContain(static p => p.Field == "name");

        if (name.Contains("..", StringComparison.Ordinal) || name.StartsWith('/'))
        {
            // Past the form, as if it had never been checked.
            using StubHost host = new();
            await using IConnectorSession session = new FileConnector(Folder).Open(new ConnectorSettings(settings, new Dictionary<string, string>()), host.Host);
            SendResult result = await session.SendAsync(Scene.Request("{}", "application/json"), default);
            if (!name.Contains('\\', StringComparison.Ordinal))
            {
                result.ShouldBeOfType<SendResult.Refused>().Code.ShouldBe("path_not_allowed");
            }

            Directory.EnumerateFiles(_data.Path, "*", SearchOption.AllDirectories).Where(f => !f.StartsWith(Folder + "/", StringComparison.Ordinal)).ShouldBeEmpty();
            File.Exists("/etc/evil-2026-03.csv").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Link_InTheFolder_IsNotFollowed()
    {
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(_data.Of("outside"));
        Directory.CreateSymbolicLink(_data.Of("files", "way-out"), _data.Of("outside"));
        await using Scene scene = Open(new { name = "way-out/o" });
        (await SendAsync(scene, """{"a":1}""")).ShouldBeOfType<Classification.Refuse>().Error.ShouldContain("link");
        Directory.EnumerateFileSystemEntries(_data.Of("outside")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_LeavesNoTrace()
    {
        await using Scene scene = Open(new { name = "o" });
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>();
        Directory.EnumerateFileSystemEntries(_data.Path).ShouldBeEmpty();
    }

    private static Task<Classification> SendAsync(Scene scene, string body) => scene.AttemptAsync(Scene.Request(body, "application/json"));

    private Scene Open(object settings) => Scene.Open(new FileConnector(Folder), settings, []);
}
