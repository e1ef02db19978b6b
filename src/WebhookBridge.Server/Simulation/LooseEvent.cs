using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Server.Simulation;

/// <summary>Reads a body as an event of a platform without receiving it: for trying out rules, conditions and templates.</summary>
internal static class LooseEvent
{
    /// <summary>What stands for the id of an event that was never received.</summary>
    public const string Id = "evt_00000000000000000000000000";

    /// <summary>The first event in the body.</summary>
    public static GatewayEvent Read(Platform platform, ReadOnlyMemory<byte> body, DateTimeOffset now, string? source = null)
    {
        SourceDefinition definition = new() { Name = source ?? "sample", Platform = platform.Name };
        InboundRequest request = new()
        {
            Method = "POST",
            PublicOrigin = "http://localhost",
            Path = "/in/" + definition.Name,
            Query = "",
            Headers = [new("Content-Type", "application/json")],
            Body = body,
            ReceivedAt = now,
        };
        using ReadResult read = platform.Read(request, body, new VerifyResult.Genuine(null, false, null, -1), definition, static () => Id, simulated: false);
        ReadEvent first = read.Events[0];
        return new GatewayEvent
        {
            Id = first.Id,
            Source = definition.Name,
            Platform = platform.Name,
            ExternalId = first.ExternalId,
            Type = first.Type,
            Kind = first.Kind,
            Mode = first.Mode,
            Time = first.Time,
            ReceivedAt = now,
            Format = first.Format,
            Body = first.Bytes.ToArray(),
            Sha256 = first.Sha256.ToArray(),
            Headers = request.Headers,
            NormalForm = first.NormalForm.ToArray(),
            Columns = first.Columns,
            DuplicateKeys = first.DuplicateKeys,
            Unreadable = first.Unreadable,
        };
    }
}
