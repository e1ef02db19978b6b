using WebhookBridge.Engine.Model;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>What the lines of the conditions offer to choose from: fields and values that events really have, and the usual ones.</summary>
internal sealed class OfferedFields(IReadOnlyList<EventField> seen)
{
    /// <summary>Offered even before the first event.</summary>
    private static readonly string[] Usual = ["payment.amount", "payment.currency", "payment.method", "payment.status", "customer.email", "customer.name", "order.id"];

    public static IReadOnlyList<string> Operators { get; } = ["=", "!=", ">", ">=", "<", "<=", "contains", "starts", "ends", "in", "not in", "exists", "missing", "in list"];

    public static OfferedFields None { get; } = new([]);

    /// <summary>The fields that one line may choose from: those of the events, the usual ones, and its own.</summary>
    public IEnumerable<EventField> For(ConditionRow row) =>
        seen.Concat(Usual.Append(row.Field ?? "").Where(p => p.Length > 0 && seen.All(f => f.Path != p)).Distinct().Select(static p => new EventField(p, "", [], 0)))
            .OrderBy(static f => EventFields.RootOrder(f.Path));

    public IReadOnlyList<string> ValuesOf(string? path) => seen.FirstOrDefault(f => f.Path == path)?.Values ?? [];

    public string? ExampleOf(string? path) => seen.FirstOrDefault(f => f.Path == path)?.Example;

    /// <summary>The fields that one event has, with its own values; none of an event that cannot be read.</summary>
    public static IEnumerable<(string Path, string Example)> Of(GatewayEvent? chosen)
    {
        if (chosen is not { Unreadable: null })
        {
            return [];
        }

        EventFields own = new();
        own.Look(chosen);
        return own.All.Select(static f => (f.Path, f.Example));
    }
}
