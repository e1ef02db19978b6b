using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Accounts;

namespace WebhookBridge.Server.WebConsole.Pages;

/// <summary>One's own settings, password and sessions.</summary>
internal sealed class MeModel(AccountStore accounts, SignInThrottle throttle, TimeProvider time) : ConsolePage
{
    private static readonly string[] Known = ["saved", "password", "everywhere"];

    public IReadOnlyList<SessionRow> Sessions { get; private set; } = [];

    public string? Done { get; private set; }

    public string? Problem { get; private set; }

    public async Task OnGetAsync(string? done)
    {
        Done = Known.Contains(done) ? done : null;
        await LoadAsync();
    }

    public async Task<IActionResult> OnPostLookAsync(string? language, string? zone, string? scheme)
    {
        await accounts.SetPreferencesAsync(Me.Email!, (Language.Find(language) ?? T.Language).Code, TimeZones.Exists(zone) ? zone! : T.Zone.Id, time.GetUtcNow());
        ConsoleCookies.WriteScheme(HttpContext, scheme is "light" or "dark" ? scheme : "auto");
        return LocalRedirect("/me?done=saved");
    }

    public IActionResult OnPostScheme(string? scheme, string? to)
    {
        ConsoleCookies.WriteScheme(HttpContext, scheme is "light" or "dark" ? scheme : "auto");
        return LocalRedirect(to is not null && Url.IsLocalUrl(to) ? to : "/");
    }

    public async Task<IActionResult> OnPostPasswordAsync(string? old, string? fresh)
    {
        string address = HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";
        Account account = (await accounts.FindAsync(Me.Email!, Aborted))!;
        if (throttle.BlockedUntil(account.Name, address) is { } until)
        {
            Problem = T["signIn.blocked", T.Span(until - time.GetUtcNow() + TimeSpan.FromSeconds(30))];
        }
        else if (!PasswordHash.Verify(account.PasswordHash, old is { Length: <= PasswordHash.MaximumLength } ? old : ""))
        {
            throttle.Failed(account.Name, address);
            Problem = T["me.passwordWrong"];
        }
        else if (fresh is not { Length: >= PasswordHash.MinimumLength and <= PasswordHash.MaximumLength })
        {
            Problem = T["password.hint", PasswordHash.MinimumLength];
        }

        if (Problem is not null)
        {
            await LoadAsync();
            return Page();
        }

        await accounts.SetPasswordAsync(account.Name, PasswordHash.Create(fresh!), account.Name, Me.SessionKey!, time.GetUtcNow());
        return LocalRedirect("/me?done=password");
    }

    public async Task<IActionResult> OnPostEverywhereAsync()
    {
        await accounts.EndSessionsAsync(Me.Email!, time.GetUtcNow());
        ConsoleCookies.EndSession(HttpContext);
        return LocalRedirect(ConsoleGate.SignInPath + "?signedOut=true");
    }

    public async Task<IActionResult> OnPostSignOutAsync()
    {
        await accounts.EndSessionAsync(Me.SessionKey!, Me.Email!, time.GetUtcNow());
        ConsoleCookies.EndSession(HttpContext);
        return LocalRedirect(ConsoleGate.SignInPath + "?signedOut=true");
    }

    private async Task LoadAsync() =>
        Sessions = [.. (await accounts.SessionsOfAsync(Me.Email!, time.GetUtcNow(), Aborted))
            .Select(s => new SessionRow(s.Address, s.Agent, s.CreatedAt, s.ExpiresAt, s.Key.AsSpan().SequenceEqual(Me.SessionKey)))];

    internal sealed record SessionRow(string Address, string Agent, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool Here);
}
