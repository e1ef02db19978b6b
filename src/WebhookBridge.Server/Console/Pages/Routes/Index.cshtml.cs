using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Routes;

/// <summary>Every route: from where, what, to where, and what waits on it.</summary>
internal sealed class RoutesModel(Gateway gateway) : ConsolePage
{
    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public string? Removed { get; private set; }

    public bool HasSources => gateway.Configuration.All(ConfigurationKind.Source).Any();

    public void OnGet(string? removed)
    {
        Removed = removed is not null && Names.IsValid(removed) ? removed : null;
        Dictionary<string, (long Waiting, long Stuck)> open = Open();
        Rows = [.. gateway.Configuration.All(ConfigurationKind.Route).Select(item =>
        {
            var route = (RouteDefinition)item.Definition;
            LaneStatus lane = gateway.Pump.Status(route.Destination);
            (long waiting, long stuck) = open.GetValueOrDefault(route.Name);
            bool works = gateway.Current.Value.Routes.ContainsKey(route.Name);
            string state = !works ? "refused" : !route.Enabled ? "skipped" : lane.Hold is not null ? "held" : lane.Paused ? "failing" : "delivered";
            string kinds = route.When.Kinds.Count == 0 ? T["routes.everything"] : string.Join(", ", route.When.Kinds.Select(k => FieldWords.Kind(T, k)));
            return new Row(route.Name, string.Join(", ", route.Sources.Select(s => s == "*" ? T["route.allSources"] : s)), kinds, Count(route), route.Destination, state, waiting, stuck);
        })];
    }

    /// <summary>Takes a deletion back: the newest revision that is none becomes the newest of all.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostUndoAsync(string removed)
    {
        foreach (ConfigRevisionRow row in await gateway.Store.Config.RevisionsAsync(StoredItems.Word(ConfigurationKind.Route), removed))
        {
            if (row.Json is { } json)
            {
                object definition = StoredItems.Read(ConfigurationKind.Route, removed, json, new Dictionary<string, Engine.Model.SecretText>());
                return await gateway.Configuration.PutAsync(definition, expected: 0, Me.Email!) is ChangeResult.Done ? LocalRedirect($"/routes/{removed}?done=restored") : LocalRedirect("/routes");
            }
        }

        return NotFound();
    }

    private static int Count(RouteDefinition route) => route.When.All.Count + route.When.Any.Count;

    private Dictionary<string, (long Waiting, long Stuck)> Open()
    {
        using StoreContext log = gateway.Store.OpenContext();
        var rows = log.Deliveries.Where(static d => d.State == "pending" || d.State == "held" || d.State == "refused" || d.State == "exhausted")
            .GroupBy(static d => new { d.Route, d.State }).Select(static g => new { g.Key.Route, g.Key.State, Count = g.LongCount() }).ToList();
        return rows.GroupBy(static r => r.Route).ToDictionary(
            static g => g.Key,
            static g => (g.Where(static r => r.State is "pending" or "held").Sum(static r => r.Count), g.Where(static r => r.State is "refused" or "exhausted").Sum(static r => r.Count)));
    }

    internal sealed record Row(string Name, string Sources, string Kinds, int Conditions, string Destination, string State, long Waiting, long Stuck);
}
