namespace WebhookBridge.Storage.Log;

/// <summary>SQL of a replay's slice.</summary>
internal static class ReplayStatements
{
    public const string IsRunning = "SELECT 1 FROM replays WHERE id = ?1 AND state = 'running'";

    /// <summary>What waits is never doubled; what was delivered only when it was asked for (?3).</summary>
    public const string IsDeliveredOrWaits = """
        SELECT 1 FROM deliveries WHERE event_seq = ?1 AND route = ?2
          AND (state IN ('pending', 'held') OR (state = 'delivered' AND NOT ?3)) LIMIT 1
        """;

    public const string NewestOfRoute = "SELECT id FROM deliveries WHERE event_seq = ?1 AND route = ?2 ORDER BY seq DESC LIMIT 1";

    public const string Progress = """
        UPDATE replays SET events = events + ?2, created = created + ?3, left_out = left_out + ?4, cursor = ?5 WHERE id = ?1
        """;
}
