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

    /// <summary>A destination takes nothing: it does not answer, refuses our access, or cannot be opened (subject <c>destination/NAME</c>).</summary>
    public const string DestinationDown = "destination_down";

    /// <summary>Deliveries of a route were refused or used up their tries (subject <c>route/NAME</c>).</summary>
    public const string DeliveriesStuck = "deliveries_stuck";

    public static readonly IReadOnlyList<string> All = [SourceSilent, DiskLow, CredentialsEnd, DestinationDown, DeliveriesStuck];
}
