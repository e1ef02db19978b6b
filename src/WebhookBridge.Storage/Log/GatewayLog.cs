using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Storage.Log;

/// <summary>All that happened, to look at and to act on.</summary>
public sealed class GatewayLog
{
    private readonly StartReader _start;

    internal GatewayLog(GroupCommitter committer, WriteGate gate, Func<StoreContext> open, StartReader start, SecretBox box, StoreLimits limits, TimeProvider time)
    {
        Events = new EventLog(open);
        Trail = new EventTrail(open);
        Figures = new LogFigures(open);
        Deliveries = new DeliveryLog(open);
        Actions = new DeliveryActions(gate, time);
        _start = start;
        Replays = new ReplayStore(committer, gate, open, time);
        Rejections = new RejectionLog(gate, open, box);
        Inbox = new InboxStore(committer, gate, open, limits);
        Alerts = new AlertStore(gate, open, time);
    }

    /// <summary>Destinations that were held when the gateway stopped.</summary>
    public IReadOnlyList<DestinationHoldRow> Holds() => _start.Holds();

    /// <summary>Whether a replay was running when the gateway stopped.</summary>
    public bool AnyRunningReplay() => _start.AnyRunningReplay();

    public EventLog Events { get; }

    public EventTrail Trail { get; }

    public LogFigures Figures { get; }

    public DeliveryLog Deliveries { get; }

    public DeliveryActions Actions { get; }

    public ReplayStore Replays { get; }

    public RejectionLog Rejections { get; }

    public InboxStore Inbox { get; }

    public AlertStore Alerts { get; }
}
