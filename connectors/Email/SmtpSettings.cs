using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>How the connection is protected.</summary>
internal enum SmtpSecurity
{
    /// <summary>TLS after STARTTLS (RFC 3207); a server that does not offer it gets nothing.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314), port 465.</summary>
    Tls,

    /// <summary>Clear text, for a server on the same machine or network.</summary>
    None,
}

/// <summary>Where and how mail is handed in.</summary>
internal sealed record SmtpSettings
{
    public required string Server { get; init; }

    public required int Port { get; init; }

    public required SmtpSecurity Security { get; init; }

    /// <summary>Null = without signing in.</summary>
    public string? User { get; init; }

    /// <summary>For PLAIN and LOGIN.</summary>
    public string? Password { get; init; }

    /// <summary>For XOAUTH2, in place of a password.</summary>
    public OAuth2? OAuth { get; init; }

    /// <summary>PEM of the certificates that are trusted instead of the system's; null = the system's.</summary>
    public string? Certificate { get; init; }

    /// <summary>The name by which the client introduces itself.</summary>
    public required string Name { get; init; }
}
