namespace WebhookBridge.Storage.Sqlite;

/// <summary>What is read at every start. Not by EF: building its model would cost half of the time to the first event.</summary>
internal static class StartStatements
{
    public const string ConfigItems = "SELECT kind, name, revision, json, changed_at, changed_by FROM config_items ORDER BY kind, name";
    public const string ConfigSecrets = "SELECT kind, name, field, sealed FROM config_secrets";
    public const string Holds = "SELECT destination, reason, since, actor FROM destination_holds";
    public const string ListItems = "SELECT value, expires_at FROM list_items WHERE list = ?1 AND (expires_at IS NULL OR expires_at > ?2)";
    public const string AnyRunningReplay = "SELECT 1 FROM replays WHERE state = 'running' LIMIT 1";
    public const string HasKey = "SELECT 1 FROM api_keys WHERE name = ?1 AND sha256 = ?2 AND revoked_at IS NULL LIMIT 1";
}
