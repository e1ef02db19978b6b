namespace WebhookBridge.Storage.Sqlite;

/// <summary>SQL of <see cref="Check"/>: each looks for what must not be, and answers with ids.</summary>
internal static class CheckStatements
{
    /// <summary>One snapshot for all questions, so that a live database answers as of one moment.</summary>
    public const string Begin = "BEGIN";

    public const string CountEvents = "SELECT count(*) FROM events";

    public const string Verdicts = "SELECT s.routes, e.verdicts, count(*) FROM events e JOIN route_sets s ON s.seq = e.route_set GROUP BY e.route_set, e.verdicts";

    public const string FirstDeliveries = "SELECT route, state, count(*) FROM deliveries WHERE first = 1 GROUP BY route, state";

    /// <summary>Invariant 2: one verdict for each route of the set.</summary>
    public const string VerdictCount = """
        SELECT e.id FROM events e LEFT JOIN route_sets s ON s.seq = e.route_set
        WHERE s.seq IS NULL OR length(e.verdicts) <> json_array_length(s.routes)
        """;

    /// <summary>Invariant 2: a first delivery where the verdict says so, exactly one, and none where it does not.</summary>
    public const string VerdictDelivery = """
        SELECT e.id FROM events e JOIN route_sets s ON s.seq = e.route_set JOIN json_each(s.routes) r
        WHERE (substr(e.verdicts, r.key + 1, 1) = x'00') <> (SELECT count(*) FROM deliveries d WHERE d.event_seq = e.seq AND d.first = 1 AND d.route = r.value)
        """;

    public const string DeliveryOutsideSet = """
        SELECT d.id FROM deliveries d JOIN events e ON e.seq = d.event_seq JOIN route_sets s ON s.seq = e.route_set
        WHERE d.first = 1 AND NOT EXISTS (SELECT 1 FROM json_each(s.routes) r WHERE r.value = d.route)
        """;

    /// <summary>Attempts are numbered from 1 without a gap, and the delivery knows how many there are.</summary>
    public const string AttemptCount = """
        SELECT d.id FROM deliveries d LEFT JOIN attempts a ON a.delivery_seq = d.seq GROUP BY d.seq
        HAVING count(a.seq) <> d.attempt_count OR coalesce(max(a.number), 0) <> d.attempt_count OR count(DISTINCT a.number) <> d.attempt_count
        """;

    public const string DeliveredWithoutAttempt = """
        SELECT d.id FROM deliveries d WHERE d.state = 'delivered'
          AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.delivery_seq = d.seq AND a.outcome = 'delivered')
        """;

    /// <summary>Delivered, and yet not in the state of it.</summary>
    public const string DeliveredTwice = """
        SELECT d.id FROM deliveries d WHERE d.state IN ('pending', 'refused', 'exhausted')
          AND EXISTS (SELECT 1 FROM attempts a WHERE a.delivery_seq = d.seq AND a.outcome = 'delivered')
        """;

    /// <summary>Invariant 3: a key points to an event, or to one that retention has removed (?1: the newest such id).</summary>
    public const string KeyWithoutEvent = """
        SELECT k.event_id FROM dedupe_keys k LEFT JOIN events e ON e.id = k.event_id WHERE e.seq IS NULL AND k.event_id > ?1
        """;

    public const string KeyOfAnotherSource = """
        SELECT k.event_id FROM dedupe_keys k JOIN events e ON e.id = k.event_id WHERE e.source <> k.source
        """;

    /// <summary>Invariant 3: no event was let in under two keys, none of one key is there twice.</summary>
    public const string EventOfTwoKeys = "SELECT event_id FROM dedupe_keys GROUP BY event_id HAVING count(*) > 1";

    /// <summary>Raw bytes and their digest belong together: the length is compared here, the digest by <see cref="Check"/>.</summary>
    public const string BodySize = "SELECT e.id FROM events e JOIN event_bodies b ON b.event_seq = e.seq WHERE length(b.body) <> e.size";
}
