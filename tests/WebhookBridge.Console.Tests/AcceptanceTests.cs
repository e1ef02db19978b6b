using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using static Microsoft.Playwright.Assertions;

namespace WebhookBridge.Console.Tests;

/// <summary>Of the acceptance tests of the first fifteen minutes those about the log: repeats, sending again, search, and the way into a spreadsheet (numbers as there).</summary>
[Collection(SetUp.Name)]
public sealed class AcceptanceTests(RunningGateway gateway)
{
    [Fact]
    public async Task Test4_TheSameEventAgain_IsMarkedAsARepeatOfTheFirst_AndSentOnce()
    {
        await SetUpAsync("four");
        using (HttpResponseMessage sent = await gateway.ApiAsync(HttpMethod.Post, "/api/v1/simulate", """{"source":"four","event":"payment.succeeded","count":1,"seed":41,"duplicates":1}"""))
        {
            sent.IsSuccessStatusCode.ShouldBeTrue(await sent.Content.ReadAsStringAsync());
        }

        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/events?source=four");
        await Expect(page.Locator("#rows tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("#rows tr")).ToContainTextAsync("1 repeat");

        // The event itself says when it came again, and whether it was the same to the byte.
        await page.ClickAsync("#rows .what a");
        await Expect(page.Locator("main")).ToContainTextAsync("Received 1 more time");
        await Expect(page.Locator("main")).ToContainTextAsync("The bytes are equal");
        (await gateway.GetAsync("destinations/four-inbox/inbox")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Test9_TheDestinationIsBack_WhatFailedIsSentAgain_CanBeStopped_AndNothingTwice()
    {
        const int Events = 30;
        await SetUpAsync("nine-shop", """{"connector":"inbox","settings":{"failFirst":9}}""");
        await gateway.SimulateAsync("nine-shop", Events, seed: 91);
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/events?source=nine-shop&outcome=refused&period=1h");
        await Expect(page.Locator("#matching")).ToHaveTextAsync($"{Events} events match");

        // It is back, and slow: two a second.
        await page.GotoAsync("/destinations/nine-shop-inbox");
        await page.ClickAsync(".wb-more summary");
        await page.FillAsync("#f-failFirst", "0");
        await page.FillAsync("#PerSecond", "2");
        await page.ClickAsync(".card-footer button.btn-primary");
        await Expect(page.Locator("#now")).ToContainTextAsync("2 per second");

        // A count and a sample first; then progress, and a stop that takes back what still waits.
        await page.GotoAsync("/events?source=nine-shop&outcome=refused&period=1h");
        await page.ClickAsync("text=Replay all that match");
        await Expect(page.Locator("#count-title")).ToHaveTextAsync($"{Events} events");
        await page.ClickAsync($"button:has-text('Replay {Events} events')");
        await Expect(page.Locator("#progress progress")).ToBeVisibleAsync();
        await page.ClickAsync("#progress button:has-text('Stop')");
        await Expect(page.Locator("#progress")).ToContainTextAsync("stopped");
        JsonElement[] first = await DeliveredAsync();
        first.Length.ShouldBeLessThan(Events);

        // At full speed, all of them: what was delivered is left out, so nothing arrives twice.
        await page.GotoAsync("/destinations/nine-shop-inbox");
        await page.ClickAsync(".wb-more summary");
        await page.FillAsync("#PerSecond", "");
        await page.ClickAsync(".card-footer button.btn-primary");
        await page.GotoAsync("/replays/new?source=nine-shop&period=1h&only=all");
        await page.ClickAsync($"button:has-text('Replay {Events} events')");
        await Expect(page.Locator("#progress")).ToContainTextAsync("done");
        await Expect(page.Locator("#counts dd").Nth(3)).ToHaveTextAsync("0");
        JsonElement[] all = await DeliveredAsync();
        all.Length.ShouldBe(Events);
        all.Select(static d => d.GetProperty("eventId").GetString()).Distinct().Count().ShouldBe(Events, "none twice");

        async Task<JsonElement[]> DeliveredAsync() => [.. (await gateway.GetAsync("destinations/nine-shop-inbox/inbox?limit=200")).GetProperty("items").EnumerateArray()];
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Test12_AHundredThousandEvents_AreSearchedByPaymentAndByEmailWithinASecond()
    {
        const int Events = 100_000;
        QuietGateway large = new();
        await large.InitializeAsync();
        try
        {
            for (int i = 0; i < Events; i += 1000)
            {
                (await large.Gateway.Store.Journal.AppendAsync([.. Enumerable.Range(i, 1000).Select(Paid)])).ShouldBeOfType<AppendResult.Stored>();
            }

            await using IBrowserContext context = await gateway.Browser.NewContextAsync(new() { BaseURL = large.Http.BaseAddress!.ToString(), ViewportSize = new() { Width = 1440, Height = 900 } });
            IPage page = await context.NewPageAsync();
            await RunningGateway.SignInAsync(page, "operator@marula.example", QuietGateway.Password);
            await Expect(page).ToHaveURLAsync(large.Http.BaseAddress + "", new() { Timeout = 60_000 });
            await page.GotoAsync("/events");
            foreach ((string text, int rows) in new[] { ("pay_77321", 1), ("customer432@example.com", 50) })
            {
                await page.FillAsync("#q", text);
                await page.PressAsync("#q", "Enter");
                await Expect(page.Locator("#matching")).ToContainTextAsync(text.Contains('@', StringComparison.Ordinal) ? "100 events match" : "1 event matches");
                await Expect(page.Locator("#rows tr")).ToHaveCountAsync(rows);
            }

            QuietGateway.Person person = await large.SignInAsync("viewer");
            foreach (string text in new[] { "pay_50123", "customer7@example.com", "pay_99999", "customer999@example.com", "pay_1" })
            {
                long began = Stopwatch.GetTimestamp();
                (await person.ReadAsync("/events?q=" + Uri.EscapeDataString(text))).ShouldContain("class=\"what\"", Case.Sensitive, text);
                Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(1), text);
            }
        }
        finally
        {
            await large.DisposeAsync();
        }
    }

    [Fact]
    public async Task Test14_TheLogInASpreadsheet_ByCsvAndByOData_HoldsWhatTheScreenShows()
    {
        await SetUpAsync("fourteen");
        await gateway.SimulateAsync("fourteen", 70, seed: 140);
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/events?source=fourteen&min=500");
        int shown = int.Parse((await page.InnerTextAsync("#matching")).Split(' ')[0], CultureInfo.InvariantCulture);
        shown.ShouldBeInRange(1, 69);

        // The whole result as a file.
        string address = (await page.GetAttributeAsync("a[download]", "href"))!;
        string[] lines = (await (await page.APIRequest.GetAsync(address)).TextAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] names = lines[0].TrimStart('\uFEFF').Split(',');
        string[][] cells = [.. lines.Skip(1).Select(static l => l.Split(','))];
        cells.Length.ShouldBe(shown);
        decimal sum = cells.Sum(c => decimal.Parse(c[Array.IndexOf(names, "Amount")].Trim('"'), CultureInfo.InvariantCulture));

        // The same filter as an address for Excel or Power BI, with a key as password.
        string odata = await page.InputValueAsync("#odata");
        using JsonDocument counted = JsonDocument.Parse(await FeedAsync(odata + (odata.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "$count=true&$top=200&$select=id,amount"));
        counted.RootElement.GetProperty("@odata.count").GetInt32().ShouldBe(shown);
        counted.RootElement.GetProperty("value").EnumerateArray().Sum(static e => e.GetProperty("amount").GetDecimal()).ShouldBe(sum);
        cells.Select(c => c[Array.IndexOf(names, "Event")].Trim('"')).Order(StringComparer.Ordinal)
            .ShouldBe(counted.RootElement.GetProperty("value").EnumerateArray().Select(static e => e.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
    }

    private async Task<string> FeedAsync(string address)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("excel:" + RunningGateway.AdminKey)));
        using HttpResponseMessage answer = await gateway.Http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return text;
    }

    private async Task SetUpAsync(string name, string destination = """{"connector":"inbox","settings":{}}""")
    {
        await gateway.PutAsync("sources/" + name, $$"""{"platform":"yoco","secrets":["{{SetUpSteps.YocoSecret}}"]}""");
        await gateway.PutAsync($"destinations/{name}-inbox", destination);
        await gateway.PutAsync("routes/" + name, $$"""{"source":"{{name}}","destination":"{{name}}-inbox","when":{"mode":"any"},"retry":[]}""");
    }

    /// <summary>One of many paid events: a thousand customers, a hundred payments each.</summary>
    private static NewEvent Paid(int number)
    {
        byte[] body = Encoding.UTF8.GetBytes($$"""{"payment":"pay_{{number}}"}""");
        byte[] hash = SHA256.HashData(body);
        DateTimeOffset at = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(100_000 - number);
        return new NewEvent
        {
            Event = new GatewayEvent
            {
                Id = "evt_01K" + number.ToString("D23", CultureInfo.InvariantCulture),
                Source = "shop",
                Platform = "yoco",
                Type = "payment.succeeded",
                Kind = "payment.succeeded",
                Mode = "live",
                Time = at,
                ReceivedAt = at,
                Format = BodyFormat.Json,
                Body = body,
                Sha256 = hash,
                Headers = [],
                NormalForm = "{}"u8.ToArray(),
                Columns = new SearchColumns { PaymentId = $"pay_{number}", PaymentStatus = "succeeded", CustomerEmail = $"customer{number % 1000}@example.com", Currency = "ZAR", AmountMinor = number, AmountScaled = number * 10_000L },
            },
            Dedupe = new DedupeKey(BinaryPrimitives.ReadUInt128BigEndian(hash), null),
            Routes = new RouteSet("shop-routes", "shop", []),
            Verdicts = ReadOnlyMemory<byte>.Empty,
            Deliveries = [],
        };
    }
}
