namespace WebhookBridge.Storage.Config;

/// <summary>A thing that people set up, at its present revision. What the JSON says is the engine's affair.</summary>
public sealed class ConfigItemRow
{
    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";

    public int Revision { get; set; }

    public string Json { get; set; } = "";

    public long ChangedAt { get; set; }

    public string ChangedBy { get; set; } = "";
}

/// <summary>A revision that is or was; <see cref="Json"/> is null where it was deleted.</summary>
public sealed class ConfigRevisionRow
{
    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";

    public int Revision { get; set; }

    public string? Json { get; set; }

    public long ChangedAt { get; set; }

    public string ChangedBy { get; set; } = "";
}

public sealed class ConfigSecretRow
{
    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";

    public string Field { get; set; } = "";

    public byte[] Sealed { get; set; } = [];
}

public sealed class SealedValueRow
{
    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";

    public byte[] Sealed { get; set; } = [];

    public long ChangedAt { get; set; }
}

/// <summary>What administrators set for the gateway itself.</summary>
public sealed class SettingRow
{
    public string Name { get; set; } = "";

    public string Json { get; set; } = "";

    public long ChangedAt { get; set; }

    public string ChangedBy { get; set; } = "";
}

public sealed class ListItemRow
{
    public string List { get; set; } = "";

    public string Value { get; set; } = "";

    public long? ExpiresAt { get; set; }
}

/// <summary>An API key: only its hash is here.</summary>
public sealed class ApiKeyRow
{
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public byte[] Sha256 { get; set; } = [];

    /// <summary>Words of contract section 7, separated by spaces.</summary>
    public string Scopes { get; set; } = "";

    public long CreatedAt { get; set; }

    public string CreatedBy { get; set; } = "";

    public long? ExpiresAt { get; set; }

    public long? LastUsedAt { get; set; }

    public long? RevokedAt { get; set; }
}

public sealed class UserRow
{
    public string Name { get; set; } = "";

    public string PasswordHash { get; set; } = "";

    public string Role { get; set; } = "";

    /// <summary>Changes with password and role: sessions that carry another are over.</summary>
    public string Stamp { get; set; } = "";

    public bool Disabled { get; set; }

    public long CreatedAt { get; set; }

    public long? LastSignIn { get; set; }

    /// <summary>BCP 47; null = not chosen.</summary>
    public string? Language { get; set; }

    /// <summary>IANA; null = not chosen.</summary>
    public string? TimeZone { get; set; }
}

public sealed class AuditRow
{
    public long Seq { get; set; }

    public long At { get; set; }

    public string Actor { get; set; } = "";

    public string Action { get; set; } = "";

    /// <summary>What it was done to: <c>route/paid-to-crm</c>, a delivery's id.</summary>
    public string Subject { get; set; } = "";

    /// <summary>JSON; never a secret.</summary>
    public string? Detail { get; set; }
}

/// <summary>The answer to a POST that carried an Idempotency-Key, for a day.</summary>
public sealed class IdempotencyRow
{
    public string Scope { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>SHA-256 of the request, so that the same key with another request is noticed.</summary>
    public byte[] RequestHash { get; set; } = [];

    public int Status { get; set; }

    public string? ContentType { get; set; }

    public byte[] Body { get; set; } = [];

    public long CreatedAt { get; set; }
}
