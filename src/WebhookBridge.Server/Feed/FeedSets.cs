using System.Linq.Expressions;
using WebhookBridge.Engine.Model;
using WebhookBridge.Storage.Feed;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Feed;

/// <summary>The entity sets of contract section 8: one table, from which the model, the queries and the answers are made.</summary>
internal static class FeedSets
{
    private static readonly string[] Modes = ["live", "test"];
    private static readonly string[] Outcomes = ["delivered", "retry", "refused"];
#pragma warning disable CA1308 // The contract's words are lower case.
    private static readonly string[] States = [.. Enum.GetNames<DeliveryState>().Select(static name => name.ToLowerInvariant())];
#pragma warning restore CA1308
    private static readonly RareWords[] RareStates =
    [
        new(["pending"], null),
        new(["held", "refused", "exhausted", "cancelled"], static state => state == "held" || state == "refused" || state == "exhausted" || state == "cancelled"),
    ];

    private static readonly RareWords[] RareOutcomes = [new(["retry", "refused"], static outcome => outcome != "delivered")];

    public static readonly FeedSet Events = new()
    {
        Name = "Events",
        TypeName = "Event",
        Row = typeof(EventRow),
        Rows = static context => context.Events,
        Properties =
        [
            Of((EventRow e) => e.Id, "id", FeedType.Id),
            Of((EventRow e) => e.Source, "source", FeedType.Text),
            Of((EventRow e) => e.Platform, "platform", FeedType.Text),
            Of((EventRow e) => e.Type, "type", FeedType.Text),
            Of((EventRow e) => e.Kind, "kind", FeedType.Text),
            Of((EventRow e) => e.Mode, "mode", FeedType.Text) with { Nullable = true, Words = Modes },
            Of((EventRow e) => e.Test, "test", FeedType.Flag),
            Of((EventRow e) => e.Time, "time", FeedType.Instant) with { Nullable = true },
            Of((EventRow e) => e.ReceivedAt, "receivedAt", FeedType.Instant),
            // Not the column of that name: so the index over received_at serves it too.
            Of((EventRow e) => e.ReceivedAt / FeedValues.Day, "receivedDay", FeedType.Day),
            Of((EventRow e) => e.Size, "size", FeedType.Long),
            Of((EventRow e) => e.PaymentId, "paymentId", FeedType.Text) with { Nullable = true },
            Of((EventRow e) => e.PaymentStatus, "paymentStatus", FeedType.Text) with { Nullable = true },
            Of((EventRow e) => e.AmountScaled, "amount", FeedType.Money) with { Nullable = true },
            Of((EventRow e) => e.AmountMinor, "amountMinor", FeedType.Long) with { Nullable = true },
            Of((EventRow e) => e.Currency, "currency", FeedType.Text) with { Nullable = true },
            Of((EventRow e) => e.CheckoutId, "checkoutId", FeedType.Text) with { Nullable = true },
            Of((EventRow e) => e.OrderId, "orderId", FeedType.Text) with { Nullable = true },
            Of((EventRow e) => e.SubscriptionId, "subscriptionId", FeedType.Text) with { Nullable = true },
            Of((EventRow e) => e.CustomerName, "customerName", FeedType.Text) with { Nullable = true, Personal = true },
            Of((EventRow e) => e.CustomerEmail, "customerEmail", FeedType.Text) with { Nullable = true, Personal = true, LowerCase = true },
            Of((EventRow e) => e.DuplicateCount, "duplicateCount", FeedType.Long),
            Of((EventRow e) => e.Late, "late", FeedType.Flag),
        ],
        Navigations = [Way((EventRow e) => e.Seq, (DeliveryRow d) => d.EventSeq, "deliveries", "Deliveries", nameof(EventRow.Deliveries), many: true)],
        Order = [Of((EventRow e) => e.ReceivedAt, "receivedAt", FeedType.Instant), Of((EventRow e) => e.Seq, "", FeedType.Long)],
    };

    public static readonly FeedSet Deliveries = new()
    {
        Name = "Deliveries",
        TypeName = "Delivery",
        Row = typeof(DeliveryRow),
        Rows = static context => context.Deliveries,
        Properties =
        [
            Of((DeliveryRow d) => d.Id, "id", FeedType.Id),
            Of((DeliveryRow d) => d.Event!.Id, "eventId", FeedType.Id),
            Of((DeliveryRow d) => d.Route, "route", FeedType.Text),
            Of((DeliveryRow d) => d.RouteRevision, "routeRevision", FeedType.Int),
            Of((DeliveryRow d) => d.Destination, "destination", FeedType.Text),
            Of((DeliveryRow d) => d.State, "state", FeedType.Text) with { Words = States, Rare = RareStates },
            Of((DeliveryRow d) => d.Reason, "reason", FeedType.Text) with { Nullable = true, FreeText = true },
            Of((DeliveryRow d) => d.AttemptCount, "attemptCount", FeedType.Int),
            Of((DeliveryRow d) => d.NextAttemptAt, "nextAttemptAt", FeedType.Instant) with { Nullable = true },
            Of((DeliveryRow d) => d.CreatedAt, "createdAt", FeedType.Instant),
            Of((DeliveryRow d) => d.FinishedAt, "finishedAt", FeedType.Instant) with { Nullable = true },
            Of((DeliveryRow d) => d.ReplayOf, "replayOf", FeedType.Id) with { Nullable = true },
        ],
        Navigations =
        [
            Way((DeliveryRow d) => d.EventSeq, (EventRow e) => e.Seq, "event", "Events", nameof(DeliveryRow.Event), many: false),
            Way((DeliveryRow d) => d.Seq, (AttemptRow a) => a.DeliverySeq, "attempts", "Attempts", nameof(DeliveryRow.Attempts), many: true),
        ],
        Order = [Of((DeliveryRow d) => d.CreatedAt, "createdAt", FeedType.Instant), Of((DeliveryRow d) => d.Seq, "", FeedType.Long)],
    };

    public static readonly FeedSet Attempts = new()
    {
        Name = "Attempts",
        TypeName = "Attempt",
        Row = typeof(AttemptRow),
        Rows = static context => context.Attempts,
        Properties =
        [
            Of((AttemptRow a) => a.Id, "id", FeedType.Id),
            Of((AttemptRow a) => a.Delivery!.Id, "deliveryId", FeedType.Id),
            Of((AttemptRow a) => a.Number, "number", FeedType.Int),
            Of((AttemptRow a) => a.StartedAt, "startedAt", FeedType.Instant),
            Of((AttemptRow a) => a.DurationMs, "durationMs", FeedType.Long),
            Of((AttemptRow a) => a.Outcome, "outcome", FeedType.Text) with { Words = Outcomes, Rare = RareOutcomes },
            Of((AttemptRow a) => a.Phase, "phase", FeedType.Text),
            Of((AttemptRow a) => a.Blame, "blame", FeedType.Text) with { Nullable = true },
            Of((AttemptRow a) => a.Status, "status", FeedType.Int) with { Nullable = true },
            Of((AttemptRow a) => a.Error, "error", FeedType.Text) with { Nullable = true, FreeText = true },
        ],
        Navigations = [Way((AttemptRow a) => a.DeliverySeq, (DeliveryRow d) => d.Seq, "delivery", "Deliveries", nameof(AttemptRow.Delivery), many: false)],
        Order = [Of((AttemptRow a) => a.Seq, "", FeedType.Long)],
        OrderOfRare = ((Expression<Func<AttemptRow, bool>>)(static a => a.Outcome != "delivered"), [Of((AttemptRow a) => a.StartedAt, "startedAt", FeedType.Instant), Of((AttemptRow a) => a.Seq, "", FeedType.Long)]),
    };

    public static readonly FeedSet Rejections = new()
    {
        Name = "Rejections",
        TypeName = "Rejection",
        Row = typeof(RejectionRow),
        Rows = static context => context.Rejections,
        Properties =
        [
            Of((RejectionRow r) => r.Id, "id", FeedType.Id),
            Of((RejectionRow r) => r.Source, "source", FeedType.Text),
            Of((RejectionRow r) => r.ReceivedAt, "receivedAt", FeedType.Instant),
            Of((RejectionRow r) => r.Code, "code", FeedType.Text),
            Of((RejectionRow r) => r.Text, "text", FeedType.Text) with { FreeText = true },
            Of((RejectionRow r) => r.Status, "status", FeedType.Int),
            Of((RejectionRow r) => r.RemoteIp, "remoteIp", FeedType.Text) with { Nullable = true },
            Of((RejectionRow r) => r.Size, "size", FeedType.Long),
        ],
        Order = [Of((RejectionRow r) => r.ReceivedAt, "receivedAt", FeedType.Instant), Of((RejectionRow r) => r.Seq, "", FeedType.Long)],
    };

    public static readonly FeedSet Routes = new()
    {
        Name = "Routes",
        TypeName = "Route",
        Row = typeof(RouteItem),
        Rows = static context => context.RouteItems,
        Properties =
        [
            Of((RouteItem r) => r.Name, "name", FeedType.Text),
            Of((RouteItem r) => r.Source, "source", FeedType.Text),
            Of((RouteItem r) => r.Destination, "destination", FeedType.Text),
            Of((RouteItem r) => r.Enabled, "enabled", FeedType.Flag),
            Of((RouteItem r) => r.Revision, "revision", FeedType.Int),
            Of((RouteItem r) => r.ChangedAt, "changedAt", FeedType.Instant),
        ],
        Order = [Of((RouteItem r) => r.Name, "name", FeedType.Text)],
        NewestFirst = false,
    };

    public static readonly FeedSet Sources = new()
    {
        Name = "Sources",
        TypeName = "Source",
        Row = typeof(SourceItem),
        Rows = static context => context.SourceItems,
        Properties =
        [
            Of((SourceItem s) => s.Name, "name", FeedType.Text),
            Of((SourceItem s) => s.Platform, "platform", FeedType.Text),
            Of((SourceItem s) => s.Enabled, "enabled", FeedType.Flag),
            Of((SourceItem s) => s.Revision, "revision", FeedType.Int),
            Of((SourceItem s) => s.ChangedAt, "changedAt", FeedType.Instant),
        ],
        Order = [Of((SourceItem s) => s.Name, "name", FeedType.Text)],
        NewestFirst = false,
    };

    public static readonly FeedSet Destinations = new()
    {
        Name = "Destinations",
        TypeName = "Destination",
        Row = typeof(DestinationItem),
        Rows = static context => context.DestinationItems,
        Properties =
        [
            Of((DestinationItem d) => d.Name, "name", FeedType.Text),
            Of((DestinationItem d) => d.Connector, "connector", FeedType.Text),
            Of((DestinationItem d) => d.Held, "held", FeedType.Flag),
            Of((DestinationItem d) => d.Revision, "revision", FeedType.Int),
            Of((DestinationItem d) => d.ChangedAt, "changedAt", FeedType.Instant),
        ],
        Order = [Of((DestinationItem d) => d.Name, "name", FeedType.Text)],
        NewestFirst = false,
    };

    public static readonly IReadOnlyList<FeedSet> All = [Events, Deliveries, Attempts, Rejections, Routes, Sources, Destinations];

    public static FeedSet Get(string name) => All.First(set => set.Name == name);

    private static FeedProperty Of<TRow, T>(Expression<Func<TRow, T>> read, string name, FeedType type) => new(name, type, read);

    private static FeedNavigation Way<TRow, TOther>(Expression<Func<TRow, long>> here, Expression<Func<TOther, long>> there, string name, string target, string member, bool many) =>
        new(name, target, many, member, here, there);
}
