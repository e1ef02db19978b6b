using System.Net;
using Microsoft.Playwright;

namespace WebhookBridge.Console.Tests;

/// <summary>Acceptance test 1: one command starts it, the first page makes an administrator; and who may come in afterwards.</summary>
public sealed class FirstStartTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    public async Task Test1_FirstStart_TheWholeWay_MakesAdministratorAndKeepsOthersOut()
    {
        // A gateway that nobody has been at, whatever ran before.
        using RunningGateway fresh = new();
        await fresh.InitializeAsync();
        try
        {
            await using IBrowserContext context = await fresh.NewContextAsync();
            IPage page = await context.NewPageAsync();

            // Nobody is there yet: every page leads to the first start, and a wrong token leads nowhere.
            await page.GotoAsync("/sources");
            page.Url.ShouldEndWith("/start");
            await page.FillAsync("#token", "aaaa-bbbb-cccc");
            await page.FillAsync("#email", RunningGateway.Email);
            await page.FillAsync("#password", "too short");
            await page.EvaluateAsync("document.querySelector('#password').removeAttribute('minlength')");
            await page.ClickAsync("button[type=submit]");
            (await page.InnerTextAsync("[role=alert]")).ShouldContain("not the start token");
            (await page.InnerTextAsync("[role=alert]")).ShouldContain("12 characters");

            await fresh.MakeAdministratorAsync(page);
            (await page.InnerTextAsync("h1")).ShouldBe("Overview");

            // The door is shut behind the first.
            await using IBrowserContext second = await fresh.NewContextAsync();
            IPage other = await second.NewPageAsync();
            await other.GotoAsync("/start");
            other.Url.ShouldEndWith("/sign-in");

            // Wrong passwords are counted, in words.
            await RunningGateway.SignInAsync(other, password: "correct horse batterx");
            (await other.InnerTextAsync("[role=alert]")).ShouldContain("4 tries are left");
            await RunningGateway.SignInAsync(other);
            await Assertions.Expect(other).ToHaveURLAsync(fresh.Url + "/", new() { Timeout = 60_000 });

            // Signing out everywhere ends this session and the other one.
            await page.GotoAsync("/me");
            (await page.Locator(".wb-plain > li").CountAsync()).ShouldBe(2);
            await page.ClickAsync("text=Sign out everywhere");
            page.Url.ShouldContain("/sign-in");
            await other.GotoAsync("/me");
            other.Url.ShouldContain("/sign-in?to=%2Fme");
        }
        finally
        {
            await fresh.DisposeAsync();
        }
    }

    [Fact]
    [Trait("Pace", "normal")]
    public async Task SignIn_AfterFiveWrongPasswords_Waits()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.GotoAsync("/");
        if (page.Url.EndsWith("/start", StringComparison.Ordinal))
        {
            await gateway.MakeAdministratorAsync(page);
            await context.ClearCookiesAsync();
        }

        for (int i = 0; i < 5; i++)
        {
            await RunningGateway.SignInAsync(page, "thando@marula.example", "a wrong password " + i);
        }

        (await page.InnerTextAsync("[role=alert]")).ShouldContain("15 min");
        await RunningGateway.SignInAsync(page, "thando@marula.example", "a wrong password 6");
        (await page.InnerTextAsync("[role=alert]")).ShouldContain("Too many");
    }

    [Fact]
    public async Task Pages_BeforeSignIn_CarryTheStrictHeaders()
    {
        using HttpResponseMessage answer = await gateway.Http.GetAsync(new Uri("/sign-in?lang=en", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        string policy = string.Join("", answer.Headers.GetValues("Content-Security-Policy"));
        policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-");
        policy.ShouldContain("frame-ancestors 'none'; base-uri 'none'");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        foreach (string cookie in answer.Headers.GetValues("Set-Cookie"))
        {
            cookie.ShouldContain("httponly", Case.Insensitive);
            cookie.ShouldContain("samesite=lax", Case.Insensitive);
        }
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/start")]
    public async Task Post_WithoutAntiforgeryToken_IsRefused(string path)
    {
        using FormUrlEncodedContent form = new([new("Email", "x@example.com"), new("Password", "whatever it is")]);
        using HttpResponseMessage answer = await gateway.Http.PostAsync(new Uri(path, UriKind.Relative), form);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Api_WithTheConsoleCookie_StaysShut()
    {
        await using IBrowserContext context = await gateway.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.GotoAsync("/");
        IAPIResponse answer = await page.APIRequest.GetAsync("/api/v1/events");
        answer.Status.ShouldBe(401);
    }
}
