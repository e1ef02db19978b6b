namespace WebhookBridge.Storage.Feed;

/// <summary>A source as the feed shows it.</summary>
public sealed class SourceItem
{
    public string Name { get; set; } = "";

    public string Platform { get; set; } = "";

    public bool Enabled { get; set; }

    public int Revision { get; set; }

    public long ChangedAt { get; set; }
}

/// <summary>A destination as the feed shows it.</summary>
public sealed class DestinationItem
{
    public string Name { get; set; } = "";

    public string Connector { get; set; } = "";

    /// <summary>Stopped until someone lets it go on.</summary>
    public bool Held { get; set; }

    public int Revision { get; set; }

    public long ChangedAt { get; set; }
}

/// <summary>A route as the feed shows it.</summary>
public sealed class RouteItem
{
    public string Name { get; set; } = "";

    /// <summary>A name, <c>*</c>, or names with commas.</summary>
    public string Source { get; set; } = "";

    public string Destination { get; set; } = "";

    public bool Enabled { get; set; }

    public int Revision { get; set; }

    public long ChangedAt { get; set; }
}
