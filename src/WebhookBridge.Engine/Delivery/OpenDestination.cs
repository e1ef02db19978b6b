using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;

namespace WebhookBridge.Engine.Delivery;

/// <summary>One revision of a destination with its session. Users are counted: it is disposed of when it has been retired and the last attempt is through.</summary>
public sealed class OpenDestination
{
    private readonly ConnectorHost _host;
    private int _users = 1;

    internal OpenDestination(ActiveDestination active, ConnectorDescription description, IConnectorSession session, ConnectorHost host, ConnectorSettings settings, Redactor redactor)
    {
        _host = host;
        Active = active;
        Session = session;
        Redactor = redactor;
        Pacing = description.Pacing;
        Timeout = active.Definition.Limits.Timeout ?? description.Pacing.Timeout;
        Concurrency = active.Definition.Limits.Concurrency ?? description.Pacing.Concurrency;
        UnknownOutcome = settings.Text(ConnectorField.UnknownOutcomeId) switch
        {
            "hold" => UnknownOutcomePolicy.Hold,
            "retry" => UnknownOutcomePolicy.Retry,
            _ => description.UnknownOutcome,
        };
        MarksSending = UnknownOutcome == UnknownOutcomePolicy.Hold || description.Idempotency == IdempotencyClass.SearchThenCreate;
        Fields = new RouteFieldCheck(description, settings);
    }

    public ActiveDestination Active { get; }

    public string Name => Active.Name;

    public IConnectorSession Session { get; }

    public Redactor Redactor { get; }

    /// <summary>Until when the credentials are good, as far as the session has said.</summary>
    public CredentialsEnd? CredentialsEnd => _host.Ending;

    public Pacing Pacing { get; }

    /// <summary>For a whole attempt.</summary>
    public TimeSpan Timeout { get; }

    public int Concurrency { get; }

    public UnknownOutcomePolicy UnknownOutcome { get; }

    /// <summary>Whether it is written down before a delivery is sent: only where a repeat would make a second record or hurt. Everything else is spared the commit.</summary>
    public bool MarksSending { get; }

    /// <summary>What the connector demands of a route's fields.</summary>
    public RouteFieldCheck Fields { get; }

    /// <summary>A limit of the operator's replaces the connector's own, window included.</summary>
    public RateLimiter NewRateLimiter(TimeProvider time) => Active.Definition.Limits.PerSecond is double perSecond
        ? new RateLimiter(perSecond, window: null, time)
        : new RateLimiter(Pacing.PerSecond, Pacing.Window, time);

    /// <summary>Counts one more user; each calls <see cref="LeaveAsync"/> once.</summary>
    public void Enter() => Interlocked.Increment(ref _users);

    /// <summary>One user less; the opener's own call retires it.</summary>
    public async ValueTask LeaveAsync()
    {
        if (Interlocked.Decrement(ref _users) > 0)
        {
            return;
        }

        try
        {
            await Session.DisposeAsync();
        }
        catch (Exception)
        {
            // A plugin that fails at its end must not take a worker with it; its session is not used again.
        }

        _host.Dispose();
    }
}

/// <summary>Opens destinations: connector from the catalog, settings checked, a guarded host of its own.</summary>
public sealed class DestinationOpener(ConnectorCatalog catalog, GuardedConnect connect, TimeProvider time, ConnectorMemory? memory = null)
{
    private readonly ConnectorMemory _memory = memory ?? ConnectorMemory.OfThisProcess();

    /// <summary>The open destination, or one sentence that says why it cannot be opened.</summary>
    /// <param name="active">The destination.</param>
    /// <param name="asking">A field that is being filled in: what is wrong with it does not count. Null = all fields must be right.</param>
    public (OpenDestination? Opened, string? Problem) Open(ActiveDestination active, string? asking = null)
    {
        switch (catalog.Find(active.Definition.Connector))
        {
            case CatalogEntry.Quarantined quarantined:
                return (null, $"the plugin {quarantined.Id} could not be loaded: {quarantined.Reason}");

            case CatalogEntry.Ready ready:
                try
                {
                    (ConnectorSettings settings, IReadOnlyList<SettingProblem> problems) = SettingsCheck.Check(ready.Connector, active.Definition.Settings, active.Definition.Secrets);
                    return problems.FirstOrDefault(p => asking is null || p.Field != asking) is { } problem ? (null, problem.Text.En) : (OpenReady(active, ready, settings), null);
                }
                catch (Exception e)
                {
                    // A plugin may throw here; its destination waits, the others go on.
                    return (null, $"the connector {ready.Id} could not be opened: {e.GetType().Name}");
                }

            default:
                return (null, $"there is no connector '{active.Definition.Connector}'");
        }
    }

    private OpenDestination OpenReady(ActiveDestination active, CatalogEntry.Ready ready, ConnectorSettings settings)
    {
        Redactor redactor = new(active.Definition.Secrets.Values.Select(static s => s.Reveal()));
        ConnectorHost host = new(active.Name, active.Definition.Limits.Concurrency ?? ready.Description.Pacing.Concurrency, connect, redactor, time, _memory);
        try
        {
            return new OpenDestination(active, ready.Description, ready.Connector.Open(settings, host), host, settings, redactor);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
