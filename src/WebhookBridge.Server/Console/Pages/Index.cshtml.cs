using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Overview;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages;

/// <summary>What happens now, what needs a person, and, before anything runs, what to do first.</summary>
internal sealed class IndexModel(Gateway gateway, GatewayFigures figures) : ConsolePage
{
    private const int MostChanges = 5;
    private const int MostParts = 12;

    /// <summary>How many sources, destinations and routes there are; what belongs to the demo is not counted.</summary>
    public IReadOnlyList<int> Made { get; } = [Count(gateway, ConfigurationKind.Source), Count(gateway, ConfigurationKind.Destination), Count(gateway, ConfigurationKind.Route)];

    /// <summary>The first step that has not been taken; 0 when all have.</summary>
    public int Next => Made.ToList().IndexOf(0) + 1;

    public bool HasDemo => new DemoSource(gateway).Exists;

    public GatewayFigures.Snapshot Now { get; private set; } = null!;

    public Figures Figures => Now.Figures;

    public IReadOnlyList<ProblemLine> Problems { get; private set; } = [];

    public IReadOnlyList<Part> Sources { get; private set; } = [];

    public IReadOnlyList<Part> Destinations { get; private set; } = [];

    public IReadOnlyList<AuditRow> Changes { get; private set; } = [];

    public long DatabaseBytes => gateway.Store.DatabaseBytes();

    public long FreeBytes => gateway.Store.Health.DiskFreeBytes;

    public RetentionPolicy Kept { get; private set; } = RetentionPolicy.Default;

    /// <summary>True once anything has come in, or everything is set up: then the figures are worth more than the steps.</summary>
    public bool IsRunning => Next == 0 || Figures.Received > 0;

    /// <summary>When the next of what waits goes out; what a destination on hold keeps back has no time.</summary>
    public string NextTry => Figures.Open switch
    {
        { NextAttempt: null } => T["overview.waitingNone"],
        { NextAttempt: { } next } when next > gateway.Time.GetUtcNow() => T["overview.nextAt", T.Time(next)],
        _ => T[gateway.Pump.Statuses().Any(static l => l.Hold is not null) ? "overview.waitingHold" : "overview.waitingDue"],
    };

    public long MostInASlice => Math.Max(1, Figures.Slices.Max(static s => s.Received));

    /// <summary>A round number that the highest bar stays below.</summary>
    public long Scale
    {
        get
        {
            long step = (long)Math.Pow(10, Math.Floor(Math.Log10(MostInASlice)));
            return new[] { 1, 2, 4, 5, 10 }.Select(f => f * step).First(s => s >= MostInASlice);
        }
    }

    public async Task<IActionResult> OnGetAsync()
    {
        await LoadAsync();
        return HttpContext.IsPart() ? Partial("Overview/_Overview", this) : Page();
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostResumeAsync(string? destination)
    {
        if (destination is not null && gateway.Configuration.Find(ConfigurationKind.Destination, destination) is not null)
        {
            await gateway.Pump.ResumeAsync(destination);
            await gateway.Audit.RecordAsync(Me.Email!, "resume", "destination/" + destination);
        }

        return LocalRedirect("/");
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostDemoAsync()
    {
        await new DemoSource(gateway).StartAsync(Me.Email!, Aborted);
        figures.Forget();
        return LocalRedirect("/events?source=" + DemoSource.Name);
    }

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostEndDemoAsync()
    {
        await new DemoSource(gateway).StopAsync(Me.Email!);
        figures.Forget();
        return LocalRedirect("/");
    }

    /// <summary>A length for an SVG: always with a point.</summary>
    public static string Svg(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private async Task LoadAsync()
    {
        Now = await figures.NowAsync();
        Kept = await gateway.Retention.LoadAsync();
        Problems = WebConsole.Overview.Problems.Of(gateway, Now, Me);
        Sources = [.. gateway.Configuration.All(ConfigurationKind.Source).Select(OfSource).OrderByDescending(static p => p.Count).Take(MostParts)];
        Destinations = [.. gateway.Configuration.All(ConfigurationKind.Destination).Select(OfDestination).OrderByDescending(static p => p.Count).Take(MostParts)];
        if (Me.May(Role.Operator))
        {
            Changes = [.. (await gateway.Store.Audit.PageAsync(null, null, null, 40)).Items.Where(static a => a.Action is not ("reveal" or "user.signIn" or "user.signOut" or "user.signOutEverywhere" or "user.preferences" or "simulate")).Take(MostChanges)];
        }
    }

    private Part OfSource(ConfiguredItem item)
    {
        var source = (SourceDefinition)item.Definition;
        PartFigures? seen = Figures.Sources.GetValueOrDefault(source.Name);
        long refused = Now.Refused.Where(c => c.Source == source.Name).Sum(static c => c.Waiting);
        bool silent = Now.Alerts.Any(a => a.Subject == "source/" + source.Name);
        string state = !source.Enabled ? "skipped" : refused > 0 && seen is null ? "refused" : silent || refused > 0 ? "failing" : seen is null ? "waiting" : "delivered";
        string note = !source.Enabled ? T["part.off"]
            : refused > 0 ? T.Count("part.refused", refused)
            : seen?.Last is { } last ? T["part.last", T.Relative(last)] : T["part.never"];
        return new(source.Name, "/sources/" + source.Name, state, note, seen?.Count ?? 0);
    }

    private Part OfDestination(ConfiguredItem item)
    {
        var destination = (DestinationDefinition)item.Definition;
        LaneStatus lane = gateway.Pump.Status(destination.Name);
        long waiting = Figures.WaitingBy.GetValueOrDefault(destination.Name);
        PartFigures? seen = Figures.Destinations.GetValueOrDefault(destination.Name);
        (string state, string note) = lane switch
        {
            _ when !destination.Enabled => ("skipped", T["part.off"]),
            { Hold: { } hold } => ("held", T["part.held", T.Time(hold.Since)]),
            { Problem: { Length: > 0 } } => ("refused", T["part.unusable"]),
            { Breaker: not BreakerState.Closed } => ("failing", T["part.down"]),
            _ when waiting > 0 => ("waiting", T.Count("part.waiting", waiting)),
            _ => ("delivered", seen?.Last is { } last ? T["part.last", T.Relative(last)] : T["part.neverSent"]),
        };
        return new(destination.Name, "/destinations/" + destination.Name, state, note, seen?.Count ?? 0);
    }

    private static int Count(Gateway gateway, ConfigurationKind kind) => gateway.Configuration.All(kind).Count(static i => i.Name != DemoSource.Name && !i.Name.StartsWith(DemoSource.Name + "-", StringComparison.Ordinal));

    /// <summary>A source or destination with its sign of life.</summary>
    internal sealed record Part(string Name, string Address, string State, string Note, long Count);
}
