using System.Globalization;
using System.Text.Json;

namespace WebhookBridge.Abstractions;

/// <summary>The settings and secrets of one destination. It prints nothing of them.</summary>
/// <param name="settings">Plain settings by field id.</param>
/// <param name="secrets">Secrets by field id.</param>
public sealed class ConnectorSettings(IReadOnlyDictionary<string, JsonElement> settings, IReadOnlyDictionary<string, string> secrets)
{
    /// <summary>The text of a field (a number or toggle as written); null when it is not set.</summary>
    public string? Text(string id) => settings.TryGetValue(id, out JsonElement value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            _ => value.GetRawText(),
        }
        : null;

    /// <summary>A number; null when it is not set.</summary>
    public double? Number(string id) => settings.TryGetValue(id, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>A toggle; false when it is not set.</summary>
    public bool Toggle(string id) => settings.TryGetValue(id, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A map, in the order written; empty when it is not set.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Map(string id)
    {
        if (!settings.TryGetValue(id, out JsonElement value) || value.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        List<KeyValuePair<string, string>> pairs = [];
        foreach (JsonProperty property in value.EnumerateObject())
        {
            pairs.Add(new(property.Name, property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : property.Value.GetRawText()));
        }

        return pairs;
    }

    /// <summary>Any JSON; null when it is not set.</summary>
    public JsonElement? Json(string id) => settings.TryGetValue(id, out JsonElement value) ? value : null;

    /// <summary>A secret in the clear, for the one place that needs it; null when it is not set.</summary>
    public string? Secret(string id) => secrets.TryGetValue(id, out string? value) && value.Length > 0 ? value : null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{settings.Count} settings, {secrets.Count} secrets");
}

/// <summary>What is wrong with a setting, and what to do.</summary>
/// <param name="Field">Id of the field; null when it concerns several.</param>
/// <param name="Text">A full sentence that tells what to do. It never repeats a secret.</param>
public sealed record SettingProblem(string? Field, LocalText Text);
