using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Crm;

[AllowAnyStatusCode]
internal interface IRdStation
{
    [Post("platform/conversions")]
    Task<HttpResponseMessage> ConvertAsync([Query("api_key")] string apiKey, [Body] JsonObject conversion, CancellationToken cancellationToken);

    [Post("platform/events")]
    Task<HttpResponseMessage> TellAsync([Query("event_type")] string kind, [Body] JsonObject @event, CancellationToken cancellationToken);

    [Get("marketing/account_info")]
    Task<HttpResponseMessage> AccountAsync(CancellationToken cancellationToken);
}

/// <summary>RD Station Marketing: a conversion, an order or a sale of a contact, whom RD recognises by the e-mail.</summary>
/// <remarks>RD keeps every event that it is sent and offers no way to look for one, so after an unknown outcome the delivery is held unless the operator chooses otherwise. docs/connectors/rd-station.md says what it was checked against.</remarks>
public sealed class RdStationConnector : IConnector
{
    private const string OAuth = "oauth";
    private const string Order = "order";
    private const string Sale = "sale";

    private static readonly AnswerMap Answers = new()
    {
        Api = "RD Station",
        // The limit for each contact lasts for hours: RD says how long in milliseconds.
        Waits = [WaitSignal.Body("remaining_time", WaitUnit.Milliseconds)],
        Messages = ["errors.*.error_message", "errors.error_message", "error.message", "error", "message"],
    };

    private static readonly ConnectorDescription Description = new()
    {
        Id = "rd-station",
        Name = new("RD Station Marketing", "RD Station Marketing"),
        Summary = new("Records a conversion, an order or a sale of a contact.", "Registra uma conversão, um pedido ou uma venda de um contato."),
        Fields =
        [
            FormFields.Choice("connect",
                new("How to connect", "Como conectar"),
                new("The API key is quick and good for conversions; orders and sales need the sign-in.", "A chave de API é rápida e serve para conversões; pedidos e vendas precisam do login."),
                new FieldChoice("apiKey", new("API key", "Chave de API")), new FieldChoice(OAuth, new("Sign in with RD Station", "Entrar com RD Station"))),
            FormFields.Key("apiKey", new("API key", "Chave de API"), new("RD Station: Integrations, API key.", "RD Station: Integrações, Chave de API.")) with { VisibleWhen = new("connect", "apiKey") },
            FormFields.Key("clientId", new("Client ID", "Client ID"), new("RD Station App Store: your app.", "RD Station App Store: seu aplicativo.")) with { VisibleWhen = new("connect", OAuth) },
            FormFields.Key("clientSecret", new("Client secret", "Client secret"), new("Beside the client ID.", "Ao lado do Client ID.")) with { VisibleWhen = new("connect", OAuth) },
            FormFields.Key("refreshToken", new("Refresh token", "Refresh token"), new("What RD Station gave when the account was connected with the app.", "O que o RD Station forneceu quando a conta foi conectada ao aplicativo.")) with { VisibleWhen = new("connect", OAuth) },
            FormFields.ApiAddress("https://api.rd.services"),
            FormFields.AfterUnknownOutcome(UnknownOutcomePolicy.Hold),
            FormFields.Choice("kind",
                new("Kind of event", "Tipo de evento"),
                new("Orders and sales need the sign-in.", "Pedidos e vendas precisam do login."),
                new FieldChoice("conversion", new("Conversion", "Conversão")), new FieldChoice(Order, new("Order placed", "Pedido realizado")), new FieldChoice(Sale, new("Sale", "Venda"))) with
            { Scope = FieldScope.Route },
            FormFields.Template("conversion",
                new("Name of the conversion", "Nome da conversão"),
                new("As RD Station shall show it.", "Como o RD Station deve mostrar."),
                "Pagamento aprovado",
                new("1 to 100 characters, no # and no colon.", "1 a 100 caracteres, sem # nem dois-pontos."), "[^#:]+", 100),
            FormFields.Email() with { Required = true },
            FormFields.Map("contact",
                new("Fields of the contact", "Campos do contato"),
                new("RD field on the left (name, mobile_phone, cf_…), what the event says on the right.", "Campo do RD à esquerda (name, mobile_phone, cf_…), o que o evento diz à direita."),
                new("Names of RD fields: lower-case letters, digits and underscores.", "Nomes de campos do RD: letras minúsculas, dígitos e sublinhados."), "[a-z][a-z0-9_]{0,99}"),
            FormFields.Template("tags", new("Tags", "Tags"), new("Joined by commas.", "Separadas por vírgulas."), null, new("At most 500 characters.", "No máximo 500 caracteres."), maxLength: 500),
            FormFields.Choice("legalBasis",
                new("Legal basis (LGPD)", "Base legal (LGPD)"),
                new("Why you may contact this person. Choose consent only if the event proves it.", "Por que você pode contatar esta pessoa. Escolha consentimento somente se o evento o comprova."),
                Basis("pre_existent_contract", "Existing contract", "Contrato pré-existente"), Basis("consent", "Consent", "Consentimento"),
                Basis("legitimate_interest", "Legitimate interest", "Interesse legítimo"), Basis("judicial_process", "Judicial process", "Processo judicial"),
                Basis("vital_interest", "Vital interest", "Interesse vital"), Basis("public_interest", "Public interest", "Interesse público")) with
            { Scope = FieldScope.Route },
            FormFields.Template("orderId", new("Order's id", "Id do pedido"), new("For an order.", "Para um pedido."), "{{ order.id }}", new("At most 100 characters.", "No máximo 100 caracteres."), maxLength: 100),
            FormFields.Template("method", new("Payment method", "Forma de pagamento"), new("For an order. PIX becomes Others, boleto becomes Invoice.", "Para um pedido. PIX vira Others, boleto vira Invoice."),
                "{{ payment.method }}", new("At most 50 characters.", "No máximo 50 caracteres."), maxLength: 50),
            FormFields.Amount(),
        ],
        // 120 events a minute for each account.
        Pacing = new() { PerSecond = 2, Window = new(110, TimeSpan.FromMinutes(1)), Concurrency = 2, Timeout = TimeSpan.FromSeconds(20), ThrottledWait = TimeSpan.FromMinutes(1) },
        Idempotency = IdempotencyClass.None,
        UnknownOutcome = UnknownOutcomePolicy.Hold,
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => Description;

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(settings, host);

    /// <summary>RD's own words for how an order was paid; PIX has none.</summary>
    internal static string Method(string? method) => (method ?? "").ToUpperInvariant() switch
    {
        var m when m.Contains("DEBIT", StringComparison.Ordinal) => "Debit Card",
        var m when m.Contains("CREDIT", StringComparison.Ordinal) || m.Contains("CARD", StringComparison.Ordinal) => "Credit Card",
        var m when m.Contains("BOLETO", StringComparison.Ordinal) || m.Contains("INVOICE", StringComparison.Ordinal) => "Invoice",
        _ => "Others",
    };

    private static FieldChoice Basis(string value, string en, string ptBr) => new(value, new(en, ptBr));

    private sealed class Session : ApiSession
    {
        private readonly IRdStation _api;
        private readonly OAuth2? _oauth;
        private readonly string? _apiKey;

        public Session(ConnectorSettings settings, IConnectorHost host)
            : base(host, Answers)
        {
            string address = settings.Text(FormFields.ApiAddressId)!;
            _apiKey = settings.Text("connect") == OAuth ? null : settings.Secret("apiKey");
            _oauth = _apiKey is not null ? null : new OAuth2(host, new OAuthGrant.RefreshToken(
                address.TrimEnd('/') + "/auth/token", settings.Secret("clientId")!, settings.Secret("clientSecret")!, settings.Secret("refreshToken")!));
            _api = ApiClient.For<IRdStation>(host, address, oauth: _oauth);
        }

        public override ValueTask DisposeAsync()
        {
            _oauth?.Dispose();
            return base.DisposeAsync();
        }

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            string kind = request.Line("kind") ?? "conversion";
            if (_apiKey is not null && kind is Order or Sale)
            {
                throw new AnswerException("Orders and sales need the sign-in with RD Station: an API key takes conversions only.", Values.FieldInvalid);
            }

            (string type, JsonObject payload) = kind switch
            {
                Order => ("ORDER_PLACED", new JsonObject
                {
                    ["cf_order_id"] = request.Needed("orderId"),
                    ["cf_order_payment_method"] = Method(request.Line("method")),
                }.With("cf_order_payment_amount", Values.Number(request.Line("amount"), "amount"))),
                Sale => ("SALE", new JsonObject { ["funnel_name"] = "default" }.With("value", Values.Number(request.Line("amount"), "amount"))),
                _ => ("CONVERSION", new JsonObject { ["conversion_identifier"] = request.Needed("conversion") }),
            };
            foreach ((string name, JsonNode? value) in request.Texts("contact"))
            {
                payload[name] = value?.DeepClone();
            }

            payload["email"] = request.Needed(FormFields.EmailId);
            payload["legal_bases"] = new JsonArray(new JsonObject { ["category"] = "communications", ["type"] = request.Line("legalBasis") ?? "pre_existent_contract", ["status"] = "granted" });
            if (request.Line("tags") is { } tags)
            {
                payload["tags"] = new JsonArray([.. tags.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static t => JsonValue.Create(t.ToLowerInvariant()))]);
            }

            JsonObject body = new() { ["event_type"] = type, ["event_family"] = "CDP", ["payload"] = payload };
            Task<HttpResponseMessage> call = _apiKey is not null ? _api.ConvertAsync(_apiKey, body, cancellationToken) : _api.TellAsync(type.ToLowerInvariant(), body, cancellationToken);
            return new SendResult.Delivered(JsonPath.Text(await AskAsync(call), "event_uuid"));
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            if (_apiKey is not null)
            {
                // A key can do nothing but write conversions.
                return new CheckResult.NotPossible(new("An API key cannot be asked without recording a conversion: send a test event and look for it in RD Station.",
                    "Uma chave de API não pode ser testada sem registrar uma conversão: envie um evento de teste e procure-o no RD Station."));
            }

            string account = JsonPath.Text(await AskAsync(_api.AccountAsync(cancellationToken)), "name") ?? "?";
            return new CheckResult.Works(new($"RD Station knows the account {account}.", $"O RD Station reconhece a conta {account}."));
        }
    }
}
