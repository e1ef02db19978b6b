using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.WebConsole.Pages.Routes;

/// <summary>Every revision of a route that ever was: compare two, restore one.</summary>
internal sealed class RouteRevisionsModel(Gateway gateway) : ConsolePage
{
    public string Name { get; private set; } = "";

    public int Running { get; private set; }

    public IReadOnlyList<ConfigRevisionRow> All { get; private set; } = [];

    public int From { get; private set; }

    public int To { get; private set; }

    public IReadOnlyList<DiffLine> Diff { get; private set; } = [];

    public string? Problem { get; private set; }

    /// <summary>What changed from one to the other; without a choice the newest change.</summary>
    public async Task<IActionResult> OnGetAsync(string route, int from, int to)
    {
        if (!await LoadAsync(route))
        {
            return NotFound();
        }

        Compare(from, to);
        return Page();
    }

    /// <summary>Makes an old revision the newest: nothing of the ones between is lost.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAsync(string route, int revision)
    {
        if (!await LoadAsync(route) || All.FirstOrDefault(r => r.Revision == revision)?.Json is not { } json)
        {
            return NotFound();
        }

        switch (await gateway.Configuration.PutAsync(Definition(route, json), Running, Me.Email!))
        {
            case ChangeResult.Invalid invalid:
                Problem = string.Join(' ', invalid.Problems.Select(p => EngineWords.In(T, p.Message)));
                break;
            case ChangeResult.Stale:
                Problem = T["item.stale"];
                break;
            default:
                return LocalRedirect($"/routes/{route}?done=restored");
        }

        Compare(revision, Running);
        return Page();
    }

    private async Task<bool> LoadAsync(string route)
    {
        if (gateway.Configuration.Find(ConfigurationKind.Route, route) is not { } item)
        {
            return false;
        }

        (Name, Running) = (item.Name, item.Revision);
        All = await gateway.Store.Config.RevisionsAsync(StoredItems.Word(ConfigurationKind.Route), route);
        return true;
    }

    private void Compare(int from, int to)
    {
        To = All.Any(r => r.Revision == to && r.Json is not null) ? to : Running;
        From = All.Any(r => r.Revision == from && r.Json is not null) ? from : All.FirstOrDefault(r => r.Revision < To && r.Json is not null)?.Revision ?? To;
        Diff = LineDiff.Of(Written(From), Written(To));
    }

    private string Written(int revision) => RouteText.Of(Definition(Name, All.First(r => r.Revision == revision).Json!));

    private static object Definition(string route, string json) => StoredItems.Read(ConfigurationKind.Route, route, json, new Dictionary<string, SecretText>());
}
