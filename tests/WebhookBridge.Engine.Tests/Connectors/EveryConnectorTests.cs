using System.Net;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Connectors;

/// <summary>Design invariant 9: no connector reaches 127.0.0.1 when private targets are off, whatever the environment says.</summary>
[Collection("environment")]
public sealed class EveryConnectorTests
{
    private static readonly string[] ProxyVariables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

    public static TheoryData<string, string> Addresses => new()
    {
        { "http", "http://127.0.0.1:{port}/hook" },
        { "http", "https://127.0.0.1:{port}/hook" },
        { "http", "http://[::ffff:127.0.0.1]:{port}/hook" },
        { "http", "http://localhost:{port}/hook" },
        { "http", "http://rebind.example:{port}/hook" },
        { "http", "http://2130706433:{port}/hook" },
        { "http", "http://0x7f000001:{port}/hook" },
        { "http", "http://0.0.0.0:{port}/hook" },
        { "zapier", "https://hooks.zapier.com/hooks/catch/1/a/" },
        { "make", "https://hook.eu1.make.com/abc" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task PrivateTargetsOff_NeitherSendNorCheckOpensASocket(string connector, string address)
    {
        await using StubServer stub = await StubServer.StartAsync();
        try
        {
            foreach (string variable in ProxyVariables)
            {
                Environment.SetEnvironmentVariable(variable, stub.Url);
            }

            ConnectorCatalog catalog = ConnectorCatalog.Load([new HttpConnector(), HookPresets.Connector("zapier"), HookPresets.Connector("make")], pluginFolder: null);
            catalog.Entries.Select(static e => e.Id).Except(Addresses.Select(static a => (string)a[0])).ShouldBeEmpty("every connector is in this test");
            DestinationOpener opener = new(catalog, new GuardedConnect(EgressPolicy.PublicOnly, static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])), TimeProvider.System);
            string url = address.Replace("{port}", $"{stub.Port}", StringComparison.Ordinal);
            (OpenDestination? open, string? problem) = opener.Open(new ActiveDestination(
                new DestinationDefinition { Name = "d", Connector = connector, Secrets = new Dictionary<string, SecretText> { ["url"] = new(url) } }, 1));
            problem.ShouldBeNull();

            Exception thrown = await Should.ThrowAsync<Exception>(async () => await open!.Session.SendAsync(Request, CancellationToken.None));
            Classification.Of(thrown, new AttemptTrace(), timedOut: false, TimeSpan.FromSeconds(1), UnknownOutcomePolicy.Retry)
                .ShouldBeOfType<Classification.Refuse>().Code.ShouldBe(DeliveryReasons.AddressNotAllowed);
            (await open!.Session.CheckAsync(CancellationToken.None)).ShouldBeOfType<CheckResult.Fails>();
            await open.LeaveAsync();
        }
        finally
        {
            foreach (string variable in ProxyVariables)
            {
                Environment.SetEnvironmentVariable(variable, null);
            }
        }

        stub.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task ProxyVariables_NotLookedAt()
    {
        await using StubServer stub = await StubServer.StartAsync();
        await using StubServer proxy = await StubServer.StartAsync();
        try
        {
            foreach (string variable in ProxyVariables)
            {
                Environment.SetEnvironmentVariable(variable, proxy.Url);
            }

            DestinationOpener opener = new(
                ConnectorCatalog.Load([new HttpConnector()], pluginFolder: null),
                new GuardedConnect(new EgressPolicy(AllowPrivate: true, []), static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])), TimeProvider.System);
            (OpenDestination? open, _) = opener.Open(new ActiveDestination(
                new DestinationDefinition { Name = "d", Connector = "http", Secrets = new Dictionary<string, SecretText> { ["url"] = new($"http://crm.example:{stub.Port}/") } }, 1));
            (await open!.Session.SendAsync(Request, CancellationToken.None)).ShouldBeOfType<SendResult.Delivered>();
            await open.LeaveAsync();
        }
        finally
        {
            foreach (string variable in ProxyVariables)
            {
                Environment.SetEnvironmentVariable(variable, null);
            }
        }

        stub.RequestCount.ShouldBe(1);
        proxy.RequestCount.ShouldBe(0);
    }

    private static DeliveryRequest Request => new()
    {
        DeliveryId = "dlv_01JH0000000000000000000000",
        Attempt = 1,
        Body = "{}"u8.ToArray(),
        ContentType = "application/json",
        Fields = new Dictionary<string, string>(),
        Event = new EventInfo { Id = "evt_1", Kind = "payment.succeeded", Type = "p", Source = "s", Platform = "yoco", Test = false, Time = default },
    };
}

/// <summary>Tests that set variables of the process, one after the other.</summary>
[CollectionDefinition("environment")]
public sealed class EnvironmentCollection;
