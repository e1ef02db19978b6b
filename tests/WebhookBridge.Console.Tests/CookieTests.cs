using System.Net;

namespace WebhookBridge.Console.Tests;

/// <summary>The cookies of the console: over https with the prefix that binds them to this host (RFC 6265bis section 4.1.3.2), over http at localhost without it, and never a key to the API.</summary>
[Trait("Pace", "normal")]
public sealed class CookieTests(QuietGateway gateway) : IClassFixture<QuietGateway>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignIn_CookiesOfEitherScheme_AreBoundToThisHostAndHiddenFromScripts(bool https)
    {
        (HttpStatusCode status, string[] cookies) = await SignInAsync(https);
        status.ShouldBe(HttpStatusCode.Redirect);
        cookies.ShouldContain(static c => c.Contains("wb-session=", StringComparison.Ordinal));
        foreach (string cookie in cookies)
        {
            cookie.StartsWith("__Host-", StringComparison.Ordinal).ShouldBe(https, cookie);
            cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase).ShouldBe(https, cookie);
            cookie.ShouldContain("; path=/;", Case.Insensitive);
            cookie.ShouldContain("; httponly", Case.Insensitive);
            cookie.ShouldContain("; samesite=", Case.Insensitive);
            cookie.ShouldNotContain("domain=", Case.Insensitive);
        }
    }

    [Fact]
    public async Task Session_MadeOverHttps_OpensTheConsoleThereAlone()
    {
        (_, string[] cookies) = await SignInAsync(https: true);
        string session = cookies.First(static c => c.Contains("wb-session=", StringComparison.Ordinal)).Split(';')[0];
        (await AskAsync("/me", session, https: true)).ShouldBe(HttpStatusCode.OK);
        (await AskAsync("/me", session, https: false)).ShouldBe(HttpStatusCode.Redirect, "to the sign-in");
        (await AskAsync("/api/v1/sources", session, https: true)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<(HttpStatusCode Status, string[] Cookies)> SignInAsync(bool https)
    {
        using HttpRequestMessage look = Request(HttpMethod.Get, "/sign-in", https);
        using HttpResponseMessage form = await gateway.Http.SendAsync(look);
        string token = QuietGateway.Token().Match(await form.Content.ReadAsStringAsync()).Groups["token"].Value;
        using HttpRequestMessage post = Request(HttpMethod.Post, "/sign-in", https);
        post.Headers.Add("Cookie", string.Join("; ", CookiesOf(form).Select(static c => c.Split(';')[0])));
        post.Content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("Email", "operator@marula.example"), new("Password", QuietGateway.Password)]);
        using HttpResponseMessage answer = await gateway.Http.SendAsync(post);
        return (answer.StatusCode, [.. CookiesOf(form), .. CookiesOf(answer)]);
    }

    private async Task<HttpStatusCode> AskAsync(string path, string cookie, bool https)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, path, https);
        request.Headers.Add("Cookie", cookie);
        using HttpResponseMessage answer = await gateway.Http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>As a trusted proxy in front passes it on.</summary>
    private static HttpRequestMessage Request(HttpMethod method, string path, bool https)
    {
        HttpRequestMessage request = new(method, path);
        request.Headers.Add("X-Forwarded-Proto", https ? "https" : "http");
        return request;
    }

    private static string[] CookiesOf(HttpResponseMessage answer) => answer.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies) ? [.. cookies] : [];
}
