using Microsoft.EntityFrameworkCore;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>What a person ought to look at: one open alert for each code and subject, counted while it goes on.</summary>
public sealed class AlertStore
{
    private readonly WriteGate _gate;
    private readonly Func<StoreContext> _open;
    private readonly TimeProvider _time;

    internal AlertStore(WriteGate gate, Func<StoreContext> open, TimeProvider time)
    {
        _gate = gate;
        _open = open;
        _time = time;
    }

    /// <returns>True when the alert is new, false when it was open already.</returns>
    public async Task<bool> RaiseAsync(string code, string subject, string text)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return await _gate.RunAsync(context =>
        {
            AlertRow? open = context.Alerts.FirstOrDefault(a => a.Code == code && a.Subject == subject && a.ResolvedAt == null);
            bool isNew = open is null;
            if (open is null)
            {
                context.Alerts.Add(open = new AlertRow { Code = code, Subject = subject, FirstAt = now });
            }

            open.Text = text;
            open.LastAt = now;
            open.Count++;
            context.SaveChanges();
            return isNew;
        });
    }

    /// <returns>False when there was none open.</returns>
    public async Task<bool> ResolveAsync(string code, string subject)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return await _gate.RunAsync(context => context.Alerts
            .Where(a => a.Code == code && a.Subject == subject && a.ResolvedAt == null)
            .ExecuteUpdate(s => s.SetProperty(static a => a.ResolvedAt, now)) > 0);
    }

    /// <summary>Open ones, newest first.</summary>
    public async Task<IReadOnlyList<AlertRow>> OpenAsync()
    {
        await using StoreContext context = _open();
        return await context.Alerts.Where(static a => a.ResolvedAt == null).OrderByDescending(static a => a.LastAt).Take(200).ToListAsync();
    }
}
