using Microsoft.AspNetCore.Mvc;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Server.WebConsole.Page;
using WebhookBridge.Storage;

namespace WebhookBridge.Server.WebConsole.Pages.Settings;

/// <summary>How long what is kept, and the backup.</summary>
internal sealed class SettingsModel(Gateway gateway) : ConsolePage
{
    private const long Gigabyte = 1_000_000_000;

    public RetentionPolicy Kept { get; private set; } = RetentionPolicy.Default;

    public bool Saved { get; private set; }

    public string? Problem { get; private set; }

    public long DatabaseBytes => gateway.Store.DatabaseBytes();

    public string KeyFile => gateway.Store.Directory.MasterKeyFile;

    public string RestoreCommand => $"webhookbridge restore FILE --data {gateway.Store.Directory.DirectoryPath}";

    public decimal? MaxGigabytes => Kept.MaxBytes is { } bytes ? Math.Round((decimal)bytes / Gigabyte, 1) : null;

    public async Task OnGetAsync(bool saved)
    {
        Saved = saved;
        Kept = await gateway.Retention.LoadAsync();
    }

    [Needs(Role.Administrator)]
    public async Task<IActionResult> OnPostRetentionAsync(int bodies, int events, int rejections, string? most)
    {
        Kept = await gateway.Retention.LoadAsync();
        decimal? gigabytes = string.IsNullOrWhiteSpace(most) ? null
            : decimal.TryParse(most.Replace(',', '.'), System.Globalization.CultureInfo.InvariantCulture, out decimal written) ? written : -1;
        if (bodies is < 1 or > 3650 || events is < 1 or > 3650 || rejections is < 1 or > 3650 || bodies > events || gigabytes is < 0.1m)
        {
            Problem = T["settings.retentionWrong"];
            return Page();
        }

        await gateway.Retention.SaveAsync(
            new RetentionPolicy
            {
                Bodies = TimeSpan.FromDays(bodies),
                Events = TimeSpan.FromDays(events),
                Rejections = TimeSpan.FromDays(rejections),
                MaxBytes = gigabytes is { } limit ? (long)(limit * Gigabyte) : null,
            },
            Me.Email!);
        return LocalRedirect("/settings?saved=true");
    }

    /// <summary>A consistent copy of the database, taken while the gateway runs. Secrets in it are sealed, the master key is not in it.</summary>
    [Needs(Role.Administrator)]
    public async Task<IActionResult> OnPostBackupAsync()
    {
        string file = Path.Combine(gateway.Store.Directory.DirectoryPath, $"download-{gateway.Ids.Next("bak_")}.backup");
        await gateway.Audit.RecordAsync(Me.Email!, "backup", "setting/backup");
        await Task.Run(() => Backup.Write(gateway.Store.Directory, file, withMasterKey: false), Aborted);

        // Gone from the disk as soon as the download is over, however it ends.
        FileStream stream = new(file, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });
        return File(stream, "application/octet-stream", $"webhookbridge-{T.Now.UtcDateTime:yyyyMMdd-HHmm}.backup");
    }
}
