namespace WebhookBridge.Engine.Receiving;

/// <summary>A request at <c>/in/{source}</c>, freed of the web server: what verification and reading look at. Nothing in it is trusted.</summary>
public sealed class InboundRequest
{
    /// <summary>Upper case.</summary>
    public required string Method { get; init; }

    /// <summary>Scheme, host and port as the sender used them, no trailing slash: the source's public URL setting, else forwarded headers of a trusted proxy, else the connection.</summary>
    public required string PublicOrigin { get; init; }

    /// <summary>Path as received, percent-encoding kept.</summary>
    public required string Path { get; init; }

    /// <summary>Query with its question mark, or empty.</summary>
    public required string Query { get; init; }

    /// <summary>In the order received; a name may occur more than once.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Raw bytes as received (still compressed where the sender compressed them).</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public string? RemoteIp { get; init; }

    /// <summary>The part of the path behind the source's name; null when there is none.</summary>
    public string? PathSecret { get; init; }

    /// <summary>SHA-256 of the client certificate in lower-case hex (direct TLS or a trusted proxy's header); null when none was shown.</summary>
    public string? ClientCertificateSha256 { get; init; }

    /// <summary>The first header of that name (case does not matter), or null.</summary>
    public string? Header(string name)
    {
        IReadOnlyList<KeyValuePair<string, string>> headers = Headers;
        for (int i = 0; i < headers.Count; i++)
        {
            if (string.Equals(headers[i].Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return headers[i].Value;
            }
        }

        return null;
    }
}
