using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.WebConsole.Rejected;

/// <summary>Requests of one source that were refused for one reason.</summary>
/// <param name="Waiting">Kept, and not accepted since.</param>
internal sealed record RefusedCause(string Source, string Code, long Waiting, long Accepted, int Addresses, DateTimeOffset Last, string LatestId);

/// <summary>What was refused, why, and what lets it in after all.</summary>
internal sealed class RefusedRequests(Gateway gateway, ConsoleOptions options)
{
    private const int MostAtOnce = 1000;

    /// <summary>Grouped by source and reason, newest first.</summary>
    public IReadOnlyList<RefusedCause> Causes(DateTimeOffset since, string? source)
    {
        long from = since.ToUnixTimeMilliseconds();
        using StoreContext log = gateway.Store.OpenContext();
        var rows = log.Rejections.Where(r => r.ReceivedAt >= from && (source == null || r.Source == source))
            .GroupBy(static r => new { r.Source, r.Code })
            .Select(static g => new
            {
                g.Key.Source,
                g.Key.Code,
                Waiting = g.LongCount(r => r.AcceptedEvent == null),
                Accepted = g.LongCount(r => r.AcceptedEvent != null),
                Addresses = g.Select(r => r.RemoteIp).Distinct().Count(),
                Last = g.Max(r => r.ReceivedAt),
                Seq = g.Max(r => r.Seq),
            }).ToList();
        long[] newest = [.. rows.Select(static r => r.Seq)];
        Dictionary<long, string> ids = log.Rejections.Where(r => newest.Contains(r.Seq)).Select(static r => new { r.Seq, r.Id }).ToDictionary(static r => r.Seq, static r => r.Id);
        return [.. rows.OrderByDescending(static r => r.Last).Select(r => new RefusedCause(r.Source, r.Code, r.Waiting, r.Accepted, r.Addresses, DateTimeOffset.FromUnixTimeMilliseconds(r.Last), ids[r.Seq]))];
    }

    public Task<Rejection?> FindAsync(string id) => gateway.Store.Log.Rejections.FindAsync(id);

    /// <summary>Null where the doctor cannot help: the source or its platform is gone, or the reason has nothing to do with proof.</summary>
    public Diagnosis? Diagnose(Rejection rejection)
    {
        if (gateway.Configuration.Find(ConfigurationKind.Source, rejection.Source)?.Definition is not SourceDefinition source
            || gateway.Platforms.Get(source.Platform) is not { } platform || !IsAboutProof(rejection.Code))
        {
            return null;
        }

        SourceDefinition[] others = [.. gateway.Configuration.All(ConfigurationKind.Source).Select(static i => (SourceDefinition)i.Definition)];
        InboundRequest request = Request(rejection, source);
        IReadOnlyList<DoctorFinding> findings = SignatureDoctor.Diagnose(platform, source, request, rejection.ReceivedAt, gateway.Platforms, others.Where(o => o.Name != source.Name));
        return new(findings, findings.FirstOrDefault(static f => f.Proven) is { } cause ? SecretMending.Mend(platform, source, request, cause) : null);
    }

    /// <summary>Stores the secrets as the doctor read them. False when somebody changed the source in the meantime.</summary>
    public async Task<bool> MendAsync(string sourceName, IReadOnlyList<SecretText> secrets, string actor) =>
        gateway.Configuration.Find(ConfigurationKind.Source, sourceName) is { Definition: SourceDefinition source } item
        && await gateway.Configuration.PutAsync(source with { Secrets = secrets }, item.Revision, actor) is ChangeResult.Done;

    /// <summary>Lets in what is genuine by today's secrets, its receipt's time as now, in the order it came; repeats are known as such. The number that became events, and the number that are refused still.</summary>
    public async Task<(int Accepted, int Refused)> AcceptAsync(string sourceName, string code, string actor)
    {
        List<string> ids;
        using (StoreContext log = gateway.Store.OpenContext())
        {
            ids = [.. log.Rejections.Where(r => r.Source == sourceName && r.Code == code && r.AcceptedEvent == null).OrderBy(static r => r.Seq).Take(MostAtOnce).Select(static r => r.Id)];
        }

        (int accepted, int refused) = (0, 0);
        foreach (string id in ids)
        {
            if (gateway.Current.Value.Sources.GetValueOrDefault(sourceName) is { } source
                && await FindAsync(id) is { } rejection && Request(rejection, source.Definition) is var request
                && source.Verifier.Verify(request, request.ReceivedAt) is VerifyResult.Genuine
                && await gateway.Receive.ReceiveAsync(source, request) is { Status: >= 200 and < 300 } answer
                && EventId(answer, rejection) is { } eventId)
            {
                await gateway.Store.Log.Rejections.MarkAcceptedAsync(id, eventId);
                accepted++;
            }
            else
            {
                refused++;
            }
        }

        await gateway.Audit.RecordAsync(actor, "rejection.accept", "source/" + sourceName, json =>
        {
            json.WriteString("code", code);
            json.WriteNumber("accepted", accepted);
        });
        return (accepted, refused);
    }

    public static bool IsAboutProof(string code) => code.StartsWith("signature_", StringComparison.Ordinal) || code.StartsWith("token_", StringComparison.Ordinal)
        || code.StartsWith("timestamp_", StringComparison.Ordinal) || code.StartsWith("id_", StringComparison.Ordinal)
        || code is RefusalCodes.SecretMissing or RefusalCodes.SchemeNotApplicable or RefusalCodes.FieldMissing;

    private InboundRequest Request(Rejection rejection, SourceDefinition source) => RefusedRequest.Of(rejection, source.PublicUrl ?? options.PublicUrl);

    /// <summary>The answer names the event, unless the platform wants an answer of its own; then it is the one of that moment.</summary>
    private string? EventId(ReceiveAnswer answer, Rejection rejection)
    {
        if (answer.Body.Length > 1 && answer.Body.Span[0] == (byte)'{')
        {
            using JsonDocument json = JsonDocument.Parse(answer.Body);
            if (json.RootElement.TryGetProperty("id", out JsonElement id))
            {
                return id.GetString();
            }
        }

        long at = rejection.ReceivedAt.ToUnixTimeMilliseconds();
        using StoreContext log = gateway.Store.OpenContext();
        return log.Events.Where(e => e.Source == rejection.Source && e.ReceivedAt == at).Select(static e => e.Id).FirstOrDefault();
    }
}
