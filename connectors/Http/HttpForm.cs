using System.Buffers;
using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Http;

/// <summary>The form of the connector <c>http</c>, as data.</summary>
internal static class HttpForm
{
    public const string Url = "url";
    public const string Method = "method";
    public const string Sign = "sign";
    public const string SigningSecret = "signingSecret";
    public const string PreviousSigningSecret = "previousSigningSecret";
    public const string Headers = "headers";
    public const string Auth = "auth";
    public const string AuthBearer = "bearer";
    public const string AuthBasic = "basic";
    public const string AuthApiKey = "apiKey";
    public const string Token = "token";
    public const string UserName = "userName";
    public const string Password = "password";
    public const string ApiKeyHeader = "apiKeyHeader";
    public const string ApiKey = "apiKey";
    public const string Gzip = "gzip";

    private static readonly SearchValues<char> HeaderNameChars = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly string[] OwnHeaders =
    [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer", "proxy-authorization",
        "webhook-id", "webhook-timestamp", "webhook-signature", "idempotency-key", "x-webhookbridge-test",
    ];

    /// <summary>The field for the address: shared by the other connectors of this family.</summary>
    public static ConnectorField UrlField(LocalText help, FieldRule? rule = null) => new()
    {
        Id = Url,
        Label = new("Address (URL)", "Endereço (URL)"),
        Help = help,
        Kind = FieldKind.SecretUrl,
        Required = true,
        Rule = rule ?? new() { MaxLength = 4000, Problem = new("A whole address that begins with https:// (or http://).", "Um endereço completo que começa com https:// (ou http://).") },
    };

    /// <summary>The field that the template fills.</summary>
    public static ConnectorField BodyField { get; } = new()
    {
        Id = "body",
        Label = new("What to send", "O que enviar"),
        Help = new("A template, or the whole event as it was received.", "Um modelo, ou o evento inteiro como foi recebido."),
        Kind = FieldKind.Body,
        Scope = FieldScope.Route,
    };

    public static ConnectorDescription Description { get; } = new()
    {
        Id = "http",
        Name = new("Any address (HTTP)", "Qualquer endereço (HTTP)"),
        Summary = new(
            "Sends each event to an address that you enter, signed so that the receiver can be sure it comes from you.",
            "Envia cada evento para um endereço que você informa, assinado para que o destinatário tenha certeza de que veio de você."),
        Fields =
        [
            UrlField(new(
                "Paste the address that the other tool gave you. Treat it like a password.",
                "Cole o endereço que a outra ferramenta forneceu. Trate-o como uma senha.")),
            new()
            {
                Id = Sign,
                Label = new("Sign the message", "Assinar a mensagem"),
                Help = new("Lets the receiver prove that it came from you (Standard Webhooks).", "Permite ao destinatário comprovar que veio de você (Standard Webhooks)."),
                Kind = FieldKind.Toggle,
                Default = JsonSerializer.SerializeToElement(false),
            },
            Secret(SigningSecret,
                new("Signing secret", "Segredo de assinatura"),
                new("Begins with whsec_. Enter the same one at the receiver.", "Começa com whsec_. Informe o mesmo no destinatário."),
                new(Sign, "true")),
            Secret(PreviousSigningSecret,
                new("Previous signing secret", "Segredo de assinatura anterior"),
                new("While you change the secret: messages are signed with both until you empty this.", "Durante a troca do segredo: as mensagens são assinadas com os dois até você esvaziar este campo."),
                new(Sign, "true"), advanced: true),
            new()
            {
                Id = Auth,
                Label = new("Sign-in", "Autenticação"),
                Help = new("Only if the other tool asks for it.", "Somente se a outra ferramenta pedir."),
                Kind = FieldKind.Choice,
                Choices =
                [
                    new("none", new("None", "Nenhuma")),
                    new(AuthBearer, new("Bearer token", "Token Bearer")),
                    new(AuthBasic, new("User name and password", "Usuário e senha")),
                    new(AuthApiKey, new("Password in a header", "Senha em um cabeçalho")),
                ],
                Default = JsonSerializer.SerializeToElement("none"),
            },
            Secret(Token, new("Token", "Token"), new("Sent as \"Authorization: Bearer …\".", "Enviado como \"Authorization: Bearer …\"."), new(Auth, AuthBearer), required: true),
            new()
            {
                Id = UserName,
                Label = new("User name", "Usuário"),
                Help = new("As the other tool shows it.", "Como a outra ferramenta mostra."),
                Kind = FieldKind.Text,
                Required = true,
                VisibleWhen = new(Auth, AuthBasic),
                Rule = new()
                {
                    Pattern = @"[^:\x00-\x1F\x7F]+",
                    MaxLength = 200,
                    Problem = new("A user name has no colon and no line breaks.", "O usuário não pode ter dois-pontos nem quebras de linha."),
                },
            },
            Secret(Password, new("Password", "Senha"), new("Of that user.", "Desse usuário."), new(Auth, AuthBasic), required: true),
            new()
            {
                Id = ApiKeyHeader,
                Label = new("Header name", "Nome do cabeçalho"),
                Help = new("For example x-api-key.", "Por exemplo x-api-key."),
                Kind = FieldKind.Text,
                Required = true,
                VisibleWhen = new(Auth, AuthApiKey),
                Rule = new() { MaxLength = 100, Problem = new("A header name has letters, digits and hyphens only.", "O nome de um cabeçalho só tem letras, dígitos e hífens.") },
            },
            Secret(ApiKey, new("Password", "Senha"), new("The value of that header.", "O valor desse cabeçalho."), new(Auth, AuthApiKey), required: true),
            new()
            {
                Id = Method,
                Label = new("Method", "Método"),
                Help = new("POST is right for nearly everything.", "POST serve para quase tudo."),
                Kind = FieldKind.Choice,
                Choices = [Same("POST"), Same("PUT"), Same("PATCH")],
                Default = JsonSerializer.SerializeToElement("POST"),
                Advanced = true,
            },
            new()
            {
                Id = Headers,
                Label = new("More headers", "Outros cabeçalhos"),
                Help = new("Names and values that are sent with every message. No passwords here: they are shown to everyone who may see this form.",
                    "Nomes e valores enviados com cada mensagem. Não coloque senhas aqui: todos que veem este formulário podem lê-las."),
                Kind = FieldKind.Map,
                Advanced = true,
            },
            new()
            {
                Id = Gzip,
                Label = new("Compress (gzip)", "Comprimir (gzip)"),
                Help = new("Only if the receiver says that it takes compressed messages.", "Somente se o destinatário disser que aceita mensagens comprimidas."),
                Kind = FieldKind.Toggle,
                Default = JsonSerializer.SerializeToElement(false),
                Advanced = true,
            },
            BodyField,
        ],
        Pacing = new() { Concurrency = 16, Timeout = TimeSpan.FromSeconds(15) },
        Idempotency = IdempotencyClass.Key,
    };

    /// <summary>What is wrong with a header of the operator's; null when it can be sent (RFC 9110, section 5).</summary>
    public static LocalText? HeaderProblem(string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(HeaderNameChars))
        {
            return new($"'{name}' is no header name: letters, digits and hyphens only.", $"'{name}' não é um nome de cabeçalho: somente letras, dígitos e hífens.");
        }

        if (OwnHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return new($"The header '{name}' is set by the gateway itself: leave it out.", $"O cabeçalho '{name}' é definido pelo próprio gateway: retire-o.");
        }

        if (string.Equals(name, "authorization", StringComparison.OrdinalIgnoreCase) && value.Length > 0)
        {
            return new("Use the sign-in fields instead of an Authorization header, so that the password is kept encrypted.",
                "Use os campos de autenticação em vez de um cabeçalho Authorization, para que a senha fique criptografada.");
        }

        return value.Any(static c => c is < ' ' and not '\t' or > '~')
            ? new($"The value of '{name}' has a line break or a character outside ASCII.", $"O valor de '{name}' tem uma quebra de linha ou um caractere fora do ASCII.")
            : null;
    }

    private static FieldChoice Same(string value) => new(value, new(value, value));

    private static ConnectorField Secret(string id, LocalText label, LocalText help, FieldCondition when, bool required = false, bool advanced = false) => new()
    {
        Id = id,
        Label = label,
        Help = help,
        Kind = FieldKind.Secret,
        Required = required,
        VisibleWhen = when,
        Advanced = advanced,
        Rule = new()
        {
            Pattern = "[!-~]+",
            MaxLength = 4000,
            Problem = new($"'{id}' must be on one line, without spaces, in plain ASCII.", $"'{id}' deve ficar em uma linha, sem espaços, em ASCII simples."),
        },
    };
}
