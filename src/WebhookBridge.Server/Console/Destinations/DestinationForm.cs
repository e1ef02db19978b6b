using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.WebConsole.Routes;
using WebhookBridge.Server.WebConsole.Text;

namespace WebhookBridge.Server.WebConsole.Destinations;

/// <summary>A destination as its form carries it. A secret that is left empty stays what it was.</summary>
internal sealed class DestinationForm
{
    public string? Name { get; set; }

    public int Revision { get; set; }

    public Dictionary<string, string?> Values { get; set; } = [];

    public Dictionary<string, string?> Secrets { get; set; } = [];

    /// <summary>Secrets that are to be removed.</summary>
    public List<string> Forget { get; set; } = [];

    public List<MapLine> Maps { get; set; } = [];

    /// <summary>Fields whose live choices are open.</summary>
    public List<string> Listed { get; set; } = [];

    public string? PerSecond { get; set; }

    public string? Concurrency { get; set; }

    public string? Timeout { get; set; }

    public static DestinationForm Of(DestinationDefinition destination, int revision, Language language) => new()
    {
        Name = destination.Name,
        Revision = revision,
        Values = destination.Settings.Where(static s => s.Value.ValueKind != JsonValueKind.Object).ToDictionary(static s => s.Key, s => Written(s.Value, language)),
        Maps = [.. destination.Settings.Where(static s => s.Value.ValueKind == JsonValueKind.Object).SelectMany(static s => s.Value.EnumerateObject().Select(m => new MapLine { Field = s.Key, Target = m.Name, Value = m.Value.ToString() }))],
        PerSecond = destination.Limits.PerSecond?.ToString(language.Culture),
        Concurrency = destination.Limits.Concurrency?.ToString(CultureInfo.InvariantCulture),
        Timeout = destination.Limits.Timeout is { } timeout ? Durations.Format(timeout) : null,
    };

    /// <summary>The value of a field as the form shows it: what was entered, else the usual one.</summary>
    public string? ValueOf(ConnectorField field, Language language) =>
        Values.TryGetValue(field.Id, out string? value) ? value : field.Default is { } usual ? Written(usual, language) : null;

    /// <summary>The connector's fields that apply, given the values of the others.</summary>
    public IEnumerable<ConnectorField> Visible(ConnectorDescription connector, Language language) => connector.Fields.Where(f => f.Scope == FieldScope.Destination
        && (f.VisibleWhen is not { } when || (connector.Fields.FirstOrDefault(o => o.Id == when.Field) is { } other && ValueOf(other, language) == when.Value)));

    /// <summary>The definition that the form stands for; what is wrong is told by field (empty = none in particular).</summary>
    public DestinationDefinition ToDefinition(CatalogEntry.Ready connector, DestinationDefinition? before, Texts texts, EgressPolicy egress, List<(string Field, string Text)> problems)
    {
        Dictionary<string, JsonElement> settings = [];
        Dictionary<string, SecretText> secrets = [];
        foreach (ConnectorField field in Visible(connector.Description, texts.Language))
        {
            if (field.Kind is FieldKind.Secret or FieldKind.SecretUrl)
            {
                TakeSecret(field, before, secrets, texts, problems);
            }
            else if (ReadValue(field, texts, problems) is { } value)
            {
                settings[field.Id] = value;
            }

            string? address = field.Kind switch
            {
                FieldKind.SecretUrl => secrets.GetValueOrDefault(field.Id)?.Reveal(),
                FieldKind.Url => settings.TryGetValue(field.Id, out JsonElement url) ? url.ToString() : null,
                _ => null,
            };
            if (address is not null && InwardProblem(address, egress, texts) is { } inward)
            {
                problems.Add((field.Id, inward));
            }
        }

        foreach (SettingProblem problem in problems.Count > 0 ? [] : SettingsCheck.Check(connector.Connector, settings, secrets).Problems)
        {
            string? label = connector.Description.Fields.FirstOrDefault(f => f.Id == problem.Field)?.Label.In(texts);
            problems.Add((problem.Field ?? "", label is null ? problem.Text.In(texts) : problem.Text.In(texts).Replace($"'{problem.Field}'", $"“{label}”", StringComparison.Ordinal)));
        }

        return new()
        {
            Name = (Name ?? "").Trim(),
            Connector = connector.Id,
            Enabled = before?.Enabled ?? true,
            Settings = settings,
            Secrets = secrets,
            Limits = ReadLimits(texts, problems),
        };
    }

    /// <summary>Why an address that leads inward is refused, before anything is sent there; null when it does not, as far as can be told without asking around.</summary>
    public static string? InwardProblem(string address, EgressPolicy egress, Texts texts)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
        {
            return null;
        }

        string host = uri.IdnHost;
        IPAddress? literal = IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? parsed) ? parsed
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback : null;
        return literal is null || egress.Allows(literal) ? null : texts[IPAddress.IsLoopback(literal) ? "destination.inwardSelf" : host == "169.254.169.254" ? "destination.inwardCloud" : "destination.inward", host];
    }

    /// <summary>A secret for signing in the form of Standard Webhooks.</summary>
    public static string NewSigningSecret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private void TakeSecret(ConnectorField field, DestinationDefinition? before, Dictionary<string, SecretText> secrets, Texts texts, List<(string Field, string Text)> problems)
    {
        string given = Secrets.GetValueOrDefault(field.Id)?.Trim() ?? "";
        if (given.StartsWith("file:", StringComparison.Ordinal) || given.Contains("${", StringComparison.Ordinal))
        {
            problems.Add((field.Id, texts["destination.noReference"]));
        }
        else if (given.Length > 0)
        {
            secrets[field.Id] = new(given);
        }
        else if (!Forget.Contains(field.Id) && before is not null && before.Secrets.TryGetValue(field.Id, out SecretText? kept))
        {
            secrets[field.Id] = kept;
        }
    }

    private JsonElement? ReadValue(ConnectorField field, Texts texts, List<(string Field, string Text)> problems)
    {
        if (field.Kind == FieldKind.Map)
        {
            Dictionary<string, string> map = Maps.Where(m => m.Field == field.Id && !string.IsNullOrWhiteSpace(m.Target)).GroupBy(static m => m.Target!.Trim()).ToDictionary(static g => g.Key, static g => g.Last().Value ?? "");
            return map.Count == 0 ? null : JsonSerializer.SerializeToElement(map);
        }

        string text = ValueOf(field, texts.Language)?.Trim() ?? "";
        switch (field.Kind)
        {
            case FieldKind.Toggle:
                return JsonSerializer.SerializeToElement(text == "true");
            case var _ when text.Length == 0:
                return null;
            case FieldKind.Number when decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, texts.Language.Culture, out decimal number):
                return JsonSerializer.SerializeToElement(number);
            case FieldKind.Number:
                problems.Add((field.Id, field.Rule?.Problem.In(texts) ?? texts["destination.notNumber", field.Label.In(texts)]));
                return null;
            case FieldKind.Json:
                try
                {
                    using JsonDocument json = JsonDocument.Parse(text);
                    return json.RootElement.Clone();
                }
                catch (JsonException)
                {
                    problems.Add((field.Id, texts["destination.notJson", field.Label.In(texts)]));
                    return null;
                }

            default:
                return JsonSerializer.SerializeToElement(field.Kind == FieldKind.LongText ? RouteForm.Lines(text) : text);
        }
    }

    private LimitsDefinition ReadLimits(Texts texts, List<(string Field, string Text)> problems)
    {
        double? perSecond = null;
        if (!string.IsNullOrWhiteSpace(PerSecond))
        {
            perSecond = double.TryParse(PerSecond.Trim(), NumberStyles.AllowDecimalPoint, texts.Language.Culture, out double read) && read is >= 0.01 and <= 100_000 ? read : Wrong<double>("perSecond", "destination.perSecondWrong");
        }

        int? concurrency = null;
        if (!string.IsNullOrWhiteSpace(Concurrency))
        {
            concurrency = int.TryParse(Concurrency.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int read) && read is >= 1 and <= 256 ? read : Wrong<int>("concurrency", "destination.concurrencyWrong");
        }

        TimeSpan? timeout = null;
        if (!string.IsNullOrWhiteSpace(Timeout))
        {
            timeout = Durations.TryParse(Timeout.Replace(" ", "", StringComparison.Ordinal), out TimeSpan read) && read >= TimeSpan.FromSeconds(1) && read <= TimeSpan.FromMinutes(5) ? read : Wrong<TimeSpan>("timeout", "destination.timeoutWrong");
        }

        return new() { PerSecond = perSecond, Concurrency = concurrency, Timeout = timeout };

        T? Wrong<T>(string field, string key)
            where T : struct
        {
            problems.Add((field, texts[key]));
            return null;
        }
    }

    private static string? Written(JsonElement value, Language language) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number when language == Language.Portuguese => value.GetRawText().Replace('.', ','),
        _ => value.ToString(),
    };
}
