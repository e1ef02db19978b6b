using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;

namespace WebhookBridge.Server.WebConsole.Pages.Lists;

/// <summary>Named lists: how a shop tells the gateway its own checkout ids.</summary>
internal sealed class ListsModel(Gateway gateway) : ConsolePage
{
    public IReadOnlyList<(string Name, int Count, IReadOnlyList<string> Routes)> Rows { get; private set; } = [];

    public string? Problem { get; private set; }

    public string? Removed { get; private set; }

    public void OnGet(string? removed)
    {
        Removed = removed is not null && Names.IsValid(removed) ? removed : null;
        Load();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAsync(string? name)
    {
        name = name?.Trim() ?? "";
        Problem = !Names.IsValid(name) ? T["name.wrong"]
            : await gateway.Configuration.PutAsync(new ListDefinition { Name = name }, expected: 0, Me.Email!) is ChangeResult.Done ? null : T["list.taken", name];
        if (Problem is null)
        {
            return LocalRedirect("/lists/" + name);
        }

        Load();
        return Page();
    }

    /// <summary>The routes whose conditions look into a list.</summary>
    public static IReadOnlyList<string> UsersOf(Gateway gateway, string list) =>
        [.. gateway.Configuration.All(ConfigurationKind.Route).Where(r => GatewayConfiguration.ListsOf(((RouteDefinition)r.Definition).When).Contains(list)).Select(static r => r.Name)];

    private void Load() =>
        Rows = [.. gateway.Configuration.All(ConfigurationKind.List).Select(i => (i.Name, gateway.Lists.ByName.TryGetValue(i.Name, out Engine.Filtering.ValueList? values) ? values.Count : 0, UsersOf(gateway, i.Name)))];
}
