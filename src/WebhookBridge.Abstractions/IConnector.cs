namespace WebhookBridge.Abstractions;

/// <summary>A kind of destination: what it needs to know, and how a configured instance of it is opened.</summary>
/// <remarks>
/// Life of a connector: 1. it is constructed once, without arguments and without side effects; 2. <see cref="Describe"/> is read once;
/// 3. <see cref="Validate"/> is called each time somebody saves a destination; 4. <see cref="Open"/> gives one session for each destination
/// and each change of its settings; 5. the session sends, from several threads at once; 6. the session is disposed of once no attempt uses it.
/// All members must be thread-safe. Time-outs, limits of size, retries, pacing, redaction, the log and the guard against inward addresses are the host's
/// business: a connector cannot forget them.
/// </remarks>
public interface IConnector
{
    /// <summary>Who the connector is and which fields its form has. Always the same answer; no I/O.</summary>
    ConnectorDescription Describe();

    /// <summary>Checks what the fields' own rules cannot say (two settings that exclude each other and the like). No I/O.</summary>
    /// <param name="settings">Complete: kinds, patterns and ranges have been checked and defaults filled in.</param>
    /// <returns>All problems at once; empty when there is none.</returns>
    IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings);

    /// <summary>Makes a session for one destination. No I/O: the first connection belongs to the first <see cref="IConnectorSession.SendAsync"/>.</summary>
    /// <param name="settings">Settings that <see cref="Validate"/> found no problem in.</param>
    /// <param name="host">What the gateway lends; valid until the session is disposed of.</param>
    IConnectorSession Open(ConnectorSettings settings, IConnectorHost host);
}

/// <summary>A configured destination, open for sending. Thread-safe: <see cref="SendAsync"/> runs as often at once as the pacing allows.</summary>
public interface IConnectorSession : IAsyncDisposable
{
    /// <summary>Sends one delivery and says what came of it.</summary>
    /// <param name="request">What to send. The same <see cref="DeliveryRequest.DeliveryId"/> comes with the same bytes on every attempt.</param>
    /// <param name="cancellationToken">Set when the attempt's time is up or the gateway stops. Let the exception through: the host knows how far the request had come and judges from that.</param>
    /// <returns>What came of it. Exceptions of the host's HTTP and socket calls may pass through: the host turns them into an outcome with phase and blame. Any other exception counts as a fault of the connector and the attempt is made again later.</returns>
    ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken);

    /// <summary>Checks address and credentials without leaving a trace at the destination. Where the destination offers no such thing, says so (<see cref="CheckResult.NotPossible"/>) after what can be checked.</summary>
    ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken);

    /// <summary>The choices of a field with <see cref="ConnectorField.LiveChoices"/>, read from the destination (pipelines, lists, tags …) without leaving a trace there.</summary>
    /// <remarks>Asked while somebody fills in the form: that very field may still be empty. Exceptions of the host's HTTP and socket calls may pass through.</remarks>
    /// <param name="fieldId">The field's id.</param>
    /// <param name="cancellationToken">Set when the person has left or time is up.</param>
    ValueTask<ChoicesResult> ListChoicesAsync(string fieldId, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ChoicesResult>(new ChoicesResult.Listed([]));
}

/// <summary>What the gateway lends to a session.</summary>
/// <remarks>Implemented by the gateway only; members may be added in later versions.</remarks>
public interface IConnectorHost
{
    /// <summary>Name of the destination that the session serves.</summary>
    string Destination { get; }

    /// <summary>HTTP to public addresses: guarded against inward addresses, no redirects, no cookies, no proxy of the environment, heads and bodies capped (the answer's body at 1 MiB, decompressed), every exchange logged with secrets struck out. Do not dispose of it.</summary>
    /// <remarks>The body of an answer has been read when the call returns. Reading an answer that broke off or was too large throws <see cref="HttpRequestException"/>.</remarks>
    HttpMessageInvoker Http { get; }

    /// <summary>A TCP connection through the same guard, for protocols other than HTTP. TLS on top is the connector's own.</summary>
    /// <param name="hostName">Name or address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="cancellationToken">The attempt's token.</param>
    /// <exception cref="AddressNotAllowedException">The name leads to an address inside the network.</exception>
    ValueTask<Stream> ConnectAsync(string hostName, int port, CancellationToken cancellationToken);

    /// <summary>The clock to use, so that tests can move it.</summary>
    TimeProvider Time { get; }

    /// <summary>Value for a <c>User-Agent</c> or the like: <c>WebhookBridge/x.y</c>.</summary>
    string UserAgent { get; }

    /// <summary>Adds a value that must never be logged or shown, such as a token that was fetched at run time. The secrets of the settings are known already.</summary>
    void Redact(string secret);

    /// <summary>A short text that the session kept with <see cref="RememberAsync"/>, such as an access token; null when there is none.</summary>
    /// <param name="name">Lower-case letters, digits and hyphens.</param>
    /// <param name="cancellationToken">The attempt's token.</param>
    ValueTask<string?> RecallAsync(string name, CancellationToken cancellationToken);

    /// <summary>Keeps a short text for this destination, encrypted, over restarts and changes of its settings, until the destination is deleted. Committed when the call returns.</summary>
    /// <param name="name">Lower-case letters, digits and hyphens.</param>
    /// <param name="value">At most 16 KiB.</param>
    /// <param name="cancellationToken">The attempt's token.</param>
    ValueTask RememberAsync(string name, string value, CancellationToken cancellationToken);

    /// <summary>Says until when the credentials are good, so that people hear of it two weeks before. Only for what a person has to renew.</summary>
    /// <param name="what">What ends, such as "the access token".</param>
    /// <param name="end">When; null = it does not end, or has been renewed.</param>
    void CredentialsEnd(LocalText what, DateTimeOffset? end);
}

/// <summary>An outgoing connection would have led to an address inside the network (loopback, private, link-local, metadata and the like).</summary>
public sealed class AddressNotAllowedException : IOException
{
    /// <summary>An exception without a message.</summary>
    public AddressNotAllowedException()
    {
    }

    /// <summary>An exception with one sentence that names the host and how to allow it.</summary>
    public AddressNotAllowedException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a sentence and its cause.</summary>
    public AddressNotAllowedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
