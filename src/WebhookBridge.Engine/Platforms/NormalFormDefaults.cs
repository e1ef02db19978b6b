using System.Text.Json;

namespace WebhookBridge.Engine.Platforms;

/// <summary>The groups of the normal form with all their members null (contract section 2): what a view shows for a group that an event has not got, so that <c>refund.id</c> is null and not an error.</summary>
public static class NormalFormDefaults
{
    /// <summary>Members of each group in the order of the documentation. Names with a dot are members of an inner object.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Members = new Dictionary<string, IReadOnlyList<string>>
    {
        ["payment"] =
        [
            "id", "status", "amount", "amount_minor", "currency", "method", "failure_code", "failure_message", "checkout_id", "order_id",
            "expires_at", "created_at", "description", "pix.copy_paste", "pix.end_to_end_id", "pix.txid", "boleto.line",
        ],
        ["refund"] = ["id", "payment_id", "amount", "amount_minor", "currency", "status", "reason"],
        ["dispute"] = ["id", "payment_id", "amount", "amount_minor", "currency", "status", "reason", "due_at"],
        ["payout"] = ["id", "amount", "amount_minor", "currency", "status"],
        ["customer"] = ["id", "name", "first_name", "email", "phone", "document", "locale"],
        ["order"] = ["id", "items"],
        ["subscription"] = ["id", "plan", "status", "previous_plan"],
        ["cart"] = ["id", "url", "items"],
    };

    private static readonly JsonDocument All = Build();

    /// <summary>The empty form of a group; false when there is no such group.</summary>
    public static bool TryGet(string group, out JsonElement value) => All.RootElement.TryGetProperty(group, out value);

    private static JsonDocument Build()
    {
        var groups = new Dictionary<string, Dictionary<string, object?>>();
        foreach ((string group, IReadOnlyList<string> members) in Members)
        {
            var fields = groups[group] = [];
            foreach (string member in members)
            {
                string[] parts = member.Split('.');
                if (parts.Length == 1)
                {
                    fields[member] = null;
                    continue;
                }

                if (!fields.TryGetValue(parts[0], out object? inner))
                {
                    fields[parts[0]] = inner = new Dictionary<string, object?>();
                }

                ((Dictionary<string, object?>)inner!)[parts[1]] = null;
            }
        }

        return JsonSerializer.SerializeToDocument(groups);
    }
}
