using System.Text.Json;

namespace WebhookBridge.Abstractions;

/// <summary>A connector as data: form, documentation, validation and pacing are drawn from it.</summary>
public sealed record ConnectorDescription
{
    /// <summary>Unique; lower-case letters, digits and hyphens, 1 to 60, beginning with a letter. Stored with each destination: it never changes.</summary>
    public required string Id { get; init; }

    /// <summary>The name as people know it, such as <c>Zapier</c>.</summary>
    public required LocalText Name { get; init; }

    /// <summary>One or two sentences: what arrives where.</summary>
    public required LocalText Summary { get; init; }

    /// <summary>All fields, in the order of the form.</summary>
    public required IReadOnlyList<ConnectorField> Fields { get; init; }

    /// <summary>How fast the destination may be spoken to unless the operator sets other limits.</summary>
    public required Pacing Pacing { get; init; }

    /// <summary>What keeps a repeated delivery from having a second effect.</summary>
    public required IdempotencyClass Idempotency { get; init; }

    /// <summary>What to do when nobody knows whether the destination took a delivery. An operator's setting of the id <see cref="ConnectorField.UnknownOutcomeId"/>, if the connector has that field, comes first.</summary>
    public UnknownOutcomePolicy UnknownOutcome { get; init; } = UnknownOutcomePolicy.Retry;

    /// <summary>The field that a route's template fills; null when there is none, and then a route with a template is refused.</summary>
    public ConnectorField? BodyField => Fields.FirstOrDefault(static f => f.Kind == FieldKind.Body);
}

/// <summary>A text in the languages of the console.</summary>
/// <param name="En">English.</param>
/// <param name="PtBr">Brazilian Portuguese.</param>
public sealed record LocalText(string En, string PtBr);

/// <summary>One field of a connector's form.</summary>
public sealed record ConnectorField
{
    /// <summary>Id of the choice field (<c>retry</c> or <c>hold</c>) by which an operator overrides <see cref="ConnectorDescription.UnknownOutcome"/>.</summary>
    public const string UnknownOutcomeId = "afterUnknownOutcome";

    /// <summary>Unique within the connector; letters and digits, beginning with a lower-case letter. Stored: it never changes.</summary>
    public required string Id { get; init; }

    /// <summary>Plain words; no "payload", "endpoint" or "token" without a hint.</summary>
    public required LocalText Label { get; init; }

    /// <summary>Where to find the value, or what it does.</summary>
    public required LocalText Help { get; init; }

    /// <summary>What is entered and how it is kept.</summary>
    public required FieldKind Kind { get; init; }

    /// <summary>Set once per destination, or per route (and then a template text that is rendered for each event).</summary>
    public FieldScope Scope { get; init; } = FieldScope.Destination;

    /// <summary>Whether it must be filled in (if visible at all).</summary>
    public bool Required { get; init; }

    /// <summary>The value when none is given; null = none. Of a route's field: the template that the form offers, which is not filled in by itself. Never for secrets.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>For <see cref="FieldKind.Choice"/>: what can be chosen.</summary>
    public IReadOnlyList<FieldChoice> Choices { get; init; } = [];

    /// <summary>The choices are read from the destination by <see cref="IConnectorSession.ListChoicesAsync"/>; any text is accepted. Of a <see cref="FieldKind.Map"/>: the names on its left.</summary>
    public bool LiveChoices { get; init; }

    /// <summary>With <see cref="LiveChoices"/>: the text holds several of them, with commas between.</summary>
    public bool Several { get; init; }

    /// <summary>What the value has to look like; null = anything.</summary>
    public FieldRule? Rule { get; init; }

    /// <summary>Stands under "More options".</summary>
    public bool Advanced { get; init; }

    /// <summary>Shown (and required) only when another field has a certain value; null = always.</summary>
    public FieldCondition? VisibleWhen { get; init; }
}

/// <summary>What is entered in a field and how it is kept.</summary>
public enum FieldKind
{
    /// <summary>One line.</summary>
    Text,

    /// <summary>Several lines.</summary>
    LongText,

    /// <summary>An absolute http or https address that is no secret.</summary>
    Url,

    /// <summary>Encrypted, never shown again.</summary>
    Secret,

    /// <summary>An address that acts as a password: encrypted, shown as scheme, host and last four characters.</summary>
    SecretUrl,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Toggle,

    /// <summary>One of <see cref="ConnectorField.Choices"/>, by value.</summary>
    Choice,

    /// <summary>Names with texts (headers, a property map).</summary>
    Map,

    /// <summary>Any JSON.</summary>
    Json,

    /// <summary>The main content, filled by the route's template. At most one per connector, of scope route.</summary>
    Body,
}

/// <summary>Where a field is set.</summary>
public enum FieldScope
{
    /// <summary>Once for the destination.</summary>
    Destination,

    /// <summary>For each route: a template text.</summary>
    Route,
}

/// <summary>One choice of a field.</summary>
/// <param name="Value">What is stored.</param>
/// <param name="Label">What people read.</param>
public sealed record FieldChoice(string Value, LocalText Label);

/// <summary>What a value has to look like.</summary>
public sealed record FieldRule
{
    /// <summary>What to do when the value does not fit. A full sentence.</summary>
    public required LocalText Problem { get; init; }

    /// <summary>A regular expression that the whole text must match; null = none. It is run without backtracking (RegexOptions.NonBacktracking).</summary>
    public string? Pattern { get; init; }

    /// <summary>Smallest number; null = none.</summary>
    public double? Min { get; init; }

    /// <summary>Largest number; null = none.</summary>
    public double? Max { get; init; }

    /// <summary>Most characters; null = 10,000.</summary>
    public int? MaxLength { get; init; }
}

/// <summary>Another field and the value it must have.</summary>
/// <param name="Field">Id of a choice or toggle.</param>
/// <param name="Value">Its value; <c>true</c> or <c>false</c> for a toggle.</param>
public sealed record FieldCondition(string Field, string Value);

/// <summary>How fast a destination may be spoken to. Every figure is a default that the operator can change.</summary>
public sealed record Pacing
{
    /// <summary>Deliveries a second; null = no limit.</summary>
    public double? PerSecond { get; init; }

    /// <summary>A second limit over a longer time; null = none.</summary>
    public PacingWindow? Window { get; init; }

    /// <summary>Deliveries at the same time, 1 to 256. Default 8.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Time for one attempt, 1 s to 5 min. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The least wait after a throttled answer that names no time; null = the route's own schedule alone.</summary>
    public TimeSpan? ThrottledWait { get; init; }
}

/// <summary>At most <paramref name="Count"/> deliveries in any <paramref name="Per"/>.</summary>
/// <param name="Count">1 or more.</param>
/// <param name="Per">1 s to 1 h.</param>
public sealed record PacingWindow(int Count, TimeSpan Per);

/// <summary>What keeps a repeated delivery from having a second effect at the destination.</summary>
public enum IdempotencyClass
{
    /// <summary>Nothing: a repeat may show twice.</summary>
    None,

    /// <summary>The destination sees the delivery id and can tell repeats apart.</summary>
    Key,

    /// <summary>What is written is found again by its own key and overwritten.</summary>
    Upsert,

    /// <summary>The connector searches before it creates; safe only one at a time per key.</summary>
    SearchThenCreate,
}

/// <summary>What to do when nobody knows whether the destination took a delivery (the answer did not come after the request had been sent).</summary>
public enum UnknownOutcomePolicy
{
    /// <summary>Try again by schedule; the request then says <see cref="DeliveryRequest.AfterUnknownOutcome"/>.</summary>
    Retry,

    /// <summary>Hold the delivery for a person, because a repeat would hurt.</summary>
    Hold,
}
