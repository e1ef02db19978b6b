namespace WebhookBridge.Storage.Config;

/// <summary>SQL of the lists' bulk work.</summary>
internal static class ListStatements
{
    public const string Add = "INSERT INTO list_items (list, value, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

    public const string SetExpiry = "UPDATE list_items SET expires_at = ?3 WHERE list = ?1 AND value = ?2";

    public const string Remove = "DELETE FROM list_items WHERE list = ?1 AND value = ?2";

    public const string Clear = "DELETE FROM list_items WHERE list = ?1";

    public const string Expire = """
        DELETE FROM list_items WHERE (list, value) IN (SELECT list, value FROM list_items WHERE expires_at <= ?1 LIMIT ?2) RETURNING list
        """;
}
