namespace WebhookBridge.Abstractions;

/// <summary>What came of one attempt.</summary>
public abstract record SendResult
{
    private SendResult()
    {
    }

    /// <summary>The protocol's own number for the answer (HTTP status, SMTP reply code); null = as the host saw it over HTTP, if it did.</summary>
    public int? Status { get; init; }

    /// <summary>The destination has taken it.</summary>
    /// <param name="RemoteId">Its id of what was made or changed; null when it gives none.</param>
    /// <param name="Note">Something worth showing, such as "accepted, not yet processed"; null = nothing.</param>
    public sealed record Delivered(string? RemoteId = null, string? Note = null) : SendResult;

    /// <summary>Not now: try again by the route's schedule.</summary>
    /// <param name="Reason">One sentence; no secrets.</param>
    /// <param name="After">The least time to wait, when the destination named one; it replaces the schedule's delay if it is longer, at most 24 h.</param>
    /// <param name="Cause">What kind of failure.</param>
    public sealed record RetryLater(string Reason, TimeSpan? After = null, RetryCause Cause = RetryCause.Failure) : SendResult;

    /// <summary>Never: the same bytes will not be taken on another day either.</summary>
    /// <param name="Reason">One sentence; no secrets.</param>
    /// <param name="Code">Fixed word for the delivery's reason: lower case and underscores.</param>
    public sealed record Refused(string Reason, string Code = Refused.PermanentAnswer) : SendResult
    {
        /// <summary>The usual code: the destination answered so.</summary>
        public const string PermanentAnswer = "permanent_answer";
    }

    /// <summary>It was sent, and nobody knows whether it had its effect. The host goes by <see cref="ConnectorDescription.UnknownOutcome"/>.</summary>
    /// <param name="Reason">One sentence; no secrets.</param>
    public sealed record UnknownOutcome(string Reason) : SendResult;
}

/// <summary>Why a delivery is to be tried again.</summary>
public enum RetryCause
{
    /// <summary>The destination failed or could not be reached.</summary>
    Failure,

    /// <summary>The destination asks for less speed.</summary>
    Throttled,

    /// <summary>The destination did not accept the credentials. Three in a row hold the destination for a person.</summary>
    Credentials,
}

/// <summary>What a check of the connection found.</summary>
public abstract record CheckResult
{
    private CheckResult()
    {
    }

    /// <summary>Address and credentials work.</summary>
    /// <param name="Text">What was seen, such as the account's name.</param>
    public sealed record Works(LocalText Text) : CheckResult;

    /// <summary>They do not.</summary>
    /// <param name="Text">What to do about it.</param>
    public sealed record Fails(LocalText Text) : CheckResult;

    /// <summary>The destination cannot be asked without an effect; the text says what was checked all the same and how to be sure.</summary>
    /// <param name="Text">What was checked, and what to do to be sure.</param>
    public sealed record NotPossible(LocalText Text) : CheckResult;
}

/// <summary>What a destination offers for a field of a form.</summary>
public abstract record ChoicesResult
{
    private ChoicesResult()
    {
    }

    /// <summary>The destination has answered.</summary>
    /// <param name="Choices">In the order in which people should see them; empty when there is nothing to choose from.</param>
    public sealed record Listed(IReadOnlyList<FieldChoice> Choices) : ChoicesResult;

    /// <summary>It has not, or not with a list. The field takes what is typed all the same.</summary>
    /// <param name="Text">Why, and what to do about it; no secrets.</param>
    public sealed record Failed(LocalText Text) : ChoicesResult;
}
