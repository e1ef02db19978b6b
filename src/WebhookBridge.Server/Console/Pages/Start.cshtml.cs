using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Accounts;

namespace WebhookBridge.Server.WebConsole.Pages;

/// <summary>The first person: whoever holds the token of the terminal. Once there is someone, this page is gone.</summary>
[OpenToAll]
internal sealed class StartModel(AccountStore accounts, FirstStart first, SignInThrottle throttle, TimeProvider time) : ConsolePage
{
    // Tokens are counted apart from passwords; the name cannot be an e-mail.
    private const string ThrottleName = "first start";

    [BindProperty]
    public string? Token { get; set; }

    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? LanguageCode { get; set; }

    [BindProperty]
    public string? Zone { get; set; }

    public List<string> Problems { get; } = [];

    public bool Encrypted => ConsoleCookies.MaySignIn(Request);

    public async Task<IActionResult> OnGetAsync(string? lang, string? token)
    {
        if (Language.Find(lang) is { } language)
        {
            ConsoleCookies.WriteLanguage(HttpContext, language.Code);
            return LocalRedirect(ConsoleGate.StartPath);
        }

        Token = token;
        LanguageCode = T.Language.Code;
        return await accounts.AnyAsync(Aborted) ? LocalRedirect("/") : Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (await accounts.AnyAsync(Aborted))
        {
            return LocalRedirect("/");
        }

        string email = Email?.Trim() ?? "";
        string address = HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";
        if (!Encrypted || !Check(email, address))
        {
            return Page();
        }

        DateTimeOffset now = time.GetUtcNow();
        Account account = new(email, Role.Administrator.Name(), PasswordHash.Create(Password!), Language.Find(LanguageCode)!.Code, Zone!);
        if (await accounts.CreateFirstAsync(account, now))
        {
            byte[] token = ConsoleCookies.WriteSession(HttpContext, lasting: null);
            Account stored = (await accounts.FindAsync(email, Aborted))!;
            await accounts.StartSessionAsync(stored, ConsoleGate.KeyOf(token), now, now + TimeSpan.FromHours(12), address, Request.Headers.UserAgent.ToString());
        }

        return LocalRedirect("/");
    }

    private bool Check(string email, string address)
    {
        if (throttle.BlockedUntil(ThrottleName, address) is { } until)
        {
            Problems.Add(T["start.blocked", T.Span(until - time.GetUtcNow() + TimeSpan.FromSeconds(30))]);
            return false;
        }

        if (!first.Matches(Token))
        {
            throttle.Failed(ThrottleName, address);
            Problems.Add(T["start.tokenWrong"]);
        }

        if (!AccountRules.IsEmail(email))
        {
            Problems.Add(T["account.emailWrong"]);
        }

        if (Password is not { Length: >= PasswordHash.MinimumLength and <= PasswordHash.MaximumLength })
        {
            Problems.Add(T["password.hint", PasswordHash.MinimumLength]);
        }

        if (Language.Find(LanguageCode) is null || !TimeZones.Exists(Zone))
        {
            Problems.Add(T["account.choose"]);
        }

        return Problems.Count == 0;
    }
}
