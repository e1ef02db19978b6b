using System.Text.RegularExpressions;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Holds what a route's fields came out as against the connector's rules, before anything is sent. Made once for each open destination; thread-safe.</summary>
public sealed class RouteFieldCheck
{
    private readonly ConnectorSettings _settings;
    private readonly (ConnectorField Field, Regex? Pattern)[] _fields;

    public RouteFieldCheck(ConnectorDescription description, ConnectorSettings settings)
    {
        _settings = settings;
        _fields = [.. description.Fields
            .Where(static f => f.Scope == FieldScope.Route && f.Kind is not (FieldKind.Body or FieldKind.Map))
            .Select(static f => (f, f.Rule?.Pattern is { } pattern ? new Regex($"\\A(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) : null))];
    }

    /// <summary>What is wrong, in one sentence that names the field and never repeats its value; null when nothing is.</summary>
    /// <param name="fields">The rendered fields of a delivery.</param>
    public string? FirstProblem(IReadOnlyDictionary<string, string> fields)
    {
        foreach ((ConnectorField field, Regex? pattern) in _fields)
        {
            if (field.VisibleWhen is { } when && (fields.TryGetValue(when.Field, out string? other) ? other.Trim() : _settings.Text(when.Field)) != when.Value)
            {
                continue;
            }

            string text = fields.TryGetValue(field.Id, out string? value) ? value.Trim() : "";
            if (text.Length == 0)
            {
                if (field.Required)
                {
                    return $"The field '{field.Id}' ({field.Label.En}) came out empty. The event has to name it, or the route another text.";
                }
            }
            else if (text.Length > (field.Rule?.MaxLength ?? 10_000) || pattern?.IsMatch(text) == false)
            {
                return $"The field '{field.Id}' ({field.Label.En}) cannot be sent: {field.Rule?.Problem.En ?? "it is longer than 10,000 characters."}";
            }
            else if (field.Kind == FieldKind.Choice && !field.LiveChoices && field.Choices.All(c => c.Value != text))
            {
                return $"The field '{field.Id}' ({field.Label.En}) must come out as one of: {string.Join(", ", field.Choices.Select(static c => c.Value))}.";
            }
        }

        return null;
    }
}
