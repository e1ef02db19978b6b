using WebhookBridge.Abstractions;
using WebhookBridge.Server.WebConsole.Routes;

namespace WebhookBridge.Server.WebConsole.Destinations;

/// <summary>A field whose values the destination can list: a button that asks for them, then a button for each. The field itself stays a field, so that any value can be typed.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">What is written in it; of a map the names on its left, with commas between.</param>
/// <param name="Open">The list is open.</param>
/// <param name="Result">What the destination said; null when it has not been asked, or long ago.</param>
/// <param name="Action">Where the buttons of the form post to.</param>
/// <param name="Target">What they swap.</param>
internal sealed record LivePicker(ConnectorField Field, string? Value, bool Open, ChoicesResult? Result, string Action, string Target)
{
    /// <summary>The deed of a button that asks: <c>list:stage</c>.</summary>
    public const string List = "list";

    /// <summary>The deed of a button that closes the list again.</summary>
    public const string Close = "unlist";

    /// <summary>The deed of a choice: <c>pick:stage:closedwon</c>.</summary>
    public const string Pick = "pick";

    public bool Has(string choice) => Field.Several || Field.Kind == FieldKind.Map ? Parts(Value).Contains(choice) : Value?.Trim() == choice;

    /// <summary>The value of a field once a choice has been clicked: it, or with several the list with it added or taken out.</summary>
    public static string Picked(ConnectorField field, string? value, string choice)
    {
        if (!field.Several)
        {
            return choice;
        }

        List<string> parts = Parts(value);
        return string.Join(", ", parts.Remove(choice) ? parts : [.. parts, choice]);
    }

    /// <summary>The lines of a map once a choice has been clicked: with a line of that name, or without its line when nothing was written beside it.</summary>
    public static void PickLine(List<MapLine> lines, string field, string choice)
    {
        if (lines.FindIndex(l => l.Field == field && l.Target?.Trim() == choice) is var at and >= 0)
        {
            if (string.IsNullOrWhiteSpace(lines[at].Value))
            {
                lines.RemoveAt(at);
            }

            return;
        }

        MapLine? empty = lines.Find(l => l.Field == field && string.IsNullOrWhiteSpace(l.Target));
        if (empty is null)
        {
            lines.Add(empty = new() { Field = field });
        }

        empty.Target = choice;
    }

    public static string NamesOf(IEnumerable<MapLine> lines, string field) => string.Join(",", lines.Where(l => l.Field == field).Select(static l => l.Target));

    private static List<string> Parts(string? value) => [.. (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
