namespace WebhookBridge.Storage.Accounts;

/// <summary>A person who may sign in.</summary>
/// <param name="Name">The e-mail, as it was written.</param>
/// <param name="Role"><c>viewer</c>, <c>operator</c> or <c>administrator</c>.</param>
/// <param name="Language">BCP 47; null = not chosen.</param>
/// <param name="TimeZone">IANA; null = not chosen.</param>
public sealed record Account(string Name, string Role, string PasswordHash, string? Language = null, string? TimeZone = null)
{
    public bool Disabled { get; init; }

    /// <summary>Changes with password and role: sessions that carry another are over.</summary>
    public string Stamp { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastSignIn { get; init; }
}

/// <summary>A signed-in browser.</summary>
/// <param name="Key">SHA-256 of its token.</param>
public sealed record AccountSession(byte[] Key, Account Account, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset SeenAt, string Address, string Agent);
