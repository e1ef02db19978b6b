using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Holds the settings of a destination against its connector's description. Pure.</summary>
public static class SettingsCheck
{
    private const int DefaultMaxLength = 10_000;

    /// <summary>All problems at once, each with the JSON path below the destination and the fix; and the settings with defaults filled in.</summary>
    public static (ConnectorSettings Settings, IReadOnlyList<SettingProblem> Problems) Check(
        IConnector connector,
        IReadOnlyDictionary<string, JsonElement> settings,
        IReadOnlyDictionary<string, SecretText> secrets)
    {
        ConnectorDescription description = connector.Describe();
        List<SettingProblem> problems = [];
        Dictionary<string, JsonElement> complete = new(settings);
        Dictionary<string, string> revealed = secrets.ToDictionary(static s => s.Key, static s => s.Value.Reveal());
        FindUnknown(description, settings.Keys, secrets.Keys, problems);

        foreach (ConnectorField field in description.Fields.Where(static f => f.Scope == FieldScope.Destination))
        {
            if (field.Default is JsonElement standard && !complete.ContainsKey(field.Id) && !IsSecret(field))
            {
                complete[field.Id] = standard;
            }
        }

        ConnectorSettings all = new(complete, revealed);
        foreach (ConnectorField field in description.Fields.Where(static f => f.Scope == FieldScope.Destination))
        {
            if (field.VisibleWhen is { } when && all.Text(when.Field) != when.Value)
            {
                continue;
            }

            if (IsSecret(field))
            {
                CheckSecret(field, all.Secret(field.Id), problems);
            }
            else
            {
                CheckPlain(field, complete.TryGetValue(field.Id, out JsonElement value) ? value : null, problems);
            }
        }

        if (problems.Count == 0)
        {
            problems.AddRange(connector.Validate(all));
        }

        return (all, problems);
    }

    /// <summary>Problems of a route's fields and template with the connector of its destination.</summary>
    public static IReadOnlyList<SettingProblem> CheckRoute(ConnectorDescription description, IReadOnlyCollection<string> fields, bool hasTemplate)
    {
        List<SettingProblem> problems = [];
        ConnectorField[] known = [.. description.Fields.Where(static f => f.Scope == FieldScope.Route && f.Kind != FieldKind.Body)];
        foreach (string id in fields.Where(id => Array.TrueForAll(known, f => f.Id != id)))
        {
            string names = known.Length == 0 ? "none" : string.Join(", ", known.Select(static f => f.Id));
            problems.Add(new(id, new(
                $"The connector {description.Id} has no route field '{id}'. It has: {names}.",
                $"O conector {description.Id} não tem o campo de rota '{id}'. Ele tem: {names}.")));
        }

        foreach (ConnectorField field in known.Where(f => f.Required && !fields.Contains(f.Id)))
        {
            problems.Add(Missing(field));
        }

        if (hasTemplate && description.BodyField is null)
        {
            problems.Add(new(null, new(
                $"The connector {description.Id} has no field for a template. Leave 'template' out and use its fields.",
                $"O conector {description.Id} não tem campo para um modelo. Retire 'template' e use os campos dele.")));
        }

        return problems;
    }

    private static bool IsSecret(ConnectorField field) => field.Kind is FieldKind.Secret or FieldKind.SecretUrl;

    private static void FindUnknown(ConnectorDescription description, IEnumerable<string> settings, IEnumerable<string> secrets, List<SettingProblem> problems)
    {
        foreach ((string id, bool givenAsSecret) in settings.Select(static s => (s, false)).Concat(secrets.Select(static s => (s, true))))
        {
            ConnectorField? field = description.Fields.FirstOrDefault(f => f.Id == id && f.Scope == FieldScope.Destination);
            if (field is null)
            {
                string names = string.Join(", ", description.Fields.Where(f => f.Scope == FieldScope.Destination && IsSecret(f) == givenAsSecret).Select(static f => f.Id));
                problems.Add(new(id, new(
                    $"The connector {description.Id} has no {(givenAsSecret ? "secret" : "setting")} '{id}'. It has: {names}.",
                    $"O conector {description.Id} não tem {(givenAsSecret ? "o segredo" : "a configuração")} '{id}'. Ele tem: {names}.")));
            }
            else if (IsSecret(field) != givenAsSecret)
            {
                problems.Add(new(id, givenAsSecret
                    ? new($"'{id}' is no secret: move it to 'settings'.", $"'{id}' não é segredo: mova para 'settings'.")
                    : new($"'{id}' is a secret: move it to 'secrets'.", $"'{id}' é um segredo: mova para 'secrets'.")));
            }
        }
    }

    private static void CheckSecret(ConnectorField field, string? value, List<SettingProblem> problems)
    {
        if (value is null)
        {
            if (field.Required)
            {
                problems.Add(Missing(field));
            }

            return;
        }

        if (field.Kind == FieldKind.SecretUrl && !IsHttpAddress(value))
        {
            problems.Add(NoAddress(field));
        }
        else
        {
            CheckText(field, value, problems);
        }
    }

    private static void CheckPlain(ConnectorField field, JsonElement? given, List<SettingProblem> problems)
    {
        if (given is not JsonElement value || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
            || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0))
        {
            if (field.Required)
            {
                problems.Add(Missing(field));
            }

            return;
        }

        switch (field.Kind)
        {
            case FieldKind.Number:
                CheckNumber(field, value, problems);
                break;
            case FieldKind.Toggle when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False):
                problems.Add(new(field.Id, new($"'{field.Id}' must be true or false.", $"'{field.Id}' deve ser true ou false.")));
                break;
            case FieldKind.Map:
                CheckMap(field, value, problems);
                break;
            case FieldKind.Choice when !field.LiveChoices && !field.Choices.Any(c => value.ValueKind == JsonValueKind.String && c.Value == value.GetString()):
                string choices = string.Join(", ", field.Choices.Select(static c => c.Value));
                problems.Add(new(field.Id, new($"'{field.Id}' must be one of: {choices}.", $"'{field.Id}' deve ser um destes: {choices}.")));
                break;
            case FieldKind.Text or FieldKind.LongText or FieldKind.Url or FieldKind.Choice:
                if (value.ValueKind != JsonValueKind.String)
                {
                    problems.Add(new(field.Id, new($"'{field.Id}' must be a text.", $"'{field.Id}' deve ser um texto.")));
                }
                else if (field.Kind == FieldKind.Url && !IsHttpAddress(value.GetString()!))
                {
                    problems.Add(NoAddress(field));
                }
                else
                {
                    CheckText(field, value.GetString()!, problems);
                }

                break;
        }
    }

    private static void CheckNumber(ConnectorField field, JsonElement value, List<SettingProblem> problems)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || number < field.Rule?.Min || number > field.Rule?.Max)
        {
            problems.Add(new(field.Id, field.Rule?.Problem ?? new($"'{field.Id}' must be a number.", $"'{field.Id}' deve ser um número.")));
        }
    }

    private static void CheckMap(ConnectorField field, JsonElement value, List<SettingProblem> problems)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Any(static p => p.Value.ValueKind != JsonValueKind.String))
        {
            problems.Add(new(field.Id, new($"'{field.Id}' must be an object of texts.", $"'{field.Id}' deve ser um objeto de textos.")));
        }
        else if (field.Rule?.Pattern is { } pattern && value.EnumerateObject().Any(p => !Regex.IsMatch(p.Name, $"\\A(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)))
        {
            problems.Add(new(field.Id, field.Rule.Problem));
        }
    }

    private static void CheckText(ConnectorField field, string value, List<SettingProblem> problems)
    {
        bool tooLong = value.Length > (field.Rule?.MaxLength ?? DefaultMaxLength);
        bool misfit = field.Rule?.Pattern is { } pattern && !Regex.IsMatch(value, $"\\A(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        if (misfit || (tooLong && field.Rule is not null))
        {
            problems.Add(new(field.Id, field.Rule!.Problem));
        }
        else if (tooLong)
        {
            problems.Add(new(field.Id, new($"'{field.Id}' is too long: at most {DefaultMaxLength} characters.", $"'{field.Id}' é longo demais: no máximo {DefaultMaxLength} caracteres.")));
        }
    }

    private static bool IsHttpAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;

    private static SettingProblem NoAddress(ConnectorField field) => new(field.Id, new(
        $"'{field.Id}' must be a whole address that begins with https:// (or http://).",
        $"'{field.Id}' deve ser um endereço completo que começa com https:// (ou http://)."));

    private static SettingProblem Missing(ConnectorField field) => new(field.Id, new(
        $"'{field.Id}' is missing. {field.Label.En}: {field.Help.En}",
        $"Falta '{field.Id}'. {field.Label.PtBr}: {field.Help.PtBr}"));
}
