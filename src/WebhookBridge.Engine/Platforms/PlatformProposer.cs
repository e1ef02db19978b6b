using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Platforms;

/// <summary>Proposes a description of an unknown sender from one of its requests: fields by their names, the proof by trying the secrets that are given.</summary>
/// <remarks>Only what verifies counts as proven. Amounts without a decimal point are left out: whether they are minor units cannot be seen.</remarks>
public static class PlatformProposer
{
    private const int MaxDepth = 5;

    private static readonly (string About, string[] Names)[] Read =
    [
        ("type", ["type", "event", "event_type", "eventType", "event_name", "eventName", "topic", "action"]),
        ("id", ["id", "event_id", "eventId", "webhook_id", "notification_id", "uuid"]),
        ("time", ["created_at", "createdAt", "created", "occurred_at", "timestamp", "time", "date", "createdDate"]),
        ("mode", ["mode", "environment", "livemode", "live_mode"]),
    ];

    private static readonly (string About, string[] Names)[] Views =
    [
        ("payment.id", ["payment_id", "paymentId", "transaction_id", "transactionId", "charge_id", "chargeId"]),
        ("payment.amount", ["amount", "total", "value"]),
        ("payment.currency", ["currency", "currency_code", "currencyCode"]),
        ("payment.checkout_id", ["checkout_id", "checkoutId"]),
        ("payment.order_id", ["order_id", "orderId", "external_reference", "reference"]),
        ("customer.email", ["email", "customer_email", "payer_email"]),
    ];

    /// <summary>Header names that carry the name of the event or its id.</summary>
    private static readonly Dictionary<string, string[]> HeaderEnds = new(StringComparer.Ordinal)
    {
        ["type"] = ["-event", "-topic", "-event-type", "-event-name"],
        ["id"] = ["webhook-id", "-webhook-id", "-event-id", "-delivery", "-delivery-id", "-message-id"],
    };

    /// <param name="name">Of the new platform; its folder's name.</param>
    /// <param name="secrets">Tried as keys; none = the proof stays a guess.</param>
    public static PlatformProposal Propose(string name, InboundRequest request, IReadOnlyList<SecretText> secrets)
    {
        var findings = new List<ProposalFinding>();
        using EventBody body = EventBody.Open(request.Body, request.Header("Content-Type"));
        JsonObject scheme = SchemeProposer.Propose(name, request, secrets, findings);
        var read = new JsonObject { ["body"] = body.Format switch { BodyFormat.Json => "json", BodyFormat.Form => "form", _ => "any" } };
        foreach ((string about, string[] names) in Read)
        {
            string? place = Header(request, about) ?? Find(body.Root, names, wholeTree: false);
            findings.Add(place is null
                ? new(about, null, false, about == "id" ? "No id of the event was found: equal bytes count as a repeat." : $"No {about} was found.")
                : new(about, place, false, $"Found by its name; compare it with the sender's documentation."));
            if (place is not null)
            {
                read[about] = place;
            }
            else if (about == "id")
            {
                read["dedupe"] = "body";
            }
        }

        var view = new JsonObject();
        foreach ((string about, string[] names) in Views)
        {
            if (Find(body.Root, names, wholeTree: true) is not { } place)
            {
                continue;
            }

            if (about != "payment.amount")
            {
                view[about] = place;
                findings.Add(new(about, place, false, "Found by its name."));
            }
            else if (HasDecimals(body.Root, place))
            {
                view[about] = new JsonObject { ["major"] = place };
                findings.Add(new(about, place, false, "It has a decimal point, so it is in major units."));
            }
            else
            {
                findings.Add(new(about, place, false, "A whole number may be in minor or major units: add { \"minor\": … } or { \"major\": … } to the view after looking into the sender's documentation."));
            }
        }

        var root = new JsonObject
        {
            ["name"] = name,
            ["displayName"] = name,
            ["category"] = "own",
            ["countries"] = new JsonArray(),
            ["complete"] = false,
            ["notes"] = new JsonObject { ["en"] = "Proposed from a received request: compare every line with the sender's documentation.", ["pt-BR"] = "Proposto a partir de uma requisição recebida: compare cada linha com a documentação do remetente." },
            ["secret"] = new JsonObject { ["label"] = new JsonObject { ["en"] = "Secret", ["pt-BR"] = "Segredo" } },
            ["schemes"] = new JsonArray(scheme),
            ["read"] = read,
            ["views"] = new JsonObject { ["default"] = view },
            ["facts"] = new JsonArray(new JsonObject { ["about"] = "all", ["confidence"] = "M", ["source"] = "one received request" }),
        };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(root, Indented);
        var errors = new List<PlatformError>();
        return PlatformReader.Read(name, json, [], errors) is not null
            ? new PlatformProposal(json, findings)
            : throw new InvalidOperationException($"The proposal cannot be read: {errors[0]}");
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string? Header(InboundRequest request, string about) =>
        HeaderEnds.TryGetValue(about, out string[]? ends)
        && request.Headers.FirstOrDefault(h => Array.Exists(ends, end => h.Key.EndsWith(end, StringComparison.OrdinalIgnoreCase))) is { Key: not null } header
            ? "header:" + header.Key
            : null;

    /// <summary>The shallowest member of one of these names, the first name first; only texts, numbers and booleans count.</summary>
    private static string? Find(JsonElement root, string[] names, bool wholeTree)
    {
        string? best = null;
        int bestRank = int.MaxValue;
        Walk(root, "", 0);
        return best;

        void Walk(JsonElement at, string path, int depth)
        {
            if (at.ValueKind != JsonValueKind.Object || depth >= (wholeTree ? MaxDepth : 2))
            {
                return;
            }

            foreach (JsonProperty member in at.EnumerateObject())
            {
                string here = path.Length == 0 ? Name(member.Name) : path + (Name(member.Name)[0] == '[' ? "" : ".") + Name(member.Name);
                int index = Array.FindIndex(names, name => name.Equals(member.Name, StringComparison.Ordinal));
                int rank = (depth * names.Length) + index;
                if (index >= 0 && rank < bestRank && member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                {
                    (best, bestRank) = (here, rank);
                }

                Walk(member.Value, here, depth + 1);
            }
        }
    }

    private static string Name(string member) => member.Length > 0 && member.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') ? member : $"['{member}']";

    private static bool HasDecimals(JsonElement root, string path)
    {
        foreach (string name in path.Split('.'))
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(name, out root))
            {
                return false;
            }
        }

        return root.ValueKind switch { JsonValueKind.Number => root.GetRawText(), JsonValueKind.String => root.GetString()!, _ => "" } is var text
            && text.Length is > 2 and < 30 && text.Contains('.', StringComparison.Ordinal) && text.All(static c => char.IsAsciiDigit(c) || c is '.' or '-');
    }
}
