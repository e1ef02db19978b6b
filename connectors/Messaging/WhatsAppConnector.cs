using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RestEase;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Messaging;

/// <summary>Sends an approved template of WhatsApp by Meta's Cloud API. An accepted message is not yet a delivered one.</summary>
public sealed class WhatsAppConnector : IConnector
{
    private const string PhoneNumberId = "phoneNumberId";
    private const string BusinessAccountId = "businessAccountId";
    private const string AccessToken = "accessToken";
    private const string Version = "apiVersion";
    private const string To = "to";
    private const string TemplateName = "templateName";
    private const string Language = "language";
    private const string Header = "header";
    private const string ButtonUrl = "buttonUrl";
    private const string Consent = "consent";
    private const int MaxValue = 1024;

    private static readonly AnswerMap Answers = new()
    {
        Api = "WhatsApp",
        Rules =
        [
            // The code counts, neither the status nor the title.
            Code(AnswerMeaning.Throttled, TimeSpan.FromSeconds(30), null, "130429", "80007", "4"),
            Code(AnswerMeaning.Throttled, TimeSpan.FromMinutes(5), "Too many messages to the same person.", "131056"),
            Code(AnswerMeaning.Throttled, TimeSpan.FromHours(1), "Meta limits this number because of complaints.", "131048"),
            Code(AnswerMeaning.Retry, null, null, "1", "2", "131000", "131016", "133004"),
            Code(AnswerMeaning.Credentials, null, "Make a permanent token for a system user with the permission whatsapp_business_messaging.", "0", "190", "3", "10", "200"),
            Code(AnswerMeaning.Credentials, null, "The account is barred or unpaid: look at Meta Business.", "131031", "368", "131042"),
            Code(AnswerMeaning.Refused, null, "The person has to write first, or the message has to be an approved template.", "131047"),
            Code(AnswerMeaning.Refused, null, "The number has no WhatsApp, or has not agreed to messages.", "131026", "131050"),
            Code(AnswerMeaning.Refused, null, "Compare template, language and number of blanks with Meta's list.", "132000", "132001", "132005", "132007", "132012", "132015", "132016"),
            Code(AnswerMeaning.Refused, null, null, "100", "131008", "131009", "131051"),
        ],
        Messages = ["error.error_data.details", "error.message"],
    };

    /// <inheritdoc/>
    public ConnectorDescription Describe() => new()
    {
        Id = "whatsapp",
        Name = new("WhatsApp", "WhatsApp"),
        Summary = new("Sends an approved WhatsApp template to the customer by Meta's Cloud API.", "Envia ao cliente um modelo aprovado do WhatsApp pela Cloud API da Meta."),
        Fields =
        [
            FormFields.Text(PhoneNumberId, new("Phone number ID", "ID do número de telefone"), new("Meta Business, WhatsApp, API setup (not the phone number itself).", "Meta Business, WhatsApp, Configuração da API (não é o número em si)."),
                new("It is 10 to 20 digits, as Meta shows it.", "São de 10 a 20 dígitos, como a Meta mostra."), "[0-9]{10,20}") with { Required = true },
            FormFields.Key(AccessToken, new("Permanent access token", "Token de acesso permanente"), new("From a \"system user\", not the 24-hour test token.", "De um \"usuário do sistema\", não o token de teste de 24 horas.")),
            FormFields.Text(BusinessAccountId, new("Business account ID", "ID da conta comercial"), new("Same page; needed only to list your templates here.", "Na mesma página; só é preciso para listar seus modelos aqui."),
                new("It is 10 to 20 digits, as Meta shows it.", "São de 10 a 20 dígitos, como a Meta mostra."), "[0-9]{10,20}") with { Advanced = true },
            FormFields.Text(Version, new("API version", "Versão da API"), new("Leave it as it is, unless Meta ends it.", "Deixe como está, a menos que a Meta a encerre."),
                new("Write it like v23.0.", "Escreva como v23.0."), @"v[0-9]{1,3}\.[0-9]") with { Advanced = true, Default = JsonSerializer.SerializeToElement("v23.0") },
            FormFields.ApiAddress("https://graph.facebook.com"),
            FormFields.AfterUnknownOutcome(UnknownOutcomePolicy.Hold),
            FormFields.Template(To, new("Send to", "Enviar para"), new("The customer's telephone number in international form: use the filter phone with the country.", "O telefone do cliente em formato internacional: use o filtro phone com o país."),
                "{{ customer.phone | phone \"BR\" }}", new("It has to come out like +5511987654321.", "Precisa resultar em algo como +5511987654321."), @"\+?[1-9][0-9]{6,14}", 20) with { Required = true },
            FormFields.Template(TemplateName, new("Approved template", "Modelo aprovado"), new("Its name at Meta; only approved ones can be sent.", "O nome na Meta; só os aprovados podem ser enviados."), null,
                new("Lower-case letters, digits and underscores.", "Letras minúsculas, dígitos e sublinhados."), "[a-z0-9_]{1,512}", 512) with { Required = true, LiveChoices = true },
            FormFields.Template(Language, new("Language of the template", "Idioma do modelo"), new("As at Meta: pt_BR, en, en_ZA.", "Como na Meta: pt_BR, en, en_ZA."), "pt_BR",
                new("Write it like pt_BR or en.", "Escreva como pt_BR ou en."), "[a-z]{2,3}(_[A-Za-z]{2,4})?", 10) with { Required = true },
            new()
            {
                Id = "blanks",
                Label = new("Template blanks", "Lacunas do modelo"),
                Help = new("A template of content type text/plain with one line for each blank {{1}}, {{2}} …, in order.", "Um modelo de tipo text/plain com uma linha para cada lacuna {{1}}, {{2}} …, em ordem."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
            FormFields.Template(Header, new("Blank in the header", "Lacuna do cabeçalho"), new("Only if the template has one.", "Somente se o modelo tiver."), null, new("At most 60 characters on one line.", "No máximo 60 caracteres em uma linha."), maxLength: 60) with { Advanced = true },
            FormFields.Template(ButtonUrl, new("End of the button's address", "Final do endereço do botão"), new("Only if the template has a button with a changing address.", "Somente se o modelo tiver um botão com endereço variável."), null,
                new("At most 2,000 characters without blanks.", "No máximo 2.000 caracteres, sem espaços."), @"\S+", 2000) with { Advanced = true },
            FormFields.Template(Consent, new("Customer agreed to WhatsApp", "O cliente aceitou o WhatsApp"), new("A text that comes out as true or yes when the customer has agreed, such as {{ event.whatsapp_opt_in }}; \"true\" if all your customers have.",
                "Um texto que resulta em true ou yes quando o cliente aceitou, como {{ event.whatsapp_opt_in }}; \"true\" se todos os seus clientes aceitaram."), "true", new("true or false.", "true ou false."), maxLength: 20),
        ],
        Pacing = new() { PerSecond = 20, Concurrency = 4, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(30) },
        Idempotency = IdempotencyClass.None,
        UnknownOutcome = UnknownOutcomePolicy.Hold,
    };

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings) => [];

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host) => new Session(
        host, $"{settings.Text(FormFields.ApiAddressId)!.TrimEnd('/')}/{settings.Text(Version)}", settings.Text(PhoneNumberId)!, settings.Text(BusinessAccountId), settings.Secret(AccessToken)!);

    private static AnswerRule Code(AnswerMeaning means, TimeSpan? wait, string? reason, params string[] codes) => new(means) { Path = "error.code", Values = codes, Wait = wait, Reason = reason };

    private sealed class Session(IConnectorHost host, string address, string number, string? account, string token) : ApiSession(host, Answers)
    {
        private const string TokenEnd = "token-end";

        private static readonly LocalText WhatEnds = new("the access token", "o token de acesso");

        private int _recalled;

        /// <summary>Tells tokens apart without holding one.</summary>
        private string Mark { get; } = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)))[..16];

        private readonly IWhatsApp _graph = ApiClient.For<IWhatsApp>(host, address, [ApiClient.Header("Authorization", "Bearer " + token)]);

        protected override async ValueTask<SendResult> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            if (request.Line(Consent) is { } consent && consent is not ("true" or "yes" or "1" or "sim"))
            {
                return new SendResult.Refused("The customer has not agreed to WhatsApp messages (the route's field 'consent').", "no_consent");
            }

            await RecallEndAsync(cancellationToken);
            JsonElement answer = await AskAsync(_graph.SendAsync(number, Make(request), cancellationToken));
            return JsonPath.Text(answer, "messages.*.id") is { } id
                ? new SendResult.Delivered(id, "Accepted by WhatsApp; whether it reached the telephone, Meta reports later by its own webhook.")
                : new SendResult.UnknownOutcome("WhatsApp answered 200 without the id of a message.");
        }

        protected override async ValueTask<CheckResult> ProbeAsync(CancellationToken cancellationToken)
        {
            JsonElement answer = await AskAsync(_graph.NumberAsync(number, "display_phone_number,verified_name", cancellationToken));
            string name = $"{JsonPath.Text(answer, "verified_name")} {JsonPath.Text(answer, "display_phone_number")}".Trim();
            return await EndAsync(cancellationToken) is { } end
                ? new CheckResult.Works(new(
                    $"The token may use {name}. Nothing was sent. It ends on {end:yyyy-MM-dd}: make one of a system user that does not end, or renew it before.",
                    $"O token pode usar {name}. Nada foi enviado. Ele expira em {end:yyyy-MM-dd}: crie um de usuário do sistema que não expire, ou renove antes."))
                : new CheckResult.Works(new($"The token may use {name}. Nothing was sent.", $"O token pode usar {name}. Nada foi enviado."));
        }

        /// <summary>Asks when the token ends, and keeps it: a delivery has no call to spare for that. Null when it does not end, or Meta does not say.</summary>
        private async ValueTask<DateTimeOffset?> EndAsync(CancellationToken cancellationToken)
        {
            DateTimeOffset? end = null;
            try
            {
                JsonElement about = await AskAsync(_graph.TokenAsync(token, cancellationToken));
                end = long.TryParse(JsonPath.Text(about, "data.expires_at"), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds > 0 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
            }
            catch (AnswerException)
            {
                return null; // a token that may send need not be one that may ask about itself
            }

            await Host.RememberAsync(TokenEnd, $"{Mark} {end?.ToUnixTimeSeconds() ?? 0}", cancellationToken);
            Host.CredentialsEnd(WhatEnds, end);
            return end;
        }

        private async ValueTask RecallEndAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _recalled, 1) == 0 && await Host.RecallAsync(TokenEnd, cancellationToken) is { } kept && kept.Split(' ') is [var mark, var end] && mark == Mark
                && long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds > 0)
            {
                Host.CredentialsEnd(WhatEnds, DateTimeOffset.FromUnixTimeSeconds(seconds));
            }
        }

        protected override async ValueTask<IReadOnlyList<FieldChoice>> ChoicesAsync(string fieldId, CancellationToken cancellationToken)
        {
            if (fieldId != TemplateName || account is null)
            {
                return [];
            }

            JsonElement answer = await AskAsync(_graph.TemplatesAsync(account, "name,language,status", 200, cancellationToken));
            return [.. JsonPath.All(answer, "data.*")
                .Where(static t => JsonPath.Text(t, "status") == "APPROVED")
                .Select(static t => (Name: JsonPath.Text(t, "name") ?? "", Language: JsonPath.Text(t, "language") ?? ""))
                .GroupBy(static t => t.Name, StringComparer.Ordinal)
                .Select(static g => new FieldChoice(g.Key, new($"{g.Key} ({string.Join(", ", g.Select(static t => t.Language))})", $"{g.Key} ({string.Join(", ", g.Select(static t => t.Language))})")))];
        }

        private static JsonObject Make(DeliveryRequest request)
        {
            JsonArray components = [];
            if (request.Line(Header) is { } header)
            {
                components.Add(Component("header", [header]));
            }

            if (Message.Media(request) != "text/plain")
            {
                throw Message.NeedsTemplate("WhatsApp", "text/plain with one line for each blank", request);
            }

            string[] blanks = [.. System.Text.Encoding.UTF8.GetString(request.Body.Span).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(Blank)];
            if (blanks is not [""])
            {
                if (Array.IndexOf(blanks, "") is >= 0 and int empty)
                {
                    throw new AnswerException($"Blank {{{{{empty + 1}}}}} came out empty, and WhatsApp takes no empty one. Write a word for the case, with ??.", Values.FieldInvalid);
                }

                components.Add(Component("body", blanks));
            }

            if (request.Line(ButtonUrl) is { } end)
            {
                JsonObject button = Component("button", [end]);
                button["sub_type"] = "url";
                button["index"] = "0";
                components.Add(button);
            }

            return new JsonObject
            {
                ["messaging_product"] = "whatsapp",
                ["recipient_type"] = "individual",
                ["to"] = request.Needed(To).TrimStart('+'),
                ["type"] = "template",
                ["template"] = new JsonObject
                {
                    ["name"] = request.Needed(TemplateName),
                    ["language"] = new JsonObject { ["code"] = request.Needed(Language) },
                }.With("components", components.Count > 0 ? components : null),
            };
        }

        /// <summary>Meta refuses line breaks, tabs and more than four blanks in a row.</summary>
        private static string Blank(string line)
        {
            string text = string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return text.Length > MaxValue ? text[..MaxValue] : text;
        }

        private static JsonObject Component(string type, IEnumerable<string> texts) => new()
        {
            ["type"] = type,
            ["parameters"] = new JsonArray([.. texts.Select(static t => new JsonObject { ["type"] = "text", ["text"] = t })]),
        };
    }
}

/// <summary>The calls of the Graph API that are used.</summary>
[AllowAnyStatusCode]
internal interface IWhatsApp
{
    [Post("{number}/messages")]
    Task<HttpResponseMessage> SendAsync([Path] string number, [Body] JsonObject message, CancellationToken cancellationToken);

    [Get("{number}")]
    Task<HttpResponseMessage> NumberAsync([Path] string number, [Query] string fields, CancellationToken cancellationToken);

    [Get("debug_token")]
    Task<HttpResponseMessage> TokenAsync([Query("input_token")] string token, CancellationToken cancellationToken);

    [Get("{account}/message_templates")]
    Task<HttpResponseMessage> TemplatesAsync([Path] string account, [Query] string fields, [Query] int limit, CancellationToken cancellationToken);
}
