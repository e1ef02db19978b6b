namespace WebhookBridge.Storage.Log;

/// <summary>SQL of the <see cref="RejectionRecorder"/>.</summary>
internal static class RejectionStatements
{
    public const string Insert = """
        INSERT INTO rejections (id, source, received_at, code, text, status, remote_ip, method, target, headers, body, size)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        """;

    public const string Count = """
        INSERT INTO rejection_counts (source, code, day, total, kept) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (source, code, day) DO UPDATE SET total = total + excluded.total, kept = kept + excluded.kept
        """;

    public const string Sums = "SELECT code, count(*), sum(length(body) + length(headers) + length(target)) FROM rejections WHERE source = ?1 GROUP BY code";

    public const string DropOldest = "DELETE FROM rejections WHERE seq = (SELECT min(seq) FROM rejections WHERE source = ?1 AND code = ?2) RETURNING length(body) + length(headers) + length(target)";
}
