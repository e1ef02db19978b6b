using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Conformance;

/// <summary>How a destination is reached.</summary>
public enum Reach
{
    /// <summary>By the host's HTTP.</summary>
    Http,

    /// <summary>By the host's TCP connections.</summary>
    Socket,

    /// <summary>Without any connection, such as a file.</summary>
    Nothing,
}

/// <summary>A destination that works, and a delivery to it.</summary>
public sealed record ConformanceCase
{
    /// <summary>Settings, as in a configuration file; defaults are filled in.</summary>
    public string Settings { get; init; } = "{}";

    /// <summary>Secrets by field id. Each at least 8 characters: the suite looks for them where they must not be.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>What the route's fields came out as; entries of a map as <c>id:target</c>.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>What the route's template made.</summary>
    public string Body { get; init; } = """{"amount":10.99}""";

    /// <summary>How the destination is reached. The suite counts connections and holds the connector to it.</summary>
    public Reach Reach { get; init; }

    /// <summary>Faults (of <see cref="ConnectorConformance.Faults"/>) that the tool does not have, each with the reason. Only for tools that speak something else than HTTP.</summary>
    public IReadOnlyDictionary<string, string> HasNot { get; init; } = new Dictionary<string, string>();

    /// <summary>Media type of <see cref="Body"/>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The settings as a session gets them.</summary>
    public ConnectorSettings Open(ConnectorDescription description)
    {
        Dictionary<string, JsonElement> all = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Settings)!;
        foreach (ConnectorField field in description.Fields.Where(f => f.Scope == FieldScope.Destination && f.Default is not null && !all.ContainsKey(f.Id)))
        {
            all[field.Id] = field.Default!.Value;
        }

        return new ConnectorSettings(all, Secrets);
    }

    /// <summary>The delivery, as a session is asked to send it.</summary>
    /// <param name="delivery">Tells deliveries apart; 0 to 9.</param>
    public DeliveryRequest Request(int delivery = 0) => new()
    {
        DeliveryId = $"dlv_01JH000000000000000000000{delivery}",
        Attempt = 1,
        Body = System.Text.Encoding.UTF8.GetBytes(Body),
        ContentType = ContentType,
        Fields = Fields,
        Event = new EventInfo
        {
            Id = $"evt_01JH000000000000000000000{delivery}",
            Kind = "payment.succeeded",
            Type = "payment.succeeded",
            Source = "shop",
            Platform = "yoco",
            Test = false,
            Time = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        },
    };
}
