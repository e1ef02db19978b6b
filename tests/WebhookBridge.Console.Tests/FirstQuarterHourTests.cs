using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Log;
using WebhookBridge.Testing;
using static Microsoft.Playwright.Assertions;

namespace WebhookBridge.Console.Tests;

/// <summary>Of the acceptance tests of the first fifteen minutes those about trust: a platform set up by hand, a crash, an outage of an hour, a backup on another machine, and that nothing is kept for those who pay (numbers as there).</summary>
[Collection(SetUp.Name)]
public sealed partial class FirstQuarterHourTests(RunningGateway gateway)
{
    [Fact]
    public async Task Test2_StripeFromTheList_SecretPastedAndAddressCopied_TakesItsFirstEvent()
    {
        string secret = "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await using IBrowserContext context = await gateway.NewContextAsync();
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        IPage page = await gateway.SignedInAsync(context);
        await page.GotoAsync("/sources/add");
        await page.FillAsync("input[name=q]", "stri");
        await page.ClickAsync(".wb-tile >> text=Stripe");
        await page.FillAsync("#secret", secret);
        await Expect(page.Locator("#secret-judged")).ToContainTextAsync("Looks right");
        await page.FillAsync("#name", "two-stripe");
        await page.ClickAsync("text=Save and wait for the first event");
        await page.ClickAsync("[data-copy=address]");
        string address = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        address.ShouldBe(gateway.Url + "/in/two-stripe");
        (await page.InnerTextAsync("#recent")).ShouldContain("Waiting");

        // As Stripe signs: t and v1 in one header, over time, dot and body.
        string body = """{"id":"evt_two","object":"event","type":"payment_intent.succeeded","created":1795000000,"livemode":true,"data":{"object":{"id":"pi_two","object":"payment_intent","amount":12345,"currency":"brl","status":"succeeded","receipt_email":"ana@loja.example"}}}""";
        string time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string proof = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")));
        using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", $"t={time},v1={proof}");
        using HttpResponseMessage answer = await gateway.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());

        // It appears by itself, and is no test.
        await Expect(page.Locator("#recent")).ToContainTextAsync("123.45");
        await Expect(page.Locator("#recent")).Not.ToContainTextAsync("TEST");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Test10_KilledInTheMiddleOfABurst_EveryRequestIsAccountedFor()
    {
        const int Senders = 8;
        int enough = TestPace.Pick(quick: 100, normal: 400, full: 4_000);
        using RunningGateway own = new();
        await own.InitializeAsync();
        try
        {
            await own.PutAsync("sources/ten", $$"""{"platform":"yoco","secrets":["{{SetUpSteps.YocoSecret}}"]}""");
            await own.PutAsync("destinations/ten-inbox", """{"connector":"inbox","settings":{}}""");
            await own.PutAsync("routes/ten", """{"source":"ten","destination":"ten-inbox"}""");
            await using IBrowserContext context = await own.NewContextAsync();
            await own.SignedInAsync(context);

            int next = 0;
            ConcurrentBag<int> accepted = [], unanswered = [];
            TaskCompletionSource middle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task[] burst = [.. Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
            {
                while (unanswered.IsEmpty)
                {
                    int number = Interlocked.Increment(ref next);
                    try
                    {
                        (await SendAsync(own.Http, number)).ShouldBe(HttpStatusCode.OK);
                        accepted.Add(number);
                        if (accepted.Count >= enough)
                        {
                            middle.TrySetResult();
                        }
                    }
                    catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or ObjectDisposedException)
                    {
                        unanswered.Add(number);
                    }
                }
            }))];
            await middle.Task.WaitAsync(TimeSpan.FromMinutes(2));
            await own.KillAsync();
            await Task.WhenAll(burst);
            await own.StartAsync();

            // What was answered is there, and besides it nothing but what was on its way.
            await using IBrowserContext after = await own.NewContextAsync();
            IPage page = await own.SignedInAsync(after);
            await page.GotoAsync("/events?source=ten");
            int there = int.Parse(Count().Match(await page.InnerTextAsync("#matching")).Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            there.ShouldBeInRange(accepted.Count, accepted.Count + unanswered.Count);

            // A sender that had no answer sends again; then all of it is there once, and delivered.
            foreach (int number in unanswered)
            {
                (await SendAsync(own.Http, number)).ShouldBe(HttpStatusCode.OK);
            }

            string all = $"{(accepted.Count + unanswered.Count).ToString("N0", CultureInfo.InvariantCulture)} events match";
            await page.GotoAsync("/events?source=ten");
            await Expect(page.Locator("#matching")).ToHaveTextAsync(all);
            for (int tries = 0; await page.InnerTextAsync("#matching") != all || !page.Url.Contains("delivered", StringComparison.Ordinal); tries++)
            {
                tries.ShouldBeLessThan(100, "everything is delivered in the end");
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
                await page.GotoAsync("/events?source=ten&outcome=delivered");
            }

            await page.GotoAsync("/");
            await Expect(page.Locator("#problems article")).ToHaveCountAsync(0);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Test11_DestinationDownForAnHour_IsOneProblemAndOneMessage_AndOneMoreWhenItIsBack()
    {
        const int Events = 500;
        ManualTimeProvider clock = new(TimeProvider.System.GetUtcNow());
        QuietGateway own = new() { Clock = clock };
        await own.InitializeAsync();
        try
        {
            string key = await own.KeyAsync("eleven", [.. WebhookBridge.Server.Api.ApiScopes.All]);
            await PutAsync("destinations/operations", """{"connector":"inbox","settings":{}}""");
            await PutAsync("destinations/crm", """{"connector":"inbox","settings":{"failFirst":10}}""");
            await PutAsync("sources/shop", """{"platform":"generic","secrets":["a-secret-of-the-shop"],"settings":{"scheme":"none"}}""");
            await PutAsync("routes/shop", """{"source":"shop","destination":"crm","when":{"mode":"any"},"retry":["5m","5m","5m","5m","5m","5m","5m","5m","5m","5m","5m","5m","5m","5m","5m","5m"]}""");

            await using IBrowserContext context = await gateway.Browser.NewContextAsync(new() { BaseURL = own.Http.BaseAddress!.ToString(), ViewportSize = new() { Width = 1440, Height = 900 } });
            IPage page = await context.NewPageAsync();
            await RunningGateway.SignInAsync(page, "administrator@marula.example", QuietGateway.Password);
            await Expect(page).ToHaveURLAsync(own.Http.BaseAddress + "", new() { Timeout = 60_000 });
            await page.GotoAsync("/settings/alerts");
            await page.SelectOptionAsync("#destination", "operations");
            await page.ClickAsync("form[action='/settings/alerts'] button.btn-primary");

            for (int i = 0; i < Events; i++)
            {
                using HttpResponseMessage answer = await own.CallAsync(HttpMethod.Post, "/in/shop", null, $$"""{"id":"e{{i}}"}""");
                answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            }

            await PassAsync(TimeSpan.FromHours(1), async () => await ToldAsync() > 0);
            await page.GotoAsync("/");
            await Expect(page.Locator("#problems article")).ToHaveCountAsync(1);
            await Expect(page.Locator("#problems article")).ToContainTextAsync("crm");
            await Expect(page.Locator("#problems article")).ToContainTextAsync("500 deliveries");
            await page.ScreenshotAsync(new() { Path = Path.Combine(WalkTests.Screens, "outage.png"), FullPage = true });
            await page.GotoAsync("/settings/alerts");
            await Expect(page.Locator("section[aria-labelledby=history-title] li")).ToHaveCountAsync(1);
            (await ToldAsync()).ShouldBe(1);

            // It takes everything again: all of it goes out by itself, and one message says that it is over.
            await PutAsync("destinations/crm", """{"connector":"inbox","settings":{"failFirst":0}}""");
            await PassAsync(TimeSpan.FromMinutes(30), async () => await ToldAsync() > 1 && (await own.Gateway.Inbox.ListAsync("crm", Events + 1, null)).Count == Events);
            (await own.Gateway.Inbox.ListAsync("crm", Events + 1, null)).Count.ShouldBe(Events);
            await page.GotoAsync("/");
            await Expect(page.Locator("#problems article")).ToHaveCountAsync(0);
            await page.GotoAsync("/settings/alerts");
            await Expect(page.Locator("section[aria-labelledby=history-title] li")).ToHaveCountAsync(1);
            (await ToldAsync()).ShouldBe(2);

            async Task PutAsync(string path, string json)
            {
                using HttpRequestMessage request = new(HttpMethod.Put, "/api/v1/" + path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
                request.Headers.Add("Authorization", "Bearer " + key);
                if (own.Gateway.Configuration.Find(ConfigurationKind.Destination, path.Split('/')[1]) is { } known)
                {
                    request.Headers.TryAddWithoutValidation("If-Match", $"\"{known.Revision}\"");
                }

                using HttpResponseMessage made = await own.Http.SendAsync(request);
                made.IsSuccessStatusCode.ShouldBeTrue($"{path}: {await made.Content.ReadAsStringAsync()}");
            }

            async Task<int> ToldAsync() => (await own.Gateway.Inbox.ListAsync("operations", 10, null)).Count;
        }
        finally
        {
            await own.DisposeAsync();
        }

        // Step by step, so that what a step sets off (tries, looks, messages) can happen before the next; longer where this machine is slow.
        async Task PassAsync(TimeSpan span, Func<Task<bool>> seen)
        {
            for (TimeSpan passed = TimeSpan.Zero; passed < span || (passed < 4 * span && !await seen()); passed += TimeSpan.FromSeconds(30))
            {
                clock.Advance(TimeSpan.FromSeconds(30));
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Test15_BackupFromThePage_RestoredElsewhere_GoesOnWhereItStood()
    {
        using RunningGateway here = new();
        using RunningGateway elsewhere = new() { HasPeople = true };
        await here.InitializeAsync();
        try
        {
            await here.PutAsync("sources/ten", $$"""{"platform":"yoco","secrets":["{{SetUpSteps.YocoSecret}}"]}""");
            await here.PutAsync("destinations/fifteen-inbox", """{"connector":"inbox","settings":{}}""");
            await here.PutAsync("routes/fifteen", """{"source":"ten","destination":"fifteen-inbox"}""");
            for (int number = 0; number < 5; number++)
            {
                (await SendAsync(here.Http, number)).ShouldBe(HttpStatusCode.OK);
            }

            await using IBrowserContext context = await here.NewContextAsync();
            IPage page = await here.SignedInAsync(context);
            await page.GotoAsync("/settings");
            IDownload backup = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("form[action*='backup'] button"));
            Directory.CreateDirectory(elsewhere.Data);
            string file = Path.Combine(elsewhere.Data, "downloaded.db");
            await backup.SaveAsAsync(file);

            // As docs/operations.md says: the key, the file, a check, the start.
            File.Copy(Path.Combine(here.Data, "master.key"), Path.Combine(elsewhere.Data, "master.key"));
            await RunningGateway.CommandAsync("restore", file, "--data", elsewhere.Data);
            (await RunningGateway.CommandAsync("check", "--data", elsewhere.Data)).ShouldContain("Everything is accounted for.");
            await elsewhere.InitializeAsync();

            // The same people, the same log; the secret opens, and a repeat is still a repeat.
            await using IBrowserContext there = await elsewhere.NewContextAsync();
            page = await elsewhere.SignedInAsync(there);
            await page.GotoAsync("/events?source=ten");
            await Expect(page.Locator("#matching")).ToHaveTextAsync("5 events match");
            (await SendAsync(elsewhere.Http, 4)).ShouldBe(HttpStatusCode.OK);
            (await SendAsync(elsewhere.Http, 5)).ShouldBe(HttpStatusCode.OK);
            await page.GotoAsync("/events?source=ten");
            await Expect(page.Locator("#matching")).ToHaveTextAsync("6 events match");
            await Expect(page.Locator("#rows")).ToContainTextAsync("1 repeat");
        }
        finally
        {
            await here.DisposeAsync();
            await elsewhere.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Test17_NothingIsBehindAKey()
    {
        // No text of any page speaks of a plan, a licence to enter or an edition …
        foreach (Language language in Language.All)
        {
            language.Texts.Where(static t => KeptForPayers().IsMatch(t.Value)).ShouldBeEmpty();
        }

        // … and the plain installation opens every page to its administrator.
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await gateway.SignedInAsync(context);
        foreach (string address in RoleTests.Rows().Where(static r => r.What.EndsWith(".OnGet", StringComparison.Ordinal) && r.Needs != "everyone" && !r.Where.Contains('{', StringComparison.Ordinal)).Select(static r => r.Where))
        {
            IResponse answer = (await page.GotoAsync(address))!;
            answer.Status.ShouldBe(200, address);
        }
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, int number)
    {
        string id = "msg_ten_" + number.ToString(CultureInfo.InvariantCulture);
        string time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string body = $$"""{"id":"evt_ten_{{number}}","type":"payment.succeeded","createdDate":"2026-11-22T10:30:15.123Z","payload":{"id":"p_{{number}}","type":"payment","createdDate":"2026-11-22T10:30:14.001Z","amount":10990,"currency":"ZAR","status":"succeeded","mode":"live","metadata":{"checkoutId":"ch_1" } } }""";
        using HttpRequestMessage request = new(HttpMethod.Post, "/in/ten") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", time);
        request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(SetUpSteps.YocoSecret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{time}.{body}"))));
        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex("[0-9,]+", RegexOptions.None, 1000)]
    private static partial Regex Count();

    [GeneratedRegex(@"(?<!no |sem |nenhuma )\b(licen[cs]e key|chave de licença|premium|enterprise|paid plan|plano pago|upgrade (to|your)|faça upgrade|subscribe to unlock)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeptForPayers();
}
