using System.Text.Json;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Configuration;

/// <summary>All that people set up, as one immutable whole (contract section 3).</summary>
public sealed record GatewayDefinition
{
    public IReadOnlyList<SourceDefinition> Sources { get; init; } = [];

    public IReadOnlyList<ListDefinition> Lists { get; init; } = [];

    public IReadOnlyList<DestinationDefinition> Destinations { get; init; } = [];

    public IReadOnlyList<TemplateDefinition> Templates { get; init; } = [];

    public IReadOnlyList<RouteDefinition> Routes { get; init; } = [];
}

/// <summary>One inbound address.</summary>
public sealed record SourceDefinition
{
    public const int DefaultMaxBodyBytes = 1024 * 1024;

    public required string Name { get; init; }

    public required string Platform { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>Any of them makes a request genuine: two while one is being rotated.</summary>
    public IReadOnlyList<SecretText> Secrets { get; init; } = [];

    /// <summary>What the platform's description leaves open (header names and the like), by setting name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Settings { get; init; } = new Dictionary<string, JsonElement>();

    public DedupeDefinition Dedupe { get; init; } = new();

    /// <summary>1 KiB to 64 MiB.</summary>
    public int MaxBodyBytes { get; init; } = DefaultMaxBodyBytes;

    /// <summary>Origin as the sender sees it, where URLs are signed; null = the server's own setting.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Requests a second that are taken before 429; null = no limit.</summary>
    public double? RatePerSecond { get; init; }

    /// <summary>When it is a bad sign that nothing comes; null = never.</summary>
    public SilenceDefinition? Silence { get; init; }
}

/// <summary>"Nothing for this long" (of the hours that are watched) raises an alert.</summary>
public sealed record SilenceDefinition
{
    /// <summary>1 min to 90 days of watched time.</summary>
    public required TimeSpan After { get; init; }

    /// <summary>The days of the week that are watched; never empty.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; init; } = Enum.GetValues<DayOfWeek>();

    /// <summary>Where a watched day begins, from midnight, to the minute.</summary>
    public TimeSpan From { get; init; } = TimeSpan.Zero;

    /// <summary>Where it ends; later than <see cref="From"/>, at most 24 hours.</summary>
    public TimeSpan To { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Days and hours are those of this zone (IANA name).</summary>
    public string TimeZone { get; init; } = "UTC";
}

/// <summary>How repeats are recognised.</summary>
public sealed record DedupeDefinition
{
    /// <summary>Null = the platform's own rule; <see cref="TimeSpan.MaxValue"/> = unlimited; zero = off.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>Fields (as in conditions) whose values make the key; empty = the platform's event id.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Refuse (answer as duplicate) what looks like a replay under another unsigned id, instead of marking it.</summary>
    public bool RefuseSuspectedReplay { get; init; }
}

/// <summary>A named set of texts. Its items live in the database, not in the definition, once it is large.</summary>
public sealed record ListDefinition
{
    public required string Name { get; init; }

    public IReadOnlyList<string> Values { get; init; } = [];
}

/// <summary>A configured instance of a connector.</summary>
public sealed record DestinationDefinition
{
    public required string Name { get; init; }

    public required string Connector { get; init; }

    public bool Enabled { get; init; } = true;

    public IReadOnlyDictionary<string, JsonElement> Settings { get; init; } = new Dictionary<string, JsonElement>();

    public IReadOnlyDictionary<string, SecretText> Secrets { get; init; } = new Dictionary<string, SecretText>();

    public LimitsDefinition Limits { get; init; } = new();
}

/// <summary>How fast and how long one destination is spoken to; null = the connector's own pacing.</summary>
public sealed record LimitsDefinition
{
    public double? PerSecond { get; init; }

    /// <summary>1 to 256.</summary>
    public int? Concurrency { get; init; }

    /// <summary>1 s to 5 min for a whole attempt.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>A Scriban template by name.</summary>
public sealed record TemplateDefinition
{
    public required string Name { get; init; }

    public string ContentType { get; init; } = "application/json";

    public required string Body { get; init; }
}

/// <summary>Conditions, rule and template from one or more sources to a destination.</summary>
public sealed record RouteDefinition
{
    public required string Name { get; init; }

    /// <summary>Names of sources; <c>["*"]</c> = every source.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    public required string Destination { get; init; }

    public bool Enabled { get; init; } = true;

    public ConditionsDefinition When { get; init; } = new();

    /// <summary>JavaScript; null = every event that meets the conditions is sent.</summary>
    public string? Rule { get; init; }

    /// <summary>Null = the event as received.</summary>
    public TemplateReference? Template { get; init; }

    /// <summary>The connector's fields of scope route: by id, or by id and target for a property map.</summary>
    public IReadOnlyDictionary<string, FieldTemplate> Fields { get; init; } = new Dictionary<string, FieldTemplate>();

    public RetryDefinition Retry { get; init; } = RetryDefinition.Standard;

    /// <summary>What happens to an event when a newer state of the same payment came before it.</summary>
    public LateHandling Late { get; init; }
}

/// <summary>A template by name, from the gallery, or in place.</summary>
public abstract record TemplateReference
{
    private TemplateReference()
    {
    }

    public sealed record Named(string Name) : TemplateReference;

    public sealed record Gallery(string Name) : TemplateReference;

    public sealed record Inline(string ContentType, string Body) : TemplateReference;
}

/// <summary>One field of a route: a Scriban text, or one for each target.</summary>
public abstract record FieldTemplate
{
    private FieldTemplate()
    {
    }

    public sealed record Text(string Template) : FieldTemplate;

    public sealed record Map(IReadOnlyDictionary<string, string> Templates) : FieldTemplate;
}

/// <summary>When a failed attempt is tried again (contract section 3).</summary>
public abstract record RetryDefinition
{
    private RetryDefinition()
    {
    }

    public static readonly RetryDefinition Standard = new Preset("standard");

    /// <summary><c>standard</c>, <c>fast</c>, <c>patient</c> or <c>none</c>.</summary>
    public sealed record Preset(string Name) : RetryDefinition;

    /// <summary>The delays one after the other; at most 50, each at most 7 days; empty = no second try.</summary>
    public sealed record Delays(IReadOnlyList<TimeSpan> Each) : RetryDefinition;

    /// <summary><c>First × Factor^n</c>, never above <c>Max</c>, <c>Tries</c> retries.</summary>
    public sealed record Growing(TimeSpan First, double Factor, TimeSpan Max, int Tries) : RetryDefinition;
}
