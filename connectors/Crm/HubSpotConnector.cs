using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Crm;

[AllowAnyStatusCode]
internal interface IHubSpot
{
    [Post("crm/v3/objects/{kind}/batch/upsert")]
    Task<HttpResponseMessage> UpsertAsync([Path] string kind, [Body] JsonObject inputs, CancellationToken cancellationToken);

    [Put("crm/v4/objects/deals/{deal}/associations/default/contacts/{contact}")]
    Task<HttpResponseMessage> AssociateAsync([Path] string deal, [Path] string contact, CancellationToken cancellationToken);

    [Get("crm/v3/objects/contacts")]
    Task<HttpResponseMessage> ContactsAsync([Query] int limit, CancellationToken cancellationToken);

    [Get("crm/v3/properties/{kind}")]
    Task<HttpResponseMessage> PropertiesAsync([Path] string kind, CancellationToken cancellationToken);

    [Get("crm/v3/pipelines/deals")]
    Task<HttpResponseMessage> PipelinesAsync(CancellationToken cancellationToken);
}

/// <summary>HubSpot: a contact by e-mail, and if wanted a deal by a unique property that holds the payment's id. Both are upserts, so a repeat changes nothing.</summary>
/// <remarks>Written from HubSpot's public API specification and usage guidelines; docs/connectors/hubspot.md says what it was checked against.</remarks>
public sealed class HubSpotConnector : IConnector
{
    private static readonly AnswerMap Answers = new()
    {
        Api = "HubSpot",
        Rules =
        [
            // Of a batch of one, 207 is a failure that says "success". Its errors carry the category of the status that it would have had alone.
            new(AnswerMeaning.Throttled) { Status = 207, Path = "errors.*.category", Values = ["RATE_LIMITS", "RATE_LIMIT"], Wait = TimeSpan.FromSeconds(10) },
            new(AnswerMeaning.Retry) { Status = 207, Path = "errors.*.category", Values = ["CONFLICT", "INTERNAL_ERROR", "SERVER_ERROR", "TIMEOUT", "LOCKED"] },
            new(AnswerMeaning.Refused) { Status = 207, Path = "errors.*" },
            new(AnswerMeaning.Throttled) { Status = 429, Path = "policyName", Values = ["DAILY"], Wait = TimeSpan.FromHours(1), Reason = "The account's calls of the day are used up." },
            new(AnswerMeaning.Throttled) { Status = 429, Path = "policyName", Values = ["SECONDLY"], Wait = TimeSpan.FromSeconds(1) },
            new(AnswerMeaning.Throttled) { Status = 429, Wait = TimeSpan.FromSeconds(10) },
            new(AnswerMeaning.Retry) { Status = 423, Wait = TimeSpan.FromSeconds(2) },
        ],
        Messages = ["errors.*.message", "message"],
    };

    private static readonly ConnectorDescription Description = new()
    {
        Id = "hubspot",
        Name = new("HubSpot", "HubSpot"),
        Summary = new("Creates or updates a contact, and if you want a deal for each payment.", "Cria ou atualiza um contato e, se quiser, um negócio para cada pagamento."),
        Fields =
        [
            FormFields.Key("token",
                new("Access token", "Token de acesso"),
                new("HubSpot: Settings, Integrations, Private apps, your app, token. It needs to read and write contacts, and deals if you want them.",
                    "HubSpot: Configurações, Integrações, Aplicativos privados, seu aplicativo, token. Precisa ler e gravar contatos, e negócios se quiser."),
                "pat-[!-~]{8,}",
                new("A token of a private app begins with pat-.", "O token de um aplicativo privado começa com pat-.")),
            FormFields.Text("idProperty",
                new("Recognise contacts by", "Reconhecer contatos por"),
                new("E-mail is right for most shops; else a property with unique values.", "E-mail serve para a maioria das lojas; senão, uma propriedade com valores únicos."),
                new("The internal name of a property: lower-case letters, digits and underscores.", "O nome interno de uma propriedade: letras minúsculas, dígitos e sublinhados."),
                "[a-z][a-z0-9_]{0,99}") with
            { Required = true, LiveChoices = true, Default = JsonSerializer.SerializeToElement("email"), Advanced = true },
            FormFields.Text("pipeline",
                new("Pipeline for deals", "Pipeline dos negócios"),
                new("Only if payments become deals.", "Somente se pagamentos viram negócios."),
                new("Choose one of the list.", "Escolha um da lista."), "[!-~]{1,100}") with
            { LiveChoices = true },
            FormFields.Text("paymentProperty",
                new("Property for the payment's id", "Propriedade para o id do pagamento"),
                new("A deal property with unique values (HubSpot: Settings, Properties, Deals, \"Require unique values\"). It keeps one payment from becoming two deals.",
                    "Uma propriedade de negócio com valores únicos (HubSpot: Configurações, Propriedades, Negócios, \"Exigir valores únicos\"). Ela impede que um pagamento vire dois negócios."),
                new("The internal name of a property: lower-case letters, digits and underscores.", "O nome interno de uma propriedade: letras minúsculas, dígitos e sublinhados."),
                "[a-z][a-z0-9_]{0,99}") with
            { Required = true, Default = JsonSerializer.SerializeToElement("gateway_payment_id"), Advanced = true },
            FormFields.ApiAddress("https://api.hubapi.com"),
            FormFields.Email(required: false),
            FormFields.Template("contactId",
                new("Value to recognise the contact by", "Valor para reconhecer o contato"),
                new("Only if contacts are recognised by something else than the e-mail.", "Somente se contatos são reconhecidos por algo além do e-mail."),
                null,
                new("At most 200 characters.", "No máximo 200 caracteres."), maxLength: 200),
            FormFields.Map("properties",
                new("Contact properties", "Propriedades do contato"),
                new("HubSpot property on the left, what the event says on the right.", "Propriedade do HubSpot à esquerda, o que o evento diz à direita."),
                new("Internal names of properties: lower-case letters, digits and underscores.", "Nomes internos de propriedades: letras minúsculas, dígitos e sublinhados."), "[a-z][a-z0-9_]{0,99}") with
            { LiveChoices = true },
            FormFields.Template("paymentId",
                new("Payment's id, for a deal", "Id do pagamento, para um negócio"),
                new("Empty = no deal. The same id always means the same deal.", "Vazio = sem negócio. O mesmo id sempre significa o mesmo negócio."),
                null,
                new("At most 200 characters.", "No máximo 200 caracteres."), maxLength: 200),
            FormFields.Template("stage",
                new("Stage of the deal", "Etapa do negócio"),
                new("Where a payment of this kind stands in the pipeline.", "Onde um pagamento deste tipo está no pipeline."),
                null,
                new("Choose one of the list.", "Escolha uma da lista."), "[!-~]{1,100}") with
            { LiveChoices = true },
            FormFields.Amount(),
            FormFields.Map("dealProperties",
                new("Deal properties", "Propriedades do negócio"),
                new("Besides name, amount, pipeline and stage.", "Além de nome, valor, pipeline e etapa."),
                new("Internal names of properties: lower-case letters, digits and underscores.", "Nomes internos de propriedades: letras minúsculas, dígitos e sublinhados."), "[a-z][a-z0-9_]{0,99}") with
            { LiveChoices = true },
        ],
        // 100 calls in 10 s on the smallest plan; a delivery with a deal makes three.
        Pacing = new() { PerSecond = 3, Window = new(30, TimeSpan.FromSeconds(10)), Concurrency = 3, Timeout = TimeSpan.FromSeconds(30), ThrottledWait = TimeSpan.FromSeconds(10) },
        Idempotency = IdempotencyClass.Upsert,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(settings, host);

    private sealed class Session(ConnectorSettings settings, IConnectorHost host) : ApiSession(host, Answers)
    {
        private readonly IHubSpot _api = ApiClient.For<IHubSpot>(host, settings.Text(FormFields.ApiAddressId)!, [ApiClient.Header("Authorization", "Bearer " + settings.Secret("token"))]);
        private readonly string _idProperty = settings.Text("idProperty")!;

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            JsonObject properties = request.Texts("properties");
            string? email = request.Line(FormFields.EmailId);
            if (email is not null)
            {
                properties["email"] = email;
            }

            string id = _idProperty == "email" ? request.Needed(FormFields.EmailId) : request.Needed("contactId");
            string contact = await UpsertAsync("contacts", _idProperty, id, properties, request, cancellationToken);
            if (request.Line("paymentId") is not { } payment)
            {
                return new SendResult.Delivered(contact, $"Contact {contact}.");
            }

            JsonObject deal = request.Texts("dealProperties")
                .With("amount", request.Line("amount"))
                .With("pipeline", settings.Text("pipeline"))
                .With("dealstage", request.Line("stage"));
            deal.TryAdd("dealname", payment);
            deal[settings.Text("paymentProperty")!] = payment;
            string dealId = await UpsertAsync("deals", settings.Text("paymentProperty")!, payment, deal, request, cancellationToken);
            await AskAsync(_api.AssociateAsync(dealId, contact, cancellationToken));
            return new SendResult.Delivered(dealId, $"Contact {contact}, deal {dealId}.");
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            await AskAsync(_api.ContactsAsync(1, cancellationToken));
            return new CheckResult.Works(new("HubSpot knows the token and lets it read contacts.", "O HubSpot reconhece o token e permite ler contatos."));
        }

        protected override async ValueTask<IReadOnlyList<FieldChoice>> ChoicesAsync(string fieldId, CancellationToken cancellationToken) => fieldId switch
        {
            "idProperty" => [.. JsonPath.All(await AskAsync(_api.PropertiesAsync("contacts", cancellationToken)), "results.*")
                .Where(static p => JsonPath.Text(p, "hasUniqueValue") == "true" || JsonPath.Text(p, "name") == "email").Select(static p => Choices.Of(p, "name", "label"))],
            "properties" => Writable(await AskAsync(_api.PropertiesAsync("contacts", cancellationToken))),
            "dealProperties" => Writable(await AskAsync(_api.PropertiesAsync("deals", cancellationToken))),
            "pipeline" => Choices.All(await AskAsync(_api.PipelinesAsync(cancellationToken)), "results.*", "id", "label"),
            "stage" => [.. JsonPath.All(await AskAsync(_api.PipelinesAsync(cancellationToken)), "results.*")
                .Where(p => settings.Text("pipeline") is not { } chosen || JsonPath.Text(p, "id") == chosen).SelectMany(static p => Choices.All(p, "stages.*", "id", "label"))],
            _ => [],
        };

        private static IReadOnlyList<FieldChoice> Writable(JsonElement properties) =>
            [.. JsonPath.All(properties, "results.*").Where(static p => JsonPath.Text(p, "modificationMetadata.readOnlyValue") != "true" && JsonPath.Text(p, "hidden") != "true").Select(static p => Choices.Of(p, "name", "label"))];

        private async ValueTask<string> UpsertAsync(string kind, string idProperty, string id, JsonObject properties, DeliveryRequest request, CancellationToken cancellationToken)
        {
            JsonObject input = new() { ["idProperty"] = idProperty, ["id"] = id, ["objectWriteTraceId"] = request.Event.Id, ["properties"] = properties };
            JsonElement answer = await AskAsync(_api.UpsertAsync(kind, new JsonObject { ["inputs"] = new JsonArray(input) }, cancellationToken));
            return JsonPath.Text(answer, "results.0.id")
                ?? throw new AnswerException(new SendResult.UnknownOutcome("HubSpot answered success without the id of what it wrote."));
        }
    }
}
