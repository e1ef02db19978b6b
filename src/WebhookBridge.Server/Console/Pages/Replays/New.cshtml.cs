using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Log;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Replays;

/// <summary>Before many events are sent again: how many, on which routes, with a sample. Nothing happens until it is confirmed.</summary>
[Needs(Role.Operator)]
internal sealed class NewReplayModel(Gateway gateway) : ConsolePage
{
    /// <summary>So many events are looked at for the count by route; of more it is said that they were not.</summary>
    public const int Tried = 500;

    private const int SampleSize = 5;

    public IReadOnlyList<string> Ids { get; private set; } = [];

    public LogQuery Query { get; private set; } = new();

    public bool OnlyFailed { get; private set; }

    public bool AsThen { get; private set; }

    public bool IncludeDelivered { get; private set; }

    public long Events { get; private set; }

    public IReadOnlyDictionary<string, long> Routes { get; private set; } = new Dictionary<string, long>();

    public IReadOnlyList<LogRow> Sample { get; private set; } = [];

    public bool IsEmpty => Ids.Count == 0 && !Query.IsNarrow;

    public long Deliveries => Routes.Values.Sum();

    public string Back => Ids.Count > 0 ? "/events" : Query.Address();

    public async Task OnGetAsync(string[] ids, string? only, string? @as, bool delivered)
    {
        Read(ids, only, @as, delivered);
        if (IsEmpty)
        {
            return;
        }

        ReplayRequest request = Replay();
        Events = await gateway.Replays.CountAsync(request);
        Routes = await gateway.Replays.TryAsync(request, Aborted, Tried);
        IReadOnlyList<EventRow> sample = Ids.Count > 0
            ? await gateway.Store.Log.Trail.ByIdsAsync([.. Ids.Take(SampleSize)])
            : (await gateway.Store.Log.Events.PageAsync(request.Filter, null, SampleSize)).Items;
        Sample = await LogRow.OfAsync(gateway, sample, T);
    }

    public async Task<IActionResult> OnPostAsync(string[] ids, string? only, string? @as, bool delivered)
    {
        Read(ids, only, @as, delivered);
        if (IsEmpty)
        {
            return LocalRedirect("/replays");
        }

        ReplayRequest request = Replay();
        string id = await gateway.Replays.StartAsync(request, request.Write(), Me.Email!);
        return LocalRedirect("/replays/" + id);
    }

    private void Read(string[] ids, string? only, string? @as, bool delivered)
    {
        Query = LogQuery.Read(Request.Query) with { After = null };
        Ids = [.. ids.Distinct().Take(ReplayRequest.MaxIds)];
        OnlyFailed = only is null ? Ids.Count == 0 && Query.Outcome is "refused" or "cancelled" : only == "failed";
        (AsThen, IncludeDelivered) = (@as == "then", delivered);
    }

    private ReplayRequest Replay() => new(
        Query.ToFilter(Me),
        Ids.Count > 0 ? Ids : null,
        Ids.Count == 0 && Query.Route is { } route ? [route] : null,
        AsThen,
        IncludeDelivered,
        OnlyFailed);
}
