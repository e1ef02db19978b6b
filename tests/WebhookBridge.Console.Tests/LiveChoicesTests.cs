using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WebhookBridge.Testing;
using static Microsoft.Playwright.Assertions;

namespace WebhookBridge.Console.Tests;

/// <summary>A gateway that may speak to this machine, where a CRM is played.</summary>
public sealed class NearGateway : RunningGateway
{
    protected override IEnumerable<string> Options => ["--allow-private-destinations", "127.0.0.0/8"];
}

/// <summary>Fields whose values the destination itself can list, in the browser.</summary>
public sealed class LiveChoicesTests(NearGateway gateway) : IClassFixture<NearGateway>
{
    private const string Pipelines = """
        {"results":[{"id":"default","label":"Sales","stages":[{"id":"closedwon","label":"Paid"},{"id":"lost","label":"Lost"}]},{"id":"77","label":"Courses","stages":[{"id":"s9","label":"Enrolled"}]}]}
        """;

    private bool _measuring;

    /// <summary>Who takes an entry of the gallery gets all of it: which events, the rule, the text; and the fields once the destination is chosen.</summary>
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Gallery_EntryThatIsUsed_BringsKindsRuleAndFields()
    {
        await gateway.PutAsync("destinations/gallery-mail", """{"connector":"email","settings":{"server":"mail.shop.example","signIn":"none","from":"orders@shop.example"}}""");
        await gateway.PutAsync("sources/gallery-shop", $$"""{"platform":"yoco","secrets":["{{SetUpSteps.YocoSecret}}"]}""");
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/templates/gallery/failed-payment-email");
        await page.ClickAsync(".wb-top a.btn-primary");
        await page.FillAsync("#Name", "gallery-route");
        await page.CheckAsync("input[name=Sources][value=gallery-shop]", new() { Force = true });
        await page.StepAsync("to");
        await page.SelectOptionAsync("#Destination", "gallery-mail");
        await Expect(page.Locator("#field-to")).ToHaveValueAsync("{{ customer.email }}");
        await page.ClickAsync(".wb-top button.btn-primary");
        await Expect(page.Locator("[role=status].wb-note")).ToBeVisibleAsync();
        JsonElement route = await gateway.GetAsync("routes/gallery-route");
        route.GetProperty("when").GetProperty("kinds").EnumerateArray().Select(static k => k.GetString()).ShouldBe(["payment.failed"]);
        route.GetProperty("rule").GetString()!.ShouldContain("names no e-mail address");
        route.GetProperty("template").GetString().ShouldBe("gallery:failed-payment-email");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task LiveChoices_OfACrm_AreLoaded_Chosen_AndTypedByHandWhenItDoesNotAnswer()
    {
        await using StubServer hubspot = await StubServer.StartAsync();
        hubspot.DefaultFor(static request => StubReply.Status(200, request.Path.Contains("/properties/", StringComparison.Ordinal)
            ? """{"results":[{"name":"email","label":"E-mail"},{"name":"city","label":"City"},{"name":"hs_score","label":"Score","modificationMetadata":{"readOnlyValue":true}}]}"""
            : Pipelines));
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        List<string> told = [];
        page.Console += (_, message) =>
        {
            // What the test's own instrument puts into the page is not the page's fault.
            if (!_measuring)
            {
                told.Add(message.Text);
            }
        };

        // Before it is saved, with what the form holds; what is missing is said first, and nobody is asked.
        await page.GotoAsync("/destinations/add?connector=hubspot");
        await page.FillAsync("#Name", "live-crm");
        await page.ClickAsync("#list-pipeline");
        await Expect(page.Locator(".wb-live").First).ToContainTextAsync("Fill in what is marked");
        await page.FillAsync("#f-token", "pat-na1-0123456789");
        await page.ClickAsync(".wb-more summary");
        await page.FillAsync("#f-apiAddress", hubspot.Url);

        // With the keyboard alone.
        await page.FocusAsync("#list-pipeline");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#pick-pipeline-1")).ToContainTextAsync("Courses");
        await Expect(page.Locator("#list-pipeline")).ToBeFocusedAsync();
        await page.FocusAsync("#pick-pipeline-1");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#f-pipeline")).ToHaveValueAsync("77");
        await Expect(page.Locator("#pick-pipeline-1")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("#pick-pipeline-1")).ToBeFocusedAsync();
        hubspot.RequestCount.ShouldBe(1, "choosing asks nobody again");
        await SoundAsync(page);
        await page.ClickAsync(".card-footer button.btn-primary");
        await Expect(page.Locator("[role=status].wb-note")).ToContainTextAsync("Saved");
        (await gateway.GetAsync("destinations/live-crm")).GetProperty("settings").GetProperty("pipeline").GetString().ShouldBe("77");

        // The route: stages of that pipeline, and a line of the map for each property that can be written.
        await gateway.PutAsync("sources/live-shop", $$"""{"platform":"yoco","secrets":["{{SetUpSteps.YocoSecret}}"]}""");
        await page.GotoAsync("/routes/add?source=live-shop&destination=live-crm");
        await page.StepAsync("to");
        await page.ClickAsync("#list-stage");
        await page.ClickAsync("#pick-stage-0");
        await Expect(page.Locator("#field-stage")).ToHaveValueAsync("s9");
        await page.ClickAsync("#list-properties");
        await Expect(page.Locator("#pick-properties-1")).ToContainTextAsync("City");
        await Expect(page.Locator("#pick-properties-2")).ToHaveCountAsync(0);
        await page.ClickAsync("#pick-properties-1");
        await Expect(page.Locator("input[name='Maps[0].Target']")).ToHaveValueAsync("city");
        await SoundAsync(page);

        // It does not answer any more: said plainly, and what is typed is taken.
        hubspot.DefaultFor(static _ => StubReply.Status(401, """{"message":"The token has expired"}"""));
        await page.FillAsync("#field-stage", "closedwon");
        await page.ClickAsync("#list-stage");
        ILocator field = page.Locator(".wb-field:has(#field-stage)");
        await Expect(field).ToContainTextAsync("does not accept the credentials");
        await Expect(field).ToContainTextAsync("type the value by hand");
        await Expect(page.Locator("#field-stage")).ToHaveValueAsync("closedwon");
        told.ShouldBeEmpty();
        await PicturesAsync(page);
    }

    private async Task SoundAsync(IPage page)
    {
        _measuring = true;
        AxeResult result = await page.RunAxe(new AxeRunOptions { Iframes = false, ResultTypes = new HashSet<ResultType> { ResultType.Violations } });
        _measuring = false;
        result.Violations.Where(static v => v.Impact is "serious" or "critical").Select(static v => $"{v.Id}: {string.Join(' ', v.Nodes.Select(static n => n.Html))}").ShouldBeEmpty();
    }

    /// <summary>At two widths and in both schemes nothing scrolls sideways; the pictures lie with those of the walk.</summary>
    private async Task PicturesAsync(IPage page)
    {
        string screens = Path.Combine(RepositoryRoot.Path, "tests", "WebhookBridge.Console.Tests", "TestResults", "screens");
        Directory.CreateDirectory(screens);
        foreach ((int width, ColorScheme scheme) in new[] { (1440, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 900);
            await SoundAsync(page);
            (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth")).ShouldBeTrue($"{width} wide");
            await page.ScreenshotAsync(new() { Path = Path.Combine(screens, $"live-choices-{scheme}-{width}.png".ToLowerInvariant()), FullPage = true });
        }

        await page.SetViewportSizeAsync(1440, 900);
    }
}
