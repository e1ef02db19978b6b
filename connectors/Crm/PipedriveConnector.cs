using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Crm;

[AllowAnyStatusCode]
internal interface IPipedrive
{
    [Get("api/v2/{kind}/search")]
    Task<HttpResponseMessage> FindAsync([Path] string kind, [Query] string term, [Query] string fields, [Query("exact_match")] string exactMatch, CancellationToken cancellationToken);

    [Post("api/v2/{kind}")]
    Task<HttpResponseMessage> CreateAsync([Path] string kind, [Body] JsonObject record, CancellationToken cancellationToken);

    [Patch("api/v2/{kind}/{id}")]
    Task<HttpResponseMessage> UpdateAsync([Path] string kind, [Path] string id, [Body] JsonObject record, CancellationToken cancellationToken);

    [Get("api/v1/users/me")]
    Task<HttpResponseMessage> MeAsync(CancellationToken cancellationToken);

    [Get("api/v1/dealFields")]
    Task<HttpResponseMessage> DealFieldsAsync(CancellationToken cancellationToken);

    [Get("api/v2/pipelines")]
    Task<HttpResponseMessage> PipelinesAsync(CancellationToken cancellationToken);

    [Get("api/v2/stages")]
    Task<HttpResponseMessage> StagesAsync([Query("pipeline_id")] string? pipeline, CancellationToken cancellationToken);
}

/// <summary>Pipedrive: a person by e-mail, and if wanted a deal by the payment's id. Pipedrive has no upsert, so the connector searches before it creates, one at a time for each key.</summary>
/// <remarks>Written from Pipedrive's own client library; docs/connectors/pipedrive.md says what it was checked against.</remarks>
public sealed class PipedriveConnector : IConnector
{
    private const string Persons = "persons";
    private const string Deals = "deals";

    /// <summary>Two deliveries of one person must not both find nothing.</summary>
    private static readonly KeyLocks Locks = new();

    private static readonly AnswerMap Answers = new()
    {
        Api = "Pipedrive",
        Rules =
        [
            new(AnswerMeaning.Refused) { Status = 200, Path = "success", Values = ["false"] },
            new(AnswerMeaning.Credentials) { Status = 402, Reason = "The company's plan does not cover this." },
        ],
        Waits = [WaitSignal.Header("x-ratelimit-reset")],
        Messages = ["error", "error_info"],
    };

    private static readonly ConnectorDescription Description = new()
    {
        Id = "pipedrive",
        Name = new("Pipedrive", "Pipedrive"),
        Summary = new("Creates or updates a person, and if you want a deal for each payment.", "Cria ou atualiza uma pessoa e, se quiser, um negócio para cada pagamento."),
        Fields =
        [
            FormFields.Key("apiToken", new("API token", "Token de API"), new("Pipedrive: Personal preferences, API.", "Pipedrive: Preferências pessoais, API."), "[A-Za-z0-9]{40}", new("A token has 40 letters and digits.", "Um token tem 40 letras e dígitos.")),
            FormFields.Text("paymentField",
                new("Field for the payment's id", "Campo para o id do pagamento"),
                new("Only if payments become deals: a text field of deals that you make for it (Pipedrive: Settings, Data fields). It keeps one payment from becoming two deals.",
                    "Somente se pagamentos viram negócios: um campo de texto de negócios criado para isso (Pipedrive: Configurações, Campos de dados). Ele impede que um pagamento vire dois negócios."),
                new("The field's API key: 40 letters and digits.", "A chave de API do campo: 40 letras e dígitos."), "[a-f0-9]{40}") with
            { LiveChoices = true },
            FormFields.Text("pipeline", new("Pipeline", "Pipeline"), new("For deals; empty = the first.", "Para negócios; vazio = o primeiro."), new("The number of a pipeline.", "O número de um pipeline."), "[0-9]{1,9}") with { LiveChoices = true },
            FormFields.ApiAddress("https://api.pipedrive.com"),
            FormFields.Email(),
            FormFields.Template("name", new("Name", "Nome"), new("Empty = the e-mail.", "Vazio = o e-mail."), "{{ customer.name }}", new("At most 200 characters.", "No máximo 200 caracteres."), maxLength: 200),
            FormFields.Template("phone", new("Telephone", "Telefone"), new("Empty = left as it is.", "Vazio = fica como está."), "{{ customer.phone }}", new("At most 50 characters.", "No máximo 50 caracteres."), maxLength: 50),
            FormFields.Template("paymentId", new("Payment's id, for a deal", "Id do pagamento, para um negócio"), new("Empty = no deal. The same id always means the same deal.", "Vazio = sem negócio. O mesmo id sempre significa o mesmo negócio."),
                null, new("2 to 200 characters.", "2 a 200 caracteres."), ".{2,200}"),
            FormFields.Template("title", new("Title of the deal", "Título do negócio"), new("Empty = the payment's id.", "Vazio = o id do pagamento."), null, new("At most 200 characters.", "No máximo 200 caracteres."), maxLength: 200),
            FormFields.Template("stage", new("Stage", "Etapa"), new("Empty = the first of the pipeline.", "Vazio = a primeira do pipeline."), null, new("The number of a stage.", "O número de uma etapa."), "[0-9]{1,9}") with { LiveChoices = true },
            FormFields.Choice("status", new("Status of the deal", "Status do negócio"), new("Won for what has been paid.", "Ganho para o que foi pago."),
                new FieldChoice("won", new("Won", "Ganho")), new FieldChoice("open", new("Open", "Aberto")), new FieldChoice("lost", new("Lost", "Perdido"))) with
            { Scope = FieldScope.Route },
            FormFields.Amount(),
            FormFields.Template("currency", new("Currency", "Moeda"), new("Three letters.", "Três letras."), "{{ payment.currency }}", new("Three capital letters, like BRL.", "Três letras maiúsculas, como BRL."), "[A-Z]{3}"),
        ],
        // 20 calls in 2 s on the smallest plan; a delivery with a deal makes four. Searches are dear in the daily budget.
        Pacing = new() { PerSecond = 2, Concurrency = 2, Timeout = TimeSpan.FromSeconds(30), ThrottledWait = TimeSpan.FromSeconds(2) },
        Idempotency = IdempotencyClass.SearchThenCreate,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(settings, host);

    private sealed class Session(ConnectorSettings settings, IConnectorHost host) : ApiSession(host, Answers)
    {
        private readonly IPipedrive _api = ApiClient.For<IPipedrive>(host, settings.Text(FormFields.ApiAddressId)!, [ApiClient.Header("x-api-token", settings.Secret("apiToken")!)]);
        private readonly string _account = settings.Text(FormFields.ApiAddressId)! + "|" + settings.Secret("apiToken") + "|";
        private readonly string? _paymentField = settings.Text("paymentField");

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            string email = request.Needed(FormFields.EmailId);
            string? payment = request.Line("paymentId");
            if (payment is not null && _paymentField is null)
            {
                throw new AnswerException("A deal needs the destination's field 'paymentField', or one payment could become two deals.", Values.FieldInvalid);
            }

            JsonObject person = new() { ["name"] = request.Line("name") ?? email, ["emails"] = List(email) };
            if (request.Line("phone") is { } phone)
            {
                person["phones"] = List(phone);
            }

            string personId = await WriteAsync(Persons, email.ToLowerInvariant(), email, "email", person, keep: ["emails", "phones"], null, cancellationToken);
            if (payment is null)
            {
                return new SendResult.Delivered(Persons + "/" + personId, $"Person {personId}.");
            }

            JsonObject deal = new JsonObject
            {
                ["title"] = request.Line("title") ?? payment,
                ["person_id"] = Values.Number(personId, "person_id"),
                ["status"] = request.Line("status") ?? "won",
                ["custom_fields"] = new JsonObject { [_paymentField!] = payment },
            }.With("value", Values.Number(request.Line("amount"), "amount"))
                .With("currency", request.Line("currency"))
                .With("pipeline_id", Values.Number(settings.Text("pipeline"), "pipeline"))
                .With("stage_id", Values.Number(request.Line("stage"), "stage"));
            string dealId = await WriteAsync(Deals, payment, payment, "custom_fields", deal, keep: [], KnownDeal(request), cancellationToken);
            return new SendResult.Delivered(Deals + "/" + dealId, $"Person {personId}, deal {dealId}.");
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            string user = JsonPath.Text(await AskAsync(_api.MeAsync(cancellationToken)), "data.name") ?? "?";
            return new CheckResult.Works(new($"Pipedrive knows the token: user {user}.", $"O Pipedrive reconhece o token: usuário {user}."));
        }

        protected override async ValueTask<IReadOnlyList<FieldChoice>> ChoicesAsync(string fieldId, CancellationToken cancellationToken) => fieldId switch
        {
            "paymentField" => [.. Choices.All(await AskAsync(_api.DealFieldsAsync(cancellationToken)), "data.*", "key", "name").Where(static f => f.Value.Length == 40)],
            "pipeline" => Choices.All(await AskAsync(_api.PipelinesAsync(cancellationToken)), "data.*", "id", "name"),
            "stage" => Choices.All(await AskAsync(_api.StagesAsync(settings.Text("pipeline"), cancellationToken)), "data.*", "id", "name"),
            _ => [],
        };

        /// <summary>Finds the record, or creates it: one at a time for each key, so that of two deliveries at once the second finds what the first made.</summary>
        /// <param name="keep">What is not changed in a record that is there already: a person may have more addresses than the event names.</param>
        /// <param name="known">The id from an earlier delivery of the same event.</param>
        private async ValueTask<string> WriteAsync(string kind, string key, string term, string field, JsonObject record, string[] keep, string? known, CancellationToken cancellationToken)
        {
            using IDisposable one = await Locks.EnterAsync(_account + kind + "|" + key, cancellationToken);
            string? id = known ?? await FindAsync(kind, term, field, cancellationToken);
            if (id is not null)
            {
                JsonObject changes = record.DeepClone().AsObject();
                Array.ForEach(keep, name => changes.Remove(name));
                JsonElement updated = await AskAsync(_api.UpdateAsync(kind, id, changes, cancellationToken), accept: known is null ? 0 : 404);
                if (updated.ValueKind != JsonValueKind.Undefined)
                {
                    return id;
                }

                // Deleted there meanwhile.
                id = await FindAsync(kind, term, field, cancellationToken);
                if (id is not null)
                {
                    return id;
                }
            }

            return JsonPath.Text(await AskAsync(_api.CreateAsync(kind, record, cancellationToken)), "data.id")
                ?? throw new AnswerException(new SendResult.UnknownOutcome($"Pipedrive answered success without the id of what it made in {kind}."));
        }

        private async ValueTask<string?> FindAsync(string kind, string term, string field, CancellationToken cancellationToken) =>
            JsonPath.Text(await AskAsync(_api.FindAsync(kind, term, field, "true", cancellationToken)), "data.items.0.item.id");

        /// <summary>The deal that an earlier delivery of the same event made; a person's id is none, whatever the route was then.</summary>
        private static string? KnownDeal(DeliveryRequest request) =>
            request.KnownRemoteId is { } id && id.StartsWith(Deals + "/", StringComparison.Ordinal) ? id[(Deals.Length + 1)..] : null;

        private static JsonArray List(string value) => new(new JsonObject { ["value"] = value, ["primary"] = true });
    }
}
