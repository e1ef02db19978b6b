using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.WebConsole.Pages.Templates;

/// <summary>Own templates with who uses them, and the gallery.</summary>
internal sealed class TemplatesModel(Gateway gateway) : ConsolePage
{
    public IReadOnlyList<(TemplateDefinition Template, IReadOnlyList<string> Routes)> Own { get; private set; } = [];

    public IReadOnlyList<GalleryTemplate> Gallery { get; private set; } = [];

    public string? Query { get; private set; }

    public string? Removed { get; private set; }

    public void OnGet(string? q, string? removed)
    {
        Load(q);
        Removed = removed is not null && Names.IsValid(removed) ? removed : null;
    }

    public IActionResult OnGetTiles(string? q)
    {
        Load(q);
        return Partial("Templates/_Tiles", this);
    }

    /// <summary>Takes a deletion back.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostUndoAsync(string removed)
    {
        foreach (ConfigRevisionRow row in await gateway.Store.Config.RevisionsAsync(StoredItems.Word(ConfigurationKind.Template), removed))
        {
            if (row.Json is { } json)
            {
                object definition = StoredItems.Read(ConfigurationKind.Template, removed, json, new Dictionary<string, SecretText>());
                return await gateway.Configuration.PutAsync(definition, expected: 0, Me.Email!) is ChangeResult.Done ? LocalRedirect("/templates/" + removed) : LocalRedirect("/templates");
            }
        }

        return NotFound();
    }

    public string ConnectorOf(string id) => gateway.Connectors.FindReady(id)?.Description.Name.In(T) ?? id;

    /// <summary>The routes that name a template.</summary>
    public static IReadOnlyList<string> UsersOf(Gateway gateway, string template) =>
        [.. gateway.Configuration.All(ConfigurationKind.Route).Where(r => ((RouteDefinition)r.Definition).Template is TemplateReference.Named named && named.Name == template).Select(static r => r.Name)];

    private void Load(string? q)
    {
        Query = q?.Trim();
        Own = [.. gateway.Configuration.All(ConfigurationKind.Template).Select(i => ((TemplateDefinition)i.Definition, UsersOf(gateway, i.Name)))];
        Gallery = [.. gateway.Gallery.Values.Where(g => string.IsNullOrEmpty(Query) || $"{g.Name} {g.Title.In(T)} {g.Description.In(T)} {string.Join(' ', g.Connectors.Select(ConnectorOf))}".Contains(Query, StringComparison.OrdinalIgnoreCase)).OrderBy(g => g.Title.In(T), StringComparer.OrdinalIgnoreCase)];
    }
}
