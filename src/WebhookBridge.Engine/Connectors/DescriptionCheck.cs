using System.Text.RegularExpressions;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Whether a connector's description is complete and consistent, so that a form, a check and a page can be drawn from it. Pure.</summary>
public static partial class DescriptionCheck
{
    /// <summary>The first problem in one sentence; null when there is none.</summary>
    public static string? FirstProblem(ConnectorDescription description) => Problems(description).FirstOrDefault();

    /// <summary>Every problem.</summary>
    public static IEnumerable<string> Problems(ConnectorDescription description)
    {
        if (!ConnectorId().IsMatch(description.Id))
        {
            yield return $"the id '{description.Id}' must be lower-case letters, digits and hyphens, 1 to 60, beginning with a letter";
        }

        if (IsBlank(description.Name) || IsBlank(description.Summary))
        {
            yield return "name and summary are needed in both languages";
        }

        if (description.Fields.Count(static f => f.Kind == FieldKind.Body) > 1)
        {
            yield return "there may be one body field only";
        }

        if (description.Pacing is not { Concurrency: >= 1 and <= 256, PerSecond: null or > 0 } pacing || pacing.Timeout < TimeSpan.FromSeconds(1) || pacing.Timeout > TimeSpan.FromMinutes(5))
        {
            yield return "the pacing is out of its bounds (concurrency 1 to 256, time-out 1 s to 5 min)";
        }

        HashSet<string> ids = [];
        foreach (ConnectorField field in description.Fields)
        {
            if (!FieldId().IsMatch(field.Id) || !ids.Add(field.Id))
            {
                yield return $"the field id '{field.Id}' must be letters and digits beginning with a lower-case letter, and occur once";
            }

            foreach (string problem in FieldProblems(description, field))
            {
                yield return $"field {field.Id}: {problem}";
            }
        }
    }

    private static IEnumerable<string> FieldProblems(ConnectorDescription description, ConnectorField field)
    {
        bool secret = field.Kind is FieldKind.Secret or FieldKind.SecretUrl;
        if (IsBlank(field.Label) || IsBlank(field.Help))
        {
            yield return "label and help are needed in both languages";
        }

        if (secret && (field.Default is not null || field.Scope == FieldScope.Route))
        {
            yield return "a secret has no default and belongs to the destination";
        }

        if (field.Kind == FieldKind.Body && field.Scope != FieldScope.Route)
        {
            yield return "the body belongs to the route";
        }

        if (field.Kind == FieldKind.Choice && !field.LiveChoices && field.Choices.Count == 0)
        {
            yield return "a choice needs choices";
        }

        if (field.Choices.Any(static c => IsBlank(c.Label)) || (field.Rule is { } rule && IsBlank(rule.Problem)))
        {
            yield return "choices and rules need their text in both languages";
        }

        if (field.VisibleWhen is { } when && description.Fields.All(f => f.Id != when.Field))
        {
            yield return $"it depends on a field '{when.Field}' that does not exist";
        }
    }

    private static bool IsBlank(LocalText text) => string.IsNullOrWhiteSpace(text.En) || string.IsNullOrWhiteSpace(text.PtBr);

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,59}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ConnectorId();

    [GeneratedRegex(@"\A[a-z][A-Za-z0-9]{0,59}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldId();
}
