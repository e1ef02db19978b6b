using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;

namespace WebhookBridge.Server.WebConsole.Pages.Templates;

/// <summary>One own template: its text with a preview on real events and samples, and where it is used.</summary>
internal sealed class TemplateModel(Gateway gateway, EventChoices choices) : ConsolePage
{
    public const string New = "add";

    private static readonly string[] Known = ["created", "saved"];

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public int Revision { get; set; }

    [BindProperty]
    public string? ContentType { get; set; }

    [BindProperty]
    public string? Body { get; set; }

    [BindProperty]
    public string? Sample { get; set; }

    public ConfiguredItem? Item { get; private set; }

    public string Address => "/templates/" + (Item?.Name ?? New);

    public string? Done { get; private set; }

    public List<string> Problems { get; } = [];

    public IReadOnlyList<string> Users { get; private set; } = [];

    public IReadOnlyList<EventChoice> Choices { get; private set; } = [];

    public EventChoice? Chosen { get; private set; }

    public RouteDraft? Compiled { get; private set; }

    public EventTrial? Trial { get; private set; }

    public IReadOnlyList<EventField> Fields { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string template, string? done, string? from)
    {
        if (!Load(template) || (Item is null && !Me.May(Role.Operator)))
        {
            return template == New ? new PageForbidden() : NotFound();
        }

        Done = Known.Contains(done) ? done : null;
        TemplateDefinition? shown = Item?.Definition as TemplateDefinition ?? gateway.Gallery.GetValueOrDefault(from ?? "")?.Template;
        (Name, Revision, ContentType, Body) = (shown?.Name, Item?.Revision ?? 0, shown?.ContentType, shown?.Body);
        await PrepareAsync();
        return Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostPreviewAsync(string template)
    {
        if (!Load(template))
        {
            return NotFound();
        }

        await PrepareAsync();
        return HttpContext.IsPart() ? Partial("Templates/_Made", this) : Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAsync(string template)
    {
        if (!Load(template))
        {
            return NotFound();
        }

        Name = Item?.Name ?? Name?.Trim() ?? "";
        await PrepareAsync();
        if (!Names.IsValid(Name) || Name is New or "gallery")
        {
            Problems.Add(T["name.wrong"]);
        }

        if (string.IsNullOrWhiteSpace(Body))
        {
            Problems.Add(T["template.empty"]);
        }

        Problems.AddRange(Compiled!.Faults.Select(f => (f.Line is { } line ? T["fault.at", line, f.Column ?? 1] + " " : "") + EngineWords.In(T, f.Text)));
        if (Problems.Count > 0)
        {
            return Page();
        }

        TemplateDefinition definition = new() { Name = Name, ContentType = ContentType ?? "application/json", Body = RouteForm.Lines(Body!) };
        switch (await gateway.Configuration.PutAsync(definition, Revision, Me.Email!))
        {
            case ChangeResult.Invalid invalid:
                Problems.AddRange(invalid.Problems.Select(p => EngineWords.In(T, p.Message)));
                return Page();
            case ChangeResult.Stale:
                Problems.Add(Item is null ? T["template.taken", Name] : T["item.stale"]);
                return Page();
            default:
                return LocalRedirect($"/templates/{Name}?done={(Item is null ? "created" : "saved")}");
        }
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostDeleteAsync(string template, int revision)
    {
        if (!Load(template) || Item is null)
        {
            return NotFound();
        }

        switch (await gateway.Configuration.DeleteAsync(ConfigurationKind.Template, template, revision, Me.Email!))
        {
            case ChangeResult.Done:
                return LocalRedirect("/templates?removed=" + template);
            case ChangeResult.InUse:
                Problems.Add(T["template.inUse", string.Join(", ", Users)]);
                break;
            default:
                Problems.Add(T["item.stale"]);
                break;
        }

        TemplateDefinition stored = (TemplateDefinition)Item.Definition;
        (Revision, ContentType, Body) = (Item.Revision, stored.ContentType, stored.Body);
        await PrepareAsync();
        return Page();
    }

    private bool Load(string template)
    {
        Item = template == New ? null : gateway.Configuration.Find(ConfigurationKind.Template, template);
        Users = Item is null ? [] : TemplatesModel.UsersOf(gateway, Item.Name);
        return Item is not null || template == New;
    }

    private async Task PrepareAsync()
    {
        RouteForm form = new() { Sources = ["*"], Template = RouteForm.Own, ContentType = ContentType, Body = Body };
        Compiled = RouteDraft.Compile(gateway, form, T.Language);
        if (!Me.May(Role.Operator))
        {
            return;
        }

        IReadOnlyList<GatewayEvent> recent = await choices.RecentAsync(form.Sources);
        Choices = [.. recent.Where(static e => e.Unreadable is null).Take(25).Select(static e => new EventChoice(e.Id, e, true)), .. choices.Samples(form.Sources)];
        Chosen = Choices.FirstOrDefault(c => c.Value == Sample) ?? (Choices.Count > 0 ? Choices[0] : null);
        Trial = Chosen is null ? null : await Compiled.TryAsync(Chosen.Event, whole: true);
        EventFields fields = new();
        if (Chosen is not null)
        {
            fields.Look(Chosen.Event);
        }

        Fields = fields.All;
    }
}
