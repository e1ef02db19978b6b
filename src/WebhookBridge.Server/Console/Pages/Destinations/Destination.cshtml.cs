using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Destinations;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Sources;
using WebhookBridge.Storage.Log;
using CheckResult = WebhookBridge.Abstractions.CheckResult;

namespace WebhookBridge.Server.WebConsole.Pages.Destinations;

/// <summary>One destination: its form as the connector describes it, how it does, and what can be done about it. <c>add</c> begins with the gallery of connectors.</summary>
internal sealed class DestinationModel(Gateway gateway) : ConsolePage
{
    public const string New = "add";

    private const int MostOfInbox = 20;
    private const int LongestLine = 160;

    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, ChoicesResult> _asked = [];

    private static readonly string[] Known = ["created", "saved", "held", "resumed"];

    [BindProperty]
    public DestinationForm Draft { get; set; } = new();

    public ConfiguredItem? Item { get; private set; }

    public DestinationDefinition? Stored => Item?.Definition as DestinationDefinition;

    public CatalogEntry.Ready? Connector { get; private set; }

    public IReadOnlyList<CatalogEntry.Ready> Gallery => [.. gateway.Connectors.Entries.OfType<CatalogEntry.Ready>().Where(static c => c.Id != Connectors.Http.RestHookConnector.Id).OrderBy(static c => c.Id switch { "http" => 0, "inbox" => 2, _ => 1 }).ThenBy(c => c.Description.Name.In(T), StringComparer.OrdinalIgnoreCase)];

    public string Address => Item is null ? $"/destinations/{New}?connector={Connector?.Id}" : "/destinations/" + Item.Name;

    public string? Done { get; private set; }

    public List<string> Problems { get; } = [];

    /// <summary>What is wrong, by field.</summary>
    public List<(string Field, string Text)> Wrong { get; } = [];

    public DestinationNow? Now { get; private set; }

    public Check? Checked { get; private set; }

    /// <summary>What the built-in inbox holds, newest first; empty for every other connector, and for those who may not see contents.</summary>
    public IReadOnlyList<InboxRow> Inbox { get; private set; } = [];

    public bool IsInbox => Stored?.Connector == "inbox";

    /// <summary>The field whose secret has just been made, and is shown this once.</summary>
    public string? Made { get; private set; }

    /// <summary>The beginning of what arrived, on one line.</summary>
    public static string Short(InboxRow row) => string.Join(' ', Encoding.UTF8.GetString(row.Body.AsSpan(0, Math.Min(row.Body.Length, LongestLine))).Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));

    public string Handler(string handler) => Address + (Item is null ? "&" : "?") + "handler=" + handler;

    public async Task<IActionResult> OnGetAsync(string destination, string? connector, string? done)
    {
        if (!Load(destination, connector) || (Item is null && !Me.May(Role.Operator)))
        {
            return destination == New ? new PageForbidden() : NotFound();
        }

        Done = Known.Contains(done) ? done : null;
        Inbox = IsInbox && Me.May(Role.Operator) ? (await gateway.Store.Log.Inbox.PageAsync(Item!.Name, null, MostOfInbox)).Items : [];
        Draft = Stored is { } stored ? DestinationForm.Of(stored, Item!.Revision, T.Language) : new() { Name = Connector is null ? null : FreeName(Connector.Id) };
        return Page();
    }

    public IActionResult OnGetNow(string destination) => Load(destination, null) && Item is not null ? Partial("Destinations/_Now", this) : NotFound();

    /// <summary>A choice that shows other fields, a line more or less, a secret of our making, what the destination offers.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostEditAsync(string destination, string? connector, string? act)
    {
        if (!Load(destination, connector) || Connector is null)
        {
            return NotFound();
        }

        string[] deed = (act ?? "").Split(':', 2);
        if (deed is ["map", var field])
        {
            Draft.Maps.Add(new() { Field = field });
        }
        else if (deed is ["unmap", var line] && int.TryParse(line, CultureInfo.InvariantCulture, out int at) && at >= 0 && at < Draft.Maps.Count)
        {
            Draft.Maps.RemoveAt(at);
        }
        else if (deed is ["make", var secret])
        {
            Draft.Secrets[secret] = DestinationForm.NewSigningSecret();
            Made = secret;
        }
        else if (deed is [LivePicker.List, var asked] && LiveField(asked) is { } live)
        {
            await AskAsync(live);
        }
        else if (deed is [LivePicker.Close, var closed])
        {
            Draft.Listed.Remove(closed);
        }
        else if (deed is [LivePicker.Pick, var picked] && picked.Split(':', 2) is [var at2, var choice] && LiveField(at2) is { } of)
        {
            if (of.Kind == FieldKind.Map)
            {
                LivePicker.PickLine(Draft.Maps, of.Id, choice);
            }
            else
            {
                Draft.Values[of.Id] = LivePicker.Picked(of, Draft.ValueOf(of, T.Language), choice);
            }
        }

        ModelState.Clear();
        return HttpContext.IsPart() ? Partial("Destinations/_Form", this) : Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostAsync(string destination, string? connector)
    {
        if (!Load(destination, connector) || Connector is null)
        {
            return NotFound();
        }

        Draft.Name = Item?.Name ?? Draft.Name?.Trim();
        DestinationDefinition definition = Draft.ToDefinition(Connector, Stored, T, gateway.Egress, Wrong);
        if (!Names.IsValid(definition.Name) || definition.Name == New)
        {
            Problems.Add(T["name.wrong"]);
        }

        if (Wrong.Count > 0 || Problems.Count > 0)
        {
            return Page();
        }

        switch (await gateway.Configuration.PutAsync(definition, Draft.Revision, Me.Email!))
        {
            case ChangeResult.Invalid invalid:
                Problems.AddRange(invalid.Problems.Select(p => EngineWords.In(T, p.Message)));
                return Page();
            case ChangeResult.Stale:
                Problems.Add(Item is null ? T["destination.taken", definition.Name] : T["item.stale"]);
                return Page();
            default:
                return LocalRedirect($"/destinations/{definition.Name}?done={(Item is null ? "created" : "saved")}");
        }
    }

    /// <summary>Address and credentials, without leaving a trace at the destination.</summary>
    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostCheckAsync(string destination)
    {
        if (!Load(destination, null) || Item is null)
        {
            return NotFound();
        }

        Checked = await CheckAsync(Item.Name);
        await gateway.Audit.RecordAsync(Me.Email!, "check", "destination/" + Item.Name);
        Draft = DestinationForm.Of(Stored!, Item.Revision, T.Language);
        return HttpContext.IsPart() ? Partial("Destinations/_Checked", this) : Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostHoldAsync(string destination, string? reason)
    {
        if (!Load(destination, null) || Item is null)
        {
            return NotFound();
        }

        string why = string.IsNullOrWhiteSpace(reason) ? T["destination.heldBy", Me.Email] : reason.Trim();
        await gateway.Pump.HoldAsync(Item.Name, new DestinationHold(why[..Math.Min(why.Length, 200)], ByPerson: true, gateway.Time.GetUtcNow()));
        await gateway.Audit.RecordAsync(Me.Email!, "hold", "destination/" + Item.Name);
        return LocalRedirect($"/destinations/{Item.Name}?done=held");
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostResumeAsync(string destination)
    {
        if (!Load(destination, null) || Item is null)
        {
            return NotFound();
        }

        await gateway.Pump.ResumeAsync(Item.Name);
        await gateway.Audit.RecordAsync(Me.Email!, "resume", "destination/" + Item.Name);
        return LocalRedirect($"/destinations/{Item.Name}?done=resumed");
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostDeleteAsync(string destination, int revision)
    {
        if (!Load(destination, null) || Item is null)
        {
            return NotFound();
        }

        switch (await gateway.Configuration.DeleteAsync(ConfigurationKind.Destination, destination, revision, Me.Email!))
        {
            case ChangeResult.InUse:
                Problems.Add(T["destination.inUse", string.Join(", ", Now!.Routes)]);
                break;
            case ChangeResult.Done:
                return LocalRedirect($"/destinations?removed={destination}");
            default:
                Problems.Add(T["item.stale"]);
                break;
        }

        Draft = DestinationForm.Of(Stored!, Item.Revision, T.Language);
        return Page();
    }

    /// <summary>What may be shown of a stored secret; null where there is none.</summary>
    public string? MaskOf(ConnectorField field)
    {
        if (Stored?.Secrets.GetValueOrDefault(field.Id) is not { } secret)
        {
            return null;
        }

        return field.Kind == FieldKind.SecretUrl && Uri.TryCreate(secret.Reveal(), UriKind.Absolute, out Uri? uri)
            ? $"{uri.Scheme}://{uri.Host}/…{(secret.Reveal().Length > uri.Host.Length + 20 ? secret.Reveal()[^4..] : "")}"
            : SecretJudge.Mask(secret);
    }

    /// <summary>The buttons of a field whose values the destination can list.</summary>
    public LivePicker Picker(ConnectorField field)
    {
        bool open = Draft.Listed.Contains(field.Id);
        ChoicesResult? result = !open ? null : _asked.GetValueOrDefault(field.Id) ?? gateway.LiveChoices.Remembered(Draft.ToDefinition(Connector!, Stored, T, gateway.Egress, []), field.Id);
        string? value = field.Kind == FieldKind.Map ? LivePicker.NamesOf(Draft.Maps, field.Id) : Draft.ValueOf(field, T.Language);
        return new(field, value, open, result, Handler("edit"), "#form-fields");
    }

    public IEnumerable<string> WrongOf(string field) => Wrong.Where(w => w.Field == field).Select(static w => w.Text);

    private ConnectorField? LiveField(string id) => Connector!.Description.Fields.FirstOrDefault(f => f.Id == id && f is { LiveChoices: true, Scope: FieldScope.Destination });

    /// <summary>Asks the destination as the form has it, saved or not.</summary>
    private async Task AskAsync(ConnectorField field)
    {
        if (!Draft.Listed.Contains(field.Id))
        {
            Draft.Listed.Add(field.Id);
        }

        Draft.Name = Item?.Name ?? Draft.Name?.Trim();
        List<(string Field, string Text)> wrong = [];
        DestinationDefinition definition = Draft.ToDefinition(Connector!, Stored, T, gateway.Egress, wrong);
        Wrong.AddRange(wrong.Where(w => w.Field != field.Id));
        _asked[field.Id] = Wrong.Count > 0
            ? new ChoicesResult.Failed(new(T["live.fillFirst"], T["live.fillFirst"]))
            : await gateway.LiveChoices.ReadAsync(definition, Stored, field.Id, TimeSpan.Zero, Aborted);
    }

    private async Task<Check> CheckAsync(string name)
    {
        long started = gateway.Time.GetTimestamp();
        (OpenDestination? opened, string? problem) = gateway.Pump.Borrow(name);
        if (opened is null)
        {
            return new("no", EngineWords.In(T, problem ?? ""), TimeSpan.Zero);
        }

        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Aborted);
            limit.CancelAfter(CheckTime);
            (string mark, string text) = await opened.Session.CheckAsync(limit.Token) switch
            {
                CheckResult.Works works => ("ok", works.Text.In(T)),
                CheckResult.Fails fails => ("no", fails.Text.In(T)),
                CheckResult.NotPossible not => ("na", not.Text.In(T)),
                _ => throw new InvalidOperationException("an unknown result of a check"),
            };
            return new(mark, text, gateway.Time.GetElapsedTime(started));
        }
        catch (Exception e) when (e is AddressNotAllowedException or HttpRequestException or IOException or SocketException)
        {
            return new("no", EngineWords.In(T, opened.Redactor.Text(e.GetBaseException().Message)), gateway.Time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!Aborted.IsCancellationRequested)
        {
            return new("no", T["destination.checkTooLong", (int)CheckTime.TotalSeconds], CheckTime);
        }
        finally
        {
            await opened.LeaveAsync();
        }
    }

    private bool Load(string destination, string? connector)
    {
        Item = destination == New ? null : gateway.Configuration.Find(ConfigurationKind.Destination, destination);
        Connector = gateway.Connectors.FindReady(Stored?.Connector ?? connector ?? "");
        Now = Item is null ? null : DestinationNow.Of(gateway, Item.Name);
        return Item is not null || destination == New;
    }

    private string FreeName(string connector)
    {
        string name = connector;
        for (int i = 2; gateway.Configuration.Find(ConfigurationKind.Destination, name) is not null; i++)
        {
            name = $"{connector}-{i}";
        }

        return name;
    }

    /// <param name="Mark"><c>ok</c>, <c>no</c> or <c>na</c> (could not be told for sure).</param>
    internal sealed record Check(string Mark, string Text, TimeSpan Took);
}
