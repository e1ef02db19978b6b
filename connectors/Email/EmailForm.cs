using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.Email;

/// <summary>The form of the e-mail connector: one for SMTP and for all providers.</summary>
internal static class EmailForm
{
    public const string Provider = "provider";
    public const string Smtp = "smtp";
    public const string Server = "server";
    public const string Security = "security";
    public const string Port = "port";
    public const string SignIn = "signIn";
    public const string ByPassword = "password";
    public const string ByOAuth = "xoauth2";
    public const string WithoutSignIn = "none";
    public const string User = "user";
    public const string Password = "password";
    public const string TokenAddress = "tokenAddress";
    public const string ClientId = "clientId";
    public const string ClientSecret = "clientSecret";
    public const string RefreshToken = "refreshToken";
    public const string TokenScope = "tokenScope";
    public const string Certificate = "certificate";
    public const string ApiKey = "apiKey";
    public const string ApiAddress = "apiAddress";
    public const string Stream = "messageStream";
    public const string From = "from";
    public const string ReplyTo = "replyTo";
    public const string To = "to";
    public const string Cc = "cc";
    public const string Bcc = "bcc";
    public const string Subject = "subject";
    public const string Text = "text";
    public const string Unsubscribe = "unsubscribe";

    private static readonly FieldCondition IfSmtp = new(Provider, Smtp);
    private static readonly FieldCondition IfOAuth = new(SignIn, ByOAuth);

    private static readonly LocalText OneLine = new("Write it on one line.", "Escreva em uma linha.");

    public static ConnectorDescription Description { get; } = new()
    {
        Id = "email",
        Name = new("E-mail", "E-mail"),
        Summary = new(
            "Sends an e-mail for each event, by your own mail server or by SendGrid, Postmark, Resend or Brevo.",
            "Envia um e-mail para cada evento, pelo seu servidor de e-mail ou por SendGrid, Postmark, Resend ou Brevo."),
        Fields =
        [
            FormFields.Choice(Provider, new("How is it sent?", "Como é enviado?"), new("By a mail server (SMTP), or by a provider's key.", "Por um servidor de e-mail (SMTP) ou pela chave de um provedor."),
                new(Smtp, new("Mail server (SMTP)", "Servidor de e-mail (SMTP)")), new("sendgrid", new("SendGrid", "SendGrid")), new("postmark", new("Postmark", "Postmark")),
                new("resend", new("Resend", "Resend")), new("brevo", new("Brevo", "Brevo"))),
            FormFields.Text(Server, new("Mail server", "Servidor de e-mail"),
                new("For example smtp.office365.com. Your mail provider lists it as \"outgoing server\".", "Por exemplo smtp.office365.com. Seu provedor chama de \"servidor de saída\"."),
                new("Enter the name only, without spaces or https://.", "Informe só o nome, sem espaços nem https://."), @"[A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+", 253) with { Required = true, VisibleWhen = IfSmtp },
            FormFields.Choice(Security, new("Security", "Segurança"), new("STARTTLS (port 587) is right for most providers.", "STARTTLS (porta 587) serve para a maioria dos provedores."),
                new("starttls", new("STARTTLS (587)", "STARTTLS (587)")), new("tls", new("TLS (465)", "TLS (465)")),
                new("none", new("None: only for a server on your own machine or network", "Nenhuma: só para um servidor na sua própria máquina ou rede"))) with { VisibleWhen = IfSmtp },
            FormFields.Choice(SignIn, new("Sign-in", "Login"), new("Some providers need an app password; Microsoft and Google also take OAuth.", "Alguns provedores exigem uma senha de app; Microsoft e Google também aceitam OAuth."),
                new(ByPassword, new("User name and password", "Usuário e senha")), new(ByOAuth, new("OAuth (Microsoft, Google)", "OAuth (Microsoft, Google)")), new(WithoutSignIn, new("None", "Nenhum"))) with { VisibleWhen = IfSmtp },
            FormFields.Text(User, new("User name", "Usuário"), new("Often the whole e-mail address.", "Muitas vezes o endereço de e-mail inteiro."), OneLine, @"[^\x00-\x1F\x7F]+", 320) with { VisibleWhen = IfSmtp },
            Secret(Password, new("Password", "Senha"), new("Of that user, or an app password.", "Desse usuário, ou uma senha de app."), new(SignIn, ByPassword), @"[^\x00-\x1F\x7F]+"),
            FormFields.Text(ClientId, new("Client id", "ID do cliente"), new("Of the app that you registered with Microsoft or Google.", "Do aplicativo registrado na Microsoft ou no Google."), OneLine, "[!-~]+") with { VisibleWhen = IfOAuth },
            Secret(ClientSecret, new("Client secret", "Segredo do cliente"), new("Of the same app.", "Do mesmo aplicativo."), IfOAuth),
            Secret(RefreshToken, new("Refresh token", "Token de atualização"),
                new("From signing in once. Leave empty for Microsoft with client credentials.", "Obtido ao entrar uma vez. Deixe vazio na Microsoft com client credentials."), IfOAuth),
            new()
            {
                Id = TokenAddress,
                Label = new("Token address", "Endereço do token"),
                Help = new("Google: https://oauth2.googleapis.com/token. Microsoft: https://login.microsoftonline.com/YOUR-TENANT/oauth2/v2.0/token.", "Google: https://oauth2.googleapis.com/token. Microsoft: https://login.microsoftonline.com/SEU-TENANT/oauth2/v2.0/token."),
                Kind = FieldKind.Url,
                VisibleWhen = IfOAuth,
                Rule = new() { Pattern = @"https?://[^\s]+", MaxLength = 300, Problem = new("Paste the whole address, beginning with https://.", "Cole o endereço inteiro, começando com https://.") },
            },
            FormFields.Text(TokenScope, new("Token scope", "Escopo do token"), new("Only with client credentials.", "Somente com client credentials."), OneLine, "[!-~ ]+") with
            {
                VisibleWhen = IfOAuth, Advanced = true, Default = JsonSerializer.SerializeToElement("https://outlook.office365.com/.default"),
            },
            FormFields.Key(ApiKey, new("API key", "Chave de API"),
                new("Of SendGrid, Postmark (server token), Resend or Brevo. Not for a mail server.", "De SendGrid, Postmark (server token), Resend ou Brevo. Não se aplica a servidor de e-mail.")) with { Required = false },
            FormFields.Text(From, new("From", "Remetente"), new("An address that may send there, also as: Shop <orders@example.com>.", "Um endereço autorizado a enviar, também como: Loja <pedidos@example.com>."), OneLine, @"[^\x00-\x1F\x7F]+", 320) with { Required = true },
            FormFields.Text(ReplyTo, new("Answers go to", "Respostas para"), new("Leave empty for the sender itself.", "Deixe vazio para o próprio remetente."), OneLine, @"[^\x00-\x1F\x7F]+", 320) with { Advanced = true },
            new()
            {
                Id = Port,
                Label = new("Port", "Porta"),
                Help = new("Leave empty: 587 with STARTTLS, 465 with TLS, 25 without.", "Deixe vazio: 587 com STARTTLS, 465 com TLS, 25 sem segurança."),
                Kind = FieldKind.Number,
                Advanced = true,
                VisibleWhen = IfSmtp,
                Rule = new() { Min = 1, Max = 65535, Problem = new("A port is a number from 1 to 65535.", "Uma porta é um número de 1 a 65535.") },
            },
            new()
            {
                Id = Certificate,
                Label = new("Trusted certificate", "Certificado confiável"),
                Help = new("PEM text of your own authority, if the mail server's certificate comes from it.", "Texto PEM da sua própria autoridade, se o certificado do servidor vier dela."),
                Kind = FieldKind.LongText,
                Advanced = true,
                VisibleWhen = IfSmtp,
                Rule = new() { MaxLength = 50_000, Problem = new("Paste the PEM text, at most 50,000 characters.", "Cole o texto PEM, no máximo 50.000 caracteres.") },
            },
            FormFields.Text(Stream, new("Message stream", "Fluxo de mensagens"), new("Postmark only; \"outbound\" is the one for single messages.", "Somente Postmark; \"outbound\" é o de mensagens individuais."), OneLine, "[a-z0-9-]+", 60) with
            {
                Advanced = true, VisibleWhen = new(Provider, "postmark"),
            },
            new()
            {
                Id = ApiAddress,
                Label = new("Address of the API", "Endereço da API"),
                Help = new("Leave it empty, unless your traffic has to pass a gateway of your own.", "Deixe vazio, a menos que o tráfego precise passar por um gateway seu."),
                Kind = FieldKind.Url,
                Advanced = true,
                Rule = new() { Pattern = @"https?://[^\s?#]+", MaxLength = 300, Problem = new("It begins with https:// and has no question mark.", "Começa com https:// e não tem ponto de interrogação.") },
            },
            FormFields.AfterUnknownOutcome(UnknownOutcomePolicy.Hold),
            Template(To, new("To", "Para"), new("The customer's address, or fixed ones with commas between them, at most 10.", "O endereço do cliente, ou fixos separados por vírgula, no máximo 10."), "{{ customer.email }}", 4000) with { Required = true },
            Template(Subject, new("Subject", "Assunto"), new("One line.", "Uma linha."), null, 200) with { Required = true },
            new()
            {
                Id = "html",
                Label = new("Message", "Mensagem"),
                Help = new("A template: text/html for a designed message, text/plain for a simple one.", "Um modelo: text/html para uma mensagem formatada, text/plain para uma simples."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
            Template(Text, new("Plain text", "Texto simples"), new("For readers that show no HTML. Left empty it is made from the message.", "Para leitores que não mostram HTML. Vazio, é feito a partir da mensagem."), null, 100_000) with { Kind = FieldKind.LongText, Advanced = true },
            Template(Cc, new("Copy to", "Cópia para"), new("At most 10 addresses.", "No máximo 10 endereços."), null, 4000) with { Advanced = true },
            Template(Bcc, new("Hidden copy to", "Cópia oculta para"), new("At most 10 addresses.", "No máximo 10 endereços."), null, 4000) with { Advanced = true },
            Template(Unsubscribe, new("Unsubscribe address", "Endereço de descadastro"), new("For newsletters: an https or mailto address.", "Para newsletters: um endereço https ou mailto."), null, 1000) with { Advanced = true },
        ],
        Pacing = new() { PerSecond = 10, Concurrency = 4, Timeout = TimeSpan.FromSeconds(30), ThrottledWait = TimeSpan.FromSeconds(60) },
        Idempotency = IdempotencyClass.None,
        UnknownOutcome = UnknownOutcomePolicy.Hold,
    };

    private static ConnectorField Secret(string id, LocalText label, LocalText help, FieldCondition when, string pattern = "[!-~]+") =>
        FormFields.Key(id, label, help, pattern, new($"'{id}' must be on one line.", $"'{id}' deve ficar em uma linha.")) with { Required = false, VisibleWhen = when };

    private static ConnectorField Template(string id, LocalText label, LocalText help, string? standard, int maxLength) =>
        FormFields.Template(id, label, help, standard, new($"At most {maxLength} characters.", $"No máximo {maxLength} caracteres."), maxLength: maxLength);
}
