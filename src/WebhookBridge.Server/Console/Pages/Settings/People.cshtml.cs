using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Sources;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.WebConsole.Pages.Settings;

/// <summary>Who may sign in, and what they may do.</summary>
[Needs(Role.Administrator)]
internal sealed class PeopleModel(Gateway gateway, ShownOnce shown) : ConsolePage
{
    private const string About = "person";

    private static readonly string[] Known = ["added", "reset", "role", "removed", "disabled", "enabled"];

    public IReadOnlyList<UserRow> People { get; private set; } = [];

    public string? Done { get; private set; }

    public string? Problem { get; private set; }

    public string? Name { get; private set; }

    /// <summary>A password that was made a moment ago: shown this once, with its person.</summary>
    public (string Person, string Password)? Fresh { get; private set; }

    public static IReadOnlyList<string> Roles => Server.Access.Users.Roles;

    public void OnGet(string? done)
    {
        Done = Known.Contains(done) ? done : null;
        if (shown.Take(Me.SessionKey!, About)?.Split('\n') is [var person, var password])
        {
            Fresh = (person, password);
        }

        Load();
    }

    public Task<IActionResult> OnPostAsync(string? name, string? role)
    {
        Name = name?.Trim() ?? "";
        if (!AccountRules.IsEmail(Name))
        {
            Problem = T["people.nameWrong"];
            Load();
            return Task.FromResult<IActionResult>(Page());
        }

        string password = NewPassword();
        return DoAsync("added", async () =>
        {
            await gateway.Users.AddAsync(Name, RoleOf(role), password, Me.Email!);
            shown.Keep(Me.SessionKey!, About, $"{Name}\n{password}");
        });
    }

    public Task<IActionResult> OnPostRoleAsync(string? name, string? role) => DoAsync("role", () => gateway.Users.SetRoleAsync(name ?? "", RoleOf(role), Me.Email!));

    public Task<IActionResult> OnPostDisabledAsync(string? name, bool disabled) => DoAsync(disabled ? "disabled" : "enabled", () => gateway.Users.SetDisabledAsync(name ?? "", disabled, Me.Email!));

    public Task<IActionResult> OnPostRemoveAsync(string? name) => DoAsync("removed", () => gateway.Users.RemoveAsync(name ?? "", Me.Email!));

    public Task<IActionResult> OnPostResetAsync(string? name)
    {
        string password = NewPassword();
        return DoAsync("reset", async () =>
        {
            if (await gateway.Users.ResetAsync(name ?? "", password, Me.Email!))
            {
                shown.Keep(Me.SessionKey!, About, $"{name}\n{password}");
            }
        });
    }

    private async Task<IActionResult> DoAsync(string done, Func<Task> deed)
    {
        try
        {
            await deed();
            return LocalRedirect("/settings/people?done=" + done);
        }
        catch (ProblemException e)
        {
            Problem = e.Problem == Api.Problems.NameTaken ? T["people.taken", Name ?? ""] : e.Problem == Api.Problems.WrongState ? T["people.last"] : e.Message;
            Load();
            return Page();
        }
    }

    private void Load() => People = gateway.Users.List();

    private static string RoleOf(string? role) => role is not null && Roles.Contains(role) ? role : Role.Viewer.Name();

    /// <summary>120 bits; the person chooses another on the account page.</summary>
    private static string NewPassword() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(15));
}
