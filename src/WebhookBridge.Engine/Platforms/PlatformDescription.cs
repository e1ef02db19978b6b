using System.Text.Json;

namespace WebhookBridge.Engine.Platforms;

/// <summary>A text in the languages of the console.</summary>
/// <param name="PtBr">Null = as in English.</param>
public sealed record LocalText(string En, string? PtBr)
{
    public string In(string language) => language.StartsWith("pt", StringComparison.OrdinalIgnoreCase) ? PtBr ?? En : En;
}

/// <summary>A setting of a source that the platform's description asks for.</summary>
/// <param name="Default">Empty where nothing is set.</param>
/// <param name="Choices">Empty = free text.</param>
public sealed record PlatformSetting(string Name, LocalText Label, string Default, IReadOnlyList<string> Choices);

/// <summary>A kind of event that the platform sends.</summary>
/// <param name="Type">The sender's own name; may hold <c>*</c>.</param>
/// <param name="Kind">Ours (contract section 2).</param>
public sealed record PlatformEvent(string Type, string Kind, LocalText Description);

/// <summary>An answer where the sender wants something special.</summary>
public sealed record PlatformAnswer(int Status, string? ContentType, byte[] Body);

/// <summary>Answers by outcome; null = the gateway's own (contract section 5).</summary>
public sealed record PlatformAnswers(PlatformAnswer? Accepted, PlatformAnswer? Duplicate, PlatformAnswer? Refused)
{
    public static readonly PlatformAnswers None = new(null, null, null);
}

/// <summary>What the sender expects and does when it does not get it.</summary>
/// <param name="Success">Such as <c>2xx</c> or <c>200</c>.</param>
/// <param name="Retries">In words or as a list of delays.</param>
/// <param name="RetrySpan">From the first try to the last; null where it is not known.</param>
public sealed record PlatformDelivery(string? Success, int? TimeoutSeconds, string? Retries, TimeSpan? RetrySpan);

/// <summary>One statement of the description and how sure it is.</summary>
/// <param name="Confidence"><c>D</c> the sender's documentation, <c>S</c> its own code, <c>C</c> several independent integrations, <c>M</c> recalled only.</param>
public sealed record PlatformFact(string About, string Confidence, string Source);

/// <summary>A body that the simulator sends; written by this project from documented fields.</summary>
/// <param name="MadeUp">True where the sender publishes no such body: the shape is ours, never a fact.</param>
/// <param name="Json">Null for a form.</param>
/// <param name="Form">Null for JSON.</param>
public sealed record PlatformSample(
    string Name,
    string? Note,
    bool MadeUp,
    string Query,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    JsonElement? Json,
    string? Form);
