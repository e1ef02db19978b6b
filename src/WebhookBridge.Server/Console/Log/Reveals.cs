using System.Collections.Concurrent;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.WebConsole.Access;

namespace WebhookBridge.Server.WebConsole.Log;

/// <summary>Who may see the personal data of which event for a while: it was asked for, and is in the audit.</summary>
internal sealed class Reveals(Gateway gateway)
{
    private const int MostKept = 10_000;

    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    /// <summary>Writes it into the audit and opens the event for this session.</summary>
    public async Task OpenAsync(Visitor who, string subject)
    {
        await gateway.Audit.RecordAsync(who.Email!, "reveal", subject);
        if (_until.Count > MostKept)
        {
            _until.Clear();
        }

        _until[Key(who, subject)] = gateway.Time.GetUtcNow() + Lasting;
    }

    public bool IsOpen(Visitor who, string subject) =>
        who.May(Role.Operator) && _until.TryGetValue(Key(who, subject), out DateTimeOffset until) && until > gateway.Time.GetUtcNow();

    private static string Key(Visitor who, string subject) => Convert.ToHexString(who.SessionKey!) + subject;
}
