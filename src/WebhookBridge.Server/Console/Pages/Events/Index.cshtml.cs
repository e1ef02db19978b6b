using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Log;
using WebhookBridge.Server.WebConsole.Overview;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Server.WebConsole.Sources;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Events;

/// <summary>The log: search, filters, live tail, export, selection for a replay.</summary>
internal sealed class EventsModel(Gateway gateway, ConsoleOptions options, GatewayFigures figures) : ConsolePage
{
    private const int PageSize = 50;
    private const int MostLive = 100;

    /// <summary>Beyond it the exact number helps nobody and would cost a walk over the log.</summary>
    public const int MostCounted = 1000;

    /// <summary>Rows that are asked about again while they are open.</summary>
    private const int MostAgain = 60;

    public LogQuery Query { get; private set; } = new();

    public IReadOnlyList<LogRow> Rows { get; private set; } = [];

    public string? Next { get; private set; }

    /// <summary>The place that the live tail goes on from.</summary>
    public long End { get; private set; }

    /// <summary>True where nothing has that id, address or amount, and the rows are those that hold the text.</summary>
    public bool ByText { get; private set; }

    public long LastDay { get; private set; }

    public OpenCounts Open { get; private set; } = OpenCounts.None;

    public string OData { get; private set; } = "";

    public bool ODataIsWider { get; private set; }

    /// <summary>What the live tail answered about rows that were open.</summary>
    public IReadOnlyList<LogRow> Again { get; private set; } = [];

    /// <summary>How many events the filter leaves, counted up to <see cref="MostCounted"/>; null where nothing narrows the log down.</summary>
    public int? Matching { get; private set; }

    public bool IsLive => Query is { Live: true, After: null } && !ByText;

    public IReadOnlyList<string> Names(ConfigurationKind kind) => [.. gateway.Configuration.All(kind).Select(static i => i.Name)];

    public async Task<IActionResult> OnGetAsync()
    {
        await LoadAsync();
        if (!HttpContext.IsPart())
        {
            return Page();
        }

        Response.Headers["HX-Push-Url"] = Query.Address();
        return Partial("Log/_Log", this);
    }

    /// <summary>What came in since, and what became of rows that were open: by keyset, a few rows at most.</summary>
    public async Task<IActionResult> OnGetTailAsync(long end, string[] open)
    {
        Query = LogQuery.Read(Request.Query);
        EventTrail trail = gateway.Store.Log.Trail;
        (IReadOnlyList<EventRow> events, End) = await trail.SinceAsync(Query.ToFilter(Me), end, MostLive);
        Rows = await LogRow.OfAsync(gateway, events, T);
        string[] asked = [.. open.Take(MostAgain)];
        Again = asked.Length == 0 ? [] : [.. (await LogRow.OfAsync(gateway, await trail.ByIdsAsync(asked), T)).Where(static r => !r.Open)];
        return Rows.Count == 0 && Again.Count == 0 && End == end ? StatusCode(StatusCodes.Status204NoContent) : Partial("Log/_Tail", this);
    }

    /// <summary>The whole result as a file; personal data in the clear for those who may see it, and then it is in the audit.</summary>
    public async Task<IActionResult> OnGetExportAsync()
    {
        Query = LogQuery.Read(Request.Query) with { After = null };
        bool personal = Me.May(Role.Operator);
        if (personal)
        {
            await gateway.Audit.RecordAsync(Me.Email!, "export", "events", json => json.WriteString("address", Query.Address()));
        }

        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"events-{T.Now.UtcDateTime:yyyyMMdd-HHmm}.csv\"";
        await EventCsv.WriteAsync(Response.Body, gateway.Store.Log, Query.ToFilter(Me), personal, T, Aborted);
        return new EmptyResult();
    }

    private async Task LoadAsync()
    {
        Query = LogQuery.Read(Request.Query);
        EventTrail trail = gateway.Store.Log.Trail;
        EventFilter filter = Query.ToFilter(Me);
        End = await trail.EndAsync();
        Page<EventRow> page = await gateway.Store.Log.Events.PageAsync(filter, Query.After, PageSize);
        IReadOnlyList<EventRow> events = page.Items;
        if (events.Count == 0 && Query is { Q: { Length: >= 3 } text, After: null } && Me.May(Role.Operator))
        {
            events = await trail.HoldingAsync(filter, text, PageSize * 4);
            ByText = true;
        }

        Next = page.Next;
        Rows = await LogRow.OfAsync(gateway, events, T);
        Matching = !Query.IsNarrow || ByText ? null
            : Next is null && Query.After is null ? Rows.Count
            : await gateway.Store.Log.Events.CountAsync(filter, MostCounted + 1);
        GatewayFigures.Snapshot now = await figures.NowAsync();
        // The count is some seconds old: it never says less than the rows under it.
        long dayAgo = gateway.Time.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();
        (LastDay, Open) = (Math.Max(now.Received, events.Count(e => e.ReceivedAt >= dayAgo)), now.Open);
        OData = ODataAddress.Of(SourceAddress.Origin(Request, options, null), filter);
        ODataIsWider = ODataAddress.IsWider(filter) || ByText;
    }
}
