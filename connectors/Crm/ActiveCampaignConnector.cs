using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Crm;

[AllowAnyStatusCode]
internal interface IActiveCampaign
{
    [Post("api/3/contact/sync")]
    Task<HttpResponseMessage> SyncAsync([Body] JsonObject contact, CancellationToken cancellationToken);

    [Get("api/3/tags")]
    Task<HttpResponseMessage> TagsAsync([Query] string? search, [Query] int limit, CancellationToken cancellationToken);

    [Post("api/3/contactTags")]
    Task<HttpResponseMessage> TagAsync([Body] JsonObject tag, CancellationToken cancellationToken);

    [Post("api/3/contactLists")]
    Task<HttpResponseMessage> ListAsync([Body] JsonObject list, CancellationToken cancellationToken);

    [Get("api/3/lists")]
    Task<HttpResponseMessage> ListsAsync([Query] int limit, CancellationToken cancellationToken);

    [Get("api/3/fields")]
    Task<HttpResponseMessage> FieldsAsync([Query] int limit, CancellationToken cancellationToken);

    [Get("api/3/users/me")]
    Task<HttpResponseMessage> MeAsync(CancellationToken cancellationToken);
}

/// <summary>ActiveCampaign: a contact by e-mail, with tags (which can start automations) and, with the customer's consent, on a list. Everything is an upsert or has no effect twice.</summary>
/// <remarks>Written from the provider's OpenAPI description of contacts; docs/connectors/activecampaign.md says what it was checked against.</remarks>
public sealed class ActiveCampaignConnector : IConnector
{
    private static readonly AnswerMap Answers = new()
    {
        Api = "ActiveCampaign",
        Rules = [new(AnswerMeaning.Credentials) { Status = 402, Reason = "The account is not paid for." }],
        Waits = [WaitSignal.Header("ratelimit-reset")],
        Messages = ["errors.*.detail", "errors.*.title", "message", "error"],
    };

    private static readonly ConnectorDescription Description = new()
    {
        Id = "activecampaign",
        Name = new("ActiveCampaign", "ActiveCampaign"),
        Summary = new("Adds or updates a contact, tags it and, with consent, puts it on a list.", "Adiciona ou atualiza um contato, aplica tags e, com consentimento, coloca em uma lista."),
        Fields =
        [
            FormFields.ApiAddress("https://youraccount.api-us1.com") with
            {
                Help = new("ActiveCampaign: Settings, Developer, URL. Copy it exactly: it cannot be guessed from the account's name.",
                    "ActiveCampaign: Configurações, Desenvolvedor, URL. Copie exatamente: não dá para adivinhar pelo nome da conta."),
                Default = null,
                Advanced = false,
            },
            FormFields.Key("apiKey", new("API key", "Chave de API"), new("On the same page.", "Na mesma página.")),
            FormFields.Email(),
            FormFields.Template("firstName", new("First name", "Nome"), new("Empty = left as it is.", "Vazio = fica como está."), "{{ customer.first_name }}", new("At most 200 characters.", "No máximo 200 caracteres."), maxLength: 200),
            FormFields.Template("lastName", new("Last name", "Sobrenome"), new("Empty = left as it is.", "Vazio = fica como está."), null, new("At most 200 characters.", "No máximo 200 caracteres."), maxLength: 200),
            FormFields.Template("phone", new("Telephone", "Telefone"), new("Empty = left as it is.", "Vazio = fica como está."), "{{ customer.phone }}", new("At most 50 characters.", "No máximo 50 caracteres."), maxLength: 50),
            FormFields.Map("fields",
                new("Own fields", "Campos próprios"),
                new("Number of the field on the left, what the event says on the right.", "Número do campo à esquerda, o que o evento diz à direita."),
                new("Numbers of fields.", "Números de campos."), "[0-9]{1,9}") with
            { LiveChoices = true },
            FormFields.Template("tags", new("Tags", "Tags"), new("Names of tags that exist in ActiveCampaign, joined by commas.", "Nomes de tags que existem no ActiveCampaign, separados por vírgulas."),
                null, new("At most 500 characters.", "No máximo 500 caracteres."), maxLength: 500) with
            { LiveChoices = true, Several = true },
            FormFields.Template("list", new("List", "Lista"), new("Its number. Only with the customer's consent, below.", "O número dela. Somente com o consentimento do cliente, abaixo."),
                null, new("The number of a list.", "O número de uma lista."), "[0-9]{1,9}") with
            { LiveChoices = true },
            FormFields.Template("consent",
                new("Customer agreed to the list", "O cliente aceitou a lista"),
                new("true when the event proves it. Without it the person is not put on the list: that could subscribe somebody who has left it.",
                    "true quando o evento comprova. Sem isso a pessoa não entra na lista: poderia inscrever quem saiu dela."),
                null, new("true or false.", "true ou false."), "true|false"),
        ],
        // 5 calls a second for the whole account, all keys together.
        Pacing = new() { PerSecond = 1.5, Concurrency = 2, Timeout = TimeSpan.FromSeconds(30), ThrottledWait = TimeSpan.FromSeconds(5) },
        Idempotency = IdempotencyClass.Upsert,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) =>
        new Session(host, ApiClient.For<IActiveCampaign>(host, settings.Text(FormFields.ApiAddressId)!, [ApiClient.Header("Api-Token", settings.Secret("apiKey")!)]));

    private sealed class Session(IConnectorHost host, IActiveCampaign api) : ApiSession(host, Answers)
    {
        private readonly ConcurrentDictionary<string, string> _tagIds = new(StringComparer.OrdinalIgnoreCase);

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            // Looked up first: a name that does not exist refuses the delivery before anything is written.
            List<string> tags = [];
            foreach (string tag in (request.Line("tags") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                tags.Add(await TagIdAsync(tag, cancellationToken));
            }

            JsonObject contact = new JsonObject { ["email"] = request.Needed(FormFields.EmailId) }
                .With("firstName", request.Line("firstName")).With("lastName", request.Line("lastName")).With("phone", request.Line("phone"));
            JsonObject own = request.Texts("fields");
            if (own.Count > 0)
            {
                contact["fieldValues"] = new JsonArray([.. own.Select(static f => new JsonObject { ["field"] = f.Key, ["value"] = f.Value?.DeepClone() })]);
            }

            string id = JsonPath.Text(await AskAsync(api.SyncAsync(new JsonObject { ["contact"] = contact }, cancellationToken)), "contact.id")
                ?? throw new AnswerException(new SendResult.UnknownOutcome("ActiveCampaign answered success without the id of the contact."));
            foreach (string tag in tags)
            {
                await AskAsync(api.TagAsync(new JsonObject { ["contactTag"] = new JsonObject { ["contact"] = id, ["tag"] = tag } }, cancellationToken));
            }

            if (request.Line("list") is not { } list)
            {
                return new SendResult.Delivered(id, $"Contact {id}.");
            }

            if (request.Line("consent") != "true")
            {
                return new SendResult.Delivered(id, $"Contact {id}; not put on list {list}: the event does not say that the customer agreed.");
            }

            await AskAsync(api.ListAsync(new JsonObject { ["contactList"] = new JsonObject { ["list"] = list, ["contact"] = id, ["status"] = 1 } }, cancellationToken));
            return new SendResult.Delivered(id, $"Contact {id}, on list {list}.");
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            string user = JsonPath.Text(await AskAsync(api.MeAsync(cancellationToken)), "user.username") ?? "?";
            return new CheckResult.Works(new($"ActiveCampaign knows the key: user {user}.", $"O ActiveCampaign reconhece a chave: usuário {user}."));
        }

        protected override async ValueTask<IReadOnlyList<FieldChoice>> ChoicesAsync(string fieldId, CancellationToken cancellationToken) => fieldId switch
        {
            "fields" => Choices.All(await AskAsync(api.FieldsAsync(100, cancellationToken)), "fields.*", "id", "title"),
            "tags" => Choices.All(await AskAsync(api.TagsAsync(null, 100, cancellationToken)), "tags.*", "tag", "tag"),
            "list" => Choices.All(await AskAsync(api.ListsAsync(100, cancellationToken)), "lists.*", "id", "name"),
            _ => [],
        };

        private async ValueTask<string> TagIdAsync(string name, CancellationToken cancellationToken)
        {
            if (_tagIds.TryGetValue(name, out string? known))
            {
                return known;
            }

            // The search finds parts of names too.
            JsonElement found = await AskAsync(api.TagsAsync(name, 100, cancellationToken));
            string? id = JsonPath.All(found, "tags.*").Where(t => string.Equals(JsonPath.Text(t, "tag"), name, StringComparison.OrdinalIgnoreCase)).Select(static t => JsonPath.Text(t, "id")).FirstOrDefault();
            return id is null
                ? throw new AnswerException($"There is no tag \"{name}\" in ActiveCampaign. Create it there, then try this delivery again.", Values.FieldInvalid)
                : _tagIds[name] = id;
        }
    }
}
