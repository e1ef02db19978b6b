namespace WebhookBridge.Abstractions;

/// <summary>One attempt of one delivery, as a session is asked to send it.</summary>
public sealed record DeliveryRequest
{
    /// <summary><c>dlv_</c> and 26 characters: the idempotency key. The same on every attempt, and so are body and fields.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>What the template made, or the event as received. Send exactly these bytes. Valid until the call returns.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Media type of <see cref="Body"/>, perhaps with parameters.</summary>
    public required string ContentType { get; init; }

    /// <summary>The route's other fields, rendered, by field id; the entries of a map by <see cref="MapKey"/>.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>What it is about.</summary>
    public required EventInfo Event { get; init; }

    /// <summary>An earlier attempt may have had its effect although no answer came: look before creating again.</summary>
    public bool AfterUnknownOutcome { get; init; }

    /// <summary>The id that the destination gave on an earlier attempt of this delivery; null when there is none.</summary>
    public string? KnownRemoteId { get; init; }

    /// <summary>The key in <see cref="Fields"/> of one entry of a map.</summary>
    public static string MapKey(string fieldId, string target) => fieldId + ":" + target;

    /// <summary>A field of the route; null when it is not set.</summary>
    public string? Field(string id) => Fields.TryGetValue(id, out string? value) ? value : null;

    /// <summary>The entries of a map of the route, by target.</summary>
    public IEnumerable<KeyValuePair<string, string>> Map(string id)
    {
        string prefix = id + ":";
        foreach (KeyValuePair<string, string> field in Fields)
        {
            if (field.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return new(field.Key[prefix.Length..], field.Value);
            }
        }
    }
}

/// <summary>What a delivery is about.</summary>
public sealed record EventInfo
{
    /// <summary>The gateway's id of the event: <c>evt_</c> and 26 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The sender's own id; null where it sends none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>What it means, in the gateway's words, such as <c>payment.succeeded</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The sender's own name for it; may be empty.</summary>
    public required string Type { get; init; }

    /// <summary>Name of the source that received it.</summary>
    public required string Source { get; init; }

    /// <summary>Id of the sender's platform.</summary>
    public required string Platform { get; init; }

    /// <summary>Made by the gateway's simulator: must stay recognisable at the destination.</summary>
    public required bool Test { get; init; }

    /// <summary>When it happened, by the sender's word; else when it was received.</summary>
    public required DateTimeOffset Time { get; init; }
}
