using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Accounts;

namespace WebhookBridge.Server.WebConsole.Pages;

[OpenToAll]
internal sealed class SignInModel(AccountStore accounts, SignInThrottle throttle, TimeProvider time) : ConsolePage
{
    private static readonly TimeSpan Short = TimeSpan.FromHours(12);
    private static readonly TimeSpan Long = TimeSpan.FromDays(14);

    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public bool Stay { get; set; }

    public string? Problem { get; private set; }

    public bool SignedOut { get; private set; }

    public bool Encrypted => ConsoleCookies.MaySignIn(Request);

    public async Task<IActionResult> OnGetAsync(string? to, string? lang, bool signedOut)
    {
        if (Language.Find(lang) is { } language)
        {
            ConsoleCookies.WriteLanguage(HttpContext, language.Code);
            return LocalRedirect(Address(to));
        }

        if (Me.Email is not null)
        {
            return LocalRedirect(Inside(to));
        }

        SignedOut = signedOut;
        return await accounts.AnyAsync(Aborted) ? Page() : LocalRedirect(ConsoleGate.StartPath);
    }

    public async Task<IActionResult> OnPostAsync(string? to)
    {
        if (!Encrypted)
        {
            return Page();
        }

        string email = Email?.Trim() ?? "";
        string address = HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";
        if (throttle.BlockedUntil(email, address) is { } until)
        {
            Problem = T["signIn.blocked", T.Span(until - time.GetUtcNow() + TimeSpan.FromSeconds(30))];
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Page();
        }

        Account? account = email.Length is > 0 and <= 256 ? await accounts.FindAsync(email, Aborted) : null;
        string password = Password is { Length: <= PasswordHash.MaximumLength } given ? given : "";
        if (!PasswordHash.Verify(account?.PasswordHash, password) || account!.Disabled)
        {
            int left = throttle.Failed(email, address);
            Problem = left == 0 ? T["signIn.blocked", T.Span(SignInThrottle.Wait)] : T.Count("signIn.wrong", left);
            return Page();
        }

        throttle.Succeeded(email, address);
        DateTimeOffset now = time.GetUtcNow();
        byte[] token = ConsoleCookies.WriteSession(HttpContext, Stay ? Long : null);
        await accounts.StartSessionAsync(account, ConsoleGate.KeyOf(token), now, now + (Stay ? Long : Short), address, Request.Headers.UserAgent.ToString());
        return LocalRedirect(Inside(to));
    }

    private static string Address(string? to) => ConsoleGate.SignInPath + (to is null ? "" : QueryString.Create("to", to).ToString());

    /// <summary>Only pages of ours may follow the sign-in.</summary>
    private string Inside(string? to) => to is not null && Url.IsLocalUrl(to) && !to.StartsWith(ConsoleGate.SignInPath, StringComparison.Ordinal) ? to : "/";
}
