using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace WebhookBridge.Console.Tests;

/// <summary>Acceptance test 13 and the settings: a second person, what a viewer sees of people, who replayed what, and secrets that are never shown again.</summary>
public sealed class SettingsTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Test13_SecondPersonAsViewer_SeesTheLogMaskedAndTheAuditTellsWhoDidWhat()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await gateway.SetUpAsync("""
            { "sources": [ { "name": "courses", "platform": "atomicpay", "secrets": ["secret-of-the-settings-test"] } ], "destinations": [ { "name": "inbox", "connector": "inbox" } ],
              "routes": [ { "name": "all", "source": "courses", "destination": "inbox", "when": { "mode": "any" } } ] }
            """);
        await gateway.SimulateAsync("courses", 1, "purchase_approved");

        // The administrator makes a person; the password is shown once.
        await page.GotoAsync("/settings/people");
        await page.FillAsync("#name", "viewer@marula.example");
        await page.ClickAsync("main form[action='/settings/people'] button[type=submit]");
        string password = await page.InputValueAsync("#password");
        await page.ReloadAsync();
        (await page.Locator("#password").CountAsync()).ShouldBe(0);

        // The viewer sees the log, customers masked, and neither bytes nor settings of people.
        await using IBrowserContext second = await gateway.NewContextAsync();
        IPage viewer = await second.NewPageAsync();
        await RunningGateway.SignInAsync(viewer, "viewer@marula.example", password);
        await Assertions.Expect(viewer).ToHaveURLAsync(gateway.Url + "/", new() { Timeout = 60_000 });
        await viewer.GotoAsync("/events");
        (await viewer.InnerTextAsync("#rows .cust")).ShouldMatch(@"^\w•••@");
        await viewer.ClickAsync("#rows .what a");
        (await viewer.ContentAsync()).ShouldNotMatch(@"[a-z]{3,}@example\.com");
        (await viewer.Locator("text=Show the content").CountAsync()).ShouldBe(0);
        (await viewer.GotoAsync("/settings/people"))!.Status.ShouldBe(403);
        (await viewer.GotoAsync("/settings/audit"))!.Status.ShouldBe(403);
        (await viewer.APIRequest.GetAsync(new Uri(viewer.Url).GetLeftPart(UriPartial.Authority) + "/events?handler=bytes")).Status.ShouldNotBe(500);

        // Personal data may be compared but not felt for: only the whole address finds anything.
        await viewer.GotoAsync("/events");
        await viewer.GotoAsync("/events?q=joao");
        (await viewer.Locator("#rows tr").CountAsync()).ShouldBe(0);
        IAPIResponse file = await viewer.APIRequest.GetAsync("/events?handler=export");
        (await file.TextAsync()).ShouldNotMatch(@"[a-z]{3,}@example\.com");

        // The last administrator cannot be taken away.
        await page.Locator(".wb-people > li", new() { HasText = RunningGateway.Email }).Locator("details.wb-pop > summary").ClickAsync();
        await page.Locator(".wb-people > li", new() { HasText = RunningGateway.Email }).Locator("button:has-text('Remove')").ClickAsync();
        (await page.InnerTextAsync("[role=alert]")).ShouldContain("last administrator");

        // Who did what.
        await page.GotoAsync("/events");
        await page.CheckAsync("#rows input[name=ids]");
        await page.ClickAsync("button:has-text('Replay the selected')");
        await page.CheckAsync("input[name=delivered]");
        await page.ClickAsync("button:has-text('Count again')");
        await page.ClickAsync("button:has-text('Replay 1 event')");
        await page.GotoAsync("/settings/audit");
        string audit = await page.InnerTextAsync(".wb-audit");
        audit.ShouldContain("Replayed: rpl_");
        audit.ShouldContain("Added a person: person viewer@marula.example");
        audit.ShouldContain(RunningGateway.Email);
        audit.ShouldNotContain(password);
    }

    [Fact]
    public async Task Key_MadeInTheConsole_WorksOnceShownAndEndsAtOnce()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/settings/keys");
        await page.FillAsync("#name", "excel-finance");
        await page.CheckAsync("input[value=read]");
        await page.ClickAsync("main form[action='/settings/keys'] button[type=submit]");
        string key = await page.InputValueAsync("#fresh");
        (await StatusAsync(key)).ShouldBe(200);
        await page.ReloadAsync();
        (await page.ContentAsync()).ShouldNotContain(key);
        await page.Locator("li", new() { HasText = "excel-finance" }).Locator("button:has-text('End')").ClickAsync();
        (await StatusAsync(key)).ShouldBe(401);
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Settings_RetentionBackupAndAlerts_AreSetByForms()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await gateway.SetUpAsync("""{ "destinations": [ { "name": "operations-inbox", "connector": "inbox" } ] }""");

        await page.GotoAsync("/settings");
        await page.FillAsync("#bodies", "14");
        await page.FillAsync("#most", "2,5");
        await page.ClickAsync("form[action*='retention'] button");
        (await page.InputValueAsync("#bodies")).ShouldBe("14");
        (await page.InputValueAsync("#most")).ShouldBe("2.5");

        IDownload backup = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("form[action*='backup'] button"));
        byte[] head = new byte[16];
        await using (Stream stream = await backup.CreateReadStreamAsync())
        {
            await stream.ReadExactlyAsync(head);
        }

        System.Text.Encoding.ASCII.GetString(head).ShouldBe("SQLite format 3\0");

        await page.GotoAsync("/settings/alerts");
        await page.SelectOptionAsync("#destination", "operations-inbox");
        await page.ClickAsync("form[action='/settings/alerts'] button");
        await page.ClickAsync("button:has-text('Try it')");
        (await page.InnerTextAsync("[role=status]:not(#wb-said)")).ShouldContain("was taken");
        (await gateway.InboxAsync("operations-inbox")).ShouldContain("This is a test of alerts");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Overview_FromEmptyToDemo_ShowsStepsThenFiguresAndProblems()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.ClickAsync("text=Start the demo");
        await Assertions.Expect(page.Locator("#rows tr")).ToHaveCountAsync(4);
        (await page.InnerTextAsync("#rows")).ShouldContain("1 repeat");
        await page.GotoAsync("/");
        await Assertions.Expect(page.Locator("#problems")).ToContainTextAsync(new Regex("demo: .*signature", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.ClickAsync("text=Take the demo away");
        await page.GotoAsync("/sources/demo");
        (await page.InnerTextAsync("h1")).ShouldBe("There is nothing here");
    }

    private async Task<int> StatusAsync(string key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/events");
        request.Headers.Authorization = new("Bearer", key);
        using HttpResponseMessage answer = await gateway.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
