using System.Globalization;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Crm;

[AllowAnyStatusCode]
internal interface IKlaviyo
{
    [Post("api/events")]
    Task<HttpResponseMessage> TrackAsync([Body] JsonObject @event, CancellationToken cancellationToken);

    [Get("api/accounts")]
    Task<HttpResponseMessage> AccountsAsync(CancellationToken cancellationToken);
}

/// <summary>Klaviyo: an event such as "Placed Order" with its profile. Klaviyo keeps one event for each unique id, so a repeat changes nothing.</summary>
/// <remarks>Written from Klaviyo's OpenAPI description, revision 2026-07-15; docs/connectors/klaviyo.md says what it was checked against.</remarks>
public sealed class KlaviyoConnector : IConnector
{
    private const string OldEvents = "oldEvents";

    private static readonly TimeSpan Old = TimeSpan.FromDays(1);

    private static readonly AnswerMap Answers = new() { Api = "Klaviyo", Messages = ["errors.*.detail", "errors.*.title"] };

    private static readonly ConnectorDescription Description = new()
    {
        Id = "klaviyo",
        Name = new("Klaviyo", "Klaviyo"),
        Summary = new("Records what a customer did, such as \"Placed Order\", so that flows start and revenue is counted.", "Registra o que um cliente fez, como \"Placed Order\", para iniciar fluxos e contar receita."),
        Fields =
        [
            FormFields.Key("apiKey",
                new("Private API key", "Chave de API privada"),
                new("Klaviyo: Settings, API keys, with write access to Profiles and Events.", "Klaviyo: Settings, API keys, com escrita em Profiles e Events."),
                "pk_[!-~]{8,}", new("A private key begins with pk_.", "Uma chave privada começa com pk_.")),
            FormFields.ApiAddress("https://a.klaviyo.com"),
            FormFields.Text("revision", new("Version of the API", "Versão da API"), new("Leave it as it is unless Klaviyo retires it.", "Deixe como está, a menos que o Klaviyo a descontinue."),
                new("A date like 2026-07-15.", "Uma data como 2026-07-15."), "20[0-9]{2}-[0-9]{2}-[0-9]{2}(\\.pre)?") with
            { Required = true, Default = System.Text.Json.JsonSerializer.SerializeToElement("2026-07-15"), Advanced = true },
            FormFields.Choice(OldEvents, new("Old events", "Eventos antigos"), new("Recorded quietly, they count in reports but start no flow: nobody gets a message about last month's payment after a replay.",
                    "Registrados em silêncio, contam nos relatórios mas não iniciam fluxos: ninguém recebe mensagem sobre um pagamento do mês passado depois de um reenvio."),
                new("quiet", new("Quietly when older than a day", "Em silêncio se tiverem mais de um dia")), new("always", new("Every event quietly", "Todos os eventos em silêncio")),
                new("never", new("Like new ones", "Como os novos"))) with
            { Advanced = true },
            FormFields.Template("eventName", new("Name of the event", "Nome do evento"), new("\"Placed Order\" works with ready-made flows.", "\"Placed Order\" funciona com fluxos prontos."),
                "Placed Order", new("1 to 127 characters.", "1 a 127 caracteres."), maxLength: 127) with
            { Required = true },
            FormFields.Email(required: false),
            FormFields.Template("phone", new("Customer's telephone", "Telefone do cliente"), new("With country: +5511999998888.", "Com país: +5511999998888."),
                null, new("A number with its country, like +5511999998888.", "Um número com o país, como +5511999998888."), @"\+[1-9][0-9]{6,14}"),
            FormFields.Template("uniqueId", new("Unique id", "Id único"), new("Klaviyo keeps one event for each.", "O Klaviyo guarda um evento para cada."),
                "{{ payment.id }}", new("At most 255 characters.", "No máximo 255 caracteres."), maxLength: 255),
            FormFields.Amount(),
            FormFields.Template("currency", new("Currency", "Moeda"), new("Three letters.", "Três letras."), "{{ payment.currency }}", new("Three capital letters, like BRL.", "Três letras maiúsculas, como BRL."), "[A-Z]{3}"),
            FormFields.Map("properties", new("Details of the event", "Detalhes do evento"), new("Such as order id and payment method.", "Como id do pedido e forma de pagamento."),
                new("Names without blanks or colons.", "Nomes sem espaços nem dois-pontos.")),
            FormFields.Map("profile", new("Profile properties", "Propriedades do perfil"), new("Kept with the customer.", "Guardadas com o cliente."), new("Names without blanks or colons.", "Nomes sem espaços nem dois-pontos.")),
        ],
        // Events: 350 a second in bursts, 3,500 a minute.
        Pacing = new() { PerSecond = 50, Window = new(3000, TimeSpan.FromMinutes(1)), Concurrency = 8, Timeout = TimeSpan.FromSeconds(20), ThrottledWait = TimeSpan.FromSeconds(10) },
        Idempotency = IdempotencyClass.Key,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(host, ApiClient.For<IKlaviyo>(
        host, settings.Text(FormFields.ApiAddressId)!, [ApiClient.Header("Authorization", "Klaviyo-API-Key " + settings.Secret("apiKey")), ApiClient.Header("revision", settings.Text("revision")!)]), settings.Text(OldEvents));

    private sealed class Session(IConnectorHost host, IKlaviyo api, string? oldEvents) : ApiSession(host, Answers)
    {
        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            string? email = request.Line(FormFields.EmailId), phone = request.Line("phone");
            if (email is null && phone is null)
            {
                throw new AnswerException("Neither 'email' nor 'phone' has a value: Klaviyo needs one of them to know whose event it is.", Values.FieldInvalid);
            }

            string unique = request.Line("uniqueId") ?? request.Event.Id;
            JsonObject attributes = new JsonObject
            {
                ["metric"] = Typed("metric", new JsonObject { ["name"] = request.Needed("eventName") }),
                ["profile"] = Typed("profile", new JsonObject { ["properties"] = request.Texts("profile") }.With("email", email).With("phone_number", phone)),
                ["properties"] = request.Texts("properties"),
                ["time"] = request.Event.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["unique_id"] = unique,
            }.With("value", Values.Number(request.Line("amount"), "amount")).With("value_currency", request.Line("currency"));
            if (oldEvents == "always" || (oldEvents == "quiet" && Host.Time.GetUtcNow() - request.Event.Time > Old))
            {
                attributes["backfill"] = true;
            }

            // 202: taken, worked on later.
            await AskAsync(api.TrackAsync(new JsonObject { ["data"] = new JsonObject { ["type"] = "event", ["attributes"] = attributes } }, cancellationToken));
            return new SendResult.Delivered(unique, "Klaviyo has taken it and works on it within minutes.");
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            string account = JsonPath.Text(await AskAsync(api.AccountsAsync(cancellationToken)), "data.0.attributes.contact_information.organization_name") ?? "?";
            return new CheckResult.Works(new($"Klaviyo knows the key: account {account}.", $"O Klaviyo reconhece a chave: conta {account}."));
        }

        private static JsonObject Typed(string type, JsonObject attributes) => new() { ["data"] = new JsonObject { ["type"] = type, ["attributes"] = attributes } };
    }
}
