namespace WebhookBridge.Engine.Receiving;

/// <summary>What became of a key that a sender handed over.</summary>
public enum LearnResult
{
    /// <summary>Stored and in force.</summary>
    Kept,

    /// <summary>The source has a key already: nobody but an administrator may replace it.</summary>
    NotWanted,

    /// <summary>It could not be stored; the sender tries again.</summary>
    Unavailable,
}
