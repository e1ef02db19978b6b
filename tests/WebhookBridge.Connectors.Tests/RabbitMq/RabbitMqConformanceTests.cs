using RabbitMQ.Client;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.RabbitMq;

namespace WebhookBridge.Connectors.Tests.RabbitMq;

/// <summary>Against Debian's rabbitmq-server.</summary>
[Trait("Pace", "normal")]
[Collection(RunningBroker.Name)]
public sealed class RabbitMqConformanceTests(Broker broker) : ConnectorConformance
{
    private const string Queue = "conformance";

    private IConnection? _own;
    private IChannel? _channel;

    protected override IConnector Connector => new RabbitMqConnector();

    protected override ConformanceCase Case => new()
    {
        Reach = Reach.Socket,
        HasNot = new Dictionary<string, string>
        {
            ["throttled"] = "A broker under pressure stops reading; it names no throttling.", ["throttled with a time"] = "A broker under pressure stops reading; it names no time.",
            ["refused"] = "AMQP 0-9-1 refuses channels and connections, never one message for what it says.", ["redirect inward"] = "AMQP 0-9-1 leads to no other server.",
        },
        Settings = """{ "server": "broker.shop.example", "user": "guest", "exchange": "conformance", "tls": false }""",
        Secrets = new Dictionary<string, string> { ["password"] = "guest" },
        Fields = new Dictionary<string, string> { ["routingKey"] = "payment.succeeded" },
    };

    protected override bool RecordForEachDelivery => true;

    protected override int ToolPort => broker.Port;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _own = await new ConnectionFactory { HostName = "127.0.0.1", Port = broker.Port }.CreateConnectionAsync();
        _channel = await _own.CreateChannelAsync();
        await _channel.QueueDeclareAsync(Queue, durable: false, exclusive: false, autoDelete: false);
        await _channel.QueuePurgeAsync(Queue);
        await PlayAsync(null);
    }

    public override async Task DisposeAsync()
    {
        await _own!.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override async ValueTask<int?> CountAsync() => (int)await _channel!.MessageCountAsync(Queue);

    protected override async ValueTask ForgetAsync() => await _channel!.QueuePurgeAsync(Queue);

    /// <summary>"Credentials" is what a person has to mend at the broker: here an exchange that is gone. "Unavailable" is an exchange that leads to no queue.</summary>
    protected override async ValueTask<bool> PlayAsync(string? fault)
    {
        switch (fault)
        {
            case null:
                await _channel!.ExchangeDeclareAsync("conformance", ExchangeType.Topic);
                await _channel!.QueueBindAsync(Queue, "conformance", "#");
                return true;
            case "credentials":
                await _channel!.ExchangeDeleteAsync("conformance");
                return true;
            case "unavailable":
                await _channel!.QueueUnbindAsync(Queue, "conformance", "#");
                return true;
            default:
                return false;
        }
    }
}
