namespace WebhookBridge.Storage.Accounts;

public sealed class SessionRow
{
    public byte[] Key { get; set; } = [];

    public string User { get; set; } = "";

    public string Stamp { get; set; } = "";

    public long CreatedAt { get; set; }

    public long ExpiresAt { get; set; }

    public long SeenAt { get; set; }

    public string Address { get; set; } = "";

    public string Agent { get; set; } = "";
}
