using System.Globalization;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Crm;

[AllowAnyStatusCode]
internal interface IBrevo
{
    [Post("contacts")]
    Task<HttpResponseMessage> WriteContactAsync([Body] JsonObject contact, CancellationToken cancellationToken);

    [Post("orders/status")]
    Task<HttpResponseMessage> WriteOrderAsync([Body] JsonObject order, CancellationToken cancellationToken);

    [Get("account")]
    Task<HttpResponseMessage> AccountAsync(CancellationToken cancellationToken);

    [Get("contacts/attributes")]
    Task<HttpResponseMessage> AttributesAsync(CancellationToken cancellationToken);

    [Get("contacts/lists")]
    Task<HttpResponseMessage> ListsAsync([Query] int limit, CancellationToken cancellationToken);
}

/// <summary>Brevo: a contact by e-mail on the lists that you name, and if wanted an order by its id. Both are upserts. (Sending e-mail is the connector <c>email</c>.)</summary>
/// <remarks>Written from Brevo's own client library; docs/connectors/brevo.md says what it was checked against.</remarks>
public sealed class BrevoConnector : IConnector
{
    private static readonly AnswerMap Answers = new()
    {
        Api = "Brevo",
        Rules =
        [
            new(AnswerMeaning.Credentials) { Status = 402, Reason = "The account has no credits left." },
            new(AnswerMeaning.Refused) { Status = 400, Path = "code", Values = ["duplicate_parameter"], Reason = "Another contact has this telephone number already." },
        ],
        Waits = [WaitSignal.Header("x-sib-ratelimit-reset")],
        Messages = ["message"],
    };

    private static readonly ConnectorDescription Description = new()
    {
        Id = "brevo",
        Name = new("Brevo", "Brevo"),
        Summary = new("Adds or updates a contact and, if you want, records the order.", "Adiciona ou atualiza um contato e, se quiser, registra o pedido."),
        Fields =
        [
            FormFields.Key("apiKey", new("API key", "Chave de API"), new("Brevo: SMTP & API, API keys.", "Brevo: SMTP e API, Chaves de API."), "xkeysib-[!-~]{8,}", new("A key begins with xkeysib-.", "Uma chave começa com xkeysib-.")),
            FormFields.ApiAddress("https://api.brevo.com/v3"),
            FormFields.Email(),
            FormFields.Map("attributes",
                new("Contact attributes", "Atributos do contato"),
                new("Brevo attribute on the left (FNAME, LNAME, SMS …), what the event says on the right. An SMS number needs its country: +55….", "Atributo do Brevo à esquerda (FNAME, LNAME, SMS …), o que o evento diz à direita. Um número SMS precisa do país: +55…."),
                new("Names of attributes: capital letters, digits and underscores.", "Nomes de atributos: letras maiúsculas, dígitos e sublinhados."), "[A-Z][A-Z0-9_]{0,99}") with
            { LiveChoices = true },
            FormFields.Template("lists",
                new("Lists", "Listas"),
                new("On which lists the person is put: numbers, joined by commas.", "Em quais listas a pessoa entra: números, separados por vírgulas."),
                null,
                new("Numbers of lists joined by commas, like 3, 17.", "Números de listas separados por vírgulas, como 3, 17."), "[0-9]{1,9}( *, *[0-9]{1,9}){0,49}") with
            { LiveChoices = true, Several = true },
            FormFields.Template("orderId", new("Order's id", "Id do pedido"), new("Empty = no order is recorded. The same id always means the same order.", "Vazio = nenhum pedido é registrado. O mesmo id sempre significa o mesmo pedido."),
                null, new("At most 200 characters.", "No máximo 200 caracteres."), maxLength: 200),
            FormFields.Template("orderStatus", new("Status of the order", "Status do pedido"), new("As Brevo shall show it, such as completed.", "Como o Brevo deve mostrar, por exemplo completed."),
                "completed", new("At most 50 characters.", "No máximo 50 caracteres."), maxLength: 50),
            FormFields.Amount(),
        ],
        // Contacts: about 10 a second and 36,000 an hour; a delivery with an order makes two calls.
        Pacing = new() { PerSecond = 5, Concurrency = 4, Timeout = TimeSpan.FromSeconds(20), ThrottledWait = TimeSpan.FromSeconds(10) },
        Idempotency = IdempotencyClass.Upsert,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) =>
        new Session(host, ApiClient.For<IBrevo>(host, settings.Text(FormFields.ApiAddressId)!, [ApiClient.Header("api-key", settings.Secret("apiKey")!)]));

    private sealed class Session(IConnectorHost host, IBrevo api) : ApiSession(host, Answers)
    {
        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            string email = request.Needed(FormFields.EmailId);
            JsonObject contact = new() { ["email"] = email, ["attributes"] = request.Texts("attributes"), ["updateEnabled"] = true };
            if (request.Line("lists") is { } lists)
            {
                contact["listIds"] = new JsonArray([.. lists.Split(',').Select(static l => JsonValue.Create(long.Parse(l.Trim(), CultureInfo.InvariantCulture)))]);
            }

            // 201 with the id when created, 204 when updated.
            string? id = JsonPath.Text(await AskAsync(api.WriteContactAsync(contact, cancellationToken)), "id");
            if (request.Line("orderId") is not { } order)
            {
                return new SendResult.Delivered(id, id is null ? "The contact was there and has been updated." : $"Contact {id}.");
            }

            string time = request.Event.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            JsonObject body = new JsonObject
            {
                ["id"] = order,
                ["createdAt"] = time,
                ["updatedAt"] = time,
                ["status"] = request.Line("orderStatus") ?? "completed",
                ["products"] = new JsonArray(),
                ["identifiers"] = new JsonObject { ["email_id"] = email },
            }.With("amount", Values.Number(request.Needed("amount"), "amount"));
            await AskAsync(api.WriteOrderAsync(body, cancellationToken));
            return new SendResult.Delivered(order, $"Contact and order {order}.");
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            string account = JsonPath.Text(await AskAsync(api.AccountAsync(cancellationToken)), "companyName") ?? "?";
            return new CheckResult.Works(new($"Brevo knows the key: account {account}.", $"O Brevo reconhece a chave: conta {account}."));
        }

        protected override async ValueTask<IReadOnlyList<FieldChoice>> ChoicesAsync(string fieldId, CancellationToken cancellationToken) => fieldId switch
        {
            // Attributes of the other categories are Brevo's own sums, which nobody can write.
            "attributes" => [.. JsonPath.All(await AskAsync(api.AttributesAsync(cancellationToken)), "attributes.*")
                .Where(static a => JsonPath.Text(a, "category") is "normal" or "category").Select(static a => Choices.Of(a, "name", "name"))],
            "lists" => Choices.All(await AskAsync(api.ListsAsync(50, cancellationToken)), "lists.*", "id", "name"),
            _ => [],
        };
    }
}
