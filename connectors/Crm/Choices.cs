using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Crm;

/// <summary>Entries of a list that an account holds, as choices of a form.</summary>
internal static class Choices
{
    public static FieldChoice Of(JsonElement entry, string value, string label)
    {
        string id = JsonPath.Text(entry, value) ?? "";
        string name = JsonPath.Text(entry, label) is { } told && !string.IsNullOrWhiteSpace(told) ? told : id;
        return new FieldChoice(id, new(name, name));
    }

    public static IReadOnlyList<FieldChoice> All(JsonElement answer, string entries, string value, string label) =>
        [.. JsonPath.All(answer, entries).Select(e => Of(e, value, label)).Where(static c => c.Value.Length > 0)];
}
