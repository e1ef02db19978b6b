using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>The two calls that the mail APIs have in common: hand a message in, and look whether the key is good.</summary>
[AllowAnyStatusCode]
internal interface IMailApi
{
    [Post("{path}")]
    Task<HttpResponseMessage> SendAsync([Path(UrlEncode = false)] string path, [Body] JsonObject mail, [Header("Idempotency-Key")] string? key, CancellationToken cancellationToken);

    [Get("{path}")]
    Task<HttpResponseMessage> ProbeAsync([Path(UrlEncode = false)] string path, CancellationToken cancellationToken);
}

/// <summary>What is particular to the API of one mail provider, as data.</summary>
internal sealed record MailApi
{
    /// <summary>Id of the choice in the form.</summary>
    public required string Id { get; init; }

    public required AnswerMap Answers { get; init; }

    public required string Address { get; init; }

    public required string SendPath { get; init; }

    /// <summary>A call without an effect that needs the key.</summary>
    public required string ProbePath { get; init; }

    /// <summary>The header that carries the key.</summary>
    public required Func<string, KeyValuePair<string, string>> KeyHeader { get; init; }

    /// <summary>The body of a message.</summary>
    public required Func<Mail, MailApiOptions, JsonObject> Body { get; init; }

    /// <summary>Path of the message's id in the answer; null = it comes in <see cref="RemoteIdHeader"/>.</summary>
    public string? RemoteIdPath { get; init; }

    public string? RemoteIdHeader { get; init; }

    /// <summary>The API recognises a repeat by the delivery's id, so that sending again after an unknown outcome is safe.</summary>
    public bool KnowsRepeats { get; init; }

    /// <summary>The key goes into the header <c>Idempotency-Key</c>.</summary>
    public bool KeyInHeader { get; init; }
}

/// <summary>Settings of one destination that only some providers have.</summary>
/// <param name="Stream">Postmark's message stream.</param>
internal sealed record MailApiOptions(string? Stream);
