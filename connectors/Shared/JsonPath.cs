using System.Globalization;
using System.Text.Json;

namespace WebhookBridge.Connectors.Shared;

/// <summary>Finds values in an answer by a short path: names joined by full stops, a number for an element of an array, <c>*</c> for any element (<c>errors.*.code</c>).</summary>
public static class JsonPath
{
    /// <summary>The first value at <paramref name="path"/>; null when there is none or it is JSON null.</summary>
    public static JsonElement? Find(JsonElement root, string path)
    {
        foreach (JsonElement found in All(root, path))
        {
            return found;
        }

        return null;
    }

    /// <summary>As <see cref="Find"/>: a string as it is, anything else as its JSON text; null when there is none.</summary>
    public static string? Text(JsonElement root, string path) => Find(root, path) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } other => other.GetRawText(),
    };

    /// <summary>Every value at <paramref name="path"/> that is not null.</summary>
    public static IEnumerable<JsonElement> All(JsonElement root, string path)
    {
        List<JsonElement> here = [root];
        foreach (string step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            here = [.. here.SelectMany(e => Step(e, step))];
        }

        return here.Where(static e => e.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined));
    }

    private static IEnumerable<JsonElement> Step(JsonElement element, string step)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            return step == "*" ? element.EnumerateObject().Select(static p => p.Value) : element.TryGetProperty(step, out JsonElement value) ? [value] : [];
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        return step == "*" ? element.EnumerateArray()
            : int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < element.GetArrayLength() ? [element[index]]
            : [];
    }
}
