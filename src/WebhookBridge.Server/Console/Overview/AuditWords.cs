using System.Text.Json;
using WebhookBridge.Server.WebConsole.Text;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.WebConsole.Overview;

/// <summary>A row of the audit as a sentence.</summary>
internal static class AuditWords
{
    private const int LongestValue = 120;

    public static string Say(AuditRow row, Texts t)
    {
        string deed = t.Find("audit.do." + row.Action) ?? row.Action;
        int slash = row.Subject.IndexOf('/', StringComparison.Ordinal);
        string subject = slash > 0 && t.Find($"audit.what.{row.Subject[..slash]}.{row.Subject[(slash + 1)..]}") is { } whole ? whole
            : slash > 0 && t.Find("audit.what." + row.Subject[..slash]) is { } what ? $"{what} {row.Subject[(slash + 1)..]}" : t.Find("audit.what." + row.Subject) ?? row.Subject;
        return row.Subject == row.Actor || row.Subject == "user/" + row.Actor ? deed : $"{deed}: {subject}";
    }

    /// <summary>What is noted beside the deed, in words: how many, which revision, why. A name without words stays as it is; empty when there is nothing.</summary>
    public static string Detail(AuditRow row, Texts t)
    {
        if (row.Detail is not { Length: > 2 } json)
        {
            return "";
        }

        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind != JsonValueKind.Object ? "" : string.Join(" · ", document.RootElement.EnumerateObject().Select(p => Say(p, t)).Where(static s => s.Length > 0));
    }

    private static string Say(JsonProperty property, Texts t)
    {
        if (property.Value.ValueKind is JsonValueKind.Null or JsonValueKind.False || (property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() == 0))
        {
            return "";
        }

        if (property.Value.ValueKind == JsonValueKind.Object)
        {
            return string.Join(" · ", property.Value.EnumerateObject().Select(p => Say(p, t)).Where(static s => s.Length > 0));
        }

        if (property.NameEquals("as"))
        {
            return property.Value.ValueEquals("then") ? t["replay.as.then"] : "";
        }

        string value = property.Value.ValueKind == JsonValueKind.Array
            ? string.Join(", ", property.Value.EnumerateArray().Select(Written))
            : Written(property.Value);
        value = value.Length > LongestValue ? value[..LongestValue] + "…" : value;
        string key = "audit.detail." + property.Name;
        return t.Find(key) is not null ? t[key, value]
            : property.Value.TryGetInt64Or(out long count) && t.Find(key + ".one") is not null ? t.Count(key, count)
            : $"{property.Name}: {value}";
    }

    private static string Written(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static bool TryGetInt64Or(this JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number);
    }
}
