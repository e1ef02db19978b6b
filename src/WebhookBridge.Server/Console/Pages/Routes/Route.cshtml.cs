using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Destinations;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Pages.Routes;

/// <summary>One route from left to right: when, rule, shape, to, if it fails; with what each step makes of an event, while it is written.</summary>
internal sealed class RouteModel(Gateway gateway, EventChoices choices) : ConsolePage
{
    public const string New = "add";

    private const int MostListed = 25;
    private const int MostLooked = 60;

    private static readonly string[] Known = ["created", "saved", "unchanged", "on", "off", "restored"];

    private readonly Dictionary<string, ChoicesResult> _asked = [];

    private IReadOnlyList<GatewayEvent> _recent = [];
    private IReadOnlyList<EventChoice> _samples = [];

    [BindProperty]
    public RouteForm Draft { get; set; } = new();

    public ConfiguredItem? Item { get; private set; }

    public bool IsNew => Item is null;

    public string Address => "/routes/" + (Item?.Name ?? New);

    public string? Done { get; private set; }

    public List<string> Problems { get; } = [];

    public RouteDraft Compiled { get; private set; } = null!;

    /// <summary>The step whose body an edit has changed.</summary>
    public string Edited { get; private set; } = "when";

    /// <summary>The line of the conditions to go on with.</summary>
    public int Focus { get; private set; } = -1;

    public EventTrial? Trial { get; private set; }

    public EventChoice? Chosen { get; private set; }

    public IReadOnlyList<EventChoice> Choices { get; private set; } = [];

    public OfferedFields Fields { get; private set; } = OfferedFields.None;

    public int PassAll { get; private set; }

    public int[] Shares { get; private set; } = [];

    public int Looked => _recent.Count;

    public RouteTrial? Tried { get; private set; }

    public SentTest? Sent { get; private set; }

    /// <summary>How many deliveries wait while a save asks what is to become of them; 0 = nothing is asked.</summary>
    public long WaitingAsked { get; private set; }

    public IReadOnlyList<SourceDefinition> AllSources => [.. gateway.Configuration.All(ConfigurationKind.Source).Select(static i => (SourceDefinition)i.Definition)];

    public IReadOnlyList<DestinationDefinition> AllDestinations => [.. gateway.Configuration.All(ConfigurationKind.Destination).Select(static i => (DestinationDefinition)i.Definition)];

    public IReadOnlyList<string> AllTemplates => [.. gateway.Configuration.All(ConfigurationKind.Template).Select(static i => i.Name)];

    /// <summary>Those that were written for the chosen destination come first.</summary>
    public IReadOnlyList<(GalleryTemplate Entry, bool Fits)> AllGallery => [.. gateway.Gallery.Values.Select(g => (Entry: g, Fits: Destination is null || g.Connectors.Contains(Destination.Connector))).OrderByDescending(static g => g.Fits).ThenBy(g => g.Entry.Title.In(T), StringComparer.OrdinalIgnoreCase)];

    /// <summary>An entry of the gallery has filled in other steps as well.</summary>
    public bool Filled { get; private set; }

    public IReadOnlyList<string> AllLists => [.. gateway.Configuration.All(ConfigurationKind.List).Select(static i => i.Name)];

    public DestinationDefinition? Destination => AllDestinations.FirstOrDefault(d => d.Name == Draft.Destination);

    public LaneStatus? Lane => Destination is { } destination ? gateway.Pump.Status(destination.Name) : null;

    public ConnectorDescription? Connector => Destination is { } destination ? gateway.Connectors.FindReady(destination.Connector)?.Description : null;

    public string Title => Item?.Name ?? T["route.new"];

    public string PlatformOf(SourceDefinition source) => gateway.Platforms.Get(source.Platform)?.DisplayName ?? source.Platform;

    public string ConnectorOf(DestinationDefinition destination) => gateway.Connectors.FindReady(destination.Connector)?.Description.Name.In(T) ?? destination.Connector;

    public IEnumerable<Fault> FaultsWhen => FaultsOf("row", "when", "checkout", "sources");

    public IEnumerable<Fault> FaultsRule => FaultsOf("rule");

    public IEnumerable<Fault> FaultsShape => FaultsOf("template");

    public IEnumerable<Fault> FaultsTo => FaultsOf("field", "destination");

    /// <summary>The kinds of event to choose from: those that the platforms send, those that came, those that are chosen.</summary>
    public IReadOnlyList<(string Kind, int Count)> Kinds
    {
        get
        {
            Dictionary<string, int> came = _recent.GroupBy(static e => e.Kind).ToDictionary(static g => g.Key, static g => g.Count());
            IEnumerable<string> sent = SourcesOf().SelectMany(s => gateway.Platforms.Get(s.Platform)?.Events.Select(static e => e.Kind) ?? []);
            return [.. EventKinds.All.Where(k => came.ContainsKey(k) || sent.Contains(k) || Draft.Kinds.Contains(k)).Select(k => (k, came.GetValueOrDefault(k)))];
        }
    }

    /// <summary>The sender's own names that came or are described.</summary>
    public IReadOnlyList<string> SeenTypes => [.. _recent.Select(static e => e.Type).Concat(SourcesOf().SelectMany(s => gateway.Platforms.Get(s.Platform)?.Events.Select(static e => e.Type) ?? [])).Where(static t => t.Length > 0).Distinct().Take(60)];

    public async Task<IActionResult> OnGetAsync(string route, string? done, string? step, string? source, string? destination, string? template)
    {
        if (!Find(route) || (IsNew && !Me.May(Role.Operator)))
        {
            return Item is null && route == New ? new PageForbidden() : NotFound();
        }

        Done = Known.Contains(done) ? done : null;
        Draft = Item is { } item ? RouteForm.Of((RouteDefinition)item.Definition, item.Revision, T.Language) : Fresh(source, destination, template);
        if (IsNew)
        {
            TakeFromGallery(); // who comes from the gallery gets kinds, rule and fields too, not the text alone
        }

        Draft.Step = step ?? "when";
        await PrepareAsync();
        return Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostPreviewAsync(string route)
    {
        if (!Find(route))
        {
            return NotFound();
        }

        await PrepareAsync();
        return HttpContext.IsPart() ? Partial("Routes/_Preview", this) : Page();
    }

    /// <summary>A button or a choice that changes what the form shows: <c>condition:2</c>, <c>sources</c>, <c>template</c>, <c>map:properties</c> …</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostEditAsync(string route, string? act)
    {
        if (!Find(route))
        {
            return NotFound();
        }

        string[] deed = (act ?? "").Split(':', 2);
        int at = deed.Length > 1 && int.TryParse(deed[1], CultureInfo.InvariantCulture, out int n) ? n : -1;
        switch (deed[0])
        {
            case "condition" or "group" or "remove" or "turn":
                Focus = ConditionRows.Change(Draft.Rows, deed[0], at);
                break;
            case "own" when RouteDraft.Compile(gateway, Draft, T.Language).Template is { } shown:
                (Draft.Template, Draft.ContentType, Draft.Body, Edited) = (RouteForm.Own, shown.ContentType, shown.Body, "shape");
                break;
            case "own" or "template":
                Edited = "shape";
                Filled = TakeFromGallery();
                break;
            case "destination":
                // An entry that was chosen before the destination knows what its fields should hold.
                if (EntryOf(Draft) is { } before && Fits(before) && Draft.Maps.Count == 0 && RouteFields().All(f => string.IsNullOrEmpty(Draft.Fields.GetValueOrDefault(f.Id))))
                {
                    Draft.TakeFieldsFrom(before);
                    Filled = true;
                }

                Edited = "to";
                break;
            case "map" when deed.Length > 1:
                Draft.Maps.Add(new() { Field = deed[1] });
                Edited = "to";
                break;
            case "unmap" when at >= 0 && at < Draft.Maps.Count:
                Draft.Maps.RemoveAt(at);
                Edited = "to";
                break;
            case LivePicker.List when LiveField(deed[^1]) is { } live:
                if (!Draft.Listed.Contains(live.Id))
                {
                    Draft.Listed.Add(live.Id);
                }

                _asked[live.Id] = await gateway.LiveChoices.ReadAsync(Destination!, Destination, live.Id, TimeSpan.Zero, Aborted);
                Edited = "to";
                break;
            case LivePicker.Close when deed.Length > 1:
                Draft.Listed.Remove(deed[1]);
                Edited = "to";
                break;
            case LivePicker.Pick when deed.Length > 1 && deed[1].Split(':', 2) is [var field, var choice] && LiveField(field) is { } of:
                if (of.Kind == FieldKind.Map)
                {
                    LivePicker.PickLine(Draft.Maps, of.Id, choice);
                }
                else
                {
                    Draft.Fields[of.Id] = LivePicker.Picked(of, Draft.Fields.GetValueOrDefault(of.Id), choice);
                }

                Edited = "to";
                break;
            case "retry":
                Edited = "fails";
                break;
        }

        Draft.Step = Edited;
        await PrepareAsync();
        ModelState.Clear();
        return HttpContext.IsPart() ? Partial("Routes/_Edited", this) : Page();
    }

    /// <summary>Tries the form's route on the last events; nothing is sent.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostTryAsync(string route)
    {
        if (!Find(route))
        {
            return NotFound();
        }

        await PrepareAsync();
        RouteDraft? running = Item is { } item && gateway.Current.Value.Routes.TryGetValue(item.Name, out ActiveRoute? active) ? RouteDraft.Of(gateway, active) : null;
        Tried = await RouteTrial.RunAsync(Compiled, running, Draft.Rows, _recent, T);
        return HttpContext.IsPart() ? Partial("Routes/_Tried", this) : Page();
    }

    /// <summary>Really sends one marked event through the revision that runs.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostTestAsync(string route)
    {
        if (!Find(route))
        {
            return NotFound();
        }

        await PrepareAsync();
        Sent = Item is null || IsChanged() ? new SentTest(T["test.saveFirst"])
            : await new TestSend(gateway).RunAsync((RouteDefinition)Item.Definition, Chosen, Me.Email!, T, Aborted);
        return HttpContext.IsPart() ? Partial("Routes/_Sent", this) : Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAsync(string route)
    {
        if (!Find(route))
        {
            return NotFound();
        }

        Draft.Name = Item?.Name ?? Draft.Name?.Trim();
        await PrepareAsync();
        if (WholeRoute.Read(Draft, New, T, Problems) is not { } definition)
        {
            return Page();
        }

        bool changed = Item is null || IsChanged();
        if (Item is not null && changed && Draft.Waiting is not ("old" or "new") && await gateway.Store.Log.Deliveries.WaitingAsync(Item.Name) is > 0 and long waiting)
        {
            WaitingAsked = waiting;
            return Page();
        }

        switch (await gateway.Configuration.PutAsync(definition, Draft.Revision, Me.Email!))
        {
            case ChangeResult.Invalid invalid:
                Problems.AddRange(WholeRoute.Words(invalid.Problems, T));
                return Page();
            case ChangeResult.Stale:
                Problems.Add(Item is null ? T["route.taken", definition.Name] : T["item.stale"]);
                return Page();
        }

        if (Draft.Waiting == "new" && gateway.Configuration.Find(ConfigurationKind.Route, definition.Name) is { } saved)
        {
            await gateway.Store.Log.Actions.RepinAsync(saved.Name, saved.Revision, Me.Email!);
            gateway.Pump.Wake(definition.Destination);
        }

        return LocalRedirect($"/routes/{definition.Name}?done={(Item is null ? "created" : changed ? "saved" : "unchanged")}&step={Uri.EscapeDataString(Draft.Step)}");
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostEnabledAsync(string route, int revision, bool on)
    {
        if (!Find(route) || Item is null)
        {
            return NotFound();
        }

        return await gateway.Configuration.PutAsync((RouteDefinition)Item.Definition with { Enabled = on }, revision, Me.Email!) is ChangeResult.Done
            ? LocalRedirect($"/routes/{route}?done={(on ? "on" : "off")}")
            : LocalRedirect($"/routes/{route}");
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostDeleteAsync(string route, int revision)
    {
        if (!Find(route) || Item is null)
        {
            return NotFound();
        }

        if (await gateway.Configuration.DeleteAsync(ConfigurationKind.Route, route, revision, Me.Email!) is ChangeResult.Done)
        {
            return LocalRedirect($"/routes?removed={route}");
        }

        Problems.Add(T["item.stale"]);
        Draft = RouteForm.Of((RouteDefinition)Item.Definition, Item.Revision, T.Language);
        await PrepareAsync();
        return Page();
    }

    /// <summary>The destination's fields of a route that apply with the values of the others.</summary>
    public IEnumerable<ConnectorField> RouteFields() => (Connector?.Fields ?? []).Where(f => f.Scope == FieldScope.Route && f.Kind != FieldKind.Body
        && (f.VisibleWhen is not { } when || (Draft.Fields.GetValueOrDefault(when.Field) ?? Connector!.Fields.FirstOrDefault(o => o.Id == when.Field)?.Default?.ToString()) == when.Value));

    /// <summary>The buttons of a field whose values the destination can list.</summary>
    public LivePicker Picker(ConnectorField field)
    {
        bool open = Draft.Listed.Contains(field.Id);
        ChoicesResult? result = open ? _asked.GetValueOrDefault(field.Id) ?? gateway.LiveChoices.Remembered(Destination!, field.Id) : null;
        string? value = field.Kind == FieldKind.Map ? LivePicker.NamesOf(Draft.Maps, field.Id) : Draft.Fields.GetValueOrDefault(field.Id);
        return new(field, value, open, result, Address + "?handler=edit", "#step-to");
    }

    public string FieldLabel(string key)
    {
        string[] parts = key.Split(':', 2);
        string label = Connector?.Fields.FirstOrDefault(f => f.Id == parts[0])?.Label.In(T) ?? parts[0];
        return parts.Length > 1 ? $"{label}: {parts[1]}" : label;
    }

    /// <summary>True for a line that does not hold and need not: the group around it holds by another.</summary>
    public bool Excused(RowCheck check)
    {
        int depth = Draft.Rows[check.Row].Depth;
        for (int i = check.Row - 1; i >= 0 && depth > 0; i--)
        {
            if (Draft.Rows[i].Depth < depth)
            {
                depth = Draft.Rows[i].Depth;
                if (Trial!.Checks.Any(c => c.Row == i && c.Holds))
                {
                    return true;
                }
            }
        }

        return Draft.Match == ConditionRow.AnyOf && Trial!.Checks.Any(c => c.Holds && Draft.Rows[c.Row].Depth == 0);
    }

    public bool KindFits() => Trial!.When.Verdict is not (RouteVerdict.SkippedByKind or RouteVerdict.SkippedByType);

    public bool ModeFits() => Draft.Mode == (Chosen!.Event.Test || Chosen.Event.Mode == "test" ? "test" : "live");

    /// <summary>The delays of the schedule, one after the other.</summary>
    public IReadOnlyList<TimeSpan> Delays()
    {
        List<TimeSpan> delays = [];
        while (delays.Count < 50 && RetrySchedule.DelayAfter(Compiled.Definition.Retry, delays.Count + 1) is { } delay)
        {
            delays.Add(delay);
        }

        return delays;
    }

    public IReadOnlyList<DiffLine> Changes => Item is null ? [] : LineDiff.Of(RouteText.Of(Item.Definition), RouteText.Of(Compiled.Definition));

    public bool IsChanged() => Item is not null && RouteText.Of(Item.Definition) != RouteText.Of(Compiled.Definition);

    private ConnectorField? LiveField(string id) => Connector?.Fields.FirstOrDefault(f => f.Id == id && f is { LiveChoices: true, Scope: FieldScope.Route });

    private IEnumerable<Fault> FaultsOf(params string[] places) => Compiled.Faults.Where(f => places.Contains(f.Place.Split(':')[0]));

    private bool Find(string route)
    {
        Item = route == New ? null : gateway.Configuration.Find(ConfigurationKind.Route, route);
        if (Item is not null && Draft.Name is null)
        {
            Draft.Name = Item.Name;
        }

        return Item is not null || route == New;
    }

    private bool TakeFromGallery()
    {
        if (EntryOf(Draft) is not { } entry)
        {
            return false;
        }

        Draft.TakeFrom(entry, Fits(entry));
        return true;
    }

    private GalleryTemplate? EntryOf(RouteForm draft) => draft.Template is { } chosen && chosen.StartsWith(RouteForm.GalleryPrefix, StringComparison.Ordinal)
        ? gateway.Gallery.GetValueOrDefault(chosen[RouteForm.GalleryPrefix.Length..])
        : null;

    private bool Fits(GalleryTemplate entry) => Destination is { } to && entry.Connectors.Contains(to.Connector);

    private RouteForm Fresh(string? source, string? destination, string? template) => new()
    {
        Sources = AllSources.Where(s => s.Name == source || AllSources.Count == 1).Select(static s => s.Name).ToList(),
        Destination = AllDestinations.FirstOrDefault(d => d.Name == destination || AllDestinations.Count == 1)?.Name,
        Template = template,
    };

    private IEnumerable<SourceDefinition> SourcesOf() => AllSources.Where(s => Draft.Sources.Contains("*") || Draft.Sources.Contains(s.Name));

    /// <summary>Compiles what is written, chooses the event and takes it through; a viewer gets the words only.</summary>
    private async Task PrepareAsync()
    {
        Compiled = RouteDraft.Compile(gateway, Draft, T.Language);
        if (!Me.May(Role.Operator))
        {
            return;
        }

        _recent = await choices.RecentAsync(Draft.Sources);
        _samples = choices.Samples(Draft.Sources);
        EventFields fields = new();
        foreach (GatewayEvent of in _recent.Where(static e => e.Unreadable is null).Take(MostLooked).Concat(_samples.Select(static s => s.Event).Where(static e => e.Unreadable is null)))
        {
            fields.Look(of);
        }

        Fields = new(fields.All);
        Choices = [.. _recent.Where(static e => e.Unreadable is null).Take(MostListed).Select(static e => new EventChoice(e.Id, e, true)), .. _samples];
        Chosen = Choices.FirstOrDefault(c => c.Value == Draft.Sample)
            ?? Choices.FirstOrDefault(c => Draft.Kinds.Count == 0 || Draft.Kinds.Contains(c.Event.Kind)) ?? (Choices.Count > 0 ? Choices[0] : null);
        Trial = Chosen is null ? null : await Compiled.TryAsync(Chosen.Event, whole: true);
        (PassAll, Shares) = Compiled.Count(_recent);
    }
}
