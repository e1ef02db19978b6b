using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Shared;

namespace WebhookBridge.Connectors.RabbitMq;

/// <summary>Publishes to an exchange of RabbitMQ (AMQP 0-9-1) and counts a message as delivered when the broker has confirmed it.</summary>
public sealed class RabbitMqConnector : IConnector
{
    internal const string Server = "server";
    internal const string Port = "port";
    internal const string Tls = "tls";
    internal const string VirtualHost = "virtualHost";
    internal const string User = "user";
    internal const string Password = "password";
    internal const string Exchange = "exchange";
    internal const string Certificate = "certificate";
    internal const string RoutingKey = "routingKey";

    private static readonly LocalText OneLine = new("Write it on one line.", "Escreva em uma linha.");

    /// <inheritdoc/>
    public ConnectorDescription Describe() => new()
    {
        Id = "rabbitmq",
        Name = new("RabbitMQ", "RabbitMQ"),
        Summary = new("Publishes a message for each event to an exchange of RabbitMQ.", "Publica uma mensagem para cada evento em uma exchange do RabbitMQ."),
        Fields =
        [
            FormFields.Text(Server, new("Server", "Servidor"), new("Name or address of the broker.", "Nome ou endereço do broker."),
                new("Enter the name only, without spaces or amqp://.", "Informe só o nome, sem espaços nem amqp://."), @"[A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+", 253) with { Required = true },
            FormFields.Toggle(Tls, new("Encrypted (TLS)", "Criptografado (TLS)"), new("Leave it on, unless the broker is in your own network and has no certificate.", "Deixe ligado, a menos que o broker esteja na sua própria rede e não tenha certificado."), on: true),
            FormFields.Text(VirtualHost, new("Virtual host", "Virtual host"), new("Usually /.", "Geralmente /."), OneLine, @"[^\x00-\x1F\x7F]+", 255) with { Required = true, Default = JsonSerializer.SerializeToElement("/") },
            FormFields.Text(User, new("User name", "Usuário"), new("A user with the permission to write to the exchange.", "Um usuário com permissão de escrita na exchange."), OneLine, @"[^\x00-\x1F\x7F]+", 255) with { Required = true },
            FormFields.Key(Password, new("Password", "Senha"), new("Of that user.", "Desse usuário."), @"[^\x00-\x1F\x7F]+"),
            FormFields.Text(Exchange, new("Exchange", "Exchange"), new("It must be there already. Left empty, the routing key is the name of the queue.", "Precisa já existir. Vazio, a chave de roteamento é o nome da fila."), OneLine, @"[A-Za-z0-9_.:\-]+", 255),
            new()
            {
                Id = Port,
                Label = new("Port", "Porta"),
                Help = new("Leave empty: 5671 encrypted, 5672 without.", "Deixe vazio: 5671 criptografado, 5672 sem."),
                Kind = FieldKind.Number,
                Advanced = true,
                Rule = new() { Min = 1, Max = 65535, Problem = new("A port is a number from 1 to 65535.", "Uma porta é um número de 1 a 65535.") },
            },
            new()
            {
                Id = Certificate,
                Label = new("Trusted certificate", "Certificado confiável"),
                Help = new("PEM text of your own authority, if the broker's certificate comes from it.", "Texto PEM da sua própria autoridade, se o certificado do broker vier dela."),
                Kind = FieldKind.LongText,
                Advanced = true,
                VisibleWhen = new(Tls, "true"),
                Rule = new() { MaxLength = 50_000, Problem = new("Paste the PEM text, at most 50,000 characters.", "Cole o texto PEM, no máximo 50.000 caracteres.") },
            },
            FormFields.AfterUnknownOutcome(UnknownOutcomePolicy.Retry),
            FormFields.Template(RoutingKey, new("Routing key", "Chave de roteamento"), new("Says which queues get the message.", "Diz quais filas recebem a mensagem."), "{{ meta.kind }}",
                new("At most 255 characters on one line.", "No máximo 255 caracteres em uma linha."), @"[^\x00-\x1F\x7F]+", 255) with { Required = true },
            new()
            {
                Id = "message",
                Label = new("Message", "Mensagem"),
                Help = new("A template, or the whole event as it was received.", "Um modelo, ou o evento inteiro como foi recebido."),
                Kind = FieldKind.Body,
                Scope = FieldScope.Route,
            },
        ],
        Pacing = new() { Concurrency = 8, Timeout = TimeSpan.FromSeconds(15), ThrottledWait = TimeSpan.FromSeconds(10) },
        Idempotency = IdempotencyClass.Key,
    };

    /// <inheritdoc/>
    public IReadOnlyList<SettingProblem> Validate(ConnectorSettings settings)
    {
        if (settings.Text(Certificate) is not { Length: > 0 } pem)
        {
            return [];
        }

        try
        {
            return Certificates.Read(pem).Count > 0 ? [] : [NoPem];
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return [NoPem];
        }
    }

    /// <inheritdoc/>
    public IConnectorSession Open(ConnectorSettings settings, IConnectorHost host)
    {
        bool tls = settings.Toggle(Tls);
        return new RabbitMqSession(host, new BrokerAddress(
            settings.Text(Server)!, (int)(settings.Number(Port) ?? (tls ? 5671 : 5672)), tls, settings.Text(VirtualHost) ?? "/", settings.Text(User)!, settings.Secret(Password)!,
            settings.Text(Certificate) is { Length: > 0 } pem ? pem : null), settings.Text(Exchange) ?? "");
    }

    private static SettingProblem NoPem => new(Certificate, new("'certificate' is no PEM text: it begins with -----BEGIN CERTIFICATE-----.", "'certificate' não é um texto PEM: começa com -----BEGIN CERTIFICATE-----."));
}
