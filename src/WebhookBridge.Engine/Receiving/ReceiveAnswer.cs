using System.Text;

namespace WebhookBridge.Engine.Receiving;

/// <summary>What the sender is told.</summary>
/// <param name="Body">As it goes out; empty where there is none.</param>
/// <param name="Headers">Beside Content-Type and Content-Length.</param>
public readonly record struct ReceiveAnswer(int Status, ReadOnlyMemory<byte> Body, string ContentType, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public const string Json = "application/json";
    public const string Problem = "application/problem+json";

    /// <summary>Seconds after which a sender may try again when we could not take the event (contract section 5).</summary>
    public static readonly IReadOnlyList<KeyValuePair<string, string>> RetryAfter5 = [new("Retry-After", "5")];

    private static readonly KeyValuePair<string, string>[] None = [];

    public static ReceiveAnswer Accepted(string id, int count) =>
        new(200, Encoding.UTF8.GetBytes(count == 1 ? $$"""{"id":"{{id}}","status":"accepted"}""" : $$"""{"id":"{{id}}","count":{{count}},"status":"accepted"}"""), Json, None);

    public static ReceiveAnswer Duplicate(string id) =>
        new(200, Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","status":"duplicate"}"""), Json, None);

    /// <summary>RFC 9457. Texts are ours and hold nothing that needs escaping in JSON.</summary>
    public static ReceiveAnswer Refused(int status, string code, string title, IReadOnlyList<KeyValuePair<string, string>>? headers = null) =>
        new(status, Encoding.UTF8.GetBytes($$"""{"type":"/problems/{{code}}","title":"{{title}}","status":{{status}},"detail":"{{title}}","code":"{{code}}"}"""), Problem, headers ?? None);
}
