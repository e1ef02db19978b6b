using System.Text;
using RabbitMQ.Client;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.RabbitMq;
using WebhookBridge.Connectors.Tests.Dialogues;
using WebhookBridge.Connectors.Tests.Email;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Connectors.Tests.RabbitMq;

/// <summary>Against Debian's rabbitmq-server.</summary>
[Trait("Pace", "normal")]
[Collection(RunningBroker.Name)]
public sealed class RabbitMqTests(Broker broker)
{
    private static readonly DeliveryRequest Request = Scene.Request("""{"amount":10.990000000000000001}""", "application/json", new { routingKey = "payment.failed" }, test: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_Confirmed_TheConsumerReadsWhatWasSent(bool tls)
    {
        await using IConnection consumer = await ConnectAsync();
        await using IChannel channel = await consumer.CreateChannelAsync();
        string queue = await DeclareAsync(channel, "payments-" + tls, "payment.*");
        await using Scene scene = Open("payments-" + tls, tls: tls);
        Classification.Delivered delivered = (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Delivered>();
        delivered.RemoteId.ShouldBe(Request.DeliveryId);
        BasicGetResult got = (await channel.BasicGetAsync(queue, autoAck: true)).ShouldNotBeNull("confirmed means that it is in the queue");
        Encoding.UTF8.GetString(got.Body.Span).ShouldBe("""{"amount":10.990000000000000001}""");
        got.RoutingKey.ShouldBe("payment.failed");
        got.BasicProperties.MessageId.ShouldBe(Request.DeliveryId);
        got.BasicProperties.Type.ShouldBe("payment.failed");
        got.BasicProperties.ContentType.ShouldBe("application/json");
        got.BasicProperties.Persistent.ShouldBeTrue();
        got.BasicProperties.Timestamp.UnixTime.ShouldBe(Request.Event.Time.ToUnixTimeSeconds());
        got.BasicProperties.Headers!["webhookbridge-test"].ShouldBe(true);
        Encoding.UTF8.GetString((byte[])got.BasicProperties.Headers["webhookbridge-event"]!).ShouldBe(Request.Event.Id);
    }

    [Fact]
    public async Task Send_ManyAtOnce_AllArriveOverOneConnection()
    {
        await using IConnection consumer = await ConnectAsync();
        await using IChannel channel = await consumer.CreateChannelAsync();
        string queue = await DeclareAsync(channel, "many", "#");
        await using Scene scene = Open("many");
        Classification[] all = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => scene.AttemptAsync(Request))));
        all.ShouldAllBe(static c => c is Classification.Delivered);
        (await channel.MessageCountAsync(queue)).ShouldBe(200u);
    }

    [Fact]
    public async Task Send_NoQueueTakesIt_Waits()
    {
        await using IConnection consumer = await ConnectAsync();
        await using IChannel channel = await consumer.CreateChannelAsync();
        await channel.ExchangeDeclareAsync("lonely", ExchangeType.Topic);
        await using Scene scene = Open("lonely");
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Error.ShouldContain("exchange \"lonely\"");
        await using Scene queue = Open("");
        (await queue.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Error.ShouldContain("queue \"payment.failed\"");
    }

    [Fact]
    public async Task Send_NoSuchExchange_HoldsForAPerson_AndTheNextOneWorks()
    {
        await using Scene scene = Open("made-later");
        Classification.Wait wait = (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>();
        wait.Cause.ShouldBe(RetryCause.Credentials);
        wait.Error.ShouldContain("made-later");
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>().Text.En.ShouldContain("no exchange");
        await using IConnection consumer = await ConnectAsync();
        await using IChannel channel = await consumer.CreateChannelAsync();
        await DeclareAsync(channel, "made-later", "#");
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Delivered>();
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Works>();
    }

    [Fact]
    public async Task Send_WrongPassword_IsTheCredentials()
    {
        await using Scene scene = Open("x", password: "wrong-one");
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Credentials);
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>().Text.En.ShouldContain("password");
    }

    [Fact]
    public async Task Send_CertificateOfNobodyWeTrust_NotSpokenTo()
    {
        await using Scene scene = Open("x", tls: true, trusted: false);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Failure);
    }

    [Fact]
    public async Task SendAndCheck_PrivateAddressesOff_NothingIsReached()
    {
        await using Scene scene = Open("x", egress: EgressPolicy.PublicOnly);
        (await scene.AttemptAsync(Request)).ShouldBeOfType<Classification.Refuse>().Code.ShouldBe(DeliveryReasons.AddressNotAllowed);
        (await scene.Session.CheckAsync(default)).ShouldBeOfType<CheckResult.Fails>().Text.En.ShouldContain("--allow-private-destinations");
    }

    private static async Task<string> DeclareAsync(IChannel channel, string exchange, string key)
    {
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true);
        string queue = (await channel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true)).QueueName;
        await channel.QueueBindAsync(queue, exchange, key);
        return queue;
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory { HostName = "127.0.0.1", Port = broker.Port }.CreateConnectionAsync();

    private Scene Open(string exchange, bool tls = false, string password = "guest", bool trusted = true, EgressPolicy? egress = null) => Scene.Open(
        new RabbitMqConnector(),
        tls && trusted
            ? new { server = "mail.shop.example", port = broker.TlsPort, tls, user = "guest", exchange, certificate = SmtpStub.CertificatePem }
            : new { server = "mail.shop.example", port = tls ? broker.TlsPort : broker.Port, tls, user = "guest", exchange },
        new() { ["password"] = password },
        egress: egress);
}

/// <summary>A broker that goes away and comes back.</summary>
[Trait("Pace", "normal")]
public sealed class RabbitMqRestartTests(Broker broker) : IClassFixture<Broker>
{
    [Fact]
    public async Task Send_BrokerStoppedAndStarted_WaitsAndGoesOn()
    {
        DeliveryRequest request = Scene.Request("{}", "application/json", new { routingKey = "durable" });
        await using (IConnection admin = await new ConnectionFactory { HostName = "127.0.0.1", Port = broker.Port }.CreateConnectionAsync())
        {
            await using IChannel channel = await admin.CreateChannelAsync();
            await channel.QueueDeclareAsync("durable", durable: true, exclusive: false, autoDelete: false);
        }

        await using Scene scene = Scene.Open(new RabbitMqConnector(), new { server = "mail.shop.example", port = broker.Port, tls = false, user = "guest" }, new() { ["password"] = "guest" });
        (await scene.AttemptAsync(request)).ShouldBeOfType<Classification.Delivered>();
        await broker.StopNodeAsync();
        (await scene.AttemptAsync(request)).ShouldBeOfType<Classification.Wait>().Cause.ShouldBe(RetryCause.Failure);
        await broker.StartNodeAsync();
        (await scene.AttemptAsync(request)).ShouldBeOfType<Classification.Delivered>();
    }
}
