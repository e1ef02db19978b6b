using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Values of conditions between what people write and JSON: 500 is a number, BRL a text, "500" in quotation marks a text; a number keeps its digits.</summary>
internal static partial class ConditionValue
{
    public static JsonElement Read(string op, string? written, Language language)
    {
        string text = (written ?? "").Trim();
        if (op is not ("in" or "not in"))
        {
            return op is "in list" or "contains" or "starts" or "ends" ? AsText(Bare(text)) : One(text, language);
        }

        using JsonDocument array = JsonDocument.Parse("[" + string.Join(',', Items().Matches(text).Select(m => One(m.Value.Trim(), Language.English).GetRawText())) + "]");
        return array.RootElement.Clone();
    }

    public static string Write(JsonElement value, Language language) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(static v => v.ValueKind == JsonValueKind.String ? Quoted(v.GetString()!, always: v.GetString()!.Contains(',', StringComparison.Ordinal)) : v.GetRawText())),
        JsonValueKind.String => Quoted(value.GetString()!, always: false),
        JsonValueKind.Number when language == Language.Portuguese => value.GetRawText().Replace('.', ','),
        _ => value.GetRawText(),
    };

    private static JsonElement One(string text, Language language)
    {
        if (language == Language.Portuguese && CommaNumber().IsMatch(text))
        {
            text = text.Replace(".", "", StringComparison.Ordinal).Replace(',', '.');
        }

        if (text is "true" or "false" || Number().IsMatch(text))
        {
            using JsonDocument number = JsonDocument.Parse(text);
            return number.RootElement.Clone();
        }

        return AsText(Bare(text));
    }

    private static JsonElement AsText(string text) => JsonSerializer.SerializeToElement(text);

    private static string Bare(string text) => text.Length >= 2 && text[0] == '"' && text[^1] == '"' ? text[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal) : text;

    /// <summary>What would be read as a number, a truth or with other quotation marks needs its own.</summary>
    private static string Quoted(string text, bool always)
    {
        bool needs = always || text is "true" or "false" || Number().IsMatch(text) || CommaNumber().IsMatch(text) || text != text.Trim() || text.StartsWith('"');
        return needs ? new StringBuilder(text.Length + 2).Append('"').Append(text).Replace("\"", "\\\"", 1, text.Length).Append('"').ToString() : text;
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"^-?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+),[0-9]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommaNumber();

    /// <summary>Parts between commas or semicolons; quotation marks hold a part together.</summary>
    [GeneratedRegex("""\s*("(\\"|[^"])*"|[^,;]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Items();
}
