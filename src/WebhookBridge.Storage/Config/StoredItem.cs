using WebhookBridge.Engine.Model;

namespace WebhookBridge.Storage.Config;

/// <summary>A thing that people set up, whole: its JSON and its secrets, which only memory ever sees in the open.</summary>
/// <param name="Kind"><c>source</c>, <c>destination</c>, <c>route</c>, <c>template</c>, <c>list</c>, <c>hook</c>, <c>setting</c>: the store does not care.</param>
public sealed record StoredItem(
    string Kind,
    string Name,
    int Revision,
    string Json,
    IReadOnlyDictionary<string, SecretText> Secrets,
    DateTimeOffset ChangedAt,
    string ChangedBy);

/// <summary>One change of a save.</summary>
public abstract record ConfigChange(string Kind, string Name)
{
    /// <summary>The revision that the caller saw; 0 = there was none; null = do not ask.</summary>
    public int? ExpectedRevision { get; init; }

    /// <summary>Creates or replaces. <paramref name="Secrets"/> is the whole set by field; a null value keeps the secret that is stored.</summary>
    public sealed record Put(string Kind, string Name, string Json, IReadOnlyDictionary<string, SecretText?> Secrets) : ConfigChange(Kind, Name);

    /// <summary>Removes the item and its secrets; its revisions stay.</summary>
    public sealed record Delete(string Kind, string Name) : ConfigChange(Kind, Name);
}

/// <summary>What became of a save: all of it or nothing.</summary>
public abstract record SaveResult
{
    private SaveResult()
    {
    }

    /// <param name="Items">What was put, at its new revision, in order.</param>
    public sealed record Saved(IReadOnlyList<StoredItem> Items) : SaveResult;

    /// <summary>Somebody else was faster.</summary>
    /// <param name="ActualRevision">0 = it is not there.</param>
    public sealed record Stale(string Kind, string Name, int ActualRevision) : SaveResult;
}
