using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/platforms</c>: descriptions of senders, made from what they sent.</summary>
internal sealed class PlatformsApi(Gateway gateway)
{
    public IEnumerable<Operation> Operations() => 
    [
        new("POST", "/platforms/proposals", ApiScopes.Write, [], ProposeAsync,
            new("proposePlatform", "A description of a sender, made from a request that came: fields by their names, the proof by trying the source's secrets.", "Proposal")
            {
                Takes = "ProposalBody",
                Refuses = [Problems.NotFound, Problems.NameTaken, Problems.BodyGone],
            }),
    ];

    private async Task<ApiAnswer> ProposeAsync(ApiRequest request)
    {
        (string name, string? eventId, string? rejectionId, bool save) = await request.ReadAsync(reader =>
        {
            string name = reader.RequiredText("name", $"Give the platform a name: {Names.Shape}.");
            if (name.Length > 0 && !Names.IsValid(name))
            {
                reader.Add("name", $"\"{name}\" cannot be a name.", $"Use {Names.Shape}.");
            }

            (string? from, string? refused) = (reader.Text("event"), reader.Text("rejection"));
            if (from is null == refused is null)
            {
                reader.Add("event", "Exactly one request is needed.", "Give the id of an event (\"event\") or of a refused request (\"rejection\").");
            }

            return (name, from, refused, reader.Flag("save", false));
        });
        if (gateway.Platforms.Get(name) is not null || File.Exists(FileOf(name)))
        {
            throw new ProblemException(Problems.NameTaken, $"There is a platform \"{name}\" already: choose another name.");
        }

        (InboundRequest seen, string source) = eventId is null ? await OfRejectionAsync(rejectionId!) : await OfEventAsync(eventId);
        IReadOnlyList<SecretText> secrets = gateway.Current.Value.Sources.GetValueOrDefault(source)?.Definition.Secrets ?? [];
        PlatformProposal proposal = PlatformProposer.Propose(name, seen, secrets);
        if (save)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FileOf(name))!);
            await File.WriteAllBytesAsync(FileOf(name), proposal.Json, request.Aborted);
            await gateway.Audit.RecordAsync(request.Caller.Name, "platform.save", "platform/" + name);
        }

        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("platform");
            json.WriteRawValue(proposal.Json);
            json.WriteStartArray("findings");
            foreach (ProposalFinding finding in proposal.Findings)
            {
                json.WriteStartObject();
                json.WriteString("about", finding.About);
                json.WriteString("where", finding.Where);
                json.WriteBoolean("proven", finding.Proven);
                json.WriteString("text", finding.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("saved", save ? Path.Combine("platforms", name, "platform.json") : null);
            json.WriteEndObject();
        });
    }

    private string FileOf(string name) => Path.Combine(gateway.Store.Directory.DirectoryPath, "platforms", name, "platform.json");

    private async Task<(InboundRequest Request, string Source)> OfRejectionAsync(string id)
    {
        Rejection rejection = await gateway.Store.Log.Rejections.FindAsync(id) ?? throw new ProblemException(Problems.NotFound, $"There is no rejection {id}; older ones make room for newer ones.");
        return (RefusedRequest.Of(rejection, gateway.PublicUrl), rejection.Source);
    }

    private async Task<(InboundRequest Request, string Source)> OfEventAsync(string id)
    {
        EventDetail detail = await gateway.Store.Log.Events.FindAsync(id) ?? throw new ProblemException(Problems.NotFound, $"There is no event {id}; it may have been removed by retention.");
        if (await gateway.Store.Log.Events.BodyAsync(id) is not { } body || await gateway.Store.Log.Events.HeadersAsync(id) is not { } headers)
        {
            throw new ProblemException(Problems.BodyGone, $"The body of {id} is no longer kept.");
        }

        return (new InboundRequest
        {
            Method = "POST",
            PublicOrigin = gateway.PublicUrl ?? "http://localhost",
            Path = "/in/" + detail.Event.Source,
            Query = "",
            Headers = headers,
            Body = body,
            ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(detail.Event.ReceivedAt),
        }, detail.Event.Source);
    }
}
