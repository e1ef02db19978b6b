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
                Refuses = [Problems.NotFound, Problems.NameTaken, Problems.BodyGone, Problems.InvalidConfiguration],
            }),
        new("POST", "/platforms/reload", ApiScopes.Write, [], ReloadAsync,
            new("reloadPlatforms", "Takes up the descriptions of senders as they lie in the data directory now; one with an error changes nothing.", "OwnPlatforms") { Refuses = [Problems.InvalidConfiguration] }),
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
            await SaveAsync(name, proposal.Json, request.Caller.Name);
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

    private async Task<ApiAnswer> ReloadAsync(ApiRequest request)
    {
        await TakeUpAsync(request.Caller.Name);
        await gateway.Audit.RecordAsync(request.Caller.Name, "platform.reload", "platforms");
        DirectoryInfo folder = new(Folder);
        string[] own = folder.Exists ? [.. folder.EnumerateDirectories().Select(of => of.Name).Where(name => gateway.Platforms.Get(name) is not null).Order(StringComparer.Ordinal)] : [];
        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count", gateway.Platforms.All.Count);
            json.WriteStartArray("own");
            Array.ForEach(own, json.WriteStringValue);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Writes a description and puts it in force, or leaves no trace of it.</summary>
    private async Task SaveAsync(string name, byte[] description, string actor)
    {
        DirectoryInfo folder = Directory.CreateDirectory(Path.GetDirectoryName(FileOf(name))!);
        // Whole or not at all: half a description would be read at the next start.
        await File.WriteAllBytesAsync(FileOf(name) + ".part", description);
        File.Move(FileOf(name) + ".part", FileOf(name));
        try
        {
            await TakeUpAsync(actor);
        }
        catch
        {
            File.Delete(FileOf(name));
            if (!folder.EnumerateFileSystemInfos().Any())
            {
                folder.Delete();
            }

            throw;
        }

        await gateway.Audit.RecordAsync(actor, "platform.save", "platform/" + name);
    }

    private async Task TakeUpAsync(string actor)
    {
        if (await gateway.Configuration.TakePlatformsAsync(gateway.ReadPlatforms, actor) is ChangeResult.Invalid invalid)
        {
            throw ApiRequest.Invalid(Problems.InvalidConfiguration, invalid.Problems);
        }
    }

    private string Folder => Path.Combine(gateway.Store.Directory.DirectoryPath, "platforms");

    private string FileOf(string name) => Path.Combine(Folder, name, "platform.json");

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
