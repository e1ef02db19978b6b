using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;

namespace WebhookBridge.Server.WebConsole.Pages.Templates;

/// <summary>One entry of the gallery: what it makes of its own made-up sample, and its text.</summary>
internal sealed class GalleryEntryModel(Gateway gateway) : ConsolePage
{
    public GalleryTemplate Entry { get; private set; } = null!;

    public EventTrial? Trial { get; private set; }

    public async Task<IActionResult> OnGetAsync(string entry)
    {
        if (gateway.Gallery.GetValueOrDefault(entry) is not { } found)
        {
            return NotFound();
        }

        Entry = found;
        RouteForm form = new() { Sources = ["*"], Rule = found.Rule, Template = found.Body is null ? "" : RouteForm.GalleryPrefix + found.Name };
        form.TakeFrom(found, fits: true);
        form.Kinds = [];
        GatewayEvent sample = LooseEvent.Read(gateway.Platforms.Get("generic")!, found.SampleEvent, gateway.Time.GetUtcNow());
        Trial = await RouteDraft.Compile(gateway, form, T.Language).TryAsync(sample, whole: true);
        return Page();
    }

    public string ConnectorOf(string id) => gateway.Connectors.FindReady(id)?.Description.Name.In(T) ?? id;

    public string FieldLabel(string key)
    {
        string[] parts = key.Split(':', 2);
        string label = gateway.Connectors.FindReady(Entry.Connectors[0])?.Description.Fields.FirstOrDefault(f => f.Id == parts[0])?.Label.In(T) ?? parts[0];
        return parts.Length > 1 ? $"{label}: {parts[1]}" : label;
    }
}
