using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Pages.Replays;

/// <summary>How far a replay is, live, and the way to stop it.</summary>
internal sealed class OneReplayModel(Gateway gateway) : ConsolePage
{
    public ReplayRow Row { get; private set; } = null!;

    public ReplayProgress Progress { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Of a hundred, by events dealt with.</summary>
    public long Percent => Row.Total == 0 ? 100 : Math.Min(100, Row.Events * 100 / Row.Total);

    /// <summary>Deliveries that are made and not over yet.</summary>
    public bool IsMoving => Row.State == "running" || Progress.Waiting > 0;

    public static string Sign(string state) => state switch
    {
        "running" => "live",
        "done" => "delivered",
        "failed" => "refused",
        _ => "skipped",
    };

    public async Task<IActionResult> OnGetAsync(string id) => !await LoadAsync(id) ? NotFound() : HttpContext.IsPart() ? Partial("Log/_Progress", this) : Page();

    [Needs(Role.Operator)]
    public async Task<IActionResult> OnPostCancelAsync(string id)
    {
        if (!await LoadAsync(id))
        {
            return NotFound();
        }

        await gateway.Replays.CancelAsync(id, Me.Email!);
        return LocalRedirect("/replays/" + id);
    }

    private async Task<bool> LoadAsync(string id)
    {
        if (await gateway.Store.Log.Replays.FindAsync(id) is not { } row)
        {
            return false;
        }

        Row = row;
        Progress = await gateway.Store.Log.Replays.ProgressAsync(row);
        return true;
    }
}
