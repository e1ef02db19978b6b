using System.Collections.Concurrent;
using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>Every page in both languages, both schemes and several widths: nothing in the console, nothing from elsewhere, no sideways scrolling, nothing that keeps people out. The pictures lie in <c>TestResults/screens</c>.</summary>
public sealed class WalkTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    internal static readonly string Screens = Path.Combine(RepositoryRoot.Path, "tests", "WebhookBridge.Console.Tests", "TestResults", "screens");

    private readonly ConcurrentBag<string> _faults = [];

    [Fact]
    public async Task Pages_InEveryLanguageSchemeAndWidth_AreSound()
    {
        Directory.CreateDirectory(Screens);
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await context.NewPageAsync();
        Watch(page);
        bool quick = TestPace.Name == "quick";
        await VisitAsync(page, "start", "/start", axe: !quick);
        await gateway.MakeAdministratorAsync(page);
        await VisitAsync(page, "sources-empty", "/sources", axe: !quick);
        await VisitAsync(page, "rejected-empty", "/rejected", axe: !quick);
        await VisitAsync(page, "events-empty", "/events", axe: !quick);
        await FillAsync();
        await FillLogAsync();
        await FillSetUpAsync();
        (string @event, string payment) = await ALoggedEventAsync();

        (string Name, string Path)[] pages =
        [
            ("route-when", "/routes/large-to-walk"),
            ("events", "/events"), ("event", "/events/" + @event), ("replay-new", "/replays/new?outcome=refused"), ("journey", "/journeys/" + payment), ("replays", "/replays"), ("event-edit", $"/events/{@event}/edit"),
            ("overview", "/"), ("sources", "/sources"), ("source-add", "/sources/add"), ("source-form", "/sources/add?platform=generic"), ("source", "/sources/yoco-wine-club"),
            ("rejected", "/rejected"), ("me", "/me"),
            ("routes", "/routes"), ("route-rule", "/routes/large-to-walk?step=rule"), ("route-shape", "/routes/large-to-walk?step=shape"), ("route-to", "/routes/large-to-walk?step=to"), ("route-fails", "/routes/large-to-walk?step=fails"),
            ("route-new", "/routes/add"), ("route-revisions", "/routes/large-to-walk/revisions"), ("destinations", "/destinations"), ("destination-add", "/destinations/add?connector=http"), ("destination", "/destinations/inbox"),
            ("templates", "/templates"), ("template", "/templates/walk-flat"), ("template-gallery", "/templates/gallery/receipt-email-za"), ("destination-form", "/destinations/crm"), ("lists", "/lists"), ("list", "/lists/walk-shop"), ("gone", "/sources/nothing-here"),
            ("settings", "/settings"), ("settings-people", "/settings/people"), ("settings-keys", "/settings/keys"), ("settings-alerts", "/settings/alerts"), ("settings-audit", "/settings/audit"),
        ];
        // Each language with one scheme and each scheme with one language; the long run crosses all of them.
        (string, string)[] looks = TestPace.Name == "long" ? [("en", "light"), ("en", "dark"), ("pt-BR", "light"), ("pt-BR", "dark")] : [("en", "light"), ("pt-BR", "dark")];
        foreach ((string language, string scheme) in looks)
        {
            await page.GotoAsync("/me");
            await page.SelectOptionAsync("#language", language);
            await page.SelectOptionAsync("#scheme", scheme);
            await page.ClickAsync("form[action*='handler=look'] button");
            foreach ((string name, string path) in quick ? pages.Take(5) : pages)
            {
                await page.SetViewportSizeAsync(quick ? 1440 : 390, 900);
                await page.GotoAsync(path);
                foreach (int width in quick ? [1440] : new[] { 390, 1440, 1920 })
                {
                    await page.SetViewportSizeAsync(width, 900);
                    await LookAsync(page, $"{name}-{language}-{scheme}-{width}", axe: width != 1920);
                }
            }
        }

        await page.SetViewportSizeAsync(1440, 900);
        await page.GotoAsync("/me");
        await page.ClickAsync(".wb-who form:last-child button");
        await VisitAsync(page, "sign-in", "/sign-in", axe: true);
        string log = gateway.Log;
        if (log.Contains("fail:", StringComparison.Ordinal) || log.Contains("\"Error\"", StringComparison.Ordinal))
        {
            _faults.Add("the gateway's log: " + log);
        }

        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Menu_OnAPhoneWithTheKeyboardAlone_OpensAndLeadsOn()
    {
        await using IBrowserContext context = await gateway.NewContextAsync(width: 390);
        IPage page = await context.NewPageAsync();
        await page.GotoAsync("/");
        if (page.Url.EndsWith("/start", StringComparison.Ordinal))
        {
            await gateway.MakeAdministratorAsync(page);
        }
        else
        {
            await RunningGateway.SignInAsync(page);
        }

        await page.FocusAsync("#wb-menu");
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator("nav a[href='/sources']")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("nav a[href='/sources']")).ToBeHiddenAsync();
    }

    /// <summary>A gateway that has seen something: a source with events, and refusals of two kinds.</summary>
    private async Task FillSetUpAsync()
    {
        await gateway.PutAsync("destinations/walk-inbox", """{"connector":"inbox","settings":{}}""");
        await gateway.PutAsync("lists/walk-shop", """{"values":["ch_1","ch_2"]}""");
        await gateway.PutAsync("templates/walk-flat", """{"contentType":"application/json","body":"{ \"id\": \"{{ meta.id }}\" }"}""");
        await gateway.PutAsync("routes/large-to-walk", """{"source":["yoco-wine-club","atomicpay-courses"],"destination":"walk-inbox","when":{"kinds":["payment.succeeded"],"checkoutIds":{"list":"walk-shop","unknown":"hold:10m"},"all":[{"field":"payment.amount","op":">","value":5},{"any":[{"field":"payment.currency","op":"=","value":"ZAR"},{"field":"customer.email","op":"exists"}]}]},"rule":"payment.amount < 1000000","template":{"contentType":"application/json","body":"{ \"amount\": {{ payment.amount }} }"}}""");
    }

    private async Task FillAsync()
    {
        using (HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Put, "/api/v1/sources/yoco-wine-club", """{"platform":"yoco","secrets":["whsec_c2VjcmV0LW9mLXRoZS13aW5lLWNsdWItdGVzdHM="]}"""))
        {
            made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
        }

        using (HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Put, "/api/v1/sources/altafinex-courses", """{"platform":"altafinex","secrets":[]}"""))
        {
            made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
        }

        using (HttpResponseMessage sent = await gateway.ApiAsync(HttpMethod.Post, "/api/v1/simulate", """{"source":"yoco-wine-club","event":"payment.succeeded","count":4,"seed":7}"""))
        {
            sent.IsSuccessStatusCode.ShouldBeTrue(await sent.Content.ReadAsStringAsync());
        }

        using (HttpResponseMessage sent = await gateway.ApiAsync(HttpMethod.Post, "/api/v1/simulate", """{"source":"yoco-wine-club","event":"payment.succeeded","count":3,"seed":70,"wrongSignature":true}"""))
        {
            sent.IsSuccessStatusCode.ShouldBeTrue(await sent.Content.ReadAsStringAsync());
        }

        using StringContent body = new("{}");
        using HttpResponseMessage unsigned = await gateway.Http.PostAsync(new Uri("/in/altafinex-courses", UriKind.Relative), body);
        unsigned.StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        await gateway.WaitForRefusedAsync("yoco-wine-club", 3);
        await gateway.WaitForRefusedAsync("altafinex-courses", 1);
    }

    /// <summary>A log with deliveries in every state that people see.</summary>
    private async Task FillLogAsync()
    {
        await gateway.SetUpAsync("""
            {
              "sources":      [ { "name": "atomicpay-courses", "platform": "atomicpay", "secrets": ["secret-of-the-walk"] } ],
              "destinations": [ { "name": "inbox", "connector": "inbox" }, { "name": "crm", "connector": "http", "secrets": { "url": "http://127.0.0.1:1/hook" } }, { "name": "finance-sheet", "connector": "inbox" } ],
              "routes":       [ { "name": "paid-to-inbox", "source": "*", "destination": "inbox", "when": { "mode": "any" } },
                                { "name": "large-to-sheet", "source": "*", "destination": "finance-sheet", "when": { "mode": "any", "all": [ { "field": "payment.amount", "op": ">", "value": 5000 } ] } },
                                { "name": "customers-to-crm", "source": "atomicpay-courses", "destination": "crm", "when": { "mode": "any" } } ]
            }
            """);
        await gateway.SimulateAsync("yoco-wine-club", 5, seed: 700);
        await gateway.SimulateAsync("atomicpay-courses", 6, "purchase_approved", seed: 701);
        await gateway.SimulateAsync("atomicpay-courses", 1, "purchase_approved", seed: 701);
    }

    private async Task<(string Id, string Payment)> ALoggedEventAsync()
    {
        using HttpResponseMessage answer = await gateway.ApiAsync(HttpMethod.Get, "/api/v1/events?source=atomicpay-courses&limit=1", "");
        using JsonDocument page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement first = page.RootElement.GetProperty("items")[0];
        return (first.GetProperty("id").GetString()!, first.GetProperty("payment").GetProperty("id").GetString()!);
    }

    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            // The browser reports every answer of 404 by itself; the page "gone" is one on purpose.
            if (message.Type is "error" or "warning" && !message.Text.Contains("404", StringComparison.Ordinal))
            {
                _faults.Add($"{page.Url}: console: {message.Text}");
            }
        };
        page.PageError += (_, error) => _faults.Add($"{page.Url}: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(gateway.Url, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                _faults.Add($"{page.Url} asks {request.Url}");
            }
        };
    }

    private async Task VisitAsync(IPage page, string name, string path, bool axe)
    {
        await page.GotoAsync(path);
        await LookAsync(page, name, axe);
    }

    private async Task LookAsync(IPage page, string name, bool axe)
    {
        if (await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
        {
            _faults.Add($"{name}: the page scrolls sideways");
        }

        await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, name + ".png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });
        if (axe)
        {
            // Not into the sandboxed frame of a preview: no script runs there, so that the tool would wait for ever.
            AxeResult result = await page.RunAxe(new AxeRunOptions { Iframes = false, ResultTypes = new HashSet<ResultType> { ResultType.Violations } });
            foreach (AxeResultItem finding in result.Violations.Where(static v => v.Impact is "serious" or "critical"))
            {
                _faults.Add($"{name}: {finding.Id}: {finding.Help}: {string.Join(" | ", finding.Nodes.Take(3).Select(static n => n.Html))}");
            }
        }
    }
}
