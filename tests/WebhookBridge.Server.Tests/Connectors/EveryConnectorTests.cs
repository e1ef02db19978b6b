using System.Net;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Connectors;

/// <summary>Tests that set variables of the process: alone.</summary>
[CollectionDefinition("environment", DisableParallelization = true)]
public sealed class EnvironmentCollection;

/// <summary>What holds for every connector that ships: drawn from the one list, so that a new one cannot be forgotten.</summary>
[Collection("environment")]
public sealed class EveryConnectorTests
{
    private static readonly string[] ProxyVariables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

    /// <summary>They open no connection: one writes into the gateway's own database, the other into its own data directory.</summary>
    private static readonly string[] WithoutNetwork = ["inbox", "file"];

    private static readonly string Data = Path.Combine(Path.GetTempPath(), $"webhookbridge-every-connector-{Environment.ProcessId}");

    public static TheoryData<string> All => [.. Gateway.BundledConnectors(new NoInbox(), Data).Select(static c => c.Describe().Id)];

    [Theory]
    [MemberData(nameof(All))]
    public void Form_OfEveryConnector_IsCompleteInBothLanguages(string id) =>
        FormCompleteness.Problems(Find(id).Describe()).ShouldBeEmpty();

    /// <summary>The page that says what the connector was checked against.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Documents_OfEveryConnector_SayWhatItWasCheckedAgainst(string id)
    {
        string[] pages = [.. Directory.EnumerateFiles(RepositoryRoot.Of("docs", "connectors"), "*.md").Select(File.ReadAllText).Where(t => t.Contains($"`{id}`", StringComparison.Ordinal))];
        pages.ShouldNotBeEmpty($"no page of docs/connectors is about `{id}`");
        pages.ShouldAllBe(static p => p.Contains("## Checked against", StringComparison.Ordinal));
    }

    /// <summary>Design invariant 9: with private targets off nothing reaches this machine, whatever the settings and the environment say.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task PrivateTargetsOff_NeitherSendNorCheckNorListOpensASocket(string id)
    {
        await using StubServer stub = await StubServer.StartAsync();
        IConnector connector = Find(id);
        ConnectorDescription description = connector.Describe();
        try
        {
            foreach (string variable in ProxyVariables)
            {
                Environment.SetEnvironmentVariable(variable, stub.Url);
            }

            GuardedConnect guard = new(EgressPolicy.PublicOnly, static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
            foreach (string address in (string[])[$"http://127.0.0.1:{stub.Port}", $"http://localhost:{stub.Port}", $"http://rebind.example:{stub.Port}"])
            {
                using ConnectorHost host = new("d", 4, guard, new Redactor([]), TimeProvider.System, ConnectorMemory.OfThisProcess());
                foreach (ConnectorSettings settings in SettingsOf(description, address, stub.Port))
                {
                    await using IConnectorSession session = connector.Open(settings, host);
                    using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
                    foreach (string? kind in Kinds(description))
                    {
                        Classification? what = null;
                        try
                        {
                            what = Classification.Of(await session.SendAsync(Request(description, kind), limit.Token), UnknownOutcomePolicy.Retry);
                        }
                        catch (Exception e)
                        {
                            what = Classification.Of(e, new AttemptTrace(), timedOut: false, TimeSpan.FromSeconds(1), UnknownOutcomePolicy.Retry);
                        }

                        if (!WithoutNetwork.Contains(id))
                        {
                            what.ShouldNotBeOfType<Classification.Delivered>($"{id} says delivered to {address}");
                        }
                    }

                    await Quietly(session.CheckAsync(limit.Token).AsTask());
                    foreach (ConnectorField field in description.Fields.Where(static f => f.LiveChoices))
                    {
                        await Quietly(session.ListChoicesAsync(field.Id, limit.Token).AsTask());
                    }
                }
            }
        }
        finally
        {
            foreach (string variable in ProxyVariables)
            {
                Environment.SetEnvironmentVariable(variable, null);
            }
        }

        if (Directory.Exists(Data))
        {
            Directory.Delete(Data, recursive: true); // what the connector for files has written
        }

        stub.RequestCount.ShouldBe(0);
        stub.ConnectionCount.ShouldBe(0, "a connection was opened");
    }

    private static IConnector Find(string id) => Gateway.BundledConnectors(new NoInbox(), Data).Single(c => c.Describe().Id == id);

    /// <summary>Every way that the form's choices allow, each address leading to this machine.</summary>
    private static IEnumerable<ConnectorSettings> SettingsOf(ConnectorDescription description, string address, int port)
    {
        ConnectorField[] choices = [.. description.Fields.Where(static f => f is { Scope: FieldScope.Destination, Kind: FieldKind.Choice })];
        int ways = Math.Max(1, choices.Select(static c => c.Choices.Count).DefaultIfEmpty(1).Max());
        for (int way = 0; way < ways; way++)
        {
            Dictionary<string, JsonElement> settings = [];
            Dictionary<string, string> secrets = [];
            foreach (ConnectorField field in description.Fields.Where(static f => f.Scope == FieldScope.Destination))
            {
                string host = new Uri(address).Host;
                switch (field.Kind)
                {
                    case FieldKind.Secret or FieldKind.SecretUrl:
                        secrets[field.Id] = field.Kind == FieldKind.SecretUrl ? address + "/hook" : SecretFor(field);
                        break;
                    case FieldKind.Choice:
                        settings[field.Id] = JsonSerializer.SerializeToElement(field.Choices.Count == 0 ? "x" : field.Choices[way % field.Choices.Count].Value);
                        break;
                    case FieldKind.Url:
                        settings[field.Id] = JsonSerializer.SerializeToElement(address);
                        break;
                    case FieldKind.Number:
                        settings[field.Id] = JsonSerializer.SerializeToElement(port);
                        break;
                    case FieldKind.Toggle:
                        settings[field.Id] = JsonSerializer.SerializeToElement(way % 2 == 1);
                        break;
                    case FieldKind.Map or FieldKind.Json:
                        break;
                    default:
                        if ((field.Default ?? TextFor(field, host)) is { } text)
                        {
                            settings[field.Id] = text;
                        }
                        break;
                }
            }

            yield return new ConnectorSettings(settings, secrets);
        }
    }

    private static JsonElement? TextFor(ConnectorField field, string host) =>
        field.Id.Contains("host", StringComparison.OrdinalIgnoreCase) || field.Id.Contains("server", StringComparison.OrdinalIgnoreCase) ? JsonSerializer.SerializeToElement(host)
        : field.Id is "from" or "replyTo" ? JsonSerializer.SerializeToElement("Shop <shop@example.com>")
        : field.Required ? JsonSerializer.SerializeToElement("x")
        : null;

    private static readonly string Key = System.Security.Cryptography.RSA.Create(2048).ExportPkcs8PrivateKeyPem();

    private static string SecretFor(ConnectorField field) => field.Id switch
    {
        "signingSecret" or "previousSigningSecret" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        _ when field.Id.Contains("account", StringComparison.OrdinalIgnoreCase) || field.Id.Contains("file", StringComparison.OrdinalIgnoreCase) =>
            JsonSerializer.Serialize(new { type = "service_account", client_email = "a@b.iam.gserviceaccount.com", private_key = Key, token_uri = "https://oauth2.googleapis.com/token", private_key_id = "1" }),
        _ => "0123456789abcdef0123456789abcdef01234567",
    };

    /// <summary>Each value of the route's first choice: other values may lead to other calls.</summary>
    private static IEnumerable<string?> Kinds(ConnectorDescription description) =>
        description.Fields.FirstOrDefault(static f => f is { Scope: FieldScope.Route, Kind: FieldKind.Choice }) is { } choice ? choice.Choices.Select(static c => (string?)c.Value) : [null];

    private static DeliveryRequest Request(ConnectorDescription description, string? kind)
    {
        bool first = true;
        Dictionary<string, string> fields = [];
        foreach (ConnectorField field in description.Fields.Where(static f => f.Scope == FieldScope.Route && f.Kind != FieldKind.Body))
        {
            bool chosen = field.Kind == FieldKind.Choice && first;
            first &= field.Kind != FieldKind.Choice;
            fields[field.Kind == FieldKind.Map ? DeliveryRequest.MapKey(field.Id, "x") : field.Id] = chosen ? kind!
                : field.Kind == FieldKind.Choice ? field.Choices.Count > 0 ? field.Choices[0].Value : "x"
                : field.Id switch { "email" or "to" => "ana@example.com", "phone" => "+5511999998888", "amount" => "10.99", "currency" => "BRL", "lists" or "list" or "stage" => "1", _ => "12" };
        }

        return new DeliveryRequest
        {
            DeliveryId = "dlv_01JH0000000000000000000000",
            Attempt = 1,
            Body = "{}"u8.ToArray(),
            ContentType = "application/json",
            Fields = fields,
            Event = new EventInfo { Id = "evt_1", Kind = "payment.succeeded", Type = "p", Source = "s", Platform = "yoco", Test = false, Time = default },
        };
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception)
        {
            // What it says is the affair of other tests; here it only must not connect.
        }
    }

    private sealed class NoInbox : IInbox
    {
        public ValueTask StoreAsync(InboxItem item) => ValueTask.CompletedTask;

        public ValueTask<IReadOnlyList<InboxItem>> ListAsync(string destination, int limit, string? before) => new((IReadOnlyList<InboxItem>)[]);

        public ValueTask<long> ClearAsync(string destination) => new(0L);
    }
}
