using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace WebhookBridge.Console.Tests;

/// <summary>The log, the event page and replays, as somebody in operations uses them.</summary>
public sealed class EventLogTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    [Trait("Pace", "normal")]
    public async Task Log_FromSearchToReplay_ShowsWhatHappenedAndSendsAgain()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await gateway.SetUpAsync("""
            {
              "sources":      [ { "name": "yoco", "platform": "yoco", "secrets": ["whsec_c2VjcmV0LW9mLXRoZS13aW5lLWNsdWItdGVzdHM="] } ],
              "destinations": [ { "name": "inbox", "connector": "inbox" }, { "name": "crm", "connector": "http", "secrets": { "url": "http://127.0.0.1:1/hook" } } ],
              "routes":       [ { "name": "all-to-inbox", "source": "yoco", "destination": "inbox", "when": { "mode": "any" } },
                                { "name": "large-to-inbox", "source": "yoco", "destination": "inbox", "when": { "mode": "any", "all": [ { "field": "payment.amount", "op": ">", "value": 500000 } ] } },
                                { "name": "all-to-crm", "source": "yoco", "destination": "crm", "when": { "mode": "any" }, "retry": [] } ]
            }
            """);

        // The log is open before anything comes in; the first event appears by itself.
        await page.GotoAsync("/events");
        (await page.InnerTextAsync("#nothing")).ShouldContain("Nothing has come in yet");
        await gateway.SimulateAsync("yoco", 3);
        await Assertions.Expect(page.Locator("#rows tr")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#rows tr").First).ToContainTextAsync("TEST");
        await Assertions.Expect(page.Locator("#rows tr").First).ToContainTextAsync("refused: address not allowed");

        // Search by payment id: the filter stands in the address, and works when it is opened again.
        string payment = (await page.Locator("#rows tr .pid").First.InnerTextAsync()).Trim();
        await page.FillAsync("#q", payment);
        await page.PressAsync("#q", "Enter");
        await Assertions.Expect(page.Locator("#rows tr")).ToHaveCountAsync(1);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/events\\?q=", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.ReloadAsync();
        (await page.Locator("#rows tr").CountAsync()).ShouldBe(1);

        // The event page says for every route what happened, and why something was not sent.
        await page.ClickAsync("#rows .what a");
        (await page.InnerTextAsync("#route-large-to-inbox .wb-why")).ShouldContain("is not more than 500000");
        (await page.InnerTextAsync("#route-all-to-inbox .wb-said")).ShouldContain("delivered at");
        (await page.InnerTextAsync("#route-all-to-crm .wb-why")).ShouldContain("leads into a private network");

        // Bytes are shown when asked for, and that is noted.
        (await page.Locator("#body").CountAsync()).ShouldBe(0);
        await page.ClickAsync("text=Show the content");
        (await page.InnerTextAsync("#body")).ShouldContain("\"" + payment + "\"");
        (await gateway.AuditAsync()).ShouldContain("reveal");

        // Edit and replay: the difference is seen before it is sent; the event stays as it was.
        await page.ClickAsync("text=Edit and replay");
        await page.SelectOptionAsync("#route", "all-to-inbox");
        string body = await page.InputValueAsync("#body");
        await page.FillAsync("#body", body.Replace(payment, "p_corrected", StringComparison.Ordinal));
        await page.ClickAsync("button:has-text('Compare')");
        (await page.Locator("#diff .add").AllInnerTextsAsync()).ShouldContain(l => l.Contains("p_corrected", StringComparison.Ordinal));
        (await page.Locator("#diff .del").AllInnerTextsAsync()).ShouldContain(l => l.Contains(payment, StringComparison.Ordinal));
        await page.ClickAsync("button:has-text('Send this to inbox')");
        await Assertions.Expect(page.Locator("#route-all-to-inbox")).ToContainTextAsync("delivered at");
        await Assertions.Expect(page.Locator("#route-all-to-inbox")).ToContainTextAsync("Replayed");
        (await gateway.InboxAsync("inbox")).ShouldContain("p_corrected");
        (await page.InnerTextAsync("#body")).ShouldNotContain("p_corrected");

        // The journey of the payment.
        await page.ClickAsync("text=Journey of this payment");
        (await page.InnerTextAsync(".wb-journey")).ShouldContain("all-to-inbox");

        // Replay of what is refused: a count, a sample, and only the routes that failed.
        await page.GotoAsync("/events?outcome=refused");
        await page.ClickAsync("text=Replay all that match");
        (await page.InnerTextAsync("h2#count-title")).ShouldBe("3 events");
        (await page.InnerTextAsync("#routes")).ShouldContain("all-to-crm");
        (await page.InnerTextAsync("#routes")).ShouldNotContain("all-to-inbox");
        await page.ClickAsync("button:has-text('Replay 3 events')");
        await Assertions.Expect(page.Locator("#progress")).ToContainTextAsync("done");
        await Assertions.Expect(page.Locator("#counts")).ToContainTextAsync("3");

        // What was delivered is left out when it is asked for again.
        await page.GotoAsync("/replays/new?q=" + Uri.EscapeDataString(payment) + "&only=all");
        await page.ClickAsync("button:has-text('Replay 1 event')");
        await Assertions.Expect(page.Locator("#progress")).ToContainTextAsync("done");
        (await page.Locator("#counts dd").Nth(1).InnerTextAsync()).ShouldBe("1");
    }

    [Fact]
    public async Task Export_OfAFilter_HoldsEveryRowAndNoFormula()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await gateway.SetUpAsync("""{ "sources": [ { "name": "shop", "platform": "generic", "settings": { "scheme": "none" } } ] }""");
        for (int i = 0; i < 3; i++)
        {
            using StringContent body = new($$"""{"type":"=cmd{{i}}","id":"x{{i}}"}""", System.Text.Encoding.UTF8, "application/json");
            using HttpResponseMessage sent = await gateway.Http.PostAsync(new Uri("/in/shop", UriKind.Relative), body);
            sent.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        IAPIResponse file = await page.APIRequest.GetAsync("/events?handler=export&source=shop");
        file.Headers["content-type"].ShouldStartWith("text/csv");
        string[] lines = (await file.TextAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines.Skip(1).ShouldAllBe(l => !l.Contains(",=cmd", StringComparison.Ordinal));
    }
}
