using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.Crm;

/// <summary>The CRM tools as far as their connectors speak to them, by their documentation: they keep records, and a record that is made twice is there twice.</summary>
internal sealed class FakeCrm
{
    private readonly ConcurrentDictionary<string, string> _records = new(StringComparer.Ordinal);
    private int _next;

    /// <summary>All records, by kind and key; one that an API without upsert makes has a key of its own.</summary>
    public IReadOnlyDictionary<string, string> Records => _records;

    public int Count(string kind) => _records.Keys.Count(k => k.StartsWith(kind + "/", StringComparison.Ordinal));

    public StubReply HubSpot(StubRequest request)
    {
        if (request.Method == "GET")
        {
            return Json(request.Path switch
            {
                "/crm/v3/properties/contacts" => """{"results":[{"name":"email","label":"E-mail"},{"name":"shop_id","label":"Shop id","hasUniqueValue":true},{"name":"city","label":"City"}]}""",
                "/crm/v3/pipelines/deals" => """{"results":[{"id":"default","label":"Sales","stages":[{"id":"closedwon","label":"Won"}]},{"id":"p2","label":"Other","stages":[{"id":"s9","label":"Nine"}]}]}""",
                _ => """{"results":[]}""",
            });
        }

        if (request.Path.EndsWith("/batch/upsert", StringComparison.Ordinal))
        {
            using JsonDocument json = JsonDocument.Parse(request.Body);
            JsonElement input = json.RootElement.GetProperty("inputs")[0];
            string kind = request.Path.Split('/')[4];
            return Json($$"""{"status":"COMPLETE","results":[{"id":"{{Upsert(kind, input.GetProperty("id").GetString()!)}}","new":true}]}""");
        }

        return Json("""{"status":"COMPLETE"}""");
    }

    public StubReply Brevo(StubRequest request)
    {
        using JsonDocument? json = request.Body.Length > 0 ? JsonDocument.Parse(request.Body) : null;
        switch (request.Path)
        {
            case "/contacts" or "/v3/contacts":
                bool isNew = !_records.ContainsKey("contacts/" + json!.RootElement.GetProperty("email").GetString());
                string id = Upsert("contacts", json.RootElement.GetProperty("email").GetString()!);
                return isNew ? StubReply.Status(201, $$"""{"id":{{id}}}""") : StubReply.Status(204);
            case "/orders/status" or "/v3/orders/status":
                Upsert("orders", json!.RootElement.GetProperty("id").GetString()!);
                return StubReply.Status(204);
            case "/contacts/lists" or "/v3/contacts/lists":
                return Json("""{"lists":[{"id":3,"name":"Buyers"}],"count":1}""");
            default:
                return Json("""{"companyName":"Loja","email":"a@b.c"}""");
        }
    }

    public StubReply ActiveCampaign(StubRequest request)
    {
        using JsonDocument? json = request.Body.Length > 0 ? JsonDocument.Parse(request.Body) : null;
        switch (request.Path)
        {
            case "/api/3/contact/sync":
                return StubReply.Status(201, $$$"""{"contact":{"id":"{{{Upsert("contacts", json!.RootElement.GetProperty("contact").GetProperty("email").GetString()!)}}}"}}""");
            case "/api/3/contactTags":
                return StubReply.Status(201, """{"contactTag":{"id":"1"}}""");
            case "/api/3/contactLists":
                return Json("""{"contactList":{"id":"1"}}""");
            case "/api/3/tags":
                return Json("""{"tags":[{"id":"4","tag":"bought-old"},{"id":"5","tag":"Bought"}]}""");
            case "/api/3/lists":
                return Json("""{"lists":[{"id":"7","name":"News"}]}""");
            default:
                return Json("""{"user":{"username":"ana"}}""");
        }
    }

    public StubReply Klaviyo(StubRequest request)
    {
        if (request.Method == "GET")
        {
            return Json("""{"data":[{"type":"account","attributes":{"contact_information":{"organization_name":"Loja"}}}]}""");
        }

        using JsonDocument json = JsonDocument.Parse(request.Body);
        Upsert("events", json.RootElement.GetProperty("data").GetProperty("attributes").GetProperty("unique_id").GetString()!);
        return StubReply.Status(202);
    }

    public StubReply RdStation(StubRequest request)
    {
        switch (request.Path)
        {
            case "/auth/token":
                return Json("""{"access_token":"rd-access-token","expires_in":86400,"refresh_token":"rd-refresh-token-2"}""");
            case "/marketing/account_info":
                return Json("""{"name":"Loja"}""");
            default:
                return Json($$"""{"event_uuid":"{{Create("events")}}"}""");
        }
    }

    public StubReply Pipedrive(StubRequest request)
    {
        string[] path = request.Path.Trim('/').Split('/');
        string kind = path[2];
        using JsonDocument? json = request.Body.Length > 0 ? JsonDocument.Parse(request.Body) : null;
        switch (request.Method, path.Length)
        {
            case ("GET", 4) when path[3] == "search":
                string term = Uri.UnescapeDataString(request.Query.TrimStart('?').Split('&').First(static p => p.StartsWith("term=", StringComparison.Ordinal))["term=".Length..]);
                string? found = _records.Where(r => r.Key.StartsWith(kind + "/", StringComparison.Ordinal) && r.Value == term).Select(static r => r.Key.Split('/')[1]).FirstOrDefault();
                return Json(found is null ? """{"success":true,"data":{"items":[]}}""" : $$$"""{"success":true,"data":{"items":[{"result_score":1,"item":{"id":{{{found}}}}}]}}""");
            case ("POST", 3):
                JsonElement record = json!.RootElement;
                string key = kind == "persons" ? record.GetProperty("emails")[0].GetProperty("value").GetString()! : record.GetProperty("custom_fields").EnumerateObject().First().Value.GetString()!;
                string id = Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
                _records[$"{kind}/{id}"] = key; // as Pipedrive does it: whoever asks twice gets two
                return StubReply.Status(201, $$$"""{"success":true,"data":{"id":{{{id}}}}}""");
            case ("PATCH", 4):
                return _records.ContainsKey($"{kind}/{path[3]}") ? Json($$$"""{"success":true,"data":{"id":{{{path[3]}}}}}""") : StubReply.Status(404, """{"success":false,"error":"not found"}""");
            case ("GET", _) when kind == "dealFields":
                return Json($$"""{"success":true,"data":[{"key":"title","name":"Title"},{"key":"{{PaymentField}}","name":"Payment"}]}""");
            case ("GET", _) when kind is "pipelines" or "stages":
                return Json("""{"success":true,"data":[{"id":1,"name":"Sales"}]}""");
            default:
                return Json("""{"success":true,"data":{"id":1,"name":"Ana"}}""");
        }
    }

    public const string PaymentField = "0123456789abcdef0123456789abcdef01234567";

    private string Upsert(string kind, string key) => _records.GetOrAdd($"{kind}/{key}", _ => Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture));

    private string Create(string kind)
    {
        string id = Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
        _records[$"{kind}/{id}"] = id;
        return id;
    }

    private static StubReply Json(string body) => StubReply.Status(200, body, ("Content-Type", "application/json"));
}
