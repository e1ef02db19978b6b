using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Conformance;

/// <summary>Whether a connector's form tells people what they need, in both languages. Pure.</summary>
public static class FormCompleteness
{
    /// <summary>Kinds whose values people type, so that they need a rule that says what to do when it does not fit.</summary>
    private static readonly FieldKind[] Typed = [FieldKind.Text, FieldKind.LongText, FieldKind.Url, FieldKind.Secret, FieldKind.SecretUrl, FieldKind.Number];

    /// <summary>Every problem, one sentence each.</summary>
    public static IEnumerable<string> Problems(ConnectorDescription description)
    {
        foreach (string problem in Blank(description.Name, "name").Concat(Blank(description.Summary, "summary")))
        {
            yield return problem;
        }

        foreach (ConnectorField field in description.Fields)
        {
            IEnumerable<string> problems = Blank(field.Label, "label").Concat(Blank(field.Help, "help"))
                .Concat(field.Choices.SelectMany(static c => Blank(c.Label, $"choice {c.Value}")))
                .Concat(field.Rule is { } rule ? Blank(rule.Problem, "rule") : Typed.Contains(field.Kind) ? ["it has no rule: say what a value looks like, or how long it may be"] : []);
            foreach (string problem in problems)
            {
                yield return $"field {field.Id}: {problem}";
            }

            if (field.Kind == FieldKind.Choice && !field.LiveChoices && field.Choices.Count < 2)
            {
                yield return $"field {field.Id}: a choice has at least two choices";
            }

            if (field.VisibleWhen is { } when && description.Fields.FirstOrDefault(f => f.Id == when.Field) is not { Kind: FieldKind.Choice or FieldKind.Toggle })
            {
                yield return $"field {field.Id}: it depends on '{when.Field}', which is no choice and no toggle";
            }
        }

        int shown = description.Fields.Count(static f => f is { Scope: FieldScope.Destination, Advanced: false, VisibleWhen: null });
        if (shown > 6)
        {
            yield return $"{shown} fields are shown at once; at most six, the rest under \"More options\"";
        }
    }

    private static IEnumerable<string> Blank(LocalText text, string what)
    {
        if (string.IsNullOrWhiteSpace(text.En) || string.IsNullOrWhiteSpace(text.PtBr))
        {
            yield return $"the {what} is needed in English and in Brazilian Portuguese";
        }
    }
}
