using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;

namespace WebhookBridge.Console.Tests;

/// <summary>Acceptance tests 2, 4 and 5 as far as the console goes: add a source from the list, see events arrive, understand a refusal and mend it.</summary>
public sealed class SourceTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private const string Secret = "whsec_secret-of-altafinex-for-tests";

    [Fact]
    public async Task Source_FromGalleryToFirstEvent_NeedsNoManual()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await SignedInAsync(context);

        // The gallery is searched while one types; one choice leads to the form.
        await page.GotoAsync("/sources");
        await page.ClickAsync("text=Add a source");
        await page.FillAsync("input[name=q]", "yoc");
        await Assertions.Expect(page.Locator(".wb-tile")).ToHaveCountAsync(1);
        await page.ClickAsync(".wb-tile >> text=Yoco");

        // What is pasted is judged at once.
        await page.FillAsync("#secret", "sk_live_0123456789");
        await Assertions.Expect(page.Locator("#secret-judged")).ToContainTextAsync("that is an API key");
        await page.FillAsync("#secret", "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)));
        await Assertions.Expect(page.Locator("#secret-judged")).ToContainTextAsync("Looks right");
        await page.FillAsync("#name", "yoco-wine-club");
        await page.ClickAsync("text=Save and wait for the first event");

        // The address to copy, and the first event, live.
        page.Url.ShouldContain("/sources/yoco-wine-club");
        (await page.InputValueAsync("#address")).ShouldBe(gateway.Url + "/in/yoco-wine-club");
        (await page.InnerTextAsync("#recent")).ShouldContain("Waiting");
        await page.ClickAsync("text=Send a signed test event");
        await Assertions.Expect(page.Locator("#recent")).ToContainTextAsync("TEST");
        (await page.InnerTextAsync(".wb-note.is-ok")).ShouldContain("marked TEST");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Rejected_SecretWithLineBreak_IsFoundMendedAndAccepted()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await SignedInAsync(context);
        using (HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Put, "/api/v1/sources/altafinex", $$"""{"platform":"altafinex","secrets":["{{Secret}}\n"]}"""))
        {
            made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
        }

        (await PostSignedAsync("pay_1")).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostSignedAsync("pay_2")).ShouldBe(HttpStatusCode.Unauthorized);

        await gateway.WaitForRefusedAsync("altafinex", 2);

        // The source says that something is refused, and leads to the doctor.
        await page.GotoAsync("/sources/altafinex");
        ILocator nothing = page.Locator("#nothing");
        await Assertions.Expect(nothing).ToContainTextAsync("2 requests in 24 hours");
        await nothing.Locator("a").ClickAsync();
        (await page.InnerTextAsync("#doctor")).ShouldContain("blank or line break in the stored secret");
        (await page.InnerTextAsync("#doctor")).ShouldNotContain(Secret);

        // One click mends and accepts; the same request once more is a repeat, not a second event.
        await page.ClickAsync("text=Mend the secret and accept 2");
        (await page.InnerTextAsync(".wb-note.is-ok")).ShouldContain("2 requests became events");
        (await PostSignedAsync("pay_1")).ShouldBe(HttpStatusCode.OK);
        await page.GotoAsync("/sources/altafinex");
        await Assertions.Expect(page.Locator("#recent")).ToContainTextAsync("1 repeat");
    }

    [Fact]
    public async Task Test5_ForgedRequest_IsRefusedInPlainWords_AndIsNotOfferedForAcceptance()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await SignedInAsync(context);
        using (HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Put, "/api/v1/sources/shop", $$"""{"platform":"altafinex","secrets":["another {{Secret}}"]}"""))
        {
            made.IsSuccessStatusCode.ShouldBeTrue();
        }

        using (HttpRequestMessage forged = new(HttpMethod.Post, "/in/shop") { Content = new StringContent("""{"event":"payment.succeeded"}""", Encoding.UTF8, "application/json") })
        {
            forged.Headers.Add("X-Altafinex-Signature", new string('0', 64));
            using HttpResponseMessage refused = await gateway.Http.SendAsync(forged);
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await gateway.WaitForRefusedAsync("shop", 1);
        await page.GotoAsync("/rejected?source=shop");
        (await page.InnerTextAsync("h1 + p")).ShouldContain("1 request refused");
        (await page.InnerTextAsync("#doctor")).ShouldContain("Nothing that was tried explains it");
        (await page.Locator("#doctor button").CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Secrets_OnThePage_AreNeverShownAgain()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await SignedInAsync(context);
        const string Known = "a secret that nobody must see 4f7Q";
        using (HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Put, "/api/v1/sources/hidden", $$"""{"platform":"altafinex","secrets":["{{Known}}"]}"""))
        {
            made.IsSuccessStatusCode.ShouldBeTrue();
        }

        await page.GotoAsync("/sources/hidden");
        string html = await page.ContentAsync();
        html.ShouldNotContain("nobody must see");
        html.ShouldContain("••••4f7Q");
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task Viewer_OnSourcePages_SeesButCannotChange()
    {
        await using IBrowserContext first = await gateway.NewContextAsync();
        await SignedInAsync(first);
        using (HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Post, "/api/v1/users", """{"name":"viewer@marula.example","role":"viewer","password":"only looking around"}"""))
        {
            made.IsSuccessStatusCode.ShouldBeTrue(await made.Content.ReadAsStringAsync());
        }

        using (HttpResponseMessage made = await gateway.ApiAsync(HttpMethod.Put, "/api/v1/sources/seen", $$"""{"platform":"altafinex","secrets":["{{Secret}}"]}"""))
        {
            made.IsSuccessStatusCode.ShouldBeTrue();
        }

        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await RunningGateway.SignInAsync(page, "viewer@marula.example", "only looking around");
        await page.GotoAsync("/sources/seen");
        (await page.Locator("main form").CountAsync()).ShouldBe(0);

        // What is not drawn is refused as well.
        (await page.GotoAsync("/sources/add"))!.Status.ShouldBe(403);
        string token = await page.EvaluateAsync<string>("fetch('/me').then(r => r.text()).then(t => t.match(/__RequestVerificationToken\" value=\"([^\"]+)/)[1])");
        IFormData form = page.APIRequest.CreateFormData();
        form.Set("__RequestVerificationToken", token);
        form.Set("revision", "1");
        form.Set("on", "false");
        (await page.APIRequest.PostAsync("/sources/seen?handler=enabled", new() { Form = form })).Status.ShouldBe(403);
    }

    private async Task<IPage> SignedInAsync(IBrowserContext context)
    {
        IPage page = await context.NewPageAsync();
        await page.GotoAsync("/");
        if (page.Url.EndsWith("/start", StringComparison.Ordinal))
        {
            await gateway.MakeAdministratorAsync(page);
        }
        else
        {
            await RunningGateway.SignInAsync(page);
            await Assertions.Expect(page).ToHaveURLAsync(gateway.Url + "/", new() { Timeout = 60_000 });
        }

        return page;
    }

    private async Task<HttpStatusCode> PostSignedAsync(string payment)
    {
        byte[] body = Encoding.UTF8.GetBytes($$$"""{"event":"payment.succeeded","timestamp":"2026-11-20T10:00:00Z","data":{"payment_id":"{{{payment}}}","amount":"10.99","currency":"USD"}}""");
        using HttpRequestMessage request = new(HttpMethod.Post, "/in/altafinex") { Content = new ByteArrayContent(body) };
        request.Headers.Add("X-Altafinex-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body)));
        using HttpResponseMessage answer = await gateway.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
