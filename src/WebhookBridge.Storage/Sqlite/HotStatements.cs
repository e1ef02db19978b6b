namespace WebhookBridge.Storage.Sqlite;

/// <summary>The SQL of the hot path: append, lease, complete, release, reclaim. One constant each; what binds and reads them is <see cref="HotCommands"/>.</summary>
internal static class HotStatements
{
    // ---- append -------------------------------------------------------------------------------------------------

    /// <summary>Deduplication and insert are one decision: nothing changed = the key is known (design invariant 3). A key past its window is taken over.</summary>
    public const string InsertKey = """
        INSERT INTO dedupe_keys (source, key, event_id, expires_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (source, key) DO UPDATE SET event_id = excluded.event_id, expires_at = excluded.expires_at
        WHERE dedupe_keys.expires_at <= ?5
        """;

    public const string FindKey = "SELECT event_id FROM dedupe_keys WHERE source = ?1 AND key = ?2";

    public const string DeleteKey = "DELETE FROM dedupe_keys WHERE source = ?1 AND key = ?2";

    /// <summary>As <see cref="InsertKey"/>, for bodies whose event id stands outside the signature.</summary>
    public const string InsertBodyKey = """
        INSERT INTO dedupe_bodies (source, key, event_id, expires_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (source, key) DO UPDATE SET event_id = excluded.event_id, expires_at = excluded.expires_at
        WHERE dedupe_bodies.expires_at <= ?5
        """;

    public const string FindBodyKey = "SELECT event_id FROM dedupe_bodies WHERE source = ?1 AND key = ?2";

    /// <summary>The repeat is written on the first event; no row changes once retention has removed that.</summary>
    public const string CountDuplicate = """
        UPDATE events SET duplicate_count = duplicate_count + 1, duplicate_last = ?2,
          duplicate_identical = (duplicate_identical AND sha256 = ?3)
        WHERE id = ?1
        """;

    /// <summary>Whether a newer state of the same payment is here already, among the last that came: a sender that gives all its events one payment id must not slow the append.</summary>
    public const string FindNewerState = """
        SELECT 1 FROM (SELECT source, time, test FROM events WHERE payment_id = ?1 ORDER BY received_at DESC LIMIT 16)
        WHERE source = ?2 AND time > ?3 AND test = ?4 LIMIT 1
        """;

    public const string InsertRouteSet = "INSERT INTO route_sets (id, source, routes) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";

    public const string FindRouteSet = "SELECT seq FROM route_sets WHERE id = ?1";

    public const string InsertEvent = """
        INSERT INTO events (id, source, platform, external_id, type, kind, mode, test, time, received_at, received_day, format, size, sha256,
          payment_id, payment_status, checkout_id, order_id, subscription_id, customer_name, customer_email, currency, amount_minor, amount_scaled,
          batch_id, late, duplicate_keys, suspected_replay, unreadable, route_set, verdicts, normal_form)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
          ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
          ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)
        """;

    public const string InsertBody = "INSERT INTO event_bodies (event_seq, headers, body, batch_body) VALUES (?1, ?2, ?3, ?4)";

    public const string InsertDelivery = """
        INSERT INTO deliveries (id, event_seq, route, route_revision, destination, state, reason, leased, lease_seq, created_at, next_attempt_at, first, replay_of, replay_id, finished_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        """;

    // ---- lease --------------------------------------------------------------------------------------------------

    private const string LeaseColumns = """
        SELECT d.seq, d.id, d.route, d.route_revision, d.destination, d.lease_seq, d.attempt_count, d.code_timeouts, d.created_at, d.replay_of,
          d.rendered_type, d.rendered_body, d.rendered_fields,
          e.id, e.source, e.platform, e.external_id, e.type, e.kind, e.mode, e.test, e.time, e.received_at, e.format, e.sha256,
          e.payment_id, e.payment_status, e.checkout_id, e.order_id, e.subscription_id, e.customer_name, e.customer_email, e.currency,
          e.amount_minor, e.amount_scaled, e.batch_id, e.late, e.duplicate_keys, e.suspected_replay, e.unreadable, e.normal_form,
          b.headers, b.body, d.reason,
          coalesce(d.remote_id, (SELECT r.remote_id FROM deliveries r WHERE r.event_seq = d.event_seq AND r.route = d.route AND r.remote_id IS NOT NULL AND r.destination = d.destination ORDER BY r.seq DESC LIMIT 1)),
          d.sending
        FROM deliveries d JOIN events e ON e.seq = d.event_seq LEFT JOIN event_bodies b ON b.event_seq = d.event_seq
        """;

    /// <summary>One lane, oldest due first. The joins come after the limit's index walk, so that a long backlog costs nothing.</summary>
    public const string SelectDue = LeaseColumns + " WHERE d.seq IN (SELECT seq FROM deliveries WHERE state = 'pending' AND destination = ?1 AND leased = 0 AND next_attempt_at <= ?2 ORDER BY next_attempt_at, seq LIMIT ?3) ORDER BY d.next_attempt_at, d.seq";

    /// <summary>Held with a time limit that is over.</summary>
    public const string SelectHeldDue = LeaseColumns + " WHERE d.seq IN (SELECT seq FROM deliveries WHERE state = 'held' AND leased = 0 AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2)";

    /// <summary>Held until this checkout id is known; ?2 is a JSON array of routes.</summary>
    public const string SelectHeldForCheckout = LeaseColumns + """
         WHERE d.seq IN (
          SELECT h.seq FROM events c JOIN deliveries h ON h.event_seq = c.seq
          WHERE c.checkout_id = ?1 AND h.state = 'held' AND h.reason = 'unknown_checkout' AND h.leased = 0
            AND h.route IN (SELECT value FROM json_each(?2)) LIMIT ?3)
        """;

    public const string Lease = "UPDATE deliveries SET leased = 1, lease_seq = lease_seq + 1 WHERE seq = ?1";

    // ---- complete and release -----------------------------------------------------------------------------------

    /// <summary>The fence: changes nothing when the lease was lost (design invariant 7). The usual end, at the first try, never stored rendered bytes.</summary>
    public const string Complete = """
        UPDATE deliveries SET state = ?3, reason = ?4, leased = 0, sending = 0, next_attempt_at = ?5, finished_at = ?6,
          attempt_count = CASE WHEN ?7 > attempt_count THEN ?7 ELSE attempt_count END, code_timeouts = ?8, remote_id = coalesce(?9, remote_id),
          rendered_type = CASE WHEN ?13 THEN NULL ELSE coalesce(?10, rendered_type) END,
          rendered_body = CASE WHEN ?13 THEN NULL ELSE coalesce(?11, rendered_body) END,
          rendered_fields = CASE WHEN ?13 THEN NULL ELSE coalesce(?12, rendered_fields) END
        WHERE id = ?1 AND leased = 1 AND lease_seq = ?2
        RETURNING seq
        """;

    public const string InsertAttempt = """
        INSERT INTO attempts (id, delivery_seq, number, started_at, duration_ms, outcome, phase, blame, status, error, next_attempt_at, request, response, note)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        """;

    /// <summary>A request is about to leave. Only for destinations where a repeat would do harm.</summary>
    public const string MarkSending = "UPDATE deliveries SET sending = 1 WHERE id = ?1 AND leased = 1 AND lease_seq = ?2";

    /// <summary>Back in the lane, due at once; what is held with a time limit is judged again at once.</summary>
    public const string Release = """
        UPDATE deliveries SET leased = 0, sending = CASE sending WHEN 1 THEN 0 ELSE sending END, reason = coalesce(?4, reason), next_attempt_at = min(next_attempt_at, ?3)
        WHERE id = ?1 AND leased = 1 AND lease_seq = ?2
        """;

    // ---- reclaim ------------------------------------------------------------------------------------------------

    /// <summary>What was being sent has an unknown outcome.</summary>
    private const string SetFree = "UPDATE deliveries SET leased = 0, reason = CASE sending WHEN 1 THEN 'unknown_outcome' ELSE reason END, sending = CASE sending WHEN 1 THEN 2 ELSE sending END";

    /// <summary>At start every lease is free: there is one process, and it is we. Walks the index of what is pending only.</summary>
    public const string ReclaimPending = SetFree + " WHERE state = 'pending' AND leased = 1";

    public const string ReclaimHeld = SetFree + " WHERE state = 'held' AND leased = 1";

    /// <summary>After a commit whose fate is unknown: nobody in memory holds this one.</summary>
    public const string ReclaimOne = "UPDATE deliveries SET leased = 0 WHERE id = ?1 AND leased = 1 AND lease_seq = ?2";

    // ---- look, on a reader of its own ---------------------------------------------------------------------------

    public const string NextDue = "SELECT min(next_attempt_at) FROM deliveries WHERE state = 'pending' AND destination = ?1 AND leased = 0";

    public const string NextHeldDue = "SELECT next_attempt_at FROM deliveries WHERE state = 'held' AND next_attempt_at IS NOT NULL AND leased = 0 ORDER BY next_attempt_at LIMIT 1";

    public const string Backlog = "SELECT destination, count(*), min(next_attempt_at) FROM deliveries WHERE state = 'pending' AND leased = 0 GROUP BY destination";
}
