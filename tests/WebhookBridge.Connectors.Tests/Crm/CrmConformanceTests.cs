using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Crm;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Crm;

public sealed class HubSpotConformanceTests : ConnectorConformance
{
    private readonly FakeCrm _crm = new();

    protected override IConnector Connector => new HubSpotConnector();

    protected override ConformanceCase Case => CrmCases.HubSpot;

    protected override int? Records => Math.Max(_crm.Count("contacts"), _crm.Count("deals"));

    protected override StubReply Answer(StubRequest request) => _crm.HubSpot(request);
}

public sealed class BrevoConformanceTests : ConnectorConformance
{
    private readonly FakeCrm _crm = new();

    protected override IConnector Connector => new BrevoConnector();

    protected override ConformanceCase Case => CrmCases.Brevo;

    protected override int? Records => Math.Max(_crm.Count("contacts"), _crm.Count("orders"));

    protected override StubReply Answer(StubRequest request) => _crm.Brevo(request);
}

public sealed class ActiveCampaignConformanceTests : ConnectorConformance
{
    private readonly FakeCrm _crm = new();

    protected override IConnector Connector => new ActiveCampaignConnector();

    protected override ConformanceCase Case => CrmCases.ActiveCampaign;

    protected override int? Records => _crm.Count("contacts");

    protected override StubReply Answer(StubRequest request) => _crm.ActiveCampaign(request);
}

public sealed class KlaviyoConformanceTests : ConnectorConformance
{
    private readonly FakeCrm _crm = new();

    protected override IConnector Connector => new KlaviyoConnector();

    protected override ConformanceCase Case => CrmCases.Klaviyo;

    protected override int? Records => _crm.Count("events");

    protected override StubReply Answer(StubRequest request) => _crm.Klaviyo(request);
}

public sealed class PipedriveConformanceTests : ConnectorConformance
{
    private readonly FakeCrm _crm = new();

    protected override IConnector Connector => new PipedriveConnector();

    protected override ConformanceCase Case => CrmCases.Pipedrive;

    protected override int? Records => Math.Max(_crm.Count("persons"), _crm.Count("deals"));

    protected override StubReply Answer(StubRequest request) => _crm.Pipedrive(request);
}

/// <summary>By API key. RD keeps every event it is sent, so records are not counted: after an unknown outcome the delivery is held.</summary>
public sealed class RdStationKeyConformanceTests : ConnectorConformance
{
    private readonly FakeCrm _crm = new();

    protected override IConnector Connector => new RdStationConnector();

    protected override ConformanceCase Case => CrmCases.RdStationByKey;

    protected override StubReply Answer(StubRequest request) => _crm.RdStation(request);
}

public sealed class RdStationOAuthConformanceTests : ConnectorConformance
{
    private readonly FakeCrm _crm = new();

    protected override IConnector Connector => new RdStationConnector();

    protected override ConformanceCase Case => CrmCases.RdStationByOAuth;

    protected override StubReply Answer(StubRequest request) => _crm.RdStation(request);
}

internal static class CrmCases
{
    public static ConformanceCase HubSpot { get; } = new()
    {
        Settings = """{"pipeline":"default"}""",
        Secrets = new Dictionary<string, string> { ["token"] = "pat-na1-0123456789" },
        Fields = new Dictionary<string, string>
        {
            ["email"] = "ana@example.com", ["properties:firstname"] = "Ana", ["properties:city"] = " ",
            ["paymentId"] = "pay_1", ["stage"] = "closedwon", ["amount"] = "10.990", ["dealProperties:dealname"] = "Ana – order 7",
        },
    };

    public static ConformanceCase Brevo { get; } = new()
    {
        Secrets = new Dictionary<string, string> { ["apiKey"] = "xkeysib-0123456789" },
        Fields = new Dictionary<string, string> { ["email"] = "ana@example.com", ["attributes:FNAME"] = "Ana", ["lists"] = "3, 17", ["orderId"] = "pay_1", ["amount"] = "10.990" },
    };

    public static ConformanceCase ActiveCampaign { get; } = new()
    {
        Settings = """{"apiAddress":"https://loja.api-us1.com"}""",
        Secrets = new Dictionary<string, string> { ["apiKey"] = "0123456789abcdef" },
        Fields = new Dictionary<string, string> { ["email"] = "ana@example.com", ["firstName"] = "Ana", ["fields:3"] = "10.99", ["tags"] = "bought", ["list"] = "7", ["consent"] = "true" },
    };

    public static ConformanceCase Klaviyo { get; } = new()
    {
        Secrets = new Dictionary<string, string> { ["apiKey"] = "pk_0123456789abcdef" },
        Fields = new Dictionary<string, string> { ["eventName"] = "Placed Order", ["email"] = "ana@example.com", ["uniqueId"] = "pay_1", ["amount"] = "10.990", ["currency"] = "BRL", ["properties:order"] = "7" },
    };

    public static ConformanceCase Pipedrive { get; } = new()
    {
        Settings = $$"""{"paymentField":"{{FakeCrm.PaymentField}}","pipeline":"1"}""",
        Secrets = new Dictionary<string, string> { ["apiToken"] = "abcdefghij0123456789abcdefghij0123456789" },
        Fields = new Dictionary<string, string> { ["email"] = "Ana@example.com", ["name"] = "Ana", ["phone"] = "+5511999998888", ["paymentId"] = "pay_1", ["amount"] = "10.990", ["currency"] = "BRL", ["status"] = "won", ["stage"] = "2" },
    };

    public static ConformanceCase RdStationByKey { get; } = new()
    {
        Secrets = new Dictionary<string, string> { ["apiKey"] = "0123456789abcdef" },
        Fields = new Dictionary<string, string> { ["conversion"] = "Pagamento aprovado", ["email"] = "ana@example.com", ["contact:name"] = "Ana", ["tags"] = "Loja, VIP" },
    };

    public static ConformanceCase RdStationByOAuth { get; } = new()
    {
        Settings = """{"connect":"oauth"}""",
        Secrets = new Dictionary<string, string> { ["clientId"] = "client-0123", ["clientSecret"] = "client-secret-0123", ["refreshToken"] = "refresh-token-0123" },
        Fields = new Dictionary<string, string> { ["kind"] = "order", ["email"] = "ana@example.com", ["orderId"] = "7", ["method"] = "pix", ["amount"] = "10.990" },
    };
}
