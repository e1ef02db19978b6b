namespace WebhookBridge.Server.Alerts;

/// <summary>What an alert can be about. Every code is explained in docs/problems.md; a test compares.</summary>
internal static class AlertCodes
{
    /// <summary>A source that should have sent something has not (subject <c>source/NAME</c>).</summary>
    public const string SourceSilent = "source_silent";

    /// <summary>The disk of the data directory fills up (subject <c>disk/data</c>).</summary>
    public const string DiskLow = "disk_low";

    /// <summary>Credentials that a person has to renew end within two weeks (subject <c>destination/NAME</c>).</summary>
    public const string CredentialsEnd = "credentials_end";

    public static readonly IReadOnlyList<string> All = [SourceSilent, DiskLow, CredentialsEnd];
}
