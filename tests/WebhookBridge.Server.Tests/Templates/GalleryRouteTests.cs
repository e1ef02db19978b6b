using System.Text.Json;
using WebhookBridge.Server.Tests.Hosting;
using WebhookBridge.Testing;

namespace WebhookBridge.Server.Tests.Templates;

/// <summary>Routes that name gallery entries, through a whole gateway: the three uses of webhooks that a merchant's platform names first.</summary>
[Collection(GatewayCollection.Name)]
public sealed class GalleryRouteTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Apply_ThreeUses_WorkOutOfTheBox()
    {
        gateway.Destination.At("/emails", static _ => StubReply.Status(200, """{"id":"mail-1"}"""));
        gateway.Destination.At("/crm-of-gallery", static _ => StubReply.Ok);
        string configuration = $$"""
            {
              "sources": [ { "name": "gallery-saas", "platform": "fintech-saas", "secrets": ["0123456789abcdef"] } ],
              "destinations": [
                { "name": "gallery-crm", "connector": "http", "secrets": { "url": "{{gateway.Destination.Url}}/crm-of-gallery" } },
                { "name": "gallery-mail", "connector": "email", "settings": { "provider": "resend", "from": "Shop <orders@shop.example>", "apiAddress": "{{gateway.Destination.Url}}" }, "secrets": { "apiKey": "re_0123456789" } },
                { "name": "gallery-books", "connector": "file", "settings": { "name": "accounting/orders", "rotate": "never" } } ],
              "routes": [
                { "name": "gallery-upgrade", "source": "gallery-saas", "destination": "gallery-crm", "when": { "kinds": ["subscription.updated"] }, "template": "gallery:subscription-upgrade-to-crm" },
                { "name": "gallery-failed", "source": "gallery-saas", "destination": "gallery-mail", "when": { "kinds": ["payment.failed"] }, "template": "gallery:failed-payment-email", "fields": { "to": "support@shop.example" } },
                { "name": "gallery-orders", "source": "gallery-saas", "destination": "gallery-books", "when": { "kinds": ["payment.succeeded"] }, "template": "gallery:order-to-accounting-csv" } ]
            }
            """;
        Answer applied = await gateway.SendAsync(HttpMethod.Post, "/api/v1/config", configuration);
        applied.Status.ShouldBe(200, applied.Text);
        Answer again = await gateway.SendAsync(HttpMethod.Post, "/api/v1/config?dryRun=true", configuration);
        again.Status.ShouldBe(200, again.Text);

        JsonElement upgrade = await DeliveredAsync("subscription.updated", "gallery-upgrade");
        JsonElement failed = await DeliveredAsync("payment.failed", "gallery-failed");
        JsonElement order = await DeliveredAsync("payment.succeeded", "gallery-orders");

        upgrade.GetProperty("state").GetString().ShouldBe("delivered");
        StubRequest note = gateway.Destination.Requests.Last(static r => r.Path == "/crm-of-gallery");
        JsonElement.Parse(note.BodyText).GetProperty("kind").GetString().ShouldBe("subscription.upgraded");

        failed.GetProperty("state").GetString().ShouldBe("delivered");
        StubRequest mail = gateway.Destination.Requests.Last(static r => r.Path == "/emails");
        JsonElement sent = JsonElement.Parse(mail.BodyText);
        sent.GetProperty("to")[0].GetString().ShouldBe("support@shop.example", "the route's own field comes first");
        sent.GetProperty("subject").GetString().ShouldBe("[TEST] Your payment did not go through", "the entry brings the subject");
        mail.Header("Idempotency-Key").ShouldBe(failed.GetProperty("id").GetString());

        order.GetProperty("state").GetString().ShouldBe("delivered");
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(gateway.DataDirectory, "files", "accounting", "orders.csv"));
        lines[0].ShouldBe("Date,Event ID,Order,Payment,Customer,Currency,Amount,Method,Status,Test");
        lines[^1].ShouldEndWith(",true");
    }

    [Fact]
    public async Task Put_EntryOfFieldsAlone_AndBodyAmongTheFields_AreTakenOver()
    {
        await PutAsync("/api/v1/destinations/gallery-hubspot", """{ "connector": "hubspot", "secrets": { "token": "pat-na1-0123456789" } }""");
        await PutAsync("/api/v1/routes/gallery-contact", """{ "source": "other", "destination": "gallery-hubspot", "enabled": false, "template": "gallery:payment-to-hubspot-contact", "fields": { "email": "vip@shop.example" } }""");
        JsonElement contact = (await gateway.GetAsync("/api/v1/routes/gallery-contact")).Json;
        contact.GetProperty("fields").GetProperty("email").GetString().ShouldBe("vip@shop.example");
        contact.GetProperty("fields").GetProperty("properties").GetProperty("lifecyclestage").GetString().ShouldBe("customer");

        await PutAsync("/api/v1/destinations/gallery-smtp", """{ "connector": "email", "settings": { "server": "mail.shop.example", "signIn": "none", "from": "orders@shop.example" } }""");
        await PutAsync("/api/v1/routes/gallery-inline", """{ "source": "other", "destination": "gallery-smtp", "enabled": false, "fields": { "to": "{{ customer.email }}", "subject": "Paid", "html": "<p>Dear {{ customer.name }}</p>" } }""");
        JsonElement mail = (await gateway.GetAsync("/api/v1/routes/gallery-inline")).Json;
        mail.GetProperty("template").GetProperty("contentType").GetString().ShouldBe("text/html");
        mail.GetProperty("template").GetProperty("body").GetString().ShouldBe("<p>Dear {{ customer.name }}</p>");
        mail.GetProperty("fields").TryGetProperty("html", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Put_EntryThatDoesNotExist_SaidWithAFix()
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Put, "/api/v1/routes/gallery-none", """{ "source": "*", "destination": "box", "template": "gallery:no-such-entry" }""");
        answer.Status.ShouldBe(422, answer.Text);
        answer.Text.ShouldContain("no-such-entry");
    }

    private async Task PutAsync(string path, string body)
    {
        Answer answer = await gateway.SendAsync(HttpMethod.Put, path, body);
        answer.Status.ShouldBeOneOf(200, 201);
    }

    private async Task<JsonElement> DeliveredAsync(string sample, string route)
    {
        await gateway.SimulateAsync("gallery-saas", sample, seed: 77);
        string id = (await gateway.GetAsync($"/api/v1/events?source=gallery-saas&type={sample}&limit=1")).Json.GetProperty("items")[0].GetProperty("id").GetString()!; // this platform is answered in plain text
        return await gateway.DeliveryAsync(id, route, "delivered");
    }
}
