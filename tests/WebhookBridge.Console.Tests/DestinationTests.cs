using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace WebhookBridge.Console.Tests;

/// <summary>Destinations, templates and lists in the browser (numbers as in the acceptance tests of the first fifteen minutes).</summary>
[Collection(SetUp.Name)]
public sealed class DestinationTests(RunningGateway gateway)
{
    [Fact]
    public async Task Test16_InwardAddresses_AreRefusedInPlainWords()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/destinations/add?connector=http");
        await page.FillAsync("#Name", "inward");
        foreach ((string address, string words) in new[] { ("http://169.254.169.254/latest/meta-data/", "a cloud machine keeps its own keys"), ("http://localhost:8080/x", "is this machine itself"), ("http://10.0.0.7/", "inside a private network") })
        {
            await page.FillAsync("#f-url", address);
            await page.ClickAsync(".card-footer button[type=submit]");
            await Expect(page.Locator("#f-url-hint")).ToContainTextAsync(words);
        }

        (await gateway.ApiAsync(HttpMethod.Get, "/api/v1/destinations/inward", "")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Destination_FromTheGallery_KeepsItsSecret_AndIsHeldAndResumed()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/destinations/add");
        await page.ClickAsync("a[href*='connector=http#']");
        await page.FillAsync("#Name", "shop-hook");
        await page.FillAsync("#f-url", "https://hooks.example.com/catch/abcdefghijkl");

        // A choice shows the fields that belong to it; what was written stays. The secret is made here and shown once.
        await page.CheckAsync("#f-sign");
        await page.ClickAsync("button[value='make:signingSecret']");
        await Expect(page.Locator("#f-signingSecret")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("^whsec_", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(page.Locator("#f-url")).ToHaveValueAsync("https://hooks.example.com/catch/abcdefghijkl");
        string secret = await page.InputValueAsync("#f-signingSecret");
        await page.ClickAsync(".card-footer button.btn-primary");
        await Expect(page.Locator("[role=status].wb-note")).ToContainTextAsync("Saved");
        (await page.ContentAsync()).ShouldNotContain(secret);
        (await page.ContentAsync()).ShouldNotContain("abcdefghijkl");

        // Saved again with the fields of secrets empty: they stay.
        await page.ClickAsync(".wb-more summary");
        await page.FillAsync("#PerSecond", "5");
        await page.ClickAsync(".card-footer button.btn-primary");
        await Expect(page.Locator("#now")).ToContainTextAsync("5 per second");
        JsonElement stored = await gateway.GetAsync("destinations/shop-hook");
        stored.GetProperty("secrets").GetProperty("signingSecret").ValueKind.ShouldBe(JsonValueKind.String);

        await page.FillAsync("#reason", "the shop is moving");
        await page.ClickAsync("form[action*='handler=hold'] button");
        await Expect(page.Locator("#now")).ToContainTextAsync("the shop is moving");
        (await gateway.GetAsync("destinations/shop-hook/status")).GetProperty("paused").GetBoolean().ShouldBeTrue();
        await page.ClickAsync("form[action*='handler=resume'] button");
        await Expect(page.Locator("#now")).ToContainTextAsync("Ready");

        // Used by a route, it cannot be deleted; the route is named.
        await gateway.PutAsync("sources/hooked", $$"""{"platform":"yoco","secrets":["{{SetUpSteps.YocoSecret}}"]}""");
        await gateway.PutAsync("routes/hooked", """{"source":"hooked","destination":"shop-hook","enabled":false}""");
        await page.ReloadAsync();
        await page.ClickAsync("details.wb-below summary");
        await page.ClickAsync("form[action*='handler=delete'] button");
        await Expect(page.Locator("[role=alert]")).ToContainTextAsync("hooked");
    }

    [Fact]
    public async Task Check_OfABuiltInInbox_SaysThatItWorks()
    {
        await gateway.PutAsync("destinations/check-inbox", """{"connector":"inbox","settings":{}}""");
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/destinations/check-inbox");
        await page.ClickAsync("form[action*='handler=check'] button");
        await Expect(page.Locator("#checked")).ToContainTextAsync("always open");
    }

    [Fact]
    public async Task Template_OfTheGallery_IsSeen_Copied_AndNamesItsUsers()
    {
        await gateway.PutAsync("sources/tpl", $$"""{"platform":"yoco","secrets":["{{SetUpSteps.YocoSecret}}"]}""");
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        List<string> told = [];
        page.Console += (_, message) => told.Add(message.Text);
        await page.GotoAsync("/templates/gallery/receipt-email-za");
        await Expect(page.FrameLocator("iframe.wb-frame").Locator("body")).ToContainTextAsync("VAT included");
        (await page.FrameLocator("iframe.wb-frame").Locator("body").EvaluateAsync<string>("b => getComputedStyle(b).lineHeight")).ShouldNotBe("normal", "the template's own styles are seen");
        await page.ClickAsync("a[href*='/templates/add?from=']");
        await page.FillAsync("#Name", "our-receipt");
        await page.ClickAsync(".wb-top button[form=form]");
        await Expect(page.Locator("[role=status].wb-note")).ToContainTextAsync("Saved");
        await gateway.PutAsync("destinations/tpl-inbox", """{"connector":"inbox","settings":{}}""");
        await gateway.PutAsync("routes/tpl-route", """{"source":"tpl","destination":"tpl-inbox","template":"our-receipt"}""");
        await page.ReloadAsync();
        await Expect(page.Locator(".wb-sub")).ToContainTextAsync("tpl-route");
        told.ShouldBeEmpty();
    }

    [Fact]
    public async Task List_OfCheckoutIds_TakesLinesAndFiles_AndUndoesARemoval()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/lists");
        await page.FillAsync("#name", "own-checkouts");
        await page.ClickAsync("form[action='/lists'] button");
        await page.FillAsync("#values", "ch_a\nch_b");
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "ids.csv", MimeType = "text/csv", Buffer = "value;note\nch_c;x\n\"ch_d\";y\n"u8.ToArray() });
        await page.ClickAsync("form[action*='handler=add'] button.btn-primary");
        await Expect(page.Locator("[role=status].wb-note")).ToContainTextAsync("4 values are in the list");
        await page.CheckAsync("input[value=ch_b]");
        await page.ClickAsync("form[action*='handler=remove'] button");
        await Expect(page.Locator("input[type=checkbox][value=ch_b]")).ToHaveCountAsync(0);
        await page.ClickAsync(".wb-note form button");
        await Expect(page.Locator("input[type=checkbox][value=ch_b]")).ToHaveCountAsync(1);
        (await gateway.GetAsync("lists/own-checkouts/items")).GetProperty("items").GetArrayLength().ShouldBe(4);
    }
}
