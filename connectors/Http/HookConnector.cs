using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Http;

/// <summary>Posts to an automation platform; what sets the platforms apart is the <see cref="HookPreset"/>.</summary>
internal sealed class HookConnector : IConnector
{
    private const string Key = "apiKey";
    private const string Format = "format";
    private const string Structured = "structured";

    private readonly HookPreset _preset;
    private readonly ConnectorDescription _description;

    public HookConnector(HookPreset preset)
    {
        _preset = preset;
        _description = new ConnectorDescription
        {
            Id = preset.Id,
            Name = new(preset.Name, preset.Name),
            Summary = preset.Summary,
            Fields = [.. Fields(preset)],
            Pacing = preset.Pacing,
            Idempotency = preset.CloudEvents ? IdempotencyClass.Key : IdempotencyClass.None,
        };
    }

    public ConnectorDescription Describe() => _description;

    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) =>
        [.. _preset.WrongAddresses
            .Where(w => new Uri(settings.Secret(HttpForm.Url)!).AbsolutePath is var path && (path.EndsWith(w.Contains, StringComparison.Ordinal) || (w.Contains.EndsWith('/') && path.Contains(w.Contains, StringComparison.Ordinal))))
            .Select(static w => new SettingProblem(HttpForm.Url, w.Problem))];

    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(_preset, settings, host);

    private static IEnumerable<ConnectorField> Fields(HookPreset preset)
    {
        yield return HttpForm.UrlField(preset.AddressHelp, new() { Pattern = preset.AddressPattern, MaxLength = 2000, Problem = preset.AddressProblem });
        if (preset.KeyHeader is { } header)
        {
            yield return FormFields.Key(Key,
                new("Key", "Chave"),
                new($"Only if {preset.Name} asks for one. Sent in the header {header}.", $"Somente se {preset.Name} pedir uma. Enviada no cabeçalho {header}."),
                "[ -~]+",
                new("A key is on one line, in plain ASCII.", "Uma chave fica em uma linha, em ASCII simples.")) with
            { Required = false, Advanced = true };
        }

        if (preset.CloudEvents)
        {
            yield return FormFields.Choice(Format,
                new("Form", "Forma"),
                new("How the event's attributes travel: in headers beside the body, or all in one JSON.", "Como os atributos do evento viajam: em cabeçalhos ao lado do corpo, ou tudo em um JSON."),
                new FieldChoice("binary", new("Headers and body (binary)", "Cabeçalhos e corpo (binário)")),
                new FieldChoice(Structured, new("One JSON (structured)", "Um JSON (estruturado)")));
        }

        yield return HttpForm.BodyField;
    }

    private sealed class Session : IConnectorSession
    {
        private readonly HookPreset _preset;
        private readonly IConnectorHost _host;
        private readonly Uri _address;
        private readonly HttpPost _post;
        private readonly AnswerMap _answers;
        private readonly bool _structured;

        public Session(HookPreset preset, ConnectorSettings settings, IConnectorHost host)
        {
            _preset = preset;
            _host = host;
            _address = new Uri(settings.Secret(HttpForm.Url)!);
            _answers = new AnswerMap { Api = preset.Name, Rules = preset.Answers };
            _structured = settings.Text(Format) == Structured;
            List<KeyValuePair<string, string>> headers = [];
            if (settings.Secret(Key) is { } key)
            {
                string value = preset.KeyScheme + key;
                host.Redact(value);
                headers.Add(new(preset.KeyHeader!, value));
            }

            _post = new HttpPost(host, _address.OriginalString) { Headers = headers, PerDelivery = preset.CloudEvents && !_structured ? CloudEvent.Headers : null };
        }

        public async ValueTask<SendResult> SendAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            if (request.Body.Length > _preset.MaxBytes)
            {
                return new SendResult.Refused($"{_preset.Name} takes at most {_preset.MaxBytes / (1024 * 1024)} MB. Use a template that sends less.", "too_large");
            }

            using HttpResponseMessage answer = await _post.SendAsync(_preset.CloudEvents && _structured ? CloudEvent.Structured(request) : request, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return new SendResult.Delivered(Note: _preset.Taken);
            }

            string text = await TextOfAsync(answer, cancellationToken);
            return _answers.Failure(answer, text, Parse(text), _host.Time)!;
        }

        public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken) => await Reach.CheckAsync(_host, _address, cancellationToken) switch
        {
            CheckResult.NotPossible => new CheckResult.NotPossible(_preset.Reached),
            CheckResult other => other,
        };

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static async ValueTask<string> TextOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
        {
            try
            {
                return await answer.Content.ReadAsStringAsync(cancellationToken);
            }
            catch (HttpRequestException)
            {
                return ""; // broke off: the status alone counts
            }
        }

        private static JsonElement Parse(string text)
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(text);
                return json.RootElement.Clone();
            }
            catch (JsonException)
            {
                return default;
            }
        }
    }
}
