namespace WebhookBridge.Server.Simulation;

/// <summary>What is to be simulated.</summary>
internal sealed record SimulationPlan
{
    public const int MostAtOnce = 1000;
    public const int MostDuplicates = 10;
    public const int MostBurst = 64;

    public required string Source { get; init; }

    /// <summary>A sample of the platform, or the first one of this type or kind.</summary>
    public required string Event { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>The same seed gives the same ids, times (relative to now), amounts and order.</summary>
    public required int Seed { get; init; }

    /// <summary>A body to send instead of the sample's; then nothing in it is varied.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Signed with something else than the source's secret.</summary>
    public bool WrongSignature { get; init; }

    /// <summary>How long ago the request was signed.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>How often each request comes again, byte for byte.</summary>
    public int Duplicates { get; init; }

    /// <summary>Events are a second apart and are sent in another order than they happened.</summary>
    public bool OutOfOrder { get; init; }

    /// <summary>How many requests are under way at the same time.</summary>
    public int Burst { get; init; } = 1;
}

/// <summary>What the gateway answered to a simulated request.</summary>
internal readonly record struct SimulatedAnswer(int Status, ReadOnlyMemory<byte> Body);

/// <summary>Where this gateway listens for senders, as it reaches itself.</summary>
/// <param name="CertificateSha256">Of its own certificate, lower-case hex; null without TLS.</param>
internal sealed record OwnAddress(Uri Url, string? CertificateSha256);
