using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Sources;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.WebConsole.Pages.Settings;

/// <summary>Keys for programs: what they may do, until when, and when they were last used. A key itself is shown once.</summary>
[Needs(Role.Administrator)]
internal sealed class KeysModel(Gateway gateway, ShownOnce shown) : ConsolePage
{
    private const string About = "key";

    private static readonly string[] Known = ["added", "rotated", "revoked"];

    /// <summary>How long a key may last, in days; 0 = without an end.</summary>
    public static readonly IReadOnlyList<int> Lasting = [30, 90, 365, 0];

    public IReadOnlyList<ApiKeyRow> Keys { get; private set; } = [];

    public string? Fresh { get; private set; }

    public string? Done { get; private set; }

    public string? Problem { get; private set; }

    public string? Name { get; private set; }

    public static IReadOnlyList<string> Scopes => ApiScopes.All;

    public async Task OnGetAsync(string? done)
    {
        Done = Known.Contains(done) ? done : null;
        Fresh = shown.Take(Me.SessionKey!, About);
        await LoadAsync();
    }

    public async Task<IActionResult> OnPostAsync(string? name, string[] scopes, int days)
    {
        Name = name?.Trim() ?? "";
        string[] chosen = [.. Scopes.Where(scopes.Contains)];
        Problem = !Names.IsValid(Name) ? T["name.wrong"] : chosen.Length == 0 ? T["keys.noScope"] : null;
        if (Problem is null)
        {
            try
            {
                (_, string key) = await gateway.Keys.CreateAsync(Name, chosen, Lasting.Contains(days) && days > 0 ? T.Now.AddDays(days) : null, Me.Email!);
                shown.Keep(Me.SessionKey!, About, key);
                return LocalRedirect("/settings/keys?done=added");
            }
            catch (ProblemException)
            {
                Problem = T["keys.taken", Name];
            }
        }

        await LoadAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostRotateAsync(string? id)
    {
        if (await gateway.Keys.RotateAsync(id ?? "", Me.Email!) is { } made)
        {
            shown.Keep(Me.SessionKey!, About, made.Key);
        }

        return LocalRedirect("/settings/keys?done=rotated");
    }

    public async Task<IActionResult> OnPostRevokeAsync(string? id)
    {
        await gateway.Keys.RevokeAsync(id ?? "", Me.Email!);
        return LocalRedirect("/settings/keys?done=revoked");
    }

    private async Task LoadAsync() => Keys = await gateway.Keys.ListAsync();
}
