using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Http;

/// <summary>What all that posts to one address has in common.</summary>
public abstract class HookConformance(IConnector connector, string address) : ConnectorConformance
{
    protected override IConnector Connector => connector;

    protected override bool IgnoresBody => true;

    protected override ConformanceCase Case => new() { Secrets = new Dictionary<string, string> { ["url"] = address } };

    protected override StubReply Answer(StubRequest request) => StubReply.Status(200, "Accepted");
}

public sealed class HttpConformanceTests() : HookConformance(new HttpConnector(), "https://crm.example/hook/a8f3k2");

public sealed class RestHookConformanceTests() : HookConformance(new RestHookConnector(), "https://program.example/hooks/a8f3k2");

public sealed class ZapierConformanceTests() : HookConformance(HookPresets.Connector("zapier"), "https://hooks.zapier.com/hooks/catch/1234567/abcdefg/");

public sealed class MakeConformanceTests() : HookConformance(HookPresets.Connector("make"), "https://hook.eu1.make.com/abcdefghijkl");

public sealed class N8nConformanceTests() : HookConformance(HookPresets.Connector("n8n"), "https://n8n.example.com/webhook/0b9c-paid");

public sealed class ActivepiecesConformanceTests() : HookConformance(HookPresets.Connector("activepieces"), "https://cloud.activepieces.com/api/v1/webhooks/0b9c4e");

public sealed class PowerAutomateConformanceTests() : HookConformance(HookPresets.Connector("power-automate"), "https://x.api.powerplatform.com:443/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=AbC_1-23");

public sealed class PabblyConformanceTests() : HookConformance(HookPresets.Connector("pabbly"), "https://connect.pabbly.com/workflow/sendwebhookdata/IjU3");

public sealed class IftttConformanceTests() : HookConformance(HookPresets.Connector("ifttt"), "https://maker.ifttt.com/trigger/paid/json/with/key/abc_DEF-123");

public sealed class CloudEventsConformanceTests() : HookConformance(HookPresets.Connector("cloudevents"), "https://bus.example/events/in");
