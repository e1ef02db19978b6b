namespace WebhookBridge.Engine.Model;

/// <summary>A request that was refused, kept with its reason (design invariant 5).</summary>
public sealed record Rejection
{
    public required string Id { get; init; }

    public required string Source { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Fixed vocabulary, documented in docs/problems.md.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence for a person; never holds a secret.</summary>
    public required string Text { get; init; }

    /// <summary>The status that was answered.</summary>
    public required int Status { get; init; }

    public string? RemoteIp { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as received, secrets in them included: senders sign them. Stored encrypted; never shown.</summary>
    public required string Target { get; init; }

    /// <summary>Scheme, host and port as the sender used them, for senders that sign the address; null for one of an older version. Stored encrypted.</summary>
    public string? Origin { get; init; }

    /// <summary>SHA-256 of the client certificate that was shown; null when there was none. Stored encrypted.</summary>
    public string? ClientCertificateSha256 { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }
}
