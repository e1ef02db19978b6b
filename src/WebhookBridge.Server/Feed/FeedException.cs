namespace WebhookBridge.Server.Feed;

/// <summary>Ends the handling of a request with an error in OData form (OData JSON Format 4.01, 21.1).</summary>
internal sealed class FeedException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>What the message is about: the name of a function or of a property.</summary>
    public string? Target { get; init; }

    public static FeedException BadRequest(string message, string? target = null) => new(400, "bad_request", message) { Target = target };

    public static FeedException NotFound(string message) => new(404, "not_found", message);

    /// <summary>A function, an operator or an option of OData that this feed does not have (contract section 8).</summary>
    public static FeedException NotImplemented(string name) =>
        new(501, "not_implemented", $"This feed does not have \"{name}\"; docs/odata.md lists what it has.") { Target = name };

    /// <summary>The property is personal data, and the key may not see it.</summary>
    public static FeedException Masked(string property) =>
        new(403, "masked", $"\"{property}\" is personal data: this key may only ask whether it is equal to a value (eq, ne, in). A key with the scopes odata and read sees it in the clear.") { Target = property };
}
