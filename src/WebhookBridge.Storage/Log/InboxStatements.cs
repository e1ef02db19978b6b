namespace WebhookBridge.Storage.Log;

/// <summary>SQL of the inbox.</summary>
internal static class InboxStatements
{
    /// <summary>A delivery that comes again (at least once, design invariant 7) is kept once.</summary>
    public const string Insert = """
        INSERT INTO inbox (destination, delivery_id, event_id, received_at, content_type, test, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (destination, delivery_id) DO NOTHING
        """;

    /// <summary>Walks the destination's index from its new end; what is behind the limit goes.</summary>
    public const string Trim = """
        DELETE FROM inbox WHERE destination = ?1 AND seq <= (SELECT seq FROM inbox WHERE destination = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)
        """;
}
