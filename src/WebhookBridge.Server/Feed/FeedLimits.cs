namespace WebhookBridge.Server.Feed;

/// <summary>What one request may cost. docs/odata.md names them.</summary>
internal sealed record FeedLimits
{
    public static readonly FeedLimits Default = new();

    /// <summary>Rows of a page when the client asks for no other size.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>The largest page that <c>odata.maxpagesize</c> gets.</summary>
    public int MaxPageSize { get; init; } = 5000;

    /// <summary>Rows that one expansion of a page may bring: the page ends earlier instead.</summary>
    public int MaxExpandedRows { get; init; } = 20_000;

    /// <summary>How deep <c>$expand</c> may go.</summary>
    public int MaxExpandDepth { get; init; } = 3;

    /// <summary>Parts of a filter: names, values and operators. A list of <c>in</c> counts four for each value.</summary>
    public int MaxNodes { get; init; } = 2000;

    /// <summary>Groups that <c>groupby</c> and aggregates that <c>aggregate</c> may name.</summary>
    public int MaxColumns { get; init; } = 8;

    /// <summary>Bytes of one answer.</summary>
    public int MaxAnswerBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Queries that run at the same time; others wait.</summary>
    public int AtOnce { get; init; } = 2;

    /// <summary>For waiting and for running, each.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests of one <c>$batch</c>.</summary>
    public int MaxBatch { get; init; } = 20;
}
