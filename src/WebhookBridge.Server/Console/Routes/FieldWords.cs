using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Routes;

/// <summary>Fields, comparisons and kinds in the reader's words.</summary>
internal static class FieldWords
{
    /// <summary>"Amount" for <c>payment.amount</c>; what the sender alone knows keeps its name.</summary>
    public static string Label(Texts texts, string path) =>
        texts.Find("field." + path) ?? (path.StartsWith("event.", StringComparison.Ordinal) ? path["event.".Length..] : path);

    /// <summary>The heading under which a field is offered.</summary>
    public static string Group(Texts texts, string path) => texts.Find("fieldGroup." + path.Split('.', '[')[0]) ?? texts["fieldGroup.event"];

    public static string Comparison(Texts texts, string op) => texts.Find("op." + op) ?? op;

    public static string Kind(Texts texts, string kind) => texts.Find("kind." + kind) ?? kind;

    /// <summary>One line of the builder as a sentence without its full stop.</summary>
    public static string Sentence(Texts texts, ConditionRow row) => row.Kind switch
    {
        ConditionRow.Is => string.Join(' ', new[] { Label(texts, row.Field ?? ""), Comparison(texts, row.Op ?? "="), row.HasValue ? row.Value : null }.Where(static w => !string.IsNullOrEmpty(w))),
        ConditionRow.AllOf => texts["cond.allOf"],
        _ => texts["cond.anyOf"],
    };
}
