namespace WebhookBridge.Storage.Sqlite;

/// <summary>SQL of the <see cref="Retention"/>. Everything walks an index from its old end and stops at a limit.</summary>
internal static class RetentionStatements
{
    private const string HasOpenDelivery = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event_seq = e.seq AND d.state IN ('pending', 'held'))";

    /// <summary>?1, ?2: where the last slice ended.</summary>
    public const string OldEvents = "SELECT e.seq, e.received_at, e.id FROM events e WHERE (e.received_at, e.seq) > (?1, ?2) AND e.received_at < ?3 AND NOT " + HasOpenDelivery + " ORDER BY e.received_at, e.seq LIMIT ?4";

    /// <summary>Bodies, deliveries and attempts go with it (ON DELETE CASCADE).</summary>
    public const string DeleteEvent = "DELETE FROM events WHERE seq = ?1";

    /// <summary>The newest event that is old enough: bodies are walked by row, and this is where to stop.</summary>
    public const string LastOldEvent = "SELECT max(seq) FROM (SELECT seq FROM events WHERE received_at < ?1 ORDER BY received_at DESC LIMIT 100)";

    public const string OldBodies = "SELECT e.seq FROM event_bodies b JOIN events e ON e.seq = b.event_seq WHERE b.event_seq > ?1 AND b.event_seq <= ?2 AND e.received_at < ?3 AND NOT " + HasOpenDelivery + " ORDER BY b.event_seq LIMIT ?4";

    public const string DeleteBody = "DELETE FROM event_bodies WHERE event_seq = ?1";

    public const string StripAttempts = "UPDATE attempts SET request = NULL, response = NULL WHERE delivery_seq IN (SELECT seq FROM deliveries WHERE event_seq = ?1)";

    public const string StripRendered = "UPDATE deliveries SET rendered_type = NULL, rendered_body = NULL, rendered_fields = NULL WHERE event_seq = ?1 AND rendered_body IS NOT NULL";

    public const string OldRejections = "DELETE FROM rejections WHERE seq IN (SELECT seq FROM rejections WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)";

    public const string OldKeys = "DELETE FROM dedupe_keys WHERE (source, key) IN (SELECT source, key FROM dedupe_keys WHERE expires_at <= ?1 LIMIT ?2)";

    public const string OldBodyKeys = "DELETE FROM dedupe_bodies WHERE (source, key) IN (SELECT source, key FROM dedupe_bodies WHERE expires_at <= ?1 LIMIT ?2)";

    public const string OldAnswers = "DELETE FROM idempotency_keys WHERE (scope, key) IN (SELECT scope, key FROM idempotency_keys WHERE created_at <= ?1 LIMIT ?2)";

    public const string OldAlerts = "DELETE FROM alerts WHERE seq IN (SELECT seq FROM alerts WHERE resolved_at <= ?1 LIMIT ?2)";

    public const string OldCounts = "DELETE FROM rejection_counts WHERE (source, code, day) IN (SELECT source, code, day FROM rejection_counts WHERE day <= ?1 / 86400000 LIMIT ?2)";

    public const string UsedBytes = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
}
