namespace WebhookBridge.Storage.Log;

/// <summary>SQL of the <see cref="EventTrail"/>.</summary>
internal static class EventStatements
{
    /// <summary>A walk, but a bounded one: the newest events only. LIKE ignores the case of ASCII letters.</summary>
    public const string Holding = """
        SELECT seq AS Value
        FROM (SELECT seq, type, normal_form FROM events ORDER BY seq DESC LIMIT {0})
        WHERE type LIKE {1} ESCAPE '\' OR CAST(normal_form AS TEXT) LIKE {1} ESCAPE '\'
        LIMIT {2}
        """;
}
