using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using WebhookBridge.Testing;
using static Microsoft.Playwright.Assertions;

namespace WebhookBridge.Console.Tests;

/// <summary>A day of a small shop: genuine events from two platforms, three routes, a CRM whose key ends in the afternoon, a third platform whose secret was pasted with a line break. What the pages say is counted against what was sent; their pictures lie in <c>TestResults/screens/day</c>.</summary>
[Collection(SetUp.Name)]
public sealed class BusyDayTests(RunningGateway gateway) : IAsyncLifetime
{
    private const string Secret = "whsec_c2VjcmV0LW9mLXRoZS13aW5lLWNsdWItdGVzdHM=";
    private const string AltafinexSecret = "a-secret-of-the-courses-shop";

    /// <summary>Events of each half hour, from the afternoon before on: the night is quiet.</summary>
    private static readonly int[] HalfHours = [9, 11, 12, 10, 12, 14, 13, 15, 14, 12, 11, 9, 8, 6, 5, 4, 3, 2, 2, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 2, 3, 4, 6, 8, 9, 11, 13, 14, 16, 15, 17, 14, 12, 13, 15, 16, 14, 11];

    private static readonly (string First, string Last)[] People = [("thandi", "mokoena"), ("pieter", "botha"), ("ayesha", "naidoo"), ("lwazi", "dube"), ("ana", "souza"), ("joão", "lima"), ("zanele", "khumalo"), ("hannah", "fourie")];

    private static readonly string Pictures = Path.Combine(WalkTests.Screens, "day");

    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(24));
    private readonly Random _random = new(20261122);
    private StubServer _tools = null!;
    private QuietGateway _own = null!;
    private string _key = "";
    private int _number;

    public async Task InitializeAsync()
    {
        _tools = await StubServer.StartAsync();
        _own = new QuietGateway { Clock = _clock, AllowPrivate = true };
        await _own.InitializeAsync();
        _key = await _own.KeyAsync("shop", [.. WebhookBridge.Server.Api.ApiScopes.All]);
        Directory.CreateDirectory(Pictures);
    }

    public async Task DisposeAsync()
    {
        await _own.DisposeAsync();
        await _tools.DisposeAsync();
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Pages_AfterABusyDay_CountWhatWasSent()
    {
        await SetUpShopAsync();
        int sent = 0, refunds = 0;
        for (int slice = 0; slice < HalfHours.Length; slice++)
        {
            if (slice == HalfHours.Length - 3)
            {
                _tools.At("/crm", static _ => StubReply.Status(401, """{"status":"error","message":"Expired access token"}"""));
            }

            int events = HalfHours[slice] / TestPace.Pick(quick: 4, normal: 4, full: 1);
            for (int i = 0; i < events; i++)
            {
                refunds += await SendOneAsync(refund: i == 0 && slice == HalfHours.Length - 3) ? 1 : 0;
                sent++;

                // What it set off ends before time goes on: a request would time out otherwise.
                await UntilAsync(() => _own.Gateway.Pump.Statuses().All(static l => l.InFlight == 0));
                _clock.Advance(TimeSpan.FromMinutes(30) / (events + 1));
            }

            if (slice == HalfHours.Length - 2)
            {
                await SendRefusedAsync(2);
            }

            _clock.Advance(TimeSpan.FromMinutes(30) - (events * (TimeSpan.FromMinutes(30) / (events + 1))));
        }

        refunds.ShouldBeGreaterThan(0);
        await using IBrowserContext light = await ContextAsync("light", 1440);
        IPage page = await SignedInAsync(light);
        await Expect(page.Locator(".wb-figs a").First).ToContainTextAsync(sent.ToString("N0", CultureInfo.InvariantCulture));
        await Expect(page.Locator(".card-footer").First).ToContainTextAsync($"{sent} in the last 24 hours");
        await Expect(page.Locator("#problems article")).ToHaveCountAsync(2);
        await Expect(page.Locator("section[aria-labelledby=changes-title]")).Not.ToContainTextAsync("Signed in");
        await TakeAsync(page, "overview");

        await page.GotoAsync("/routes/paid-to-zapier?step=shape");
        await Expect(page.Locator("#preview")).ToContainTextAsync("amount");
        await TakeAsync(page, "route");
        await page.GotoAsync("/routes/paid-to-zapier");
        await TakeAsync(page, "route-when");
        await page.GotoAsync("/rejected");
        await Expect(page.Locator("#doctor")).ToContainTextAsync("line break");
        await TakeAsync(page, "rejected");
        await page.GotoAsync("/sources/yoco-wine-club");
        await TakeAsync(page, "source");
        await page.GotoAsync("/sources/add?platform=stripe");
        await TakeAsync(page, "source-new");
        await page.GotoAsync("/destinations/crm");
        await TakeAsync(page, "destination");

        await using IBrowserContext dark = await ContextAsync("dark", 1440);
        page = await SignedInAsync(dark);
        await page.GotoAsync("/events");
        ILocator refund = page.Locator("#rows tr", new() { HasText = "waits for crm" }).First;
        await Expect(refund).ToContainTextAsync("Refund succeeded");
        await refund.Locator(".what a").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("crm is on hold since");
        await Expect(page.Locator("main")).Not.ToContainTextAsync("try again at");
        await page.Locator("details summary", new() { HasText = "accepted" }).First.ClickAsync(); // shut: the page is short enough for a picture
        await TakeAsync(page, "event-dark");
        await page.GotoAsync("/events");
        await TakeAsync(page, "events-dark");

        await using IBrowserContext phone = await ContextAsync("light", 390);
        page = await SignedInAsync(phone);
        await page.GotoAsync("/events");
        await Expect(page.Locator("#rows tr").First).ToBeVisibleAsync();
        await TakeAsync(page, "events-phone", whole: false);
        await page.GotoAsync("/");
        await TakeAsync(page, "overview-phone", whole: false);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
        while (!holds());
    }

    private async Task SetUpShopAsync()
    {
        await PutAsync("sources/yoco-wine-club", $$"""{"platform":"yoco","secrets":["{{Secret}}"]}""");
        await PutAsync("sources/stripe-courses", $$"""{"platform":"stripe","secrets":["{{Secret}}"]}""");
        await PutAsync("sources/altafinex-shop", $$"""{"platform":"altafinex","secrets":["{{AltafinexSecret}}\n"]}""");
        foreach (string tool in new[] { "zapier-orders", "crm", "accounting" })
        {
            await PutAsync("destinations/" + tool, $$"""{"connector":"http","settings":{},"secrets":{"url":"{{_tools.Url}}/{{tool}}"} }""");
        }

        await PutAsync("lists/wine-club-checkouts", """{"values":["ch_club_1","ch_club_2","ch_club_3"]}""");
        await PutAsync("routes/paid-to-zapier", """{"source":["yoco-wine-club","stripe-courses"],"destination":"zapier-orders","when":{"kinds":["payment.succeeded"],"all":[{"field":"payment.amount","op":">","value":50},{"any":[{"field":"payment.currency","op":"=","value":"ZAR"},{"field":"customer.email","op":"exists"}]}]},"rule":"payment.amount < 5000 || skip('a person looks at large orders')","template":{"contentType":"application/json","body":"{\n  \"order\": {{ payment.id }},\n  \"amount\": {{ payment.amount }},\n  \"currency\": {{ payment.currency }},\n  \"customer\": {{ customer.email }},\n  \"shop\": {{ meta.source }}\n}"}}""");
        await PutAsync("routes/refunds-to-crm", """{"source":"*","destination":"crm","when":{"kinds":["refund.succeeded","dispute.opened"]}}""");
        await PutAsync("routes/all-to-accounting", """{"source":"*","destination":"accounting"}""");
    }

    /// <returns>Whether it was a refund.</returns>
    private async Task<bool> SendOneAsync(bool refund)
    {
        int number = ++_number;
        int kind = refund ? 0 : _random.Next(12);
        int amount = (_random.Next(60, 1900) * 100) + (kind % 3 == 0 ? 90 : 0);
        string at = _clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        long seconds = _clock.GetUtcNow().ToUnixTimeSeconds();
        (string first, string last) = People[_random.Next(People.Length)];
        string email = $"{first}.{last}@example.com";
        if (_random.Next(3) > 0)
        {
            string body = kind == 0
                ? $$$"""{"id":"evt_{{{number}}}","type":"refund.succeeded","createdDate":"{{{at}}}","payload":{"id":"rfd_{{{number}}}","type":"refund","createdDate":"{{{at}}}","amount":{{{amount}}},"currency":"ZAR","paymentId":"p_WZ{{{1000 + number}}}","status":"succeeded","mode":"live","metadata":{"checkoutId":"ch_club_1" } } }"""
                : $$$"""{"id":"evt_{{{number}}}","type":"payment.succeeded","createdDate":"{{{at}}}","payload":{"id":"p_WZ{{{1000 + number}}}","type":"payment","createdDate":"{{{at}}}","amount":{{{amount}}},"currency":"ZAR","paymentMethodDetails":{"type":"card"},"status":"succeeded","mode":"live","metadata":{"checkoutId":"ch_club_{{{(number % 3) + 1}}}" } } }""";
            await PostAsync("yoco-wine-club", body, ("webhook-id", $"msg_{number}"), ("webhook-timestamp", $"{seconds}"), ("webhook-signature", "v1," + Convert.ToBase64String(Hmac(Convert.FromBase64String(Secret["whsec_".Length..]), $"msg_{number}.{seconds}.{body}"))));
        }
        else
        {
            string body = kind == 0
                ? $$$"""{"id":"evt_s{{{number}}}","object":"event","type":"charge.refunded","created":{{{seconds}}},"livemode":true,"data":{"object":{"id":"ch_{{{number}}}","object":"charge","amount":{{{amount}}},"amount_refunded":{{{amount}}},"refunded":true,"currency":"brl","payment_intent":"pi_3Qw{{{number}}}","created":{{{seconds}}},"billing_details":{"email":"{{{email}}}" } } } }"""
                : kind == 1
                ? $$$"""{"id":"evt_s{{{number}}}","object":"event","type":"payment_intent.payment_failed","created":{{{seconds}}},"livemode":true,"data":{"object":{"id":"pi_3Qw{{{number}}}","object":"payment_intent","amount":{{{amount}}},"currency":"brl","status":"requires_payment_method","created":{{{seconds}}},"receipt_email":"{{{email}}}","last_payment_error":{"code":"card_declined","message":"Your card was declined."},"payment_method_types":["card"] } } }"""
                : $$$"""{"id":"evt_s{{{number}}}","object":"event","type":"payment_intent.succeeded","created":{{{seconds}}},"livemode":true,"data":{"object":{"id":"pi_3Qw{{{number}}}","object":"payment_intent","amount":{{{amount}}},"currency":"brl","status":"succeeded","created":{{{seconds}}},"receipt_email":"{{{email}}}","payment_method_types":["pix"] } } }""";
            await PostAsync("stripe-courses", body, ("Stripe-Signature", $"t={seconds},v1={Convert.ToHexStringLower(Hmac(Encoding.UTF8.GetBytes(Secret), $"{seconds}.{body}"))}"));
        }

        return kind == 0;
    }

    private async Task SendRefusedAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            string body = $$"""{"event":"payment.succeeded","timestamp":"2026-11-20T10:00:00Z","data":{"payment_id":"alt_{{i}}","amount":"10.99","currency":"USD"} }""";
            using HttpResponseMessage answer = await CallAsync("altafinex-shop", body, ("X-Altafinex-Signature", Convert.ToHexStringLower(Hmac(Encoding.UTF8.GetBytes(AltafinexSecret), body))));
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    private async Task PostAsync(string source, string body, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage answer = await CallAsync(source, body, headers);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> CallAsync(string source, string body, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/in/" + source) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _own.Http.SendAsync(request);
    }

    private async Task PutAsync(string path, string json)
    {
        using HttpResponseMessage made = await _own.CallAsync(HttpMethod.Put, "/api/v1/" + path, _key, json);
        made.IsSuccessStatusCode.ShouldBeTrue($"{path}: {await made.Content.ReadAsStringAsync()}");
    }

    private Task<IBrowserContext> ContextAsync(string scheme, int width) => gateway.Browser.NewContextAsync(new()
    {
        BaseURL = _own.Http.BaseAddress!.ToString(),
        ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 },
        ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
        Locale = "en-GB",
    });

    private async Task<IPage> SignedInAsync(IBrowserContext context)
    {
        IPage page = await context.NewPageAsync();
        await RunningGateway.SignInAsync(page, "operator@marula.example", QuietGateway.Password);
        await Expect(page).ToHaveURLAsync(_own.Http.BaseAddress!.ToString(), new() { Timeout = 60_000 });
        return page;
    }

    private static Task TakeAsync(IPage page, string name, bool whole = true) => page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), FullPage = whole });

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
